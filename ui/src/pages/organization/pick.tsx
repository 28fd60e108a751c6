/** Choosing accounts: those that can be added, and those that cannot with every reason in words. */
import { Alert, Badge, Button, Checkbox, CloseButton, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconBan, IconBuildingSkyscraper, IconMailForward } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Candidate } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { isAccountNumber } from './words';

export type Policy = 'open' | 'parity';
type Side = 'eligible' | 'ineligible' | 'invited';
interface Picker { results: Candidate[]; blocked?: string[] }

interface Props { picked: string[]; setPicked: (picked: string[]) => void; except?: string[]; policy?: Policy; invited?: string[]; setInvited?: (invited: string[]) => void }

/** `setInvited` where the rules let accounts of other people be invited. */
export function PickAccounts({ picked, setPicked, except = [], policy, invited = [], setInvited }: Props) {
  const t = useT();
  const { account } = useHere();
  const [side, setSide] = useState<Side>('eligible');
  const candidates = useQuery({ queryKey: ['a', account.id, 'candidates', policy ?? ''], queryFn: () => call<Picker>('/organizations/v1/candidates', { account: account.id, query: { policy } }), staleTime: 0 });
  if (candidates.isPending) return <Loading rows={3} />;
  if (candidates.isError) return <Problem problem={candidates.error} retry={() => void candidates.refetch()} compact />;
  const others = candidates.data.results.filter((one) => String(one.accountId) !== String(account.id) && !except.includes(String(one.accountId)));
  const able = others.filter((one) => one.eligible);
  const not = others.filter((one) => !one.eligible);
  const blocked = candidates.data.blocked ?? [];
  return (
    <Stack gap="sm">
      {blocked.length > 0 && <Alert color="red" title={t('org.create.blocked')}>{blocked.map((reason) => <div key={reason}>{maybeT(`reason.here.${reason}`) ?? maybeT(`reason.${reason}`) ?? reason}</div>)}</Alert>}
      <SegmentedControl value={side} onChange={(value) => setSide(value as Side)} aria-label={t('org.create.step2')} data={[{ value: 'eligible', label: t('org.create.eligible', { n: able.length }) }, { value: 'ineligible', label: t('org.create.ineligible', { n: not.length }) }, ...(setInvited ? [{ value: 'invited', label: t('org.create.invited', { n: invited.length }) }] : [])]} style={{ alignSelf: 'flex-start' }} />
      {side === 'eligible' && able.length === 0 && <Empty compact icon={<IconBuildingSkyscraper size={18} />} title={t('org.create.noEligible')} text={t('org.create.noEligibleText')} />}
      {side === 'ineligible' && not.length === 0 && <Empty compact icon={<IconBuildingSkyscraper size={18} />} title={t('org.create.noIneligible')} />}
      {side === 'eligible' && able.map((one) => <EligibleRow key={String(one.accountId)} one={one} on={picked.includes(String(one.accountId))} set={(on) => setPicked(on ? [...picked, String(one.accountId)] : picked.filter((id) => id !== String(one.accountId)))} />)}
      {side === 'ineligible' && not.map((one) => (
        <div key={String(one.accountId)} className="org-pick">
          <AccountMark id={one.accountId} name={one.name} size={30} />
          <div style={{ minWidth: 0 }}>
            <Group gap={8}><Text size="sm" fw={600}>{one.name}</Text><Badge size="sm" color="gray">#{one.accountId}</Badge></Group>
            <ul style={{ listStyle: 'none', margin: '3px 0 0', padding: 0 }}>
              {one.reasons.map((reason) => <Text component="li" size="sm" c="dimmed" key={reason} style={{ display: 'flex', gap: 6 }}><IconBan size={15} aria-hidden="true" style={{ flexShrink: 0, marginTop: 2 }} />{maybeT(`reason.${reason}`) ?? reason}</Text>)}
            </ul>
          </div>
          {setInvited && one.reasons.join() === 'NOT_SUPER_ADMIN' && <Button ml="auto" size="xs" variant="default" style={{ flexShrink: 0 }} leftSection={<IconMailForward size={15} />} disabled={invited.includes(String(one.accountId))} aria-label={t('org.create.inviteOf', { name: one.name })} onClick={() => setInvited([...invited, String(one.accountId)])}>{t('org.offers.make')}</Button>}
        </div>
      ))}
      {side === 'invited' && setInvited && <Invited invited={invited} setInvited={setInvited} taken={[String(account.id), ...picked]} nameOf={(id) => others.find((one) => String(one.accountId) === id)?.name} />}
    </Stack>
  );
}

/** Accounts whose Super Admin is somebody else, by their number: more than that is not told of them. */
function Invited({ invited, setInvited, taken, nameOf }: { invited: string[]; setInvited: (invited: string[]) => void; taken: string[]; nameOf: (id: string) => string | undefined }) {
  const t = useT();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const add = () => {
    const id = typed.trim();
    if (!isAccountNumber(id)) return setError(t('org.offers.idWrong'));
    if (taken.includes(id)) return setError(t('org.create.inviteTaken'));
    setError(undefined);
    setTyped('');
    if (!invited.includes(id)) setInvited([...invited, id]);
  };
  return (
    <>
      <Text size="sm" c="dimmed">{t('org.offersText')}</Text>
      <Group align="flex-start" gap="sm">
        <TextInput label={t('org.offers.id')} description={t('org.offers.idHint')} inputMode="numeric" value={typed} error={error} onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); add(); } }} autoComplete="off" w={{ base: '100%', xs: 320 }} inputWrapperOrder={['label', 'input', 'error', 'description']} />
        <Button variant="default" mt={{ base: 0, xs: 24 }} leftSection={<IconMailForward size={16} />} onClick={add}>{t('org.offers.make')}</Button>
      </Group>
      {invited.map((id) => (
        <div key={id} className="org-pick" data-on style={{ alignItems: 'center' }}>
          <IconMailForward size={18} aria-hidden="true" className="quiet" />
          <Text size="sm" fw={600}>{nameOf(id) ?? t('org.offers.account', { id })}</Text>
          <Badge size="sm" color="gray" ml="auto">#{id}</Badge>
          <CloseButton size="sm" aria-label={t('org.create.uninvite', { id })} onClick={() => setInvited(invited.filter((one) => one !== id))} />
        </div>
      ))}
      {invited.length > 0 && <Text size="xs" c="dimmed">{t('org.offers.manage')}</Text>}
    </>
  );
}

function EligibleRow({ one, on, set }: { one: Candidate; on: boolean; set: (on: boolean) => void }) {
  return (
    <label className="org-pick" data-on={on || undefined} style={{ cursor: 'pointer', alignItems: 'center' }}>
      <Checkbox checked={on} onChange={(event) => set(event.currentTarget.checked)} aria-label={one.name} />
      <AccountMark id={one.accountId} name={one.name} size={30} />
      <Text size="sm" fw={600}>{one.name}</Text>
      <Badge size="sm" color="gray" ml="auto">#{one.accountId}</Badge>
    </label>
  );
}
