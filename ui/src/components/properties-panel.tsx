import { ActionIcon, Button, Group, Popover, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconCheck, IconChevronDown, IconChevronRight, IconHistory, IconPencil, IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { call } from '../api/client';
import { historyQuery, queryClient } from '../api/queries';
import type { CrmRecord, HistoryValue, ListType } from '../api/types';
import { maybeT, useLanguage, useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { byField } from '../lib/errors';
import { ago, moment } from '../lib/format';
import { OBJECTS } from '../lib/objects';
import { type Schema, ownerName, writable } from '../lib/schema';
import { PropertyEditor } from './property-editor';
import { PropertyValue } from './property-value';
import { Problem } from './states';

/** The short list that matters daily, and every property behind one click, by group. */
export function PropertiesPanel({ type, schema, record }: { type: ListType; schema: Schema; record: CrmRecord }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const [query, setQuery] = useState('');
  const about = OBJECTS[type].about.filter((name) => schema.get(name));
  const groups = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const found = new Map<string, string[]>();
    for (const property of schema.all) {
      if (wanted && !schema.label(property.name).toLowerCase().includes(wanted)) continue;
      found.set(property.groupName, [...(found.get(property.groupName) ?? []), property.name]);
    }
    return [...found].map(([group, names]) => [group, names.sort((a, b) => schema.label(a).localeCompare(schema.label(b)))] as const);
  }, [schema, query]);
  const row = (name: string) => <PropertyRow key={name} type={type} schema={schema} record={record} name={name} />;
  return (
    <section className="card" aria-label={t('record.details')}>
      <Group justify="space-between" px={14} pt={12} pb={6}><Title order={2} size="h3">{t('record.about')}</Title></Group>
      <dl style={{ margin: 0, paddingBottom: 8 }}>{about.map(row)}</dl>
      <div style={{ borderTop: '1px solid var(--co-line)', padding: 8 }}>
        <Button variant="subtle" size="compact-sm" color="gray" leftSection={all ? <IconChevronDown size={15} /> : <IconChevronRight size={15} />} aria-expanded={all} onClick={() => setAll(!all)}>{t('record.allProperties', { n: schema.all.length })}</Button>
      </div>
      {all && (
        <div style={{ paddingBottom: 10 }}>
          <TextInput mx={14} mb={6} size="xs" placeholder={t('record.findProperty')} aria-label={t('record.findProperty')} value={query} onChange={(event) => setQuery(event.currentTarget.value)} leftSection={<IconSearch size={14} />} />
          {groups.map(([group, names]) => (
            <div key={group}>
              <Text component="h3" size="xs" fw={600} c="dimmed" px={14} pt={8} pb={2} m={0}>{maybeT(`group.${group}`) ?? group}</Text>
              <dl style={{ margin: 0 }}>{names.map(row)}</dl>
            </div>
          ))}
          {groups.length === 0 && <Text size="sm" c="dimmed" px={14} py="sm">{t('filter.noProperty')}</Text>}
        </div>
      )}
    </section>
  );
}

function PropertyRow({ type, schema, record, name }: { type: ListType; schema: Schema; record: CrmRecord; name: string }) {
  const t = useT();
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const property = schema.get(name)!;
  const value = record.properties[name] ?? '';
  const label = schema.label(name);
  const { account } = useHere();
  const editable = writable(property) && may(account, 'edit', type);
  const stop = () => {
    setEditing(false);
    setTimeout(() => button.current?.focus(), 0);
  };
  const shown = <PropertyValue schema={schema} name={name} value={value} values={record.properties} plain={editable} />;
  return (
    <div className="prop">
      <dt title={property.description || undefined}>{label}</dt>
      <dd>
        {editing ? (
          <InlineEdit type={type} schema={schema} record={record} name={name} stop={stop} />
        ) : editable ? (
          <>
            <button ref={button} type="button" className="prop-value" onClick={() => setEditing(true)} aria-label={t('record.editProperty', { name: label, value: schema.show(name, value, record.properties) || t('state.none') })}>{shown}</button>
          </>
        ) : (
          <span className="prop-value">{shown}</span>
        )}
        {!editing && <HistoryPopover type={type} id={record.id} name={name} label={label} schema={schema} record={record} editable={editable} />}
      </dd>
    </div>
  );
}

