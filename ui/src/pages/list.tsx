import { ActionIcon, Button, Checkbox, Group, Menu, NativeSelect, Pagination, Popover, ScrollArea, SegmentedControl, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconArchive, IconArrowDown, IconArrowUp, IconColumns3, IconDots, IconFileImport, IconLayoutKanban, IconList, IconPlus, IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type SearchRequest, searchQuery } from '../api/queries';
import type { CrmRecord, ListType } from '../api/types';
import { FilterBar } from '../components/filter-bar';
import { PersonMark } from '../components/account-mark';
import { PropertyValue, isNumeric } from '../components/property-value';
import { Empty, Loading, Problem } from '../components/states';
import { useLanguage, useT } from '../i18n';
import { may, useHere } from '../lib/account';
import type { Chosen } from '../lib/bulk';
import { number } from '../lib/format';
import { useHotkeys } from '../lib/hotkeys';
import { DEFAULT_SIZE, type ListSearch, PAGE_SIZES, keepColumns, keptColumns, nextSort, readFilters, writeFilters } from '../lib/list-state';
import { OBJECTS, isListType, recordName } from '../lib/objects';
import { type Schema, useSchema } from '../lib/schema';
import { NotFoundPage } from './error-pages';
import { TYPE_ICONS } from '../components/type-icons';

export function ListPage() {
  const { type } = useParams({ from: '/a/$account/$type' });
  if (!isListType(type)) return <NotFoundPage />;
  return <ListOrArchive key={type} type={type} />;
}

const BulkBar = lazy(() => import('../components/bulk-bar').then((bar) => ({ default: bar.BulkBar })));
const RecordForm = lazy(() => import('../components/record-form').then((form) => ({ default: form.RecordForm })));
const Board = lazy(() => import('./board').then((page) => ({ default: page.Board })));
const ArchivedRecords = lazy(() => import('./archived').then((page) => ({ default: page.ArchivedRecords })));

function ListOrArchive({ type }: { type: ListType }) {
  const { view } = useSearch({ from: '/a/$account/$type' });
  const navigate = useNavigate({ from: '/a/$account/$type' });
  if (view !== 'archived') return <RecordList type={type} />;
  return <Suspense><ArchivedRecords type={type} back={() => void navigate({ search: {} })} /></Suspense>;
}

const SEARCH_WAIT_MS = 250;

