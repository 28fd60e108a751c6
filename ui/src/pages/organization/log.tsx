import { Button, Group, Text, Title } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
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
  const [n, setN] = useState(FEW);
  const log = useQuery({ queryKey: ['a', account.id, 'orglog', organization.id, organization.version], queryFn: () => readAll(account.id, organization.id) });
  const entries = log.data?.slice(0, n) ?? [];
  return (
    <section className="card" aria-labelledby="org-log">
      <Title order={2} id="org-log" px={16} pt={14} pb="xs">{t('org.log')}</Title>
      {log.isPending && <Loading rows={3} />}
      {log.isError && <Problem problem={log.error} retry={() => void log.refetch()} compact />}
      {log.data && entries.length === 0 && <Empty compact icon={<IconTimeline size={18} />} title={t('org.log.none')} />}
      <ol className="org-log">
        {entries.map((entry, i) => (
          <li key={entry.seq ?? i}>
            <span><Text span size="sm" fw={560}>{who(entry, t)}</Text> {sentence(entry, name)}</span>
            <Text span size="xs" c="dimmed">{moment(when(entry.at), language)}</Text>
          </li>
        ))}
      </ol>
      {log.data && log.data.length > n && <Group justify="center" pb="sm"><Button variant="default" size="xs" onClick={() => setN(n + MORE)}>{t('act.loadMore')}</Button></Group>}
    </section>
  );
}

const FEW = 8;
const MORE = 30;
const PAGES_MAX = 20;

/** The server tells it oldest first, because that is how the hashes chain; people want the newest first. */
async function readAll(account: string | number, organization: string | number): Promise<Entry[]> {
  const entries: Entry[] = [];
  let after: string | undefined;
  for (let i = 0; i < PAGES_MAX; i += 1) {
    const page: Page<Entry> = await call<Page<Entry>>(`/organizations/v1/${organization}/log`, { account, query: { after } });
    entries.push(...page.results);
    after = page.paging?.next?.after;
    if (!after) break;
  }
  return entries.sort((a, b) => (b.seq ?? 0) - (a.seq ?? 0));
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
