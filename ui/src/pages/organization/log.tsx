import { Button, Group, Text, Title } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { Organization, Page } from '../../api/types';
import { Empty, Loading, Problem } from '../../components/states';
import { type Translate, maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { moment } from '../../lib/format';
import { type NameOf, featureName, namesOf } from './words';

interface Entry { seq?: number; at: string | number; actor?: string | null; actorName?: string | null; act: string; subject?: string | null; detail?: unknown; words?: string }

export function OrganizationLog({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const name = namesOf(organization.members);
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'orglog', organization.id],
    queryFn: ({ pageParam }) => call<Page<Entry>>(`/organizations/v1/${organization.id}/log`, { account: account.id, query: { after: pageParam, limit: 20 } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.after,
  });
  const entries = pages.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <section className="card" aria-labelledby="org-log">
      <Title order={2} id="org-log" p="md" pb="xs">{t('org.log')}</Title>
      {pages.isPending && <Loading rows={3} />}
      {pages.isError && !pages.data && <Problem problem={pages.error} retry={() => void pages.refetch()} compact />}
      {pages.data && entries.length === 0 && <Empty compact icon={<IconTimeline size={18} />} title={t('org.log.none')} />}
      <ol className="org-log">
        {entries.map((entry, i) => (
          <li key={entry.seq ?? i}>
            <span><Text span size="sm" fw={560}>{who(entry, t)}</Text> {sentence(entry, name)}</span>
            <Text span size="xs" c="dimmed">{moment(when(entry.at), language)}</Text>
          </li>
        ))}
      </ol>
      {pages.hasNextPage && <Group justify="center" pb="sm"><Button variant="default" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
    </section>
  );
}

/** Microseconds, milliseconds or ISO text. */
function when(at: string | number): string {
  const n = Number(at);
  return Number.isFinite(n) ? new Date(n > 1e14 ? n / 1000 : n).toISOString() : String(at);
}

function who(entry: Entry, t: Translate): string {
  if (entry.actorName) return entry.actorName;
  return !entry.actor || entry.actor === 'system' ? t('org.log.system') : entry.actor;
}

/** "account:5" and the edge in the detail, as names. */
function sentence(entry: Entry, name: NameOf): string {
  const detail = (typeof entry.detail === 'string' ? parsed(entry.detail) : entry.detail) as { edge?: Record<string, unknown>; account?: unknown; feature?: unknown; source?: unknown; destination?: unknown } | null;
  const edge = detail?.edge ?? detail ?? {};
  const id = (value: unknown) => (value === undefined || value === null ? '' : name(String(value)));
  const subject = /^account:(\d+)$/.exec(entry.subject ?? '')?.[1];
  const words = maybeT(`org.log.${entry.act}`, { account: id(detail?.account ?? subject), feature: edge.feature ? featureName(String(edge.feature)) : '', source: id(edge.source), destination: id(edge.destination) });
  return words ?? entry.words ?? entry.act;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
