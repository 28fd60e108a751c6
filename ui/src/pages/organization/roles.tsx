/** Who holds which role of the organization, for which member. Super admins of a member give and take back those for their own account. */
import { ActionIcon, Alert, Autocomplete, Badge, Button, Group, Radio, Select, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconTrash, IconUserShield } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, call } from '../../api/client';
import { type AccountRef, organizationQuery, queryClient, usersQuery } from '../../api/queries';
import type { Organization } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Dialog } from '../../components/dialog';
import { DayField } from '../../components/special-fields';
import { Empty, Loading, PageHeader, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useDeed } from '../../lib/deed';
import { moment } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog } from '../settings/parts';
import { OrganizationNav } from './nav';
import { namesOf } from './words';
import '../settings/settings.css';

const ROLES = ['connection_manager', 'privacy_officer', 'auditor', 'organization_admin'] as const;

interface RoleHeld { accountId: string; personId: string; name: string; email: string; role: string; grantedAt: string; grantedBy: string | null; until: string | null }
interface RolesHeld { enabled: boolean; grantableAccountIds: string[]; results: RoleHeld[] }

const keyOf = (account: AccountRef, organization: Organization) => ['a', account, 'organization-roles', String(organization.id)];
export const roleName = (role: string): string => maybeT(`org.role.${role}`) ?? role;

/** The last moment of a day on this clock, which is when the next one begins. */
export function endOf(day: string): string | null {
  if (!day) return null;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + 1).toISOString();
}

export function RolesPage() {
  const t = useT();
  const { account } = useHere();
  const organization = useQuery(organizationQuery(account.id));
  useEffect(() => { document.title = `${t('org.roles')} · ${organization.data?.name ?? t('org.title')}`; }, [t, organization.data?.name]);
  return (
    <div className="page" style={{ maxWidth: 1100, margin: 0 }}>
      {organization.data && <OrganizationNav />}
      <PageHeader title={t('org.roles')} text={t('org.roles.text')} />
      {organization.isPending && <section className="card"><Loading /></section>}
      {organization.data === null && <section className="card"><Problem problem={new ApiError(404, { subCategory: 'ORGANIZATION_NOT_FOUND' })} /></section>}
      {organization.isError && <section className="card"><Problem problem={organization.error} retry={() => void organization.refetch()} /></section>}
      {organization.data && <Roles organization={organization.data} />}
    </div>
  );
}

function Roles({ organization }: { organization: Organization }) {
  const t = useT();
  const { account } = useHere();
  const [giving, give] = useDisclosure(false);
  const key = keyOf(account.id, organization);
  const roles = useQuery({ queryKey: key, queryFn: () => call<RolesHeld>(`/organizations/v1/${organization.id}/roles`, { account: account.id }) });
  const found = roles.data;
  const mayGive = (found?.grantableAccountIds.length ?? 0) > 0;
  const button = mayGive && <Button variant="default" size="xs" leftSection={<IconPlus size={15} />} onClick={give.open}>{t('org.roles.grant')}</Button>;
  return (
    <section className="card" aria-labelledby="org-roles">
      <Group justify="space-between" px={16} pt={14} pb="xs" wrap="nowrap">
        <Title order={2} id="org-roles">{t('org.roles.who')}</Title>
        {found && found.results.length > 0 && <div style={{ flexShrink: 0 }}>{button}</div>}
      </Group>
      {found?.enabled === false && <Empty compact icon={<IconUserShield size={20} />} title={t('org.roles.offTitle')} text={t('org.roles.off')} />}
      {roles.isPending && <Loading rows={2} />}
      {roles.isError && <Problem problem={roles.error} retry={() => void roles.refetch()} compact />}
      {found?.enabled && found.results.length === 0 && <Empty compact icon={<IconUserShield size={20} />} title={t('org.roles.none')} text={t('org.roles.noneText')}>{button}</Empty>}
      {found?.enabled && found.results.length > 0 && <RolesTable organization={organization} found={found} />}
      {giving && found && <GiveDialog organization={organization} accounts={found.grantableAccountIds.map(String)} close={give.close} />}
    </section>
  );
}

