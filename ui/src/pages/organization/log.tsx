/** The one log: what was done, what changed by itself, what was refused and who looked; newest first. */
import { Alert, Button, Group, Menu, Select, Text, Title } from '@mantine/core';
import { IconDownload, IconShieldCheck, IconTimeline } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { call, pathWith } from '../../api/client';
import type { Organization, Page } from '../../api/types';
import { DayField } from '../../components/special-fields';
import { Empty, Loading, Problem } from '../../components/states';
import { type Translate, maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { download } from '../../lib/download';
import { describe } from '../../lib/errors';
import { moment, number } from '../../lib/format';
import { useFormerMembers } from './life';
import { type Entry, told, who } from './log-words';
import { namesOf } from './words';

interface Filter { act: string | null; account: string | null; actor: string | null; since: string; until: string }

const NOTHING: Filter = { act: null, account: null, actor: null, since: '', until: '' };
const PAGE = 20;
const ACTS = ['disclosed', 'refused', 'edge_opened', 'edge_amended', 'edge_closed', 'edge_refused', 'review_due', 'configured', 'role_granted', 'role_ended', 'off_boarded', 'off_boarding_refused', 'directory_changed', 'access_given', 'access_taken', 'access_refused', 'grant_opened', 'grant_closed', 'consent_changed', 'change_proposed', 'change_approved', 'change_rejected', 'change_withdrawn', 'change_planned_again', 'change_expired', 'factor_reset_asked', 'factor_reset_approved', 'factor_reset_stopped', 'factor_reset_lapsed', 'factor_reset_done', 'file_applied', 'member_joined', 'member_removed', 'one_member_left', 'proposed', 'verified', 'frozen', 'thawed', 'deleted', 'restored', 'member_frozen', 'member_thawed', 'member_restored', 'policy_changed', 'warned', 'offered', 'acknowledged'] as const;

/** The filter as the server reads it; days are those of this clock, the last one whole. */
export function logQuery({ act, account, actor, since, until }: Filter): Record<string, string | null> {
  const day = (text: string, plus: number) => {
    if (!text) return null;
    const [year = 0, month = 1, date = 1] = text.split('-').map(Number);
    return new Date(year, month - 1, date + plus).toISOString();
  };
  return { act, account, actor, since: day(since, 0), until: day(until, 1) };
}

export function OrganizationLog({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const former = useFormerMembers(organization);
  const name = namesOf([...(former.data ?? []), ...organization.members]);
  const [filter, setFilter] = useState(NOTHING);
  const query = useMemo(() => logQuery(filter), [filter]);
  const path = `/organizations/v1/${organization.id}/log`;
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'orglog', organization.id, organization.version, query],
    queryFn: ({ pageParam }) => call<Page<Entry>>(path, { account: account.id, query: { ...query, order: 'newest', limit: PAGE, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.paging?.next?.after,
  });
  const entries = pages.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <section className="card" aria-labelledby="org-log">
      <Group justify="space-between" px={16} pt={14} pb="xs" gap="sm">
        <Title order={2} id="org-log">{t('org.log')}</Title>
        <Whole path={path} account={account.id} query={query} />
      </Group>
      <Filters filter={filter} setFilter={setFilter} organization={organization} entries={entries} />
      {pages.isPending && <Loading rows={3} />}
      {pages.isError && <Problem problem={pages.error} retry={() => void pages.refetch()} compact />}
      {pages.isSuccess && entries.length === 0 && <Empty compact icon={<IconTimeline size={18} />} title={t(Object.values(query).some(Boolean) ? 'org.log.noMatch' : 'org.log.none')} />}
      <ol className="org-log">
        {entries.map((entry) => {
          const { who: by, what } = told(entry, name, language, t);
          return (
            <li key={entry.seq}>
              <span>{by !== undefined && <Text span size="sm" fw={560}>{by}</Text>} {what}{shown(entry, t)}</span>
              <Text span size="xs" c="dimmed">{moment(entry.at, language)}</Text>
            </li>
          );
        })}
      </ol>
      {pages.hasNextPage && <Group justify="center" pb="sm"><Button variant="default" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
    </section>
  );
}

function Filters({ filter, setFilter, organization, entries }: { filter: Filter; setFilter: (filter: Filter) => void; organization: Organization; entries: Entry[] }) {
  const t = useT();
  const set = (change: Partial<Filter>) => setFilter({ ...filter, ...change });
  // Whoever acted in what is shown can be chosen; the chosen one stays.
  const [actors, setActors] = useState(new Map<string, string>());
  const known = new Map(actors);
  for (const entry of entries) known.set(entry.actor, who(entry, t));
  if (known.size > actors.size) setActors(known);
  return (
    <div className="log-filters">
      <Select size="xs" clearable searchable label={t('org.log.act')} value={filter.act} onChange={(act) => set({ act })} data={ACTS.map((value) => ({ value, label: t(`org.act.${value}`) }))} clearButtonProps={{ 'aria-label': t('act.clear') }} />
      <Select size="xs" clearable searchable label={t('org.log.account')} value={filter.account} onChange={(account) => set({ account })} data={organization.members.map((member) => ({ value: String(member.accountId), label: member.name }))} clearButtonProps={{ 'aria-label': t('act.clear') }} />
      <Select size="xs" clearable searchable label={t('org.log.actor')} value={filter.actor} onChange={(actor) => set({ actor })} data={[...known].map(([value, label]) => ({ value, label }))} clearButtonProps={{ 'aria-label': t('act.clear') }} />
      <DayField size="xs" label={t('org.log.since')} value={filter.since} onChange={(since) => set({ since })} />
      <DayField size="xs" label={t('org.log.until')} value={filter.until} onChange={(until) => set({ until })} />
    </div>
  );
}

interface Verified { nEntries: number; altered: number | null }

/** What is done with the whole log: into a file, and checked. */
function Whole({ path, account, query }: { path: string; account: string | number; query: Record<string, string | null> }) {
  const t = useT();
  const language = useLanguage();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; good: boolean }>();
  const during = async (act: () => Promise<void>) => {
    setBusy(true);
    setSaid(undefined);
    await act().catch((problem: unknown) => setSaid({ text: describe(problem, t), good: false }));
    setBusy(false);
  };
  const save = (format: string) => during(() => download(pathWith(`${path}/export`, { ...query, format }), account, `organization-log.${format}`));
  const check = () => during(async () => {
    const { nEntries, altered } = await call<Verified>(`${path}/verify`, { account });
    setSaid(altered === null ? { text: t('org.log.sound', { n: number(nEntries, language) }), good: true } : { text: t('org.log.altered', { n: number(altered, language) }), good: false });
  });
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" leftSection={<IconShieldCheck size={15} />} disabled={busy} onClick={() => void check()}>{t('org.log.verify')}</Button>
      <Menu position="bottom-end">
        <Menu.Target><Button size="xs" variant="default" leftSection={<IconDownload size={15} />} loading={busy}>{t('org.log.export')}</Button></Menu.Target>
        <Menu.Dropdown>
          {['csv', 'json'].map((format) => <Menu.Item key={format} onClick={() => void save(format)}>{format.toUpperCase()}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      {said && <Alert role="status" color={said.good ? 'spruce' : 'red'} p="xs" w="100%">{said.text}</Alert>}
    </Group>
  );
}

/** Of a look: whose data, for people of the account whose they are, and what of it. */
function shown({ detail, recordName, recordErased }: Entry, t: Translate): string {
  const items = (detail?.view?.items ?? []).map(({ type, n }) => maybeT(`disclosed.${type}s`, { count: n }) ?? `${n} ${type}`).join(', ');
  const record = recordName ?? (recordErased ? t('disclosures.erased') : '');
  return [record, items].some(Boolean) ? `: ${[record, items].filter(Boolean).join(' · ')}` : '';
}
