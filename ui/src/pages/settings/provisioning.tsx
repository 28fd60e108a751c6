/** Provisioning by the directory of an identity provider: what its groups give in this account, and the organization's tokens for it. */
import { ActionIcon, Alert, Badge, Button, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { list, moment } from '../../lib/format';
import { useProved } from '../../lib/proved';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog, Copied, OnceDialog, Section } from './parts';
import { permissionSetsQuery } from './permission-sets';

const SEATS = ['core', 'sales', 'service', 'view_only'] as const;

interface Gives { role: string; permissionSetId: string | null; seats: string[]; openedAt: string }
interface DirectoryGroup { id: string; name: string; nMembers: number; gives: Gives | null }
interface Grants { organizationId: string; consents: boolean; groups: DirectoryGroup[] }
interface Token { id: string; name: string; hint: string; createdAt: string; lastUsedAt: string | null; token?: string }
interface Provisioning { url: string; tokens: Token[]; nPeople: number; nGroups: number; accountIds: string[] }

const keyOf = (account: string | number, what: string) => ['a', account, 'provisioning', what];
const refresh = (account: string | number) => queryClient.invalidateQueries({ queryKey: ['a', account, 'provisioning'] });

/** What members of each group get in this account. Its own Super Admins decide. */
export function GroupsOfDirectory() {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [setting, setSetting] = useState<DirectoryGroup | null>(null);
  const [closing, setClosing] = useState<DirectoryGroup | null>(null);
  const grants = useQuery({ queryKey: keyOf(account.id, 'grants'), queryFn: () => call<Grants>('/accounts/v1/provisioning', { account: account.id }) });
  const sets = useQuery(permissionSetsQuery(account.id));
  if (grants.isPending) return <div className="card"><Loading rows={2} /></div>;
  if (grants.isError) return <div className="card"><Problem problem={grants.error} retry={() => void grants.refetch()} /></div>;
  const { consents, groups } = grants.data;
  const close = async (group: DirectoryGroup) => {
    try {
      const { done } = await proved((stepUp) => call(`/accounts/v1/provisioning/groups/${group.id}`, { method: 'DELETE', account: account.id, stepUp }));
      if (done) toastDone(t('state.saved'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setClosing(null);
    await refresh(account.id);
  };
  const setName = (id: string | null) => sets.data?.find((one) => String(one.id) === String(id))?.name ?? t('users.rightsMember');
  return (
    <Section title={t('scim.groups')} text={t('scim.groupsText')}>
      {!consents && <Alert color="gray" mb={groups.length > 0 ? 'sm' : 0}>{t('scim.noConsent')}</Alert>}
      {consents && groups.length === 0 && <Empty compact icon={<IconUsersGroup size={20} />} title={t('scim.noGroups')} text={t('scim.noGroupsText')} />}
      {groups.length > 0 && (
        <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('scim.groups')}>
          <table className="grid grid-tall grid-stack">
            <thead><tr><th scope="col">{t('scim.group')}</th><th scope="col">{t('scim.members')}</th><th scope="col">{t('scim.gives')}</th><th scope="col"><span className="visually-hidden">{t('act.more')}</span></th></tr></thead>
            <tbody>
              {groups.map((group) => (
                <tr key={group.id}>
                  <td style={{ whiteSpace: 'normal', minWidth: 140 }}><Text size="sm" fw={560}>{group.name}</Text></td>
                  <td data-label={t('scim.members')}>{group.nMembers}</td>
                  <td data-label={t('scim.gives')}>{group.gives ? <GivesWords gives={group.gives} setName={setName} /> : <Text span size="sm" c="dimmed">{t('scim.nothing')}</Text>}</td>
                  <td className="grid-act">
                    <Group gap={4} justify="flex-end" wrap="nowrap">
                      <ActionIcon aria-label={t('scim.set', { group: group.name })} disabled={!consents} onClick={() => setSetting(group)}>{group.gives ? <IconPencil size={16} /> : <IconPlus size={16} />}</ActionIcon>
                      {group.gives && <ActionIcon aria-label={t('scim.close', { group: group.name })} onClick={() => setClosing(group)}><IconTrash size={16} /></ActionIcon>}
                    </Group>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {setting && <GrantDialog group={setting} close={() => setSetting(null)} />}
      {closing && <ConfirmDialog title={t('scim.close', { group: closing.name })} text={t('scim.closeText')} act={t('scim.closeAct')} close={() => setClosing(null)} confirm={() => void close(closing)} />}
    </Section>
  );
}

function GivesWords({ gives, setName }: { gives: Gives; setName: (id: string | null) => string }) {
  const t = useT();
  const language = useLanguage();
  const isAdmin = gives.role === 'super_admin';
  return (
    <>
      <Badge color={isAdmin ? 'orange' : 'spruce'} size="md">{isAdmin ? t('account.role.super_admin') : setName(gives.permissionSetId)}</Badge>
      {gives.seats.length > 0 && <Text size="xs" c="dimmed" mt={4}>{list(gives.seats.map((seat) => maybeT(`seat.${seat}`) ?? seat), language)}</Text>}
    </>
  );
}

function GrantDialog({ group, close }: { group: DirectoryGroup; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const sets = useQuery(permissionSetsQuery(account.id));
  const [role, setRole] = useState(group.gives?.role ?? 'standard');
  const [set, setSet] = useState(group.gives?.permissionSetId ? String(group.gives.permissionSetId) : '');
  const [seats, setSeats] = useState<string[]>(group.gives?.seats ?? []);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setErrors({});
    try {
      const body = { role, seats, ...(role === 'standard' && set ? { permissionSetId: set } : {}) };
      const { done } = await proved((stepUp) => call(`/accounts/v1/provisioning/groups/${group.id}`, { method: 'PUT', account: account.id, body, stepUp }));
      if (done) {
        toastDone(t('state.saved'));
        await refresh(account.id);
        close();
      }
    } catch (problem) {
      setErrors(byField(problem, t));
    }
    setBusy(false);
  };
  return (
    <Dialog onClose={close} title={t('scim.set', { group: group.name })}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <Select label={t('scim.role')} data={(['standard', 'super_admin'] as const).map((one) => ({ value: one, label: t(`account.role.${one}`) }))} value={role} onChange={(next) => next && setRole(next)} error={errors.role} allowDeselect={false} />
          {role === 'super_admin' && <Alert color="orange" className="notice">{t('scim.superAdminText')}</Alert>}
          {role === 'standard' && <Select label={t('users.rights')} data={[{ value: '', label: t('users.rightsMember') }, ...(sets.data ?? []).map((one) => ({ value: String(one.id), label: one.name }))]} value={set} onChange={(value) => setSet(value ?? '')} error={errors.permissionSetId} allowDeselect={false} />}
          <MultiSelect label={t('users.seats')} data={SEATS.map((seat) => ({ value: seat, label: t(`seat.${seat}`) }))} value={seats} onChange={setSeats} error={errors.seats} />
          {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** The address and the tokens that are entered at the identity provider. */
export function DirectoryTokens({ organization }: { organization: Organization }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const path = `/organizations/v1/${organization.id}/provisioning`;
  const found = useQuery({ queryKey: keyOf(account.id, 'tokens'), queryFn: () => call<Provisioning>(path, { account: account.id }) });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const [made, setMade] = useState<string | null>(null);
  // Who edits connections need not manage sign-on; then this is not hers to see.
  if (found.isPending || found.isError) return null;
  const { url, tokens, nPeople, nGroups, accountIds } = found.data;
  const revoke = async (token: Token) => {
    try {
      await call(`${path}/tokens/${token.id}`, { method: 'DELETE', account: account.id });
      toastDone(t('scim.revoked'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setRevoking(null);
    await refresh(account.id);
  };
  return (
    <Section title={t('scim.tokens')} text={t('scim.tokensText')} aside={<Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>{t('scim.newToken')}</Button>}>
      <Copied value={url} />
      <Text size="sm" c="dimmed" mt="xs">{t('scim.counts', { people: nPeople, groups: nGroups, accounts: accountIds.length })}</Text>
      {tokens.length === 0 && <Text size="sm" mt="sm">{t('scim.noTokens')}</Text>}
      {tokens.length > 0 && (
        <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('scim.tokens')} style={{ marginTop: 12 }}>
          <table className="grid grid-stack">
            <thead><tr><th scope="col">{t('scim.tokenName')}</th><th scope="col">{t('scim.token')}</th><th scope="col">{t('scim.lastUsed')}</th><th scope="col"><span className="visually-hidden">{t('act.remove')}</span></th></tr></thead>
            <tbody>
              {tokens.map((token) => (
                <tr key={token.id}>
                  <td>{token.name}</td>
                  <td data-label={t('scim.token')}><Text span size="sm" ff="monospace">{token.hint}</Text></td>
                  <td data-label={t('scim.lastUsed')}>{token.lastUsedAt ? moment(token.lastUsedAt, language) : t('scim.never')}</td>
                  <td className="grid-act"><ActionIcon aria-label={t('scim.revoke', { name: token.name })} onClick={() => setRevoking(token)}><IconTrash size={16} /></ActionIcon></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {making && <TokenDialog path={path} close={() => setMaking(false)} done={(text) => { setMaking(false); setMade(text); void refresh(account.id); }} />}
      {made && <OnceDialog title={t('scim.tokenOnce')} text={t('scim.tokenOnceText')} value={made} close={() => setMade(null)} />}
      {revoking && <ConfirmDialog title={t('scim.revoke', { name: revoking.name })} text={t('scim.revokeText')} act={t('act.remove')} close={() => setRevoking(null)} confirm={() => void revoke(revoking)} />}
    </Section>
  );
}

function TokenDialog({ path, close, done }: { path: string; close: () => void; done: (text: string) => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [name, setName] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setErrors({});
    try {
      const outcome = await proved((stepUp) => call<Token>(`${path}/tokens`, { method: 'POST', account: account.id, body: { name: name.trim() }, stepUp }));
      if (outcome.done && outcome.value.token) done(outcome.value.token);
    } catch (problem) {
      setErrors(byField(problem, t));
    }
    setBusy(false);
  };
  return (
    <Dialog onClose={close} title={t('scim.newToken')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('scim.tokenName')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} required withAsterisk={false} data-autofocus autoComplete="off" />
          {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy} disabled={!name.trim()}>{t('scim.newToken')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
