import { Badge, Button, Chip, Group, Loader, Popover, Skeleton, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { IconCoins, IconHelpCircle, IconLock, IconTimeline } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type CSSProperties, useMemo, useState } from 'react';
import { timelineQuery, whyQuery } from '../api/queries';
import type { ListType, TimelineItem, TimelineOrigin, TimelineSource, Why } from '../api/types';
import { maybeT, useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { clock, day, duration, list, moment, month } from '../lib/format';
import { isListType, pluralType } from '../lib/objects';
import { type Schema, useSchema } from '../lib/schema';
import { OWN, allSources, byMonth, kindOfItem, plain, shown } from '../lib/timeline';
import { accountColor } from '../theme/theme';
import { ACTIVITY_ICONS } from './composer';
import { PropertyValue } from './property-value';
import { Empty, Problem } from './states';

const ICONS = { ...ACTIVITY_ICONS, deals: IconCoins } as const;
type ItemKind = keyof typeof ICONS;
const KINDS = Object.keys(ICONS) as ItemKind[];

function originStyle(accountId: string | number): CSSProperties {
  const color = accountColor(accountId);
  return { '--origin': `var(--mantine-color-${color}-6)`, '--origin-text': `light-dark(color-mix(in srgb, var(--mantine-color-${color}-9) 75%, #000), var(--mantine-color-${color}-3))` } as CSSProperties;
}

/** Colour, icon and name: an origin is never told by colour alone. */
export function OriginLabel({ origin }: { origin: Pick<TimelineOrigin, 'accountId' | 'accountName'> }) {
  const t = useT();
  return (
    <>
      <span className="origin" style={originStyle(origin.accountId)} title={t('timeline.readOnly')}>
        <IconLock size={13} aria-hidden="true" />
        {t('timeline.from', { account: origin.accountName })}
      </span>
      <span className="visually-hidden">{t('timeline.readOnly')}</span>
    </>
  );
}

export function Timeline({ type, id }: { type: ListType; id: string }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const deals = useSchema('deals');
  const [kinds, setKinds] = useState<string[]>([]);
  const [origins, setOrigins] = useState<string[]>([]);
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'records', type, 'one', id, 'timeline'],
    queryFn: ({ pageParam }) => timelineQuery(account.id, type, id, pageParam).queryFn(),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.before ?? last.paging?.next?.after ?? undefined,
  });
  const items = useMemo(() => pages.data?.pages.flatMap((page) => page.results) ?? [], [pages.data]);
  const sources = useMemo(() => allSources(pages.data?.pages ?? []), [pages.data]);
  const hindrances = pages.data?.pages[0]?.hindrances ?? [];
  const present = KINDS.filter((kind) => items.some((item) => kindOfItem(item) === kind));
  const visible = useMemo(() => shown(items, { kinds: new Set(kinds), origins: new Set(origins) }), [items, kinds, origins]);
  const origin = (value: string, label: string) => (
    <Chip key={value} value={value} size="xs" variant="outline" color={value === OWN ? 'spruce' : accountColor(value)}>
      <span className="tl-chip" style={originStyle(value === OWN ? account.id : value)}><span className="source-dot" aria-hidden="true" />{label}</span>
    </Chip>
  );

  return (
    <section className="card" aria-label={t('record.timeline')}>
      <div className="tl-head">
        <Group justify="space-between">
          <Title order={2} size="h3">{t('record.timeline')}</Title>
          {pages.isFetching && !pages.isPending && <Loader size={14} />}
        </Group>
        <div className="tl-filters">
          {sources.length > 0 && (
            <Chip.Group multiple value={origins} onChange={setOrigins}>
              <Group gap={6} role="group" aria-label={t('timeline.byOrigin')}>
                {origin(OWN, account.name)}
                {sources.filter((source) => source.nMatches > 0 || source.nItems > 0).map((source) => origin(String(source.accountId), source.accountName))}
              </Group>
            </Chip.Group>
          )}
          {present.length > 1 && (
            <Chip.Group multiple value={kinds} onChange={setKinds}>
              <Group gap={6} role="group" aria-label={t('timeline.byKind')}>{present.map((kind) => <Chip key={kind} value={kind} size="xs" variant="outline">{t(`kinds.${kind}`)}</Chip>)}</Group>
            </Chip.Group>
          )}
        </div>
        {sources.length > 0 && <Sources sources={sources} more={pages.hasNextPage} />}
        {hindrances.length > 0 && <Text size="xs" c="dimmed" mt={8}>{t('timeline.hindered', { why: list(hindrances.map((code) => maybeT(`timeline.hindrance.${code}`) ?? code), language) })}</Text>}
      </div>
      <div style={{ padding: '4px 14px 14px' }}>
        {pages.isPending && <Stack gap="md" pt="md" role="status" aria-label={t('state.loading')}>{[1, 2, 3].map((i) => <Group key={i} wrap="nowrap" align="flex-start"><Skeleton circle h={30} /><Skeleton h={64} style={{ flex: 1 }} /></Group>)}</Stack>}
        {pages.isError && !pages.data && <Problem problem={pages.error} retry={() => void pages.refetch()} compact />}
        {pages.data && items.length === 0 && <Empty compact icon={<IconTimeline size={18} />} title={t('timeline.empty')} text={t('timeline.emptyText')} />}
        {items.length > 0 && visible.length === 0 && <Empty compact icon={<IconTimeline size={18} />} title={t('timeline.allHidden')}><Button variant="default" size="compact-sm" onClick={() => { setKinds([]); setOrigins([]); }}>{t('list.clearAll')}</Button></Empty>}
        {byMonth(visible).map((part) => (
          <div key={part.key}>
            <h3 className="tl-month" style={{ margin: 0 }}>{part.items[0] ? month(part.items[0].at, language) : ''}</h3>
            <ol className="tl">{part.items.map((item) => <Item key={`${item.origin?.accountId ?? OWN}/${item.objectType}/${item.id}`} item={item} type={type} id={id} deals={deals} />)}</ol>
          </div>
        ))}
        {pages.hasNextPage && <Group justify="center" mt="sm"><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
      </div>
    </section>
  );
}

