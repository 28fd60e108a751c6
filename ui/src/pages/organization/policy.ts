/** A rule as the server describes it, its words, and what is about to be changed. */
import { type Translate, maybeT } from '../../i18n';

export type Value = string | number | boolean | null | number[] | { grace: { days: number } };
export interface Choice { value: string; about: string }
export interface Field { name: string; group: string; kind: 'switch' | 'number' | 'choice' | 'grace' | 'days' | 'text' | string; value: Value; parity: Value; ours: Value; about: string; min?: number; max?: number; choices: Choice[] }
export interface Policy { organizationId: string; version: number; canEdit: boolean; isParity: boolean; fields: Field[] }
export type Draft = Record<string, Value>;

export const same = (a: Value | undefined, b: Value | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

export const draftOf = (policy: Policy, which: 'value' | 'parity' | 'ours' = 'value'): Draft => Object.fromEntries(policy.fields.map((field) => [field.name, field[which]]));

/** Only what differs from what the server has. */
export function changed(policy: Policy, draft: Draft): Draft {
  return Object.fromEntries(policy.fields.filter((field) => !same(field.value, draft[field.name])).map((field) => [field.name, draft[field.name]!]));
}

export const isParity = (policy: Policy, draft: Draft): boolean => policy.fields.every((field) => same(field.parity, draft[field.name]));

export const graceDays = (value: Value | undefined): number | undefined => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value.grace.days : undefined);

/** What was typed as days: `30, 7, 1`. What is no number stays out; the server says what it does not take. */
export const daysOf = (text: string): number[] => text.split(/[^0-9]+/).filter(Boolean).map(Number);

export const nameOf = (field: Field): string => maybeT(`policy.${field.name}`) ?? field.name.replaceAll('_', ' ');
export const aboutOf = (field: Field): string => maybeT(`policy.${field.name}.about`) ?? field.about;
export const choiceName = (field: Field, value: string): string => maybeT(`policy.${field.name}.${value}`) ?? value.replaceAll('_', ' ');
export const choiceAbout = (field: Field, choice: Choice): string | undefined => maybeT(`policy.${field.name}.${choice.value}.about`) ?? (maybeT(`policy.${field.name}.${choice.value}`) ? undefined : choice.about);

/** A value in a few words. */
export function words(field: Field, value: Value, t: Translate): string {
  const days = graceDays(value);
  if (days !== undefined) return t('policy.graceOf', { days });
  if (typeof value === 'boolean') return t(value ? 'policy.on' : 'policy.off');
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : t('policy.nothing');
  if (value === null) return t('policy.nothing');
  return field.kind === 'choice' || field.kind === 'grace' ? choiceName(field, String(value)) : String(value);
}

export function standing(field: Field, value: Value | undefined): 'both' | 'parity' | 'ours' | 'custom' {
  const [parity, ours] = [same(value, field.parity), same(value, field.ours)];
  return parity && ours ? 'both' : parity ? 'parity' : ours ? 'ours' : 'custom';
}
