import { Button, MultiSelect, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Filter, Operator } from '../api/types';
import { useT } from '../i18n';
import { toInstant } from '../lib/moments';
import { type Kind, type Schema, operatorKey, operatorsFor } from '../lib/schema';
import { PropertyEditor } from './property-editor';

const WITHOUT_VALUE: Operator[] = ['HAS_PROPERTY', 'NOT_HAS_PROPERTY'];
const LISTED: Operator[] = ['IN', 'NOT_IN'];

export function FilterEditor({ schema, filter, onDone }: { schema: Schema; filter?: Filter; onDone: (filter: Filter) => void }) {
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
        <Select label={t('filter.property')} data={properties} value={name} onChange={choose} searchable autoFocus data-autofocus comboboxProps={{ withinPortal: false }} nothingFoundMessage={t('filter.noProperty')} allowDeselect={false} />
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
