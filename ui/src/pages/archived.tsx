/**
 * Records in the archive, and the way back, what was archived last first. The server searches none of them; so the latest
 * thousand are read at once and searched here. Few archives are larger, and what is looked for was mostly archived lately.
 */
import { ActionIcon, Badge, Button, Checkbox, Group, Skeleton, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { IconArchive, IconArrowLeft, IconRestore, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { archivedQuery } from '../api/queries';
import type { CrmRecord, ListType } from '../api/types';
import { SelectionBar } from '../components/bulk-bar';
import { BulkRun } from '../components/bulk-run';
import { PersonMark } from '../components/account-mark';
import { PropertyValue, isNumeric } from '../components/property-value';
import { Empty, Problem } from '../components/states';
import { useLanguage, useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { type Progress, restoring } from '../lib/bulk';
import { moment, number } from '../lib/format';
import { OBJECTS, recordName } from '../lib/objects';
import { useSchema } from '../lib/schema';
import { toastDone } from '../lib/toast';

const COLUMNS = 3;
const PAGES_AT_ONCE = 10;

export function ArchivedRecords({ type, back }: { type: ListType; back: () => void }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const info = OBJECTS[type];
  const schema = useSchema(type);
  const columns = info.columns.filter((name) => schema.get(name)).slice(0, COLUMNS);
  const pages = useInfiniteQuery(archivedQuery(account.id, type, [...info.name, ...info.columns]));
  const [query, setQuery] = useState('');
  const { hasNextPage, isFetching, fetchNextPage } = pages;
  const nPages = pages.data?.pages.length ?? 0;
  const gathering = pages.isPending || (hasNextPage && nPages < PAGES_AT_ONCE);
  useEffect(() => { if (hasNextPage && !isFetching && nPages < PAGES_AT_ONCE) void fetchNextPage(); }, [hasNextPage, isFetching, fetchNextPage, nPages]);
  const all = useMemo(() => pages.data?.pages.flatMap((page) => page.results) ?? [], [pages.data]);
  const records = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    return wanted ? all.filter((record) => [recordName(type, record, t), ...info.name.map((name) => record.properties[name] ?? '')].some((text) => text.toLowerCase().includes(wanted))) : all;
  }, [all, query, type, t, info.name]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [restored, setRestored] = useState<{ ids: string[] } | null>(null);
  const editable = may(account, 'edit', type);
  const deed = useMemo(() => restoring(account.id, type), [account.id, type]);
  useEffect(() => { document.title = `${t('archive.title')} · ${t(info.label)} · ${account.name}`; }, [t, info.label, account.name]);

  const finished = useCallback(({ done }: Progress) => {
    if (done.length > 0) toastDone(t('archive.restored', { count: done.length, n: number(done.length, language) }));
    setRestored(null);
    setSelected(new Set());
  }, [t, language]);
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  const n = records.filter((record) => selected.has(record.id)).length;
  const row = (record: CrmRecord) => {
    const name = recordName(type, record, t);
    return (
      <tr key={record.id} data-selected={selected.has(record.id) || undefined}>
        {editable && <td style={{ paddingRight: 0 }}><Checkbox size="xs" aria-label={t('list.select', { name })} checked={selected.has(record.id)} onChange={() => toggle(record.id)} /></td>}
        <td className="sticky">
          <Group gap={9} wrap="nowrap" style={{ minWidth: 0 }}>
            {(type === 'contacts' || type === 'companies') && <PersonMark name={name} size={24} square={type === 'companies'} />}
            <Text size="sm" fw={560} className="truncate">{name}</Text>
          </Group>
        </td>
        {columns.map((column) => <td key={column} className={isNumeric(schema, column) ? 'num' : undefined}><PropertyValue schema={schema} name={column} value={record.properties[column]} values={record.properties} /></td>)}
        <td>{record.archivedAt ? moment(record.archivedAt, language) : ''}</td>
        {editable && <td style={{ textAlign: 'right' }}><Button size="compact-sm" variant="default" leftSection={<IconRestore size={14} />} aria-label={t('archive.restoreOne', { name })} onClick={() => setRestored({ ids: [record.id] })}>{t('archive.restore')}</Button></td>}
      </tr>
    );
  };
  return (
    <div className="page">
      <Group mb="sm" gap="xs" wrap="nowrap">
        <Tooltip label={t('archive.back')}><ActionIcon size={34} variant="default" aria-label={t('archive.back')} onClick={back}><IconArrowLeft size={17} /></ActionIcon></Tooltip>
        <Title order={1} className="truncate">{t(info.label)}</Title>
        <Badge color="gray" size="lg" leftSection={<IconArchive size={13} />}>{t('archive.title')}</Badge>
      </Group>
      <div className="card">
        {pages.isError && !pages.data && <Problem problem={pages.error} retry={() => void pages.refetch()} />}
        {pages.data && !gathering && all.length === 0 && <Empty icon={<IconArchive size={24} />} title={t('archive.empty')} text={t('archive.emptyText')}><Button variant="default" onClick={back}>{t('archive.back')}</Button></Empty>}
        {(gathering || all.length > 0) && <Group p="sm"><TextInput data-search type="search" size="xs" w={{ base: '100%', xs: 260 }} styles={{ input: { height: 30, minHeight: 30, fontSize: 13 } }} value={query} onChange={(event) => setQuery(event.currentTarget.value)} placeholder={t('archive.search')} aria-label={t('archive.search')} leftSection={<IconSearch size={15} />} /></Group>}
        {!gathering && all.length > 0 && records.length === 0 && <Empty compact icon={<IconSearch size={18} />} title={t('list.noMatch')} />}
        {(gathering || records.length > 0) && (
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('archive.title')} aria-busy={gathering} style={{ borderTop: '1px solid var(--co-line)' }}>
            <table className="grid">
              <thead>
                <tr>
                  {editable && <th scope="col" style={{ width: 40, paddingRight: 0 }}><Checkbox size="xs" aria-label={t('list.selectPage')} checked={n > 0 && n === records.length} indeterminate={n > 0 && n < records.length} onChange={() => setSelected(n === records.length ? new Set() : new Set(records.map((record) => record.id)))} /></th>}
                  <th scope="col" className="sticky">{t('list.name')}</th>
                  {columns.map((column) => <th key={column} scope="col" className={isNumeric(schema, column) ? 'num' : undefined}>{schema.label(column)}</th>)}
                  <th scope="col">{t('archive.at')}</th>
                  {editable && <th scope="col"><span className="visually-hidden">{t('archive.restore')}</span></th>}
                </tr>
              </thead>
              <tbody>
                {gathering && Array.from({ length: 8 }, (_, i) => <tr key={i}><td colSpan={columns.length + 4}><Skeleton h={14} w={`${70 - ((i * 13) % 40)}%`} /></td></tr>)}
                {!gathering && records.map(row)}
              </tbody>
            </table>
          </div>
        )}
        {hasNextPage && !gathering && <Group justify="center" p="sm" style={{ borderTop: '1px solid var(--co-line)' }}><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
      </div>
      {selected.size > 0 && (
        <SelectionBar text={t('bulk.selected', { count: selected.size, n: number(selected.size, language) })} clear={() => setSelected(new Set())}>
          <Button size="compact-md" variant="white" color="dark" leftSection={<IconRestore size={15} />} onClick={() => setRestored({ ids: [...selected] })}>{t('archive.restore')}</Button>
        </SelectionBar>
      )}
      {restored && <BulkRun type={type} title={t('archive.restoring')} chosen={restored} deed={deed} finished={finished} />}
    </div>
  );
}