function RecordList({ type }: { type: ListType }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const info = OBJECTS[type];
  const search = useSearch({ from: '/a/$account/$type' });
  const navigate = useNavigate({ from: '/a/$account/$type' });
  const schema = useSchema(type);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [everything, setEverything] = useState(false);
  const [kept, setKept] = useState(() => keptColumns(account.id, type));
  const [creating, create] = useDisclosure(false);

  const set = (next: Partial<ListSearch>, replace = false) => void navigate({ search: (old: ListSearch) => ({ ...old, page: undefined, ...next }), replace });
  const columns = useMemo(() => {
    const wished = search.cols?.split(',') ?? kept ?? info.columns;
    return schema.ready ? wished.filter((name) => schema.get(name)) : [...wished];
  }, [search.cols, kept, info.columns, schema]);
  const filters = useMemo(() => readFilters(search.f), [search.f]);
  const sort = search.sort ?? info.sort;
  const request: SearchRequest = {
    filters, query: search.q ?? '', sort, page: search.page ?? 1, size: search.size ?? DEFAULT_SIZE,
    properties: [...new Set([...info.name, ...columns, ...(type === 'deals' ? ['deal_currency_code', 'pipeline'] : [])])],
  };
  // "All" means all of this search: another search is another all.
  const about = JSON.stringify([search.q, search.f]);
  const choose = (next: ReadonlySet<string>) => {
    setEverything(false);
    setSelected(next);
  };
  useEffect(() => { setEverything(false); setSelected(new Set()); }, [about]);
  const board = type === 'deals' && search.view === 'board';
  const records = useQuery({ ...searchQuery(account.id, type, request), enabled: !board });
  const total = records.data?.total ?? 0;
  const wholePage = Boolean(records.data?.results.length) && records.data!.results.every((record) => selected.has(record.id));
  const chosen = useMemo<Chosen>(() => (everything ? { filters, query: search.q ?? '', total } : { ids: [...selected] }), [everything, filters, search.q, total, selected]);
  const clear = useCallback(() => { setEverything(false); setSelected(new Set()); }, []);

  useEffect(() => { document.title = `${t(info.label)} · ${account.name}`; }, [t, info.label, account.name]);
  const editable = may(account, 'edit', type);
  useHotkeys(editable ? { c: create.open } : {});

  const chooseColumns = (next: string[]) => {
    keepColumns(account.id, type, next);
    setKept(next);
    if (search.cols) set({ cols: undefined });
  };

  return (
    <div className="page">
      <Group justify="space-between" mb="sm" gap="sm">
        <Group gap="sm" align="baseline">
          <Title order={1}>{t(info.label)}</Title>
          {!board && records.data && <Text c="dimmed" size="sm" className="tabular" role="status">{t('list.total', { count: total, n: number(total, language) })}</Text>}
        </Group>
        <Group gap="xs">
          {type !== 'tasks' && account.permissions.includes('import') && <Button variant="default" component={Link} to="/a/$account/import" params={{ account: String(account.id) } as never} search={{ type } as never} leftSection={<IconFileImport size={16} />} visibleFrom="sm">{t('nav.import')}</Button>}
          {editable && <Button leftSection={<IconPlus size={16} />} onClick={create.open}>{t('record.new', { type: t(info.one) })}</Button>}
        </Group>
      </Group>

      <div className="card">
        <div className="list-tools">
          <SearchField value={search.q ?? ''} onChange={(q) => set({ q: q || undefined }, true)} />
          <div className="list-filters">
            <FilterBar schema={schema} filters={filters} onChange={(next) => set({ f: writeFilters(next) })} />
          </div>
          <Group gap="xs" wrap="nowrap" ml="auto">
            {type === 'deals' && (
              <SegmentedControl
                size="xs"
                aria-label={t('list.view')}
                value={board ? 'board' : 'list'}
                onChange={(view) => set({ view: view === 'board' ? 'board' : undefined })}
                data={[
                  { value: 'list', label: <Group gap={5} wrap="nowrap"><IconList size={15} aria-hidden="true" />{t('list.asList')}</Group> },
                  { value: 'board', label: <Group gap={5} wrap="nowrap"><IconLayoutKanban size={15} aria-hidden="true" />{t('list.asBoard')}</Group> },
                ]}
              />
            )}
            {!board && <ColumnChooser schema={schema} columns={columns} onChange={chooseColumns} initial={info.columns} />}
            <Menu position="bottom-end">
              <Menu.Target><ActionIcon variant="default" size={30} aria-label={t('act.more')}><IconDots size={16} /></ActionIcon></Menu.Target>
              <Menu.Dropdown><Menu.Item leftSection={<IconArchive size={15} />} onClick={() => void navigate({ search: { view: 'archived' } })}>{t('archive.open')}</Menu.Item></Menu.Dropdown>
            </Menu>
          </Group>
        </div>
        {board ? (
          <Suspense fallback={<Loading />}><Board schema={schema} filters={filters} query={search.q ?? ''} /></Suspense>
        ) : records.isError && !records.data ? (
          <Problem problem={records.error} retry={() => void records.refetch()} />
        ) : schema.problem ? (
          <Problem problem={schema.problem} />
        ) : records.data && total === 0 ? (
          <NothingHere type={type} filtered={filters.length > 0 || Boolean(search.q)} clear={() => set({ f: undefined, q: undefined })} create={create.open} />
        ) : (
          <>
            <Grid type={type} schema={schema} columns={columns} records={records.data?.results} sort={sort} stale={records.isPlaceholderData} size={request.size} onSort={(column) => set({ sort: nextSort(sort, column) })} selected={selected} everything={everything} onSelect={choose} />
            <Pager total={total} page={request.page} size={request.size} onPage={(page) => set({ page: page > 1 ? page : undefined })} onSize={(size) => set({ size: size === DEFAULT_SIZE ? undefined : size })} />
          </>
        )}
      </div>
      <Suspense>
        {(everything || selected.size > 0) && <BulkBar type={type} schema={schema} chosen={chosen} more={!everything && wholePage && total > selected.size ? total : undefined} chooseAll={() => setEverything(true)} clear={clear} />}
        {creating && <RecordForm type={type} close={create.close} />}
      </Suspense>
    </div>
  );
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useT();
  const [text, setText] = useState(value);
  const send = useDebouncedCallback(onChange, SEARCH_WAIT_MS);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      data-search
      type="search"
      size="xs"
      w={{ base: '100%', xs: 230 }}
      styles={{ input: { height: 30, minHeight: 30, fontSize: 13 } }}
      value={text}
      onChange={(event) => { setText(event.currentTarget.value); send(event.currentTarget.value); }}
      placeholder={t('list.search')}
      aria-label={t('list.search')}
      leftSection={<IconSearch size={15} />}
      rightSection={text ? <ActionIcon size={20} aria-label={t('act.clear')} onClick={() => { setText(''); onChange(''); }}><IconX size={13} /></ActionIcon> : null}
    />
  );
}

