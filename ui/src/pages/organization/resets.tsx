/** Second factors that two admins take away from somebody who lost them: what waits, who may agree or stop, and what was. */
import { Alert, Badge, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconCheck, IconKey, IconX } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { type AccountRef, queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { moment } from '../../lib/format';
import { useProved } from '../../lib/proved';
import { toastDone, toastProblem } from '../../lib/toast';
import { namesOf } from './words';

interface Reset {
  id: string;
  state: string;
  name: string;
  email: string;
  accountId: string;
  askedBy: string | null;
  askedAt: string;
  dueAt: string;
  approvedBy: string | null;
  stoppedBy: string | null;
  closedAt: string | null;
  canApprove: boolean;
  canStop: boolean;
}
interface Resets { enabled: boolean; canAsk: boolean; results: Reset[] }

const TONES: Record<string, string> = { asked: 'orange', approved: 'orange', done: 'spruce' };
const isOpen = (one: Reset) => one.state === 'asked' || one.state === 'approved';
const keyOf = (account: AccountRef, id: AccountRef) => ['a', account, 'organization', 'resets', String(id)];
const pathOf = (organization: Organization) => `/organizations/v1/${organization.id}/second-factor-resets`;
const refresh = (account: AccountRef, organization: Organization) => Promise.all([queryClient.invalidateQueries({ queryKey: keyOf(account, organization.id) }), queryClient.invalidateQueries({ queryKey: ['a', account, 'orglog'] })]);

const resetsQuery = (account: AccountRef, organization: Organization) =>
  queryOptions({ queryKey: keyOf(account, organization.id), queryFn: () => call<Resets>(pathOf(organization), { account }) });

/** Nothing at all where the rules know no such thing, or it is not hers to see. */
export function SecondFactorResets({ organization }: { organization: Organization }) {
  const t = useT();
  const { account } = useHere();
  const found = useQuery(resetsQuery(account.id, organization));
  const [asking, setAsking] = useState(false);
  if (found.isError) return <section className="card"><Problem problem={found.error} retry={() => void found.refetch()} compact /></section>;
  if (!found.data || (!found.data.canAsk && found.data.results.length === 0)) return null;
  const open = found.data.results.filter(isOpen);
  const earlier = found.data.results.filter((one) => !isOpen(one));
  return (
    <section className="card" style={{ padding: 18 }} aria-labelledby="second-factor-resets">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: '1 1 320px' }}>
          <Title order={2} fz="md" id="second-factor-resets">{t('fReset.title')}</Title>
          <Text size="sm" c="dimmed" maw={620}>{t('fReset.text')}</Text>
        </div>
        {found.data.canAsk && <Button variant="default" leftSection={<IconKey size={16} />} onClick={() => setAsking(true)}>{t('fReset.ask')}</Button>}
      </Group>
      <Stack gap="sm" mt="md">
        {open.length === 0 && <Text size="sm" c="dimmed">{t('fReset.none')}</Text>}
        {open.map((one) => <Waiting key={one.id} organization={organization} one={one} />)}
      </Stack>
      {earlier.length > 0 && <Earlier found={earlier} />}
      {asking && <AskDialog organization={organization} close={() => setAsking(false)} />}
    </section>
  );
}

function Waiting({ organization, one }: { organization: Organization; one: Reset }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const proved = useProved();
  const [busy, setBusy] = useState<'approve' | 'stop' | null>(null);
  const decide = async (verb: 'approve' | 'stop') => {
    setBusy(verb);
    try {
      const outcome = await proved((stepUp) => call(`${pathOf(organization)}/${one.id}/${verb}`, { method: 'POST', account: account.id, stepUp }));
      if (outcome.done) toastDone(t(verb === 'approve' ? 'fReset.approved' : 'fReset.stopped'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setBusy(null);
    await refresh(account.id, organization);
  };
  const title = t('fReset.of', { name: one.name || one.email });
  return (
    <div role="group" aria-label={title} style={{ borderTop: '1px solid var(--co-line)', paddingTop: 12 }}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Text fw={560} size="sm">{title} <Text span size="xs" c="dimmed">{one.email}</Text></Text>
          <Text size="sm" c="dimmed">{t('fReset.by', { who: one.askedBy ?? '', account: namesOf(organization.members)(one.accountId), when: moment(one.askedAt, language) })}</Text>
          <Text size="sm">{t(one.state === 'approved' ? 'fReset.dueApproved' : 'fReset.due', { when: moment(one.dueAt, language) })}{one.approvedBy && ` · ${t('fReset.approvedBy', { who: one.approvedBy })}`}</Text>
        </div>
        <Badge color={TONES[one.state] ?? 'gray'}>{maybeT(`fReset.state.${one.state}`) ?? one.state}</Badge>
      </Group>
      <Group justify="flex-end" gap="xs" mt="xs">
        {one.state === 'asked' && !one.canApprove && <Text size="xs" c="dimmed" style={{ flex: 1 }}>{t('fReset.own')}</Text>}
        {one.canStop && <Button variant="default" leftSection={<IconX size={16} />} loading={busy === 'stop'} onClick={() => void decide('stop')}>{t('fReset.stop')}</Button>}
        {one.canApprove && <Button leftSection={<IconCheck size={16} />} loading={busy === 'approve'} onClick={() => void decide('approve')}>{t('fReset.approve')}</Button>}
      </Group>
    </div>
  );
}

function Earlier({ found }: { found: Reset[] }) {
  const t = useT();
  const language = useLanguage();
  return (
    <div style={{ marginTop: 14 }}>
      <Text component="h3" size="sm" fw={600} m={0}>{t('fReset.earlier')}</Text>
      <ol className="org-log">
        {found.map((one) => (
          <li key={one.id}>
            <span><Badge color={TONES[one.state] ?? 'gray'} size="sm" mr={8}>{maybeT(`fReset.state.${one.state}`) ?? one.state}</Badge><Text span size="sm">{t('fReset.of', { name: one.name || one.email })}{one.stoppedBy && ` · ${t('fReset.stoppedBy', { who: one.stoppedBy })}`}{one.approvedBy && ` · ${t('fReset.approvedBy', { who: one.approvedBy })}`}</Text></span>
            <Text span size="xs" c="dimmed">{moment(one.closedAt ?? one.dueAt, language)}</Text>
          </li>
        ))}
      </ol>
    </div>
  );
}

function AskDialog({ organization, close }: { organization: Organization; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [email, setEmail] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const outcome = await proved((stepUp) => call<Reset>(pathOf(organization), { method: 'POST', account: account.id, body: { email: email.trim() }, stepUp }));
      if (!outcome.done) return;
      toastDone(t('fReset.asked', { name: outcome.value.name || outcome.value.email }));
      await refresh(account.id, organization);
      close();
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('fReset.askTitle')}>
      <form onSubmit={(event) => { event.preventDefault(); void ask(); }}>
        <Stack>
          <Text size="sm">{t('fReset.askText')}</Text>
          <TextInput label={t('fReset.email')} type="email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} data-autofocus autoComplete="off" />
          {error && <Alert color="red" role="alert">{error}</Alert>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" color="red" loading={busy} disabled={!email.trim()}>{t('fReset.ask')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
