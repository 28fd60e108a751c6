/** Changes that wait for a second person, as a list of sentences, and what became of those before. */
import { Alert, Badge, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconArrowRight, IconCheck, IconClockHour4, IconRefresh, IconX } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError, call } from '../../api/client';
import { type AccountRef, organizationQuery } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, PageHeader, Problem } from '../../components/states';
import { type Translate, maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { moment } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { OrganizationNav } from './nav';
import { type Field, type Value, words } from './policy';
import { SecondFactorResets } from './resets';
import { changeWords, featureName, namesOf } from './words';
import '../settings/settings.css';

interface Change { kind: string; feature: string; source: string; destination: string; words: string }
export interface Proposal {
  id: string;
  state: string;
  what: string;
  n: number;
  changes: Change[];
  rules: { name: string; before: Value; after: Value }[];
  hindrance: { code: string; message: string } | null;
  proposedBy: string | null;
  proposedAt: string;
  expiresAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
  note: string | null;
  canApprove: boolean;
  canReject: boolean;
  canWithdraw: boolean;
  canPlanAgain: boolean;
}
type Verb = 'approve' | 'reject' | 'withdraw' | 'plan';

const isOpen = (one: Proposal) => one.state === 'proposed' || one.state === 'stale';
const TONES: Record<string, string> = { proposed: 'orange', stale: 'gray', approved: 'spruce', rejected: 'red', withdrawn: 'gray', expired: 'gray' };

export const proposalsQuery = (account: AccountRef, id: AccountRef | undefined) =>
  queryOptions({ queryKey: ['a', account, 'organization', 'proposals', String(id)], queryFn: () => call<{ results: Proposal[] }>(`/organizations/v1/${id}/proposals`, { account }).then((page) => page.results), enabled: id !== undefined });

/** A rule's value in a few words; the list of proposals does not say of which kind it is, so its value tells. */
function ruleWords(name: string, value: Value, t: Translate): string {
  const kind = typeof value === 'string' ? 'choice' : 'number';
  const field: Field = { name, group: '', kind, value, parity: value, ours: value, about: '', choices: [] };
  return words(field, value, t);
}

/** On the overview: how many wait, and the way to them. */
export function ApprovalBanner({ organization }: { organization: Organization }) {
  const t = useT();
  const { account } = useHere();
  const navigate = useNavigate();
  const count = useQuery(proposalsQuery(account.id, organization.id)).data?.filter(isOpen).length ?? 0;
  if (count === 0) return null;
  return (
    <Alert color="orange" className="notice" icon={<IconClockHour4 size={18} />} title={t('appr.banner', { count })}>
      <Button size="xs" rightSection={<IconArrowRight size={14} />} onClick={() => void navigate({ to: '/a/$account/organization/approvals', params: { account: String(account.id) } })}>{t('appr.look')}</Button>
    </Alert>
  );
}

export function ApprovalsPage() {
  const t = useT();
  const { account } = useHere();
  const organization = useQuery(organizationQuery(account.id));
  const proposals = useQuery(proposalsQuery(account.id, organization.data?.id));
  useEffect(() => { document.title = `${t('org.nav.approvals')} · ${organization.data?.name ?? t('org.title')}`; }, [t, organization.data?.name]);
  const open = proposals.data?.filter(isOpen) ?? [];
  const decided = proposals.data?.filter((one) => !isOpen(one)) ?? [];
  return (
    <div className="page" style={{ maxWidth: 900, margin: 0 }}>
      {organization.data && <OrganizationNav />}
      <PageHeader title={t('org.nav.approvals')} text={t('appr.text')} />
      {(organization.isPending || (organization.data && proposals.isPending)) && <section className="card"><Loading /></section>}
      {organization.data === null && <section className="card"><Problem problem={new ApiError(404, { subCategory: 'ORGANIZATION_NOT_FOUND' })} /></section>}
      {(proposals.isError || organization.isError) && <section className="card"><Problem problem={proposals.error ?? organization.error} retry={() => void proposals.refetch()} /></section>}
      {organization.data && proposals.data && (
        <Stack gap="md">
          {open.length === 0 && <section className="card"><Empty icon={<IconCheck size={22} />} title={t('appr.none')} text={organization.data.approval === 'one' ? t('appr.noneOff') : undefined} /></section>}
          {open.map((one) => <Waiting key={one.id} organization={organization.data!} one={one} />)}
          <SecondFactorResets organization={organization.data} />
          {decided.length > 0 && <Decided organization={organization.data} found={decided} />}
        </Stack>
      )}
    </div>
  );
}

function Waiting({ organization, one }: { organization: Organization; one: Proposal }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [busy, setBusy] = useState<Verb | null>(null);
  const [rejecting, setRejecting] = useState(false);
  const name = namesOf(organization.members);
  const who = one.proposedBy ?? t('appr.commandLine');
  const decide = async (verb: Verb, note?: string) => {
    setBusy(verb);
    try {
      await call(`/organizations/v1/${organization.id}/proposals/${one.id}/${verb}`, { method: 'POST', account: account.id, body: note ? { note } : {} });
      toastDone(t(`appr.done.${verb}`));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setBusy(null);
    setRejecting(false);
    await refreshAfterEdit(account.id);
  };
  const mayNothing = !one.canApprove && !one.canPlanAgain && !one.canReject;
  return (
    <section className="card" style={{ padding: 18 }} aria-label={t('appr.by', { who, when: moment(one.proposedAt, language) })}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={2} fz="md">{t('appr.by', { who, when: moment(one.proposedAt, language) })}</Title>
          <Text size="sm" c="dimmed">{t('appr.until', { when: moment(one.expiresAt, language) })}</Text>
        </div>
        <Badge color={TONES[one.state] ?? 'gray'} size="lg">{maybeT(`appr.state.${one.state}`) ?? one.state}</Badge>
      </Group>
      {one.state === 'stale' && <Alert color="gray" mt="sm" p="xs">{t('appr.staleText')}</Alert>}
      <ul className="appr-changes">
        {one.changes.map((change) => <li key={`${change.kind}|${change.feature}|${change.source}|${change.destination}`}><Text span size="sm" fw={560}>{featureName(change.feature)}</Text><Text span size="sm">: {changeWords(change, name)}</Text></li>)}
        {one.rules.map((rule) => <li key={rule.name}><Text span size="sm" fw={560}>{maybeT(`policy.${rule.name}`) ?? rule.name}</Text><Text span size="sm">: {ruleWords(rule.name, rule.before, t)} → {ruleWords(rule.name, rule.after, t)}</Text></li>)}
      </ul>
      {one.hindrance && <Alert color="red" p="xs" mb="sm">{describe(new ApiError(409, { subCategory: one.hindrance.code, message: one.hindrance.message }), t)}</Alert>}
      {!one.hindrance && one.changes.length + one.rules.length === 0 && <Text size="sm" c="dimmed" mb="sm">{t('appr.nothingLeft')}</Text>}
      <Group justify="space-between" gap="sm">
        <Text size="xs" c="dimmed">{one.canWithdraw ? t('appr.own') : mayNothing ? t('appr.notYours') : ''}</Text>
        <Group gap="xs">
          {one.canWithdraw && <Button variant="default" loading={busy === 'withdraw'} onClick={() => void decide('withdraw')}>{t('appr.withdraw')}</Button>}
          {one.canReject && !one.canWithdraw && <Button variant="default" leftSection={<IconX size={16} />} onClick={() => setRejecting(true)}>{t('appr.reject')}</Button>}
          {one.canPlanAgain && one.state === 'stale' && <Button leftSection={<IconRefresh size={16} />} loading={busy === 'plan'} onClick={() => void decide('plan')}>{t('appr.plan')}</Button>}
          {one.canApprove && <Button leftSection={<IconCheck size={16} />} loading={busy === 'approve'} disabled={one.hindrance !== null || one.changes.length + one.rules.length === 0} onClick={() => void decide('approve')}>{t('appr.approve')}</Button>}
        </Group>
      </Group>
      {rejecting && <RejectDialog busy={busy === 'reject'} close={() => setRejecting(false)} reject={(note) => void decide('reject', note)} />}
    </section>
  );
}

function RejectDialog({ busy, close, reject }: { busy: boolean; close: () => void; reject: (note: string) => void }) {
  const t = useT();
  const [note, setNote] = useState('');
  return (
    <Dialog onClose={close} title={t('appr.rejectTitle')}>
      <form onSubmit={(event) => { event.preventDefault(); reject(note.trim()); }}>
        <Stack>
          <TextInput label={t('appr.note')} description={t('appr.noteHint')} value={note} onChange={(event) => setNote(event.currentTarget.value)} maxLength={255} data-autofocus autoComplete="off" />
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button color="red" type="submit" loading={busy}>{t('appr.reject')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Decided({ found }: { organization: Organization; found: Proposal[] }) {
  const t = useT();
  const language = useLanguage();
  return (
    <section className="card" aria-labelledby="appr-decided">
      <Title order={2} id="appr-decided" px={16} pt={14} pb="xs">{t('appr.decided')}</Title>
      <ol className="org-log">
        {found.map((one) => (
          <li key={one.id}>
            <span>
              <Badge color={TONES[one.state] ?? 'gray'} size="sm" mr={8}>{maybeT(`appr.state.${one.state}`) ?? one.state}</Badge>
              <Text span size="sm">{t(one.what === 'policy' ? 'appr.rules' : 'appr.edges', { count: one.n })} · {t('appr.by', { who: one.proposedBy ?? t('appr.commandLine'), when: moment(one.proposedAt, language) })}</Text>
              {one.note && <Text size="sm" c="dimmed">{one.note}</Text>}
            </span>
            {one.decidedAt && <Text span size="xs" c="dimmed">{one.state === 'expired' ? moment(one.decidedAt, language) : t('appr.who', { who: one.decidedBy ?? t('appr.commandLine'), when: moment(one.decidedAt, language) })}</Text>}
          </li>
        ))}
      </ol>
    </section>
  );
}
