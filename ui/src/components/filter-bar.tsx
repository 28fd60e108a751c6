import { ActionIcon, Button, Group, MultiSelect, Popover, Select, Stack } from '@mantine/core';
import { IconFilterPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { Filter, Operator } from '../api/types';
import { type Key, useLanguage, useT } from '../i18n';
import { day, list } from '../lib/format';
import { type Kind, type Schema, operatorsFor } from '../lib/schema';
import { PropertyEditor, toInstant } from './property-editor';

const WITHOUT_VALUE: Operator[] = ['HAS_PROPERTY', 'NOT_HAS_PROPERTY'];
const LISTED: Operator[] = ['IN', 'NOT_IN'];

/** Dates have words of their own: "from" and "before" rather than "at least" and "less than". */
export function operatorKey(operator: Operator, kind: Kind): Key {
  return (kind === 'date' || kind === 'datetime') && (operator === 'GTE' || operator === 'LT') ? `op.date.${operator}` : `op.${operator}`;
}

export function filterWords(filter: Filter, schema: Schema, t: ReturnType<typeof useT>, language: string): string {
  const kind = schema.kind(filter.propertyName);
  const midnight = (value: string) => kind === 'datetime' && (value.length === 10 || new Date(value).getHours() + new Date(value).getMinutes() === 0);
  const show = (value: string | undefined) => (value && midnight(value) ? day(value, language) : schema.show(filter.propertyName, value) || value || '');
  const value = filter.values ? list(filter.values.map(show), language) : filter.highValue !== undefined ? t('filter.range', { low: show(filter.value), high: show(filter.highValue) }) : show(filter.value);
  return [schema.label(filter.propertyName), t(operatorKey(filter.operator, kind)), value].filter(Boolean).join(' ');
}

interface Props { schema: Schema; filters: Filter[]; onChange: (filters: Filter[]) => void }

export function FilterBar({ schema, filters, onChange }: Props) {
  const t = useT();
  const language = useLanguage();
  const [open, setOpen] = useState<number | null>(null);
  const put = (i: number, filter: Filter) => {
    onChange(i === filters.length ? [...filters, filter] : filters.map((old, at) => (at === i ? filter : old)));
    setOpen(null);
  };
  return (
    <Group gap={6} role="group" aria-label={t('filter.title')}>
      {filters.map((filter, i) => (
        <Popover key={i} opened={open === i} onChange={(opened) => setOpen(opened ? i : null)} trapFocus width={320} position="bottom-start">
          <span className="chip">
            <Popover.Target><button type="button" className="chip-text" onClick={() => setOpen(open === i ? null : i)}>{filterWords(filter, schema, t, language)}</button></Popover.Target>
            <ActionIcon size={20} color="spruce" aria-label={t('filter.remove', { filter: filterWords(filter, schema, t, language) })} onClick={() => onChange(filters.filter((_, at) => at !== i))}><IconX size={13} /></ActionIcon>
          </span>
          <Popover.Dropdown><FilterEditor schema={schema} filter={filter} onDone={(next) => put(i, next)} /></Popover.Dropdown>
        </Popover>
      ))}
      <Popover opened={open === filters.length} onChange={(opened) => setOpen(opened ? filters.length : null)} trapFocus width={320} position="bottom-start">
        <Popover.Target>
          <Button variant="default" size="compact-md" h={30} leftSection={<IconFilterPlus size={15} />} onClick={() => setOpen(open === filters.length ? null : filters.length)} disabled={!schema.ready}>{t('filter.add')}</Button>
        </Popover.Target>
        <Popover.Dropdown><FilterEditor schema={schema} onDone={(next) => put(filters.length, next)} /></Popover.Dropdown>
      </Popover>
      {filters.length > 1 && <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange([])}>{t('filter.clear')}</Button>}
    </Group>
  );
}

function FilterEditor({ schema, filter, onDone }: { schema: Schema; filter?: Filter; onDone: (filter: Filter) => void }) {
  const t = useT();
  const [name, setName] = useState<string | null>(filter?.propertyName ?? null);
  const kind = name ? schema.kind(name) : 'text';
  const operators = operatorsFor(kind);
  const [operator, setOperator] = useState<Operator>(filter?.operator ?? 'EQ');
  const [value, setValue] = useState(filter?.value ?? '');
  const [high, setHigh] = useState(filter?.highValue ?? '');
  const [values, setValues] = useState(filter?.values ?? []);
  const known = operators.includes(operator) ? operator : operators[0]!;
  const dated = kind === 'date' || kind === 'datetime';
  const editorKind: Kind = dated ? 'date' : kind === 'long' || kind === 'email' ? 'text' : kind;
  // A day chosen for a moment means the beginning of that day on the reader's clock.
  const sent = (day: string) => (kind === 'datetime' && day.length === 10 ? toInstant(`${day}T00:00`) : day);
  const ready = name !== null && (WITHOUT_VALUE.includes(known) || (LISTED.includes(known) ? values.length > 0 : value !== '' && (known !== 'BETWEEN' || high !== '')));
  const done = () => {
    if (!ready || !name) return;
    if (WITHOUT_VALUE.includes(known)) onDone({ propertyName: name, operator: known });
    else if (LISTED.includes(known)) onDone({ propertyName: name, operator: known, values });
    else onDone({ propertyName: name, operator: known, value: sent(value), ...(known === 'BETWEEN' ? { highValue: sent(high) } : {}) });
  };
  const choose = (next: string | null) => {
    setName(next);
    setValue('');
    setHigh('');
    setValues([]);
    if (next) setOperator(operatorsFor(schema.kind(next))[0]!);
  };
  const properties = [...schema.all].map((property) => ({ value: property.name, label: schema.label(property.name) })).sort((a, b) => a.label.localeCompare(b.label));
  return (
    <form onSubmit={(event) => { event.preventDefault(); done(); }}>
      <Stack gap="xs">
        <Select label={t('filter.property')} data={properties} value={name} onChange={choose} searchable data-autofocus comboboxProps={{ withinPortal: false }} nothingFoundMessage={t('filter.noProperty')} allowDeselect={false} />
        {name && <Select label={t('filter.operator')} data={operators.map((one) => ({ value: one, label: t(operatorKey(one, kind)) }))} value={known} onChange={(next) => next && setOperator(next as Operator)} comboboxProps={{ withinPortal: false }} allowDeselect={false} />}
        {name && LISTED.includes(known) && <MultiSelect label={t('filter.value')} data={dedupe(schema.options(name))} value={values} onChange={setValues} searchable comboboxProps={{ withinPortal: false }} maxDropdownHeight={220} />}
        {name && !LISTED.includes(known) && !WITHOUT_VALUE.includes(known) && <PropertyEditor kind={editorKind} value={value} onChange={setValue} label={t(known === 'BETWEEN' ? 'filter.from' : 'filter.value')} options={schema.options(name)} onEnter={done} />}
        {name && known === 'BETWEEN' && <PropertyEditor kind={editorKind} value={high} onChange={setHigh} label={t('filter.to')} onEnter={done} />}
        <Button type="submit" disabled={!ready} mt={4}>{t('act.apply')}</Button>
      </Stack>
    </form>
  );
}

function dedupe(options: { value: string; label: string }[]) {
  return [...new Map(options.map(({ value, label }) => [value, { value, label }])).values()];
}
