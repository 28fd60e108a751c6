/** The heavy fields, each in the place it will have while it is on its way. */
import { TextInput } from '@mantine/core';
import { Suspense, lazy } from 'react';
import type { FieldProps } from './special-fields';

const load = () => import('./special-fields');
const FIELDS = {
  day: lazy(() => load().then((fields) => ({ default: fields.DayField }))),
  moment: lazy(() => load().then((fields) => ({ default: fields.MomentField }))),
  number: lazy(() => load().then((fields) => ({ default: fields.NumberField }))),
};

export function Field({ of, ...props }: FieldProps & { of: keyof typeof FIELDS }) {
  const Heavy = FIELDS[of];
  const { label, description, size, style } = props;
  return <Suspense fallback={<TextInput disabled {...{ label, description, size, style }} aria-busy />}><Heavy {...props} /></Suspense>;
}
