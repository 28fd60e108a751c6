/** What will end, who was a member and can come back, and what was acknowledged. */
import { Alert, Badge, Button, Group, Modal, Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconBan, IconCalendarX, IconCheck, IconSnowflake } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Candidate, Organization, Page } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { type Translate, maybeT, useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { day, list as names, moment } from '../../lib/format';
import { useProved } from '../../lib/proved';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { ImpactText } from './impact';
import { type NameOf, featureName, namesOf } from './words';

interface EndOf { what: string; accountId?: string; feature?: string; source?: string; destination?: string }
interface End { at: string; accountId?: string; ends: EndOf[] }
interface FormerMember { accountId: string; name: string; reason: string; removedAt: string; restorableUntil: string; against: string[] }
interface Former { id: string; name: string; state: string; deletedAt: string; restorableUntil: string; accounts: Candidate[]; blocked: string[]; nEdges: number }
interface Acknowledged { seq: number; at: string; actorName?: string | null; actor: string; subject?: string | null; detail?: { cause?: { acknowledgedTextVersion?: string } } | null }

const list = <T,>(path: string, account: string | number) => call<Page<T>>(path, { account }).then((page) => page.results);

export const againstWords = (reason: string): string => maybeT(`reason.${reason}`) ?? reason;

/** A card only where there is something to say. */
export function Ends({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const ends = useQuery({ queryKey: ['a', account.id, 'organization', 'outlook', organization.version], queryFn: () => list<End>(`/organizations/v1/${organization.id}/outlook`, account.id) });
  if (!ends.data || ends.data.length === 0) return null;
  const name = namesOf(organization.members);
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="org-ends">
      <Group gap={8}><IconCalendarX size={18} aria-hidden="true" /><Title order={2} id="org-ends">{t('org.ends')}</Title></Group>
      <Text size="sm" c="dimmed" mb="xs">{t('org.endsText')}</Text>
      <ul className="life-rows">
        {ends.data.map((end) => (
          <li key={`${end.at}${end.accountId ?? ''}`}>
            <Text size="sm" fw={600} style={{ minWidth: 150 }}>{moment(end.at, language)}</Text>
            <Text component="div" size="sm">{end.ends.map((one, i) => <div key={i}>{endWords(one, name, t)}</div>)}</Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

function endWords(one: EndOf, name: NameOf, t: Translate): string {
  const id = (value?: string) => (value ? name(value) : '');
  return maybeT(`org.ends.${one.what}`, { account: id(one.accountId), feature: one.feature ? featureName(one.feature) : '', source: id(one.source), destination: id(one.destination) }) ?? t('org.ends');
}

/** Accounts that were members and can come back. */
export function useFormerMembers(organization: Organization) {
  const { account } = useHere();
  return useQuery({ queryKey: ['a', account.id, 'organization', 'former', organization.version], queryFn: () => list<FormerMember>(`/organizations/v1/${organization.id}/former-members`, account.id) });
}

export function FormerMembers({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const proved = useProved();
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string>();
  const former = useFormerMembers(organization);
  if (!former.data || former.data.length === 0) return null;
  const bringBack = async (one: FormerMember) => {
    setBusy(one.accountId);
    setError(undefined);
    try {
      const outcome = await proved((stepUp) => call(`/organizations/v1/${organization.id}/members/${one.accountId}/restore`, { method: 'POST', account: account.id, stepUp }));
      if (!outcome.done) return;
      await refreshAfterEdit(account.id);
      toastDone(t('org.broughtBack', { name: one.name }));
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(null);
    }
  };
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="org-former">
      <Title order={2} id="org-former">{t('org.former')}</Title>
      <Text size="sm" c="dimmed" mb="xs">{t('org.formerText')}</Text>
      {error && <Alert color="red" role="alert" mb="xs">{error}</Alert>}
      <ul className="life-rows">
        {former.data.map((one) => (
          <li key={one.accountId}>
            <AccountMark id={one.accountId} name={one.name} size={28} />
            <div style={{ flex: 1, minWidth: 180 }}>
              <Text size="sm" fw={560}>{one.name}</Text>
              <Text size="xs" c="dimmed">{t('org.former.when', { reason: maybeT(`org.removal.${one.reason}`) ?? one.reason, date: day(one.removedAt, language), until: day(one.restorableUntil, language) })}</Text>
              {one.against.map((reason) => <Against key={reason} words={againstWords(reason)} />)}
            </div>
            {organization.canManage && one.against.length === 0 && <Button variant="default" size="xs" leftSection={<IconArrowBackUp size={15} />} aria-label={t('org.bringBackOf', { name: one.name })} loading={busy === one.accountId} onClick={() => void bringBack(one)}>{t('org.bringBack')}</Button>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Against({ words }: { words: string }) {
  return <Text size="xs" c="dimmed" style={{ display: 'flex', gap: 5 }}><IconBan size={14} aria-hidden="true" style={{ flexShrink: 0, marginTop: 1 }} />{words}</Text>;
}

/** Deleted organizations that can still come back, where there is no organization now. */
export function FormerOrganizations() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const proved = useProved();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const former = useQuery({ queryKey: ['a', account.id, 'organization', 'deleted'], queryFn: () => list<Former>('/organizations/v1/former', account.id) });
  const restore = async (one: Former) => {
    setBusy(true);
    setError(undefined);
    try {
      const outcome = await proved((stepUp) => call<{ organization: Organization }>(`/organizations/v1/${one.id}/restore`, { method: 'POST', account: account.id, stepUp }));
      if (!outcome.done) return;
      queryClient.setQueryData(['a', account.id, 'organization'], outcome.value.organization);
      await refreshAfterEdit(account.id);
      toastDone(t('org.restored'));
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (former.data ?? []).map((one) => (
    <section key={one.id} className="card" style={{ padding: 18, marginTop: 16, maxWidth: 760 }} aria-label={t('org.restoreTitle', { name: one.name, date: day(one.deletedAt, language) })}>
      <Title order={2}>{t('org.restoreTitle', { name: one.name, date: day(one.deletedAt, language) })}</Title>
      <Text size="sm" c="dimmed">{t('org.restoreText', { until: day(one.restorableUntil, language) })}</Text>
      <ul className="life-rows">
        {one.accounts.map((other) => (
          <li key={String(other.accountId)}>
            <AccountMark id={other.accountId} name={other.name} size={28} />
            <div>
              <Text size="sm">{t(other.eligible ? 'org.restore.comes' : 'org.restore.stays', { name: other.name })}</Text>
              {other.reasons.map((reason) => <Against key={reason} words={againstWords(reason)} />)}
            </div>
          </li>
        ))}
      </ul>
      <Text size="sm" mb="sm">{one.nEdges > 0 ? t('org.restore.edges', { count: one.nEdges }) : t('org.restore.noEdges')}</Text>
      {one.blocked.map((reason) => <Alert key={reason} color="red" mb="sm">{maybeT(`reason.here.${reason}`) ?? againstWords(reason)}</Alert>)}
      {error && <Alert color="red" role="alert" mb="sm">{error}</Alert>}
      {isAdmin(account) && <Button leftSection={<IconArrowBackUp size={16} />} disabled={one.blocked.length > 0 || !one.accounts.some((other) => other.eligible)} loading={busy} onClick={() => void restore(one)}>{t('org.restore')}</Button>}
    </section>
  ));
}

/** Who acknowledged which version of the impact statement, and when. */
export function Acknowledgements({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [reading, setReading] = useState<string | null>(null);
  const kept = useQuery({ queryKey: ['a', account.id, 'organization', 'acknowledged', organization.nMembers], queryFn: () => call<Page<Acknowledged>>(`/organizations/v1/${organization.id}/log`, { account: account.id, query: { act: 'acknowledged', order: 'newest', limit: 20 } }).then((page) => page.results), enabled: organization.canReadLog !== false });
  if (!kept.data || kept.data.length === 0) return null;
  const name = namesOf(organization.members);
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="org-ack">
      <Title order={2} id="org-ack" mb="xs">{t('org.ack')}</Title>
      <ul className="life-rows">
        {kept.data.map((one) => {
          const version = one.detail?.cause?.acknowledgedTextVersion ?? '';
          const about = /^account:(\d+)$/.exec(one.subject ?? '')?.[1] ?? '';
          return (
            <li key={one.seq}>
              <IconCheck size={16} aria-hidden="true" style={{ color: 'var(--mantine-color-spruce-6)', flexShrink: 0 }} />
              <Text size="sm" style={{ flex: 1 }}>{t('org.ack.by', { who: one.actorName ?? t('org.log.system'), account: name(about), date: moment(one.at, language), version })}</Text>
              <Button variant="subtle" size="compact-sm" onClick={() => setReading(version)}>{t('org.ack.read')}</Button>
            </li>
          );
        })}
      </ul>
      <Modal opened={reading !== null} onClose={() => setReading(null)} title={t('org.ack.title', { version: reading ?? '' })} size="lg" closeButtonProps={{ 'aria-label': t('act.close') }}><ImpactText version={reading ?? ''} /></Modal>
    </section>
  );
}

/** Many are counted; what is the matter with the first of them is said. */
const FROZEN_SAID = 6;

/** Which accounts carry nothing, why, and until when. */
export function FrozenMembers({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const frozen = organization.members.filter((member) => member.frozenUntil);
  const suspended = organization.members.filter((member) => member.status === 'suspended' && !member.frozenUntil);
  const rest = frozen.slice(FROZEN_SAID);
  return (
    <>
      {frozen.length > 0 && (
        <Alert color="blue" icon={<IconSnowflake size={18} />} title={t('org.frozenMembers', { count: frozen.length })}>
          {frozen.slice(0, FROZEN_SAID).map((member) => (
            <Text key={member.accountId} size="sm">{t('org.frozenMemberLine', { name: member.name, date: moment(member.frozenUntil ?? '', language), reason: maybeT(`org.member.frozen.${member.frozenReason ?? ''}`) ?? t('org.member.frozenNothing') })}</Text>
          ))}
          {rest.length > 0 && <Text size="sm">{t('org.frozenMembersText', { names: names(rest.map((member) => member.name), language) })}</Text>}
        </Alert>
      )}
      {suspended.length > 0 && <Alert color="blue" icon={<IconSnowflake size={18} />} title={t('org.suspendedMembers', { count: suspended.length })}>{t('org.suspendedMembersText', { names: names(suspended.map((member) => member.name), language) })}</Alert>}
    </>
  );
}

export function SuspendedBadge() {
  const t = useT();
  return <Badge size="sm" color="blue" title={t('org.member.suspendedText')}>{t('org.member.suspended')}</Badge>;
}

export function FrozenBadge({ until, reason }: { until: string; reason?: string }) {
  const t = useT();
  const language = useLanguage();
  return <Badge size="sm" color="blue" title={maybeT(`org.member.frozen.${reason ?? ''}`)}>{t('org.member.frozen', { date: day(until, language) })}</Badge>;
}
