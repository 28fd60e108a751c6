import { ActionIcon, Button, Group, Popover, Skeleton } from '@mantine/core';
import { IconFilterPlus, IconX } from '@tabler/icons-react';
import { Suspense, lazy, useState } from 'react';
import type { Filter } from '../api/types';
import { useLanguage, useT } from '../i18n';
import { day, list } from '../lib/format';
import { type Schema, operatorKey } from '../lib/schema';

const FilterEditor = lazy(() => import('./filter-editor').then((editor) => ({ default: editor.FilterEditor })));

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
          <Popover.Dropdown><Suspense fallback={<Skeleton h={92} />}><FilterEditor schema={schema} filter={filter} onDone={(next) => put(i, next)} /></Suspense></Popover.Dropdown>
        </Popover>
      ))}
      <Popover opened={open === filters.length} onChange={(opened) => setOpen(opened ? filters.length : null)} trapFocus width={320} position="bottom-start">
        <Popover.Target>
          <Button variant="default" size="compact-md" h={30} leftSection={<IconFilterPlus size={15} />} onClick={() => setOpen(open === filters.length ? null : filters.length)} disabled={!schema.ready}>{t('filter.add')}</Button>
        </Popover.Target>
        <Popover.Dropdown><Suspense fallback={<Skeleton h={92} />}><FilterEditor schema={schema} onDone={(next) => put(filters.length, next)} /></Suspense></Popover.Dropdown>
      </Popover>
      {filters.length > 1 && <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange([])}>{t('filter.clear')}</Button>}
    </Group>
  );
}