function InlineEdit({ type, schema, record, name, stop }: { type: ListType; schema: Schema; record: CrmRecord; name: string; stop: () => void }) {
  const t = useT();
  const { account } = useHere();
  const [value, setValue] = useState(record.properties[name] ?? '');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (value === (record.properties[name] ?? '')) return stop();
    setBusy(true);
    try {
      await call(`/crm/v3/objects/${type}/${record.id}`, { method: 'PATCH', account: account.id, body: { properties: { [name]: value } } });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records', type] });
      stop();
    } catch (problem) {
      const found = byField(problem, t);
      setError(found[name] ?? found[''] ?? Object.values(found)[0]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap={4} style={{ flex: 1, minWidth: 0 }} py={2}>
      <PropertyEditor kind={schema.kind(name)} size="xs" ariaLabel={schema.label(name)} value={value} onChange={setValue} options={schema.options(name, record.properties)} autoFocus onEnter={() => void save()} onEscape={stop} error={error} />
      <Group gap={4}>
        <Button size="compact-xs" loading={busy} leftSection={<IconCheck size={13} />} onClick={() => void save()}>{t('act.save')}</Button>
        <Button size="compact-xs" variant="default" leftSection={<IconX size={13} />} onClick={stop}>{t('act.cancel')}</Button>
      </Group>
    </Stack>
  );
}

function HistoryPopover({ type, id, name, label, schema, record, editable }: { type: ListType; id: string; name: string; label: string; schema: Schema; record: CrmRecord; editable: boolean }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={320} position="right-start" trapFocus withinPortal>
      <span className="prop-tools">
        {editable && <IconPencil size={13} aria-hidden="true" className="quiet" style={{ margin: '0 4px' }} />}
        <Popover.Target><ActionIcon size={24} aria-label={t('history.of', { name: label })} onClick={() => setOpen(!open)}><IconHistory size={14} /></ActionIcon></Popover.Target>
      </span>
      <Popover.Dropdown p={0}>{open && <History type={type} id={id} name={name} label={label} schema={schema} record={record} />}</Popover.Dropdown>
    </Popover>
  );
}

function History({ type, id, name, label, schema, record }: { type: ListType; id: string; name: string; label: string; schema: Schema; record: CrmRecord }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const history = useQuery(historyQuery(account.id, type, id, name));
  const who = (entry: HistoryValue): string => {
    const owner = schema.ownerByUser(entry.updatedByUserId ?? entry.sourceId?.replace(/^userId:/, ''));
    const source = maybeT(`source.${entry.sourceType}`) ?? entry.sourceLabel ?? entry.sourceType;
    return [owner ? ownerName(owner) : undefined, source].filter(Boolean).join(' · ');
  };
  return (
    <div style={{ maxHeight: 340, overflow: 'auto' }} tabIndex={0} role="region" aria-label={t('history.of', { name: label })}>
      <Text size="sm" fw={620} px="md" pt="sm">{t('history.of', { name: label })}</Text>
      {history.isPending && <Stack p="md" gap={8}><Skeleton h={14} /><Skeleton h={14} w="70%" /></Stack>}
      {history.isError && <Problem problem={history.error} compact />}
      {history.data?.length === 0 && <Text size="sm" c="dimmed" p="md">{t('history.none')}</Text>}
      <ol className="history">
        {history.data?.map((entry, i) => (
          <li key={`${entry.timestamp}-${i}`}>
            <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>{schema.show(name, entry.value, record.properties) || t('history.emptied')}</Text>
            <Text size="xs" c="dimmed" title={moment(entry.timestamp, language)}>{[ago(entry.timestamp, language, Date.now()), who(entry)].filter(Boolean).join(' · ')}</Text>
          </li>
        ))}
      </ol>
    </div>
  );
}