/** Per sister account: what it shares here, or why nothing is shown. */
function Sources({ sources, more }: { sources: TimelineSource[]; more: boolean }) {
  const t = useT();
  const words = (source: TimelineSource): string => {
    if (source.nItems > 0) return t(more ? 'timeline.nSoFar' : 'timeline.nItems', { count: source.nItems });
    if (source.reason) return maybeT(`timeline.state.${source.reason}`) ?? t('timeline.state.stopped');
    if (source.nMatches > 0) return t(more ? 'timeline.state.further' : 'timeline.state.shown');
    return maybeT(`timeline.state.${source.state}`) ?? t('timeline.state.none');
  };
  return (
    <ul className="sources" aria-label={t('timeline.sources')}>
      {sources.map((source) => (
        <li key={String(source.accountId)} style={originStyle(source.accountId)}>
          <span className="source-dot" aria-hidden="true" />
          <Text span size="xs" fw={600}>{source.accountName}</Text>
          <Text span size="xs" c="dimmed">{words(source)}</Text>
          {source.ambiguous && <Badge size="sm" color="orange">{t('timeline.ambiguous', { count: source.nMatches })}</Badge>}
        </li>
      ))}
    </ul>
  );
}

const OUTLINE_MAX = 420;

function Item({ item, type, id, deals }: { item: TimelineItem; type: ListType; id: string; deals: Schema }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [whole, setWhole] = useState(false);
  const kind = kindOfItem(item) as ItemKind;
  const Icon = ICONS[kind] ?? IconTimeline;
  const p = item.properties;
  const body = plain(item.body);
  const long = body.length > OUTLINE_MAX;
  const title = item.title || t(ICONS[kind] ? `kind.${kind}` : 'kind.notes');
  const plural = pluralType(item.objectType);
  const linked = !item.origin && isListType(plural);
  const facts = [item.ownerName, kind === 'calls' && p.hs_call_duration ? duration(p.hs_call_duration, language) : '', kind === 'meetings' ? p.hs_meeting_location : '', kind === 'tasks' && p.hs_task_status ? (maybeT(`opt.hs_task_status.${p.hs_task_status}`) ?? p.hs_task_status) : ''].filter(Boolean);
  return (
    <li className="tl-item" data-mirrored={item.origin ? '' : undefined} style={item.origin ? originStyle(item.origin.accountId) : undefined}>
      <span className="tl-dot"><Icon size={16} stroke={1.7} aria-hidden="true" /></span>
      <article className="tl-card" aria-label={`${t(ICONS[kind] ? `kind.${kind}` : 'kind.notes')}: ${title}`}>
        <div className="tl-top">
          <Group gap={8} style={{ minWidth: 0, flex: 1 }}>
            {linked ? <Link className="row-link" style={{ fontSize: 13.5 }} to="/a/$account/$type/$id" params={{ account: String(account.id), type: plural as ListType, id: item.id }}>{title}</Link> : <Text fz={13.5} fw={580} style={{ overflowWrap: 'anywhere' }}>{title}</Text>}
            {kind === 'deals' && (p.dealstage || item.origin) && <DealStage item={item} deals={deals} />}
            {kind === 'deals' && p.amount && <Text size="sm" className="tabular" fw={560}>{deals.show('amount', p.amount, p)}</Text>}
          </Group>
          <Text size="xs" c="dimmed" className="tabular" title={moment(item.at, language)} style={{ flexShrink: 0 }}>{kind === 'deals' ? day(item.at, language) : `${day(item.at, language)}, ${clock(item.at, language)}`}</Text>
        </div>
        {body && <div className="tl-body">{long && !whole ? `${body.slice(0, OUTLINE_MAX)}…` : body}{long && <> <Button variant="subtle" size="compact-xs" aria-expanded={whole} onClick={() => setWhole(!whole)}>{t(whole ? 'timeline.less' : 'timeline.more')}</Button></>}</div>}
        {item.withheld && <Text size="xs" c="dimmed" mt={6}>{t('timeline.withheld')}</Text>}
        {(item.origin || facts.length > 0) && (
          <div className="tl-foot">
            {item.origin && <OriginLabel origin={item.origin} />}
            <Text size="xs" c="dimmed" className="tl-facts" title={facts.join(' · ')}>{facts.join(' · ')}</Text>
            {item.origin && <WhyPopover item={item} origin={item.origin} type={type} id={id} />}
          </div>
        )}
      </article>
    </li>
  );
}