function ColumnChooser({ schema, columns, onChange, initial }: { schema: Schema; columns: string[]; onChange: (columns: string[]) => void; initial: readonly string[] }) {
  const t = useT();
  const [query, setQuery] = useState('');
  const names = useMemo(() => {
    const chosen = columns.filter((name) => schema.get(name));
    const others = schema.all.map((property) => property.name).filter((name) => !columns.includes(name)).sort((a, b) => schema.label(a).localeCompare(schema.label(b)));
    return [...chosen, ...others].filter((name) => schema.label(name).toLowerCase().includes(query.toLowerCase()));
  }, [columns, schema, query]);
  const move = (name: string, by: number) => {
    const at = columns.indexOf(name);
    const next = [...columns];
    next.splice(at, 1);
    next.splice(at + by, 0, name);
    onChange(next);
  };
  return (
    <Popover width={320} position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default" size="compact-md" h={30} leftSection={<IconColumns3 size={15} />} disabled={!schema.ready}>{t('list.columns')}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput size="xs" placeholder={t('list.findColumn')} aria-label={t('list.findColumn')} value={query} onChange={(event) => setQuery(event.currentTarget.value)} data-autofocus mb="xs" />
        <ScrollArea.Autosize mah={340} type="auto">
          <Stack gap={2} pr={10}>
            {names.map((name) => {
              const at = columns.indexOf(name);
              return (
                <Group key={name} justify="space-between" wrap="nowrap" gap={4} h={30}>
                  <Checkbox size="xs" label={schema.label(name)} checked={at >= 0} onChange={() => onChange(at >= 0 ? columns.filter((other) => other !== name) : [...columns, name])} />
                  {at >= 0 && !query && (
                    <Group gap={0} wrap="nowrap">
                      <ActionIcon size="sm" disabled={at === 0} aria-label={t('list.columnUp', { name: schema.label(name) })} onClick={() => move(name, -1)}><IconArrowUp size={13} /></ActionIcon>
                      <ActionIcon size="sm" disabled={at === columns.length - 1} aria-label={t('list.columnDown', { name: schema.label(name) })} onClick={() => move(name, 1)}><IconArrowDown size={13} /></ActionIcon>
                    </Group>
                  )}
                </Group>
              );
            })}
          </Stack>
        </ScrollArea.Autosize>
        <Button variant="subtle" color="gray" size="compact-sm" mt="xs" onClick={() => onChange([...initial])}>{t('list.columnsReset')}</Button>
      </Popover.Dropdown>
    </Popover>
  );
}

interface GridProps { type: ListType; schema: Schema; columns: string[]; records: CrmRecord[] | undefined; sort: string; stale: boolean; size: number; onSort: (column: string) => void; selected: ReadonlySet<string>; everything: boolean; onSelect: (selected: ReadonlySet<string>) => void }

