/** One editor for every kind of property; the caller decides when to save. */
import { MultiSelect, NumberInput, Select, TextInput, Textarea } from '@mantine/core';
import { DateInput, DateTimePicker } from '@mantine/dates';
import type { KeyboardEvent } from 'react';
import { useLanguage, useT } from '../i18n';
import type { Kind, Option } from '../lib/schema';

interface Props {
  kind: Kind;
  value: string;
  onChange: (value: string) => void;
  options?: Option[];
  label?: string;
  ariaLabel?: string;
  error?: string;
  required?: boolean;
  autoFocus?: boolean;
  onEnter?: () => void;
  onEscape?: () => void;
  description?: string;
  name?: string;
  size?: 'xs' | 'sm';
}

/** "2026-11-20T10:00" on this clock as the instant the server keeps. */
export function toInstant(local: string): string {
  const date = new Date(local.replace(' ', 'T'));
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

export function toLocal(instant: string): string | null {
  const date = new Date(instant);
  if (!instant || Number.isNaN(date.getTime())) return null;
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}:00`;
}

/** The options in Mantine's grouped form. */
function grouped(options: Option[]) {
  if (!options.some((option) => option.group)) return options.map(({ value, label }) => ({ value, label }));
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const { value, label, group = '' } of options) groups.set(group, [...(groups.get(group) ?? []), { value, label }]);
  return [...groups].map(([group, items]) => ({ group, items }));
}

const INPUT_TYPES: Partial<Record<Kind, string>> = { email: 'email', phone: 'tel' };

export function PropertyEditor(props: Props) {
  const { kind, value, onChange, options = [], label, ariaLabel, error, required, autoFocus, onEnter, onEscape, description, name, size = 'sm' } = props;
  const t = useT();
  const language = useLanguage();
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && onEscape) {
      event.stopPropagation();
      onEscape();
    }
    if (event.key === 'Enter' && onEnter && (kind !== 'long' || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onEnter();
    }
  };
  const common = { label, 'aria-label': label ? undefined : ariaLabel, error, required, withAsterisk: required, autoFocus, 'data-autofocus': autoFocus || undefined, description, name, size, style: { flex: 1, minWidth: 0 } };

  switch (kind) {
    case 'bool':
      return <Select {...common} data={[{ value: 'true', label: t('state.yes') }, { value: 'false', label: t('state.no') }]} value={value || null} onChange={(next) => onChange(next ?? '')} onKeyDown={(event) => event.key === 'Escape' && keys(event)} clearable={!required} />;
    case 'choice':
    case 'owner':
      return <Select {...common} data={grouped(options)} value={value || null} onChange={(next) => onChange(next ?? '')} onKeyDown={(event) => event.key === 'Escape' && keys(event)} searchable={options.length > 7} clearable={!required} nothingFoundMessage={t('filter.noOption')} clearButtonProps={{ 'aria-label': t('act.clear') }} />;
    case 'choices':
      return <MultiSelect {...common} data={grouped(options)} value={value ? value.split(';') : []} onChange={(next) => onChange(next.join(';'))} onKeyDown={(event) => event.key === 'Escape' && keys(event)} searchable={options.length > 7} clearable clearButtonProps={{ 'aria-label': t('act.clear') }} />;
    case 'number':
    case 'money':
    case 'duration': {
      const parts = new Intl.NumberFormat(language).formatToParts(12345.6);
      const sign = (type: string) => parts.find((part) => part.type === type)?.value;
      return <NumberInput {...common} value={value} onChange={(next) => onChange(String(next))} onKeyDown={keys} hideControls thousandSeparator={sign('group') ?? ','} decimalSeparator={sign('decimal') ?? '.'} />;
    }
    case 'date':
      return <DateInput {...common} value={value ? value.slice(0, 10) : null} onChange={(next) => onChange(next ? next.slice(0, 10) : '')} onKeyDown={(event) => event.key === 'Escape' && keys(event)} clearable={!required} valueFormat="D MMM YYYY" clearButtonProps={{ 'aria-label': t('act.clear') }} popoverProps={{ withinPortal: true }} />;
    case 'datetime':
      return <DateTimePicker {...common} value={toLocal(value)} onChange={(next) => onChange(next ? toInstant(next) : '')} onKeyDown={(event) => event.key === 'Escape' && keys(event)} clearable={!required} valueFormat="D MMM YYYY HH:mm" clearButtonProps={{ 'aria-label': t('act.clear') }} submitButtonProps={{ 'aria-label': t('act.apply') }} timePickerProps={{ hoursInputLabel: t('date.hours'), minutesInputLabel: t('date.minutes') }} />;
    case 'long':
      return <Textarea {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)} onKeyDown={keys} autosize minRows={3} maxRows={12} />;
    default:
      return <TextInput {...common} type={INPUT_TYPES[kind] ?? 'text'} value={value} onChange={(event) => onChange(event.currentTarget.value)} onKeyDown={keys} autoComplete="off" />;
  }
}