function RolesTable({ organization, found }: { organization: Organization; found: RolesHeld }) {
  const t = useT();
  const language = useLanguage();
  const { account, session } = useHere();
  const [removing, setRemoving] = useState<RoleHeld | null>(null);
  const name = namesOf(organization.members);
  const isOwn = (one: RoleHeld) => String(one.personId) === String(session.person.id);
  const mayTake = (one: RoleHeld) => isOwn(one) || found.grantableAccountIds.map(String).includes(String(one.accountId));
  const words = (one: RoleHeld) => ({ role: roleName(one.role), account: name(one.accountId), name: one.name });
  const take = async (one: RoleHeld) => {
    try {
      await call(`/organizations/v1/${organization.id}/roles/${one.accountId}/${one.personId}/${one.role}`, { method: 'DELETE', account: account.id });
      toastDone(t('org.roles.revoked'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setRemoving(null);
    await refresh(account.id, organization);
  };
  return (
    <>
      <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('org.roles')}>
        <table className="grid grid-tall grid-stack">
          <thead>
            <tr>
              <th scope="col">{t('org.roles.person')}</th><th scope="col">{t('org.roles.role')}</th><th scope="col">{t('org.roles.for')}</th><th scope="col">{t('org.roles.until')}</th><th scope="col">{t('org.roles.grantedBy')}</th>
              <th scope="col"><span className="visually-hidden">{t('org.roles.revokeAct')}</span></th>
            </tr>
          </thead>
          <tbody>
            {found.results.map((one) => (
              <tr key={`${one.accountId}|${one.personId}|${one.role}`}>
                <td><Text size="sm" fw={560}>{one.name}</Text><Text size="xs" c="dimmed">{one.email}</Text></td>
                <td data-label={t('org.roles.role')}><Badge color={one.role === 'organization_admin' ? 'orange' : 'spruce'} size="md">{roleName(one.role)}</Badge></td>
                <td data-label={t('org.roles.for')}><Group gap={8} wrap="nowrap"><AccountMark id={String(one.accountId)} name={name(one.accountId)} size={24} /><Text span size="sm">{name(one.accountId)}</Text></Group></td>
                <td data-label={t('org.roles.until')}>{one.until ? moment(one.until, language) : <Text span size="sm" c="dimmed">{t('org.roles.forGood')}</Text>}</td>
                <td data-label={t('org.roles.grantedBy')} title={moment(one.grantedAt, language)}>{one.grantedBy ?? t('org.roles.commandLine')}</td>
                <td className="grid-act">{mayTake(one) && <ActionIcon aria-label={t(isOwn(one) ? 'org.roles.giveUp' : 'org.roles.revoke', words(one))} onClick={() => setRemoving(one)}><IconTrash size={16} /></ActionIcon>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {removing && <ConfirmDialog title={t('org.roles.revokeTitle')} text={t('org.roles.revokeText', words(removing))} act={t('org.roles.revokeAct')} close={() => setRemoving(null)} confirm={() => void take(removing)} />}
    </>
  );
}

function GiveDialog({ organization, accounts, close }: { organization: Organization; accounts: string[]; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { act, busy, error } = useDeed();
  const users = useQuery(usersQuery(account.id));
  const name = namesOf(organization.members);
  const [target, setTarget] = useState(accounts.includes(String(account.id)) ? String(account.id) : (accounts[0] ?? ''));
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<string>('connection_manager');
  const [until, setUntil] = useState('');
  const body = { accountId: target, email: email.trim(), role, until: endOf(until) };
  const save = () => act((stepUp) => call(`/organizations/v1/${organization.id}/roles`, { method: 'POST', account: account.id, stepUp, body }), async () => {
    await refresh(account.id, organization);
    toastDone(t('org.roles.granted', { role: roleName(role) }));
    close();
  });
  return (
    <Dialog onClose={close} title={t('org.roles.grant')} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <Autocomplete label={t('org.roles.email')} description={t('org.roles.emailHint')} value={email} onChange={setEmail} data={[...new Set((users.data ?? []).map((user) => user.email))]} openOnFocus={false} type="email" required withAsterisk={false} data-autofocus autoComplete="off" />
          <Radio.Group label={t('org.roles.role')} value={role} onChange={setRole}>
            <Stack gap={10} mt={8}>{ROLES.map((one) => <Radio key={one} value={one} label={roleName(one)} description={t(`org.roleText.${one}`)} />)}</Stack>
          </Radio.Group>
          <Select label={t('org.roles.account')} value={target} onChange={(next) => next && setTarget(next)} data={accounts.map((id) => ({ value: id, label: name(id) }))} allowDeselect={false} />
          <DayField label={t('org.roles.until')} description={t('org.roles.untilHint')} value={until} onChange={setUntil} />
          {error && <Alert color="red" role="alert">{error}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
            <Button type="submit" loading={busy} disabled={!email.trim() || !target}>{t('org.roles.grant')}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** What she may do may have changed with it. */
async function refresh(account: AccountRef, organization: Organization) {
  await Promise.all([queryClient.invalidateQueries({ queryKey: keyOf(account, organization) }), queryClient.invalidateQueries({ queryKey: ['a', account, 'organization'] }), queryClient.invalidateQueries({ queryKey: ['a', account, 'orglog'] })]);
}