function Grid({ type, schema, columns, records, sort, stale, size, onSort, selected, everything, onSelect }: GridProps) {
  const t = useT();
  const { account } = useHere();
  const info = OBJECTS[type];
  const body = useRef<HTMLTableSectionElement>(null);
  const ids = records?.map((record) => record.id) ?? [];
  const picked = (id: string) => everything || selected.has(id);
  const n = ids.filter(picked).length;
  const toggle = (id: string) => {
    // One row less than everything is the rest of this page.
    const next = new Set(everything ? ids : selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const move = (by: number) => {
    const links = [...(body.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  useHotkeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const id = (document.activeElement as HTMLElement | null)?.dataset.row;
      if (id) toggle(id);
    },
  });
  const head = (column: string, label: string, className?: string) => {
    const order = sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : undefined;
    return (
      <th key={column} scope="col" aria-sort={order} className={className}>
        <button type="button" onClick={() => onSort(column)}>
          {label}
          {order === 'ascending' && <IconArrowUp size={13} aria-hidden="true" />}
          {order === 'descending' && <IconArrowDown size={13} aria-hidden="true" />}
        </button>
      </th>
    );
  };
  return (
    <div className="grid-scroll" tabIndex={0} role="region" aria-label={t(info.label)} style={{ borderTop: '1px solid var(--co-line)', opacity: stale ? 0.65 : 1 }} aria-busy={!records || stale}>
      <table className="grid">
        <thead>
          <tr>
            <th scope="col" style={{ width: 40, paddingRight: 0 }}><Checkbox size="xs" aria-label={t('list.selectPage')} checked={n > 0 && n === ids.length} indeterminate={n > 0 && n < ids.length} onChange={() => onSelect(everything ? new Set() : n === ids.length ? new Set([...selected].filter((id) => !ids.includes(id))) : new Set([...selected, ...ids]))} /></th>
            {head(info.nameSort, t('list.name'), 'sticky')}
            {columns.filter((column) => column !== info.nameSort || type === 'contacts').map((column) => head(column, schema.label(column), isNumeric(schema, column) ? 'num' : undefined))}
          </tr>
        </thead>
        <tbody ref={body}>
          {!records && Array.from({ length: Math.min(size, 12) }, (_, i) => (
            <tr key={i}><td /><td className="sticky"><Skeleton h={14} w={120 + ((i * 31) % 70)} /></td>{columns.map((column, j) => <td key={column}><Skeleton h={12} w={50 + ((i * 13 + j * 29) % 60)} /></td>)}</tr>
          ))}
          {records?.map((record) => {
            const name = recordName(type, record, t);
            return (
              <tr key={record.id} data-selected={picked(record.id) || undefined}>
                <td style={{ paddingRight: 0 }}><Checkbox size="xs" aria-label={t('list.select', { name })} checked={picked(record.id)} onChange={() => toggle(record.id)} /></td>
                <td className="sticky">
                  <Link className="row-link" data-row={record.id} to="/a/$account/$type/$id" params={{ account: String(account.id), type, id: record.id }}>
                    {(type === 'contacts' || type === 'companies') && <PersonMark name={name} size={24} square={type === 'companies'} />}
                    <span className="truncate">{name}</span>
                  </Link>
                </td>
                {columns.filter((column) => column !== info.nameSort || type === 'contacts').map((column) => <td key={column} className={isNumeric(schema, column) ? 'num' : undefined}><PropertyValue schema={schema} name={column} value={record.properties[column]} values={record.properties} brief /></td>)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Pager({ total, page, size, onPage, onSize }: { total: number; page: number; size: number; onPage: (page: number) => void; onSize: (size: number) => void }) {
  const t = useT();
  const language = useLanguage();
  const pages = Math.max(1, Math.ceil(total / size));
  const first = total === 0 ? 0 : (page - 1) * size + 1;
  return (
    <Group justify="space-between" p="sm" gap="sm" style={{ borderTop: '1px solid var(--co-line)' }}>
      <Group gap="xs">
        <Text size="sm" c="dimmed" className="tabular">{t('list.range', { first: number(first, language), last: number(Math.min(total, page * size), language), total: number(total, language) })}</Text>
        <NativeSelect size="xs" w={126} aria-label={t('list.pageSize')} data={PAGE_SIZES.map((value) => ({ value: String(value), label: t('list.perPage', { n: value }) }))} value={String(size)} onChange={(event) => onSize(Number(event.currentTarget.value))} />
      </Group>
      <Pagination size="sm" total={pages} value={page} onChange={onPage} siblings={1} getControlProps={(control) => ({ 'aria-label': t(`pager.${control}`) })} getItemProps={(n) => ({ 'aria-label': t('pager.page', { n }) })} />
    </Group>
  );
}

function NothingHere({ type, filtered, clear, create }: { type: ListType; filtered: boolean; clear: () => void; create: () => void }) {
  const t = useT();
  const { account } = useHere();
  const Icon = TYPE_ICONS[type];
  if (filtered) return <Empty icon={<IconSearch size={22} />} title={t('list.noMatch')} text={t('list.noMatchText')}><Button variant="default" onClick={clear}>{t('list.clearAll')}</Button></Empty>;
  return (
    <Empty icon={<Icon size={24} />} title={t(`empty.${type}`)} text={t(`empty.${type}.text`)}>
      {may(account, 'edit', type) && <Button leftSection={<IconPlus size={16} />} onClick={create}>{t('record.new', { type: t(OBJECTS[type].one) })}</Button>}
      {type !== 'tasks' && account.permissions.includes('import') && <Button variant="default" component={Link} to="/a/$account/import" params={{ account: String(account.id) } as never} search={{ type } as never} leftSection={<IconFileImport size={16} />}>{t('nav.import')}</Button>}
    </Empty>
  );
}

