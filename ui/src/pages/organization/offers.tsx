/** Accounts of other people: invited by whoever manages, answered by their own super admin. */
import { Alert, Badge, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Organization, Page } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { day, list } from '../../lib/format';
import { useProved } from '../../lib/proved';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { ImpactStatement, useImpact } from './impact';
import { Against, againstWords } from './life';
import { isAccountNumber } from './words';

interface Offer { id: string; accountId: string; state: string; offeredAt: string; offeredBy: string | null; expiresAt: string }
interface Received { id: string; organizationName: string; offeredBy: string | null; expiresAt: string; accounts: string[]; nAccounts: number; against: string[]; canAnswer: boolean }

const offersKey = (account: string | number) => ['a', account, 'organization', 'offers'];

export function Offers({ organization, allowed }: { organization: Organization; allowed: boolean }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const proved = useProved();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const offers = useQuery({ queryKey: [...offersKey(account.id), organization.version], queryFn: () => call<Page<Offer>>(`/organizations/v1/${organization.id}/offers`, { account: account.id }).then((page) => page.results) });
  const mayInvite = organization.canManage && allowed;
  if (!mayInvite && (offers.data ?? []).length === 0) return null;
  const act = async (attempt: () => Promise<string | null>) => {
    setBusy(true);
    setError(undefined);
    try {
      const done = await attempt();
      if (done) toastDone(done);
      await queryClient.invalidateQueries({ queryKey: offersKey(account.id) });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'orglog'] });
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  const invite = () => {
    if (!isAccountNumber(typed.trim())) return setError(t('org.offers.idWrong'));
    void act(async () => {
      const outcome = await proved((stepUp) => call(`/organizations/v1/${organization.id}/offers`, { method: 'POST', account: account.id, stepUp, body: { accountId: typed.trim() } }));
      if (!outcome.done) return null;
      setTyped('');
      return t('org.offers.made');
    });
  };
  const withdraw = (offer: Offer) => act(async () => {
    await call(`/organizations/v1/${organization.id}/offers/${offer.id}`, { method: 'DELETE', account: account.id });
    return t('org.offers.withdrawn');
  });
  return (
    <section className="card" style={{ padding: 16 }} aria-labelledby="org-offers">
      <Title order={2} id="org-offers">{t('org.offers')}</Title>
      <Text size="sm" c="dimmed" mb="sm" maw={760}>{t('org.offersText')}</Text>
      {mayInvite && (
        <form onSubmit={(event) => { event.preventDefault(); invite(); }}>
          <Group align="flex-start" gap="sm" mb="xs">
            <TextInput label={t('org.offers.id')} description={t('org.offers.idHint')} inputMode="numeric" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} error={error} autoComplete="off" w={{ base: '100%', xs: 320 }} inputWrapperOrder={['label', 'input', 'error', 'description']} />
            <Button type="submit" mt={{ base: 0, xs: 24 }} loading={busy} leftSection={<IconMailForward size={16} />}>{t('org.offers.make')}</Button>
          </Group>
          <Text size="xs" c="dimmed" maw={760}>{t('org.offers.manage')}</Text>
        </form>
      )}
      {!mayInvite && error && <Alert color="red" role="alert">{error}</Alert>}
      {(offers.data ?? []).length > 0 && (
        <ul className="life-rows" style={{ marginTop: 10 }}>
          {offers.data!.map((offer) => (
            <li key={offer.id}>
              <Text size="sm" fw={560} style={{ minWidth: 110 }}>{t('org.offers.account', { id: offer.accountId })}</Text>
              <Badge size="sm" color={offer.state === 'offered' ? 'blue' : offer.state === 'accepted' ? 'spruce' : 'gray'}>{maybeT(`org.offers.state.${offer.state}`, { date: day(offer.expiresAt, language) }) ?? offer.state}</Badge>
              <Text size="xs" c="dimmed" style={{ flex: 1 }}>{t('org.offers.by', { who: offer.offeredBy ?? t('org.log.system'), date: day(offer.offeredAt, language) })}</Text>
              {offer.state === 'offered' && organization.canManage && <Button variant="subtle" color="red" size="compact-sm" aria-label={t('org.offers.withdrawOf', { id: offer.accountId })} onClick={() => void withdraw(offer)}>{t('org.offers.withdraw')}</Button>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What was offered to this account, above everything else where it has no organization. */
export function ReceivedOffers() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [answering, setAnswering] = useState<Received | null>(null);
  const received = useQuery({ queryKey: [...offersKey(account.id), 'received'], queryFn: () => call<Page<Received>>('/organizations/v1/offers', { account: account.id }).then((page) => page.results) });
  return (
    <>
      {(received.data ?? []).map((offer) => (
        <Alert key={offer.id} color="spruce" className="offer" icon={<IconMailForward size={18} />} title={t('org.received', { name: offer.organizationName })} mb="md" maw={760}>
          <Text size="sm">{t('org.received.by', { who: offer.offeredBy ?? t('org.log.system'), accounts: namesOf(offer, language, t), until: day(offer.expiresAt, language) })}</Text>
          {offer.against.length > 0 && <><Text size="sm" fw={600} mt={6}>{t('org.received.against')}</Text>{offer.against.map((reason) => <Against key={reason} words={maybeT(`reason.here.${reason}`) ?? againstWords(reason)} />)}</>}
          {offer.canAnswer ? <Button mt="sm" size="xs" onClick={() => setAnswering(offer)}>{t('org.received.answer')}</Button> : <Text size="sm" mt={6}>{t('org.received.adminOnly')}</Text>}
        </Alert>
      ))}
      {answering && <AnswerDialog offer={answering} close={() => setAnswering(null)} />}
    </>
  );
}

function namesOf(offer: Received, language: string, t: ReturnType<typeof useT>): string {
  const more = offer.nAccounts - offer.accounts.length;
  return more > 0 ? t('org.received.more', { accounts: offer.accounts.join(', '), n: more }) : list(offer.accounts, language);
}

function AnswerDialog({ offer, close }: { offer: Received; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const impact = useImpact();
  const answer = async (attempt: () => Promise<string | null>) => {
    setBusy(true);
    setError(undefined);
    try {
      const done = await attempt();
      if (!done) return;
      close();
      toastDone(done);
      await refreshAfterEdit(account.id);
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  const accept = () => answer(async () => {
    const body = { acknowledgedTextVersion: impact.version };
    const outcome = await proved((stepUp) => call(`/organizations/v1/offers/${offer.id}/accept`, { method: 'POST', account: account.id, stepUp, body }));
    return outcome.done ? t('org.received.accepted') : null;
  });
  const decline = () => answer(async () => {
    await call(`/organizations/v1/offers/${offer.id}/decline`, { method: 'POST', account: account.id });
    return t('org.received.declined');
  });
  return (
    <Dialog onClose={close} title={t('org.received', { name: offer.organizationName })} size="lg">
      <Stack>
        <ImpactStatement impact={impact} />
        {error && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="space-between">
          <Button variant="default" color="red" loading={busy} onClick={() => void decline()}>{t('org.received.decline')}</Button>
          <Button loading={busy} disabled={!impact.version || offer.against.length > 0} onClick={() => void accept()}>{t('org.received.accept')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
