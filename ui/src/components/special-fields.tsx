/** Dates, moments and numbers: the fields that weigh most, loaded when the first one is shown (see `field.tsx`). */
import { NumberInput } from '@mantine/core';
import { DateInput, DateTimePicker, DatesProvider } from '@mantine/dates';
import 'dayjs/locale/da';
import 'dayjs/locale/en-gb';
import 'dayjs/locale/it';
import 'dayjs/locale/nl';
import type { KeyboardEvent, ReactNode } from 'react';
import { useLanguage, useT } from '../i18n';
import { firstDayOfWeek, regional } from '../lib/format';
import { toInstant, toLocal } from '../lib/moments';

export interface FieldProps {
  label?: string;
  'aria-label'?: string;
  placeholder?: string;
  description?: string;
  error?: string;
  name?: string;
  required?: boolean;
  withAsterisk?: boolean;
  autoFocus?: boolean;
  'data-autofocus'?: true;
  size?: 'xs' | 'sm';
  style?: React.CSSProperties;
  value: string;
  onChange: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

function Calendar({ children }: { children: ReactNode }) {
  const language = useLanguage();
  return <DatesProvider settings={{ locale: language, firstDayOfWeek: firstDayOfWeek(language) }}>{children}</DatesProvider>;
}

/** A calendar day, as YYYY-MM-DD. */
export function DayField({ value, onChange, required, ...rest }: FieldProps) {
  const t = useT();
  return <Calendar><DateInput {...rest} required={required} value={value ? value.slice(0, 10) : null} onChange={(next) => onChange(next ? next.slice(0, 10) : '')} clearable={!required} valueFormat="D MMM YYYY" clearButtonProps={{ 'aria-label': t('act.clear') }} popoverProps={{ withinPortal: true }} /></Calendar>;
}

/** An instant, as ISO 8601, shown on this clock. */
export function MomentField({ value, onChange, required, ...rest }: FieldProps) {
  const t = useT();
  return <Calendar><DateTimePicker {...rest} required={required} value={toLocal(value)} onChange={(next) => onChange(next ? toInstant(next) : '')} clearable={!required} valueFormat="D MMM YYYY HH:mm" clearButtonProps={{ 'aria-label': t('act.clear') }} submitButtonProps={{ 'aria-label': t('act.apply') }} timePickerProps={{ hoursInputLabel: t('date.hours'), minutesInputLabel: t('date.minutes') }} /></Calendar>;
}

export function NumberField({ onChange, ...rest }: FieldProps) {
  const parts = new Intl.NumberFormat(regional(useLanguage())).formatToParts(1234567.8);
  const sign = (type: string) => parts.find((part) => part.type === type)?.value;
  return <NumberInput {...rest} onChange={(next) => onChange(String(next))} hideControls thousandSeparator={sign('group') ?? ','} decimalSeparator={sign('decimal') ?? '.'} />;
}
