/** One editor for every kind of property; the caller decides when to save. */
import { MultiSelect, Select, TextInput, Textarea } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useT } from '../i18n';
import type { Kind, Option } from '../lib/schema';
import { Field } from './field';

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
  const common = { label, 'aria-label': label ? undefined : ariaLabel, error, required, withAsterisk: required, autoFocus, 'data-autofocus': autoFocus ? (true as const) : undefined, description, name, size, style: { flex: 1, minWidth: 0 } };

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
    case 'duration':
      return <Field of="number" {...common} value={value} onChange={onChange} onKeyDown={keys} />;
    case 'date':
      return <Field of="day" {...common} value={value} onChange={onChange} onKeyDown={(event) => event.key === 'Escape' && keys(event)} />;
    case 'datetime':
      return <Field of="moment" {...common} value={value} onChange={onChange} onKeyDown={(event) => event.key === 'Escape' && keys(event)} />;
    case 'long':
      return <Textarea {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)} onKeyDown={keys} autosize minRows={3} maxRows={12} />;
    default:
      return <TextInput {...common} type={INPUT_TYPES[kind] ?? 'text'} value={value} onChange={(event) => onChange(event.currentTarget.value)} onKeyDown={keys} autoComplete="off" />;
  }
}