/** A sister's stages are hers: an id may mean another stage here, so only what every pipeline knows is shown of it. */
function DealStage({ item, deals }: { item: TimelineItem; deals: Schema }) {
  const t = useT();
  const p = item.properties;
  if (!item.origin) return <PropertyValue schema={deals} name="dealstage" value={p.dealstage} values={p} />;
  // The terms may keep it back; then nothing is said of it.
  if (!p.dealstage && !p.hs_is_closed) return null;
  const state = p.hs_is_closed_won === 'true' || p.dealstage === 'closedwon' ? 'won' : p.hs_is_closed_lost === 'true' || p.hs_is_closed === 'true' || p.dealstage === 'closedlost' ? 'lost' : 'open';
  return <Badge color={{ won: 'spruce', lost: 'red', open: 'blue' }[state]}>{t(`deal.${state}`)}</Badge>;
}

function WhyPopover({ item, origin, type, id }: { item: TimelineItem; origin: TimelineOrigin; type: ListType; id: string }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={340} position="bottom-end" trapFocus>
      <Popover.Target>
        <UnstyledButton className="why" onClick={() => setOpen(!open)} aria-expanded={open}><IconHelpCircle size={13} aria-hidden="true" />{t('why.ask')}</UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>{open && <WhyAnswer item={item} origin={origin} type={type} id={id} />}</Popover.Dropdown>
    </Popover>
  );
}

const accountWord = (value: Why['sourceAccount'] | undefined): string => (typeof value === 'string' ? value : value?.name ?? '');

function WhyAnswer({ origin, type, id }: { item: TimelineItem; origin: TimelineOrigin; type: ListType; id: string }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const why = useQuery(whyQuery(account.id, type, id, origin.connectionId, origin.accountId));
  if (why.isPending) return <Stack gap={8} role="status" aria-label={t('state.loading')}><Skeleton h={14} /><Skeleton h={14} w="80%" /><Skeleton h={14} w="60%" /></Stack>;
  if (why.isError) return <Problem problem={why.error} compact />;
  const { sourceAccount, destinationAccount, openedBy, openedAt, purpose, legalBasis, legalBasisText, shares, match } = why.data;
  const source = accountWord(sourceAccount) || origin.accountName;
  const shared = (Array.isArray(shares) ? shares : [shares]).filter(Boolean).map((share) => maybeT(`why.share.${share}`) ?? share);
  const matched = typeof match === 'string' ? match : match?.value ?? '';
  const key = typeof match === 'object' && match?.kind ? match.kind : type === 'companies' ? 'domain' : 'email';
  return (
    <div tabIndex={-1}>
      <Text fw={620} size="sm" mb={6}>{t('why.ask')}</Text>
      <Text size="sm">{t('why.opened', { source, destination: accountWord(destinationAccount) || account.name })}</Text>
      <dl className="why-facts">
        {openedBy && <><dt>{t('why.by')}</dt><dd>{openedBy}</dd></>}
        {openedAt && <><dt>{t('why.when')}</dt><dd>{moment(openedAt, language)}</dd></>}
        {shared.length > 0 && <><dt>{t('why.shares')}</dt><dd>{list(shared, language)}</dd></>}
        <dt>{t('why.match')}</dt><dd>{maybeT(`why.match.${key}`, { value: matched }) ?? matched}{origin.ambiguous ? ` ${t('why.ambiguous')}` : ''}</dd>
        {purpose && <><dt>{t('why.purpose')}</dt><dd>{purpose}</dd></>}
        {legalBasis && <><dt>{t('why.basis')}</dt><dd>{maybeT(`basis.${legalBasis}`) ?? legalBasis}{legalBasisText ? `: ${legalBasisText}` : ''}</dd></>}
      </dl>
      <Text size="xs" c="dimmed" mt={8}>{t('why.logged', { source })}</Text>
    </div>
  );
}
