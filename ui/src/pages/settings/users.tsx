import { ActionIcon, Badge, Button, Group, Menu, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconDots, IconPlus, IconSearch, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient, seatsQuery, usersQuery } from '../../api/queries';
import type { User } from '../../api/types';
import { PersonMark } from '../../components/account-mark';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, Problem } from '../../components/states';
import { type Translate, maybeT, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog, OnceDialog, SettingsPage } from './parts';
import { type Asked, SignInDialogs, SignInItems } from './user-sign-in';
import { PermissionSetsSection, permissionSetsQuery } from './permission-sets';

const ROLES = ['super_admin', 'partner_admin', 'standard'] as const;
const SEATS = ['core', 'sales', 'service', 'view_only'] as const;

export function UsersPage() {
  const t = useT();
  const { account, session } = useHere();
  const users = useQuery(usersQuery(account.id));
  const [query, setQuery] = useState('');
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  const [resting, setResting] = useState<User | null>(null);
  const [link, setLink] = useState<{ email: string; url: string } | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const admin = isAdmin(account);
  const wanted = query.trim().toLowerCase();
  const shown = users.data?.filter((user) => `${user.name} ${user.email}`.toLowerCase().includes(wanted));
  const refresh = () => Promise.all([queryClient.invalidateQueries({ queryKey: ['a', account.id, 'users'] }), queryClient.invalidateQueries({ queryKey: seatsQuery(account.id).queryKey })]);
  const setStatus = async (user: User, status: 'active' | 'deactivated') => {
    try {
      await call(`/accounts/v1/users/${user.id}`, { method: 'PATCH', account: account.id, body: { status } });
      toastDone(t(status === 'active' ? 'users.reactivated' : 'users.deactivated', { name: user.name }));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setResting(null);
    await refresh();
  };
  const invite = async (user: User) => {
    try {
      const { setupLink } = await call<{ setupLink: string }>(`/accounts/v1/users/${user.id}/link`, { method: 'POST', account: account.id });
      setLink({ email: user.email, url: absolute(setupLink) });
    } catch (problem) {
      toastProblem(problem, t);
    }
  };
  const remove = async (user: User) => {
    try {
      await call(`/accounts/v1/users/${user.id}`, { method: 'DELETE', account: account.id });
      toastDone(t('users.removed', { name: user.name || user.email }));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setRemoving(null);
    await refresh();
  };
  return (
    <SettingsPage title={t('settings.users')} text={t('users.text')} actions={admin && <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing('new')}>{t('users.invite')}</Button>}>
      <section className="card">
        <TextInput data-search m="sm" size="xs" w={240} placeholder={t('users.search')} aria-label={t('users.search')} value={query} onChange={(event) => setQuery(event.currentTarget.value)} leftSection={<IconSearch size={14} />} />
        <SeatCounts />
        {users.isPending && <Loading />}
        {users.isError && <Problem problem={users.error} retry={() => void users.refetch()} />}
        {shown?.length === 0 && <Empty compact icon={<IconUsers size={18} />} title={t('list.noMatch')} />}
        {shown && shown.length > 0 && (
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('settings.users')} style={{ borderTop: '1px solid var(--co-line)' }}>
            <table className="grid grid-stack">
              <thead><tr><th scope="col">{t('profile.name')}</th><th scope="col">{t('users.role')}</th><th scope="col">{t('users.seats')}</th><th scope="col">{t('users.status')}</th><th scope="col"><span className="visually-hidden">{t('act.more')}</span></th></tr></thead>
              <tbody>
                {shown.map((user) => (
                  <tr key={String(user.id)}>
                    <td><Group gap={10} wrap="nowrap"><PersonMark name={user.name || user.email} size={28} /><div style={{ minWidth: 0 }}><Text size="sm" fw={560} lh={1.25}>{user.name || user.email}</Text><Text size="xs" c="dimmed" lh={1.25}>{user.email}</Text></div></Group></td>
                    <td data-label={t('users.role')}>{maybeT(`account.role.${user.role}`) ?? user.role}</td>
                    <td data-label={t('users.seats')}><Group gap={4}>{user.seats.map((seat) => <Badge key={seat} color="gray" size="sm">{maybeT(`seat.${seat.toLowerCase()}`) ?? seat}</Badge>)}</Group></td>
                    <td data-label={t('users.status')}><Badge color={user.status.toLowerCase() === 'active' ? 'spruce' : user.status.toLowerCase() === 'invited' ? 'blue' : 'gray'} size="sm">{maybeT(`users.status.${user.status.toLowerCase()}`) ?? user.status}</Badge></td>
                    <td className="grid-act">
                      {admin && (
                        <Menu position="bottom-end">
                          <Menu.Target><ActionIcon aria-label={t('links.actions', { name: user.name || user.email })}><IconDots size={16} /></ActionIcon></Menu.Target>
                          <Menu.Dropdown><Menu.Item onClick={() => setEditing(user)}>{t('act.edit')}</Menu.Item>{user.status.toLowerCase() === 'invited' && <Menu.Item onClick={() => void invite(user)}>{t('users.newLink')}</Menu.Item>}{user.status.toLowerCase() === 'invited' ? null : user.status.toLowerCase() === 'deactivated' ? <Menu.Item onClick={() => void setStatus(user, 'active')}>{t('users.reactivate')}</Menu.Item> : <Menu.Item onClick={() => setResting(user)}>{t('users.deactivate')}</Menu.Item>}<SignInItems user={user} ask={setAsked} />{account.seesOrganization && String(user.id) !== String(session.person.id) && <Menu.Item component="a" href={`/a/${account.id}/organization/people?email=${encodeURIComponent(user.email)}`}>{t('offBoarding.everywhere')}</Menu.Item>}{user.status.toLowerCase() !== 'active' && <><Menu.Divider /><Menu.Item color="red" onClick={() => setRemoving(user)}>{t('act.remove')}</Menu.Item></>}</Menu.Dropdown>
                        </Menu>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <PermissionSetsSection />
      {editing && <UserDialog user={editing === 'new' ? null : editing} close={() => setEditing(null)} done={(url, email) => { setEditing(null); if (url) setLink({ email, url }); void refresh(); }} />}
      {removing && <ConfirmDialog title={t('users.remove', { name: removing.name || removing.email })} text={t('users.removeText', { name: removing.name || removing.email })} act={t('act.remove')} close={() => setRemoving(null)} confirm={() => void remove(removing)} />}
      {resting && <ConfirmDialog title={t('users.deactivateTitle', { name: resting.name })} text={`${t('users.deactivateText', { name: resting.name })}${contactWarning(resting, t)}`} act={t('users.deactivate')} close={() => setResting(null)} confirm={() => void setStatus(resting, 'deactivated')} />}
      <SignInDialogs asked={asked} close={() => setAsked(null)} />
      {link && <OnceDialog title={t('users.link', { email: link.email })} text={t('users.linkText')} value={link.url} close={() => setLink(null)} />}
    </SettingsPage>
  );
}

/** How many of each seat are used, by active users and by invited ones, and of how many where a number was bought. */
function SeatCounts() {
  const t = useT();
  const { account } = useHere();
  const counts = useQuery(seatsQuery(account.id)).data?.filter((one) => one.used > 0 || one.bought !== null) ?? [];
  if (counts.length === 0) return null;
  return (
    <Group component="ul" gap={6} px="sm" pb="sm" m={0} aria-label={t('users.seatCounts')} style={{ listStyle: 'none' }}>
      {counts.map(({ seat, bought, used, available }) => <li key={seat}><Badge color={available === 0 ? 'orange' : 'gray'} variant="light">{t(bought === null ? 'users.seatCount' : 'users.seatCountOf', { seat: t(`seat.${seat}`), n: used, bought: bought ?? 0 })}</Badge></li>)}
    </Group>
  );
}

/** Deactivating a point of contact is allowed; she should know what it means. */
function contactWarning(user: User, t: Translate): string {
  const roles = (user.contactRoles ?? []).map((role) => maybeT(`company.role.${role}`) ?? role);
  return roles.length === 0 ? '' : ` ${t('users.deactivateContact', { name: user.name || user.email, roles: roles.join(', ') })}`;
}

const absolute = (link: string): string => (link.startsWith('/') ? `${location.origin}${link}` : link);

function UserDialog({ user, close, done }: { user: User | null; close: () => void; done: (setupLink: string | undefined, email: string) => void }) {
  const t = useT();
  const { account } = useHere();
  const [form, setForm] = useState({ email: user?.email ?? '', name: user?.name ?? '', role: user?.role ?? 'standard', seats: user?.seats.map((seat) => seat.toLowerCase()) ?? ['sales'] });
  const [set, setSet] = useState(user?.permissionSetId ? String(user.permissionSetId) : '');
  const sets = useQuery(permissionSetsQuery(account.id));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const permissionSetId = form.role === 'standard' && set ? set : null;
  const save = async () => {
    setBusy(true);
    setErrors({});
    try {
      if (user) {
        await call(`/accounts/v1/users/${user.id}`, { method: 'PATCH', account: account.id, body: { role: form.role, seats: form.seats, permissionSetId } });
        toastDone(t('state.saved'));
        done(undefined, user.email);
      } else {
        const made = await call<User & { setupUrl?: string; setupToken?: string }>('/accounts/v1/users', { method: 'POST', account: account.id, body: { ...form, permissionSetId } });
        toastDone(t('users.added', { name: form.name }));
        const raw = made.setupLink ?? made.setupUrl ?? (made.setupToken ? `/setup/${made.setupToken}` : undefined);
        done(raw && absolute(raw), form.email);
      }
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={user ? t('users.edit', { name: user.name }) : t('users.invite')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('signIn.email')} type="email" value={form.email} readOnly={user !== null} onChange={(event) => setForm({ ...form, email: event.currentTarget.value })} error={errors.email} required withAsterisk={false} data-autofocus={user === null || undefined} />
          <TextInput label={t('profile.name')} value={form.name} readOnly={user !== null} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} error={errors.name} required withAsterisk={false} />
          <Select label={t('users.role')} data={ROLES.map((role) => ({ value: role, label: t(`account.role.${role}`) }))} value={form.role} onChange={(role) => role && setForm({ ...form, role })} error={errors.role} allowDeselect={false} />
          {form.role === 'standard' && (sets.data?.length ?? 0) > 0 && <Select label={t('users.rights')} data={[{ value: '', label: t('users.rightsMember') }, ...sets.data!.map((one) => ({ value: one.id, label: one.name }))]} value={set} onChange={(value) => setSet(value ?? '')} error={errors.permissionSetId} allowDeselect={false} />}
          <MultiSelect label={t('users.seats')} description={t('users.seatsText')} data={SEATS.map((seat) => ({ value: seat, label: t(`seat.${seat}`) }))} value={form.seats} onChange={(seats) => setForm({ ...form, seats })} error={errors.seats} />
          {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{user ? t('act.save') : t('act.add')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
