import { Alert, Autocomplete, Button, Checkbox, Group, MultiSelect, Select, SimpleGrid, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { companyQuery, organizationQuery, queryClient, usersQuery } from '../../api/queries';
import type { CompanyInfo, ContactRole, Organization, User } from '../../api/types';
import { Loading, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { list, moment } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { Section, SettingsPage } from './parts';

export function CompanyPage() {
  const t = useT();
  const { account } = useHere();
  const company = useQuery(companyQuery(account.id));
  const users = useQuery(usersQuery(account.id));
  const organization = useQuery(organizationQuery(account.id));
  const failed = company.error ?? users.error;
  return (
    <SettingsPage title={t('settings.company')} text={t('company.text')}>
      {(company.isPending || users.isPending) && !failed && <div className="card"><Loading /></div>}
      {failed && <div className="card"><Problem problem={failed} retry={() => { void company.refetch(); void users.refetch(); }} /></div>}
      {company.data && users.data && <Company company={company.data} users={users.data} />}
      {organization.data && users.data && company.data?.canEdit && organization.data.canEditConnections && <OfOrganization organization={organization.data} users={users.data} />}
    </SettingsPage>
  );
}

/** Sends a change and shows what it led to; the errors by field. */
function useSave<T>(path: string, done: (after: T) => void) {
  const t = useT();
  const { account } = useHere();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const save = async (body: unknown) => {
    setBusy(true);
    setErrors({});
    try {
      done(await call<T>(path, { method: 'PATCH', account: account.id, body }));
      await queryClient.invalidateQueries({ queryKey: ['a', account.id] });
      toastDone(t('state.saved'));
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return { errors, busy, save };
}

function Company({ company, users }: { company: CompanyInfo; users: User[] }) {
  const { account } = useHere();
  const keep = (after: CompanyInfo) => queryClient.setQueryData(companyQuery(account.id).queryKey, after);
  return (
    <>
      <StillRight company={company} keep={keep} />
      <OnPaper key={JSON.stringify([company.legalName, company.address, company.vatId])} company={company} keep={keep} />
      <Contacts key={JSON.stringify(company.contacts)} company={company} users={users} keep={keep} />
      <Notices key={JSON.stringify(company.notices)} company={company} keep={keep} />
    </>
  );
}

type Keep = { company: CompanyInfo; keep: (after: CompanyInfo) => void };

/** A nag, and a gentle one: it goes with one press and comes back in 90 days. */
function StillRight({ company, keep }: Keep) {
  const t = useT();
  const { account } = useHere();
  const [busy, setBusy] = useState(false);
  const named = company.contacts.some((role) => role.holders.length > 0 && !role.fromOrganization);
  if (!company.canEdit || !company.confirmationDue || !named) return null;
  const confirm = async () => {
    setBusy(true);
    try {
      keep(await call<CompanyInfo>('/accounts/v1/company/confirm', { method: 'POST', account: account.id }));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setBusy(false);
  };
  return (
    <Alert className="notice" color="orange" title={t('company.due')}>
      <Group justify="space-between" gap="sm"><Text size="sm">{t('company.dueText')}</Text><Button size="xs" variant="default" loading={busy} onClick={() => void confirm()}>{t('company.right')}</Button></Group>
    </Alert>
  );
}

function OnPaper({ company, keep }: Keep) {
  const t = useT();
  const [form, setForm] = useState({ legalName: company.legalName, address: company.address, vatId: company.vatId });
  const { errors, busy, save } = useSave<CompanyInfo>('/accounts/v1/company', keep);
  const readOnly = !company.canEdit;
  return (
    <Section title={t('company.onPaper')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(form); }}>
        <Stack maw={420}>
          <TextInput label={t('company.legalName')} value={form.legalName} onChange={(event) => setForm({ ...form, legalName: event.currentTarget.value })} error={errors.legalName} readOnly={readOnly} autoComplete="organization" />
          <Textarea label={t('company.address')} value={form.address} onChange={(event) => setForm({ ...form, address: event.currentTarget.value })} error={errors.address} readOnly={readOnly} autosize minRows={2} autoComplete="street-address" />
          <TextInput label={t('company.vatId')} value={form.vatId} onChange={(event) => setForm({ ...form, vatId: event.currentTarget.value })} error={errors.vatId} readOnly={readOnly} />
          {company.notPrinted && <Alert className="notice" color="orange" role="status">{t('company.notPrinted', { characters: [...company.notPrinted].join(' ') })}</Alert>}
          {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
          {company.canEdit && <Group><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>}
        </Stack>
      </form>
    </Section>
  );
}

function Contacts({ company, users, keep }: Keep & { users: User[] }) {
  const t = useT();
  const language = useLanguage();
  const { errors, busy, save } = useSave<CompanyInfo>('/accounts/v1/company', keep);
  const when = company.confirmedAt && <Text size="xs" c="dimmed">{t('company.confirmed', { when: moment(company.confirmedAt, language) })}</Text>;
  return (
    <Section title={t('company.contacts')} text={t('company.contactsText')} aside={when}>
      <Pickers roles={company.contacts} users={users} readOnly={!company.canEdit} errors={errors} busy={busy} save={(contacts) => void save({ contacts })} />
    </Section>
  );
}

interface Defaults { contacts: ContactRole[] }

function OfOrganization({ organization, users }: { organization: Organization; users: User[] }) {
  const t = useT();
  const { account } = useHere();
  const path = `/organizations/v1/${organization.id}/contacts`;
  const queryKey = ['a', account.id, 'organization-contacts'];
  const defaults = useQuery({ queryKey, queryFn: () => call<Defaults>(path, { account: account.id }) });
  const { errors, busy, save } = useSave<Defaults>(path, (after) => queryClient.setQueryData(queryKey, after));
  return (
    <Section title={t('company.ofOrganization', { name: organization.name })} text={t('company.ofOrganizationText')}>
      {defaults.isPending && <Loading rows={3} />}
      {defaults.isError && <Problem compact problem={defaults.error} retry={() => void defaults.refetch()} />}
      {defaults.data && <Pickers key={JSON.stringify(defaults.data)} roles={defaults.data.contacts} users={users} errors={errors} busy={busy} save={(contacts) => void save({ contacts })} />}
    </Section>
  );
}

interface PickersProps { roles: ContactRole[]; users: User[]; readOnly?: boolean; errors: Record<string, string>; busy: boolean; save: (contacts: Record<string, { email: string }[]>) => void }

/** Contacts are named by address, which says the same of a user and of an outsider. Only what was changed is sent. */
function Pickers({ roles, users, readOnly = false, errors, busy, save }: PickersProps) {
  const t = useT();
  const language = useLanguage();
  const own = (role: ContactRole) => (role.fromOrganization ? [] : role.holders.map((holder) => holder.email));
  const [chosen, setChosen] = useState<Record<string, string[]>>(() => Object.fromEntries(roles.map((role) => [role.role, own(role)])));
  const changed = roles.filter((role) => JSON.stringify(own(role)) !== JSON.stringify(chosen[role.role]));
  const choices = (role: ContactRole) => {
    const active = users.filter((user) => user.status.toLowerCase() === 'active').map((user) => ({ value: user.email, label: user.name ? `${user.name} · ${user.email}` : user.email }));
    const others = role.holders.filter((holder) => !active.some((one) => one.value === holder.email)).map((holder) => ({ value: holder.email, label: holder.name ? `${holder.name} · ${holder.email}` : holder.email }));
    return [...active, ...others];
  };
  const words = (role: ContactRole) => {
    const resting = role.holders.find((holder) => holder.status === 'deactivated');
    if (resting) return t('company.deactivated', { name: resting.name ?? resting.email });
    if (role.fromOrganization) return t('company.fromOrganization', { names: list(role.holders.map((holder) => holder.name ?? holder.email), language) });
    return maybeT(`company.roleText.${role.role}`);
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); save(Object.fromEntries(changed.map((role) => [role.role, (chosen[role.role] ?? []).filter((email) => email.trim()).map((email) => ({ email }))]))); }}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
        {roles.map((role) => {
          const value = chosen[role.role] ?? [];
          const set = (emails: string[]) => setChosen({ ...chosen, [role.role]: emails });
          const shared = { label: maybeT(`company.role.${role.role}`) ?? role.role, description: words(role), error: errors[role.role], placeholder: value.length === 0 ? t('company.nobody') : undefined };
          if (role.role === 'security') return <Autocomplete key={role.role} {...shared} type="email" data={choices(role).map((one) => one.value)} value={value[0] ?? ''} onChange={(email) => set(email ? [email] : [])} readOnly={readOnly} limit={50} />;
          if (role.holdersMax > 1) return <MultiSelect key={role.role} {...shared} data={choices(role)} value={value} onChange={set} maxValues={role.holdersMax} disabled={readOnly} searchable limit={50} />;
          return <Select key={role.role} {...shared} data={choices(role)} value={value[0] ?? null} onChange={(email) => set(email ? [email] : [])} clearable={role.role !== 'primary'} disabled={readOnly} searchable limit={50} clearButtonProps={{ 'aria-label': t('act.clear') }} />;
        })}
      </SimpleGrid>
      {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">{errors['']}</Text>}
      {!readOnly && <Button type="submit" mt="md" loading={busy} disabled={changed.length === 0}>{t('act.save')}</Button>}
    </form>
  );
}

/** Security events keep one of the two who must be reached: the last check mark cannot be taken away. */
const MUST_REACH: Record<string, string[]> = { security_event: ['primary', 'security'] };

function Notices({ company, keep }: Keep) {
  const t = useT();
  const { errors, busy, save } = useSave<CompanyInfo>('/accounts/v1/company', keep);
  const [told, setTold] = useState<Record<string, string[]>>(() => Object.fromEntries(company.notices.map((one) => [one.notice, one.roles])));
  const roles = company.contacts.map((one) => one.role);
  const word = (role: string) => maybeT(`company.role.${role}`) ?? role;
  const changed = company.notices.filter((one) => JSON.stringify(one.roles) !== JSON.stringify(told[one.notice]));
  const toggle = (notice: string, role: string, on: boolean) => setTold({ ...told, [notice]: roles.filter((one) => (one === role ? on : told[notice]?.includes(one))) });
  const isLast = (notice: string, role: string) => {
    const needed = (MUST_REACH[notice] ?? []).filter((one) => told[notice]?.includes(one));
    return needed.length === 1 && needed[0] === role;
  };
  return (
    <Section title={t('company.notices')} text={t('company.noticesText')}>
      <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('company.notices')}>
        <table className="grid">
          <thead><tr><th scope="col" className="sticky">{t('company.notice')}</th>{roles.map((role) => <th key={role} scope="col">{word(role)}</th>)}</tr></thead>
          <tbody>
            {company.notices.map(({ notice }) => {
              const name = maybeT(`company.notice.${notice}`) ?? notice;
              return (
                <tr key={notice}>
                  <th scope="row" className="sticky">{name}</th>
                  {roles.map((role) => <td key={role}><Checkbox aria-label={t('company.tell', { notice: name, role: word(role) })} checked={told[notice]?.includes(role) ?? false} disabled={!company.canEdit || isLast(notice, role)} onChange={(event) => toggle(notice, role, event.currentTarget.checked)} /></td>)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {Object.values(errors).map((error) => <Text key={error} size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">{error}</Text>)}
      {company.canEdit && <Button mt="md" loading={busy} disabled={changed.length === 0} onClick={() => void save({ notices: Object.fromEntries(changed.map((one) => [one.notice, told[one.notice]])) })}>{t('act.save')}</Button>}
    </Section>
  );
}
