import { ActionIcon, Alert, Anchor, Badge, Button, Group, MultiSelect, PasswordInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconLogin2, IconPencil, IconPlugConnected, IconPlus, IconTrash } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { organizationQuery, queryClient, usersQuery } from '../../api/queries';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, Problem } from '../../components/states';
import { useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { byField, describe } from '../../lib/errors';
import { useProved } from '../../lib/proved';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog, Copied, Section, SettingsPage } from './parts';
import { DirectoryTokens, GroupsOfDirectory } from './provisioning';

interface Domain { name: string; verifiedAt: string | null; proofUrl: string; proof: string }
interface Provider { id: string; label: string; issuer: string; clientId: string; hasSecret: boolean; factorValues: string[]; joinsAccountId: string | null; domains: Domain[] }
interface OfAccount { required: boolean; exempt: string[]; organizationId: string | null; organizationSignsIn: boolean; organizationProvisions: boolean; servedBy: string[] }
interface Sso { realm: string; providers: Provider[]; redirectUri: string; accountIds: string[]; account?: OfAccount }

/** Everything below is the same for the account and for its organization; only the address differs. */
const ssoQuery = (account: string | number, base: string) => queryOptions({ queryKey: ['a', account, 'sso', base], queryFn: () => call<Sso>(`${base}/sso`, { account }) });

export function SsoPage() {
  const t = useT();
  const { account } = useHere();
  const organization = useQuery(organizationQuery(account.id));
  const admin = isAdmin(account);
  return (
    <SettingsPage title={t('settings.sso')} text={t('sso.text')}>
      {!admin && <div className="card"><Empty icon={<IconLogin2 size={22} />} title={t('sso.onlyAdmins')} /></div>}
      {admin && <OfRealm base="/accounts/v1" title={t('sso.providers')} text={t('sso.providersText')} />}
      {admin && organization.data?.canEditConnections && <OfRealm base={`/organizations/v1/${organization.data.id}`} title={t('sso.ofOrganization')} text={t('sso.ofOrganizationText')} />}
      {admin && organization.data && <GroupsOfDirectory />}
      {admin && organization.data?.canEditConnections && <DirectoryTokens organization={organization.data} />}
    </SettingsPage>
  );
}

function OfRealm({ base, title, text }: { base: string; title: string; text: string }) {
  const t = useT();
  const { account } = useHere();
  const sso = useQuery(ssoQuery(account.id, base));
  const [editing, setEditing] = useState<Provider | 'new' | null>(null);
  if (sso.isPending) return <div className="card"><Loading rows={3} /></div>;
  if (sso.isError) return <div className="card"><Problem problem={sso.error} retry={() => void sso.refetch()} /></div>;
  const add = <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => setEditing('new')}>{t('sso.add')}</Button>;
  const { providers, redirectUri } = sso.data;
  return (
    <>
      <Section title={title} aside={providers.length > 0 && add}>
        <Group gap={8} mb="md" wrap="wrap"><Text size="sm" c="dimmed">{text}</Text><Copied value={redirectUri} /></Group>
        {providers.length === 0 && <Empty compact icon={<IconLogin2 size={20} />} title={t('sso.none')} text={t('sso.noneText')}>{add}</Empty>}
        <Stack gap="md">{providers.map((provider) => <ProviderCard key={provider.id} base={base} provider={provider} edit={() => setEditing(provider)} />)}</Stack>
      </Section>
      {sso.data.account && <Required base={base} of={sso.data.account} ready={providers.some((one) => one.domains.some((domain) => domain.verifiedAt)) || sso.data.account.servedBy.length > 0} />}
      {sso.data.account?.organizationId && <OfOrganization base={base} of={sso.data.account} />}
      {editing && <ProviderDialog base={base} accounts={sso.data.accountIds} provider={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </>
  );
}

const useRefresh = () => {
  const { account } = useHere();
  return () => queryClient.invalidateQueries({ queryKey: ['a', account.id, 'sso'] });
};

function ProviderCard({ base, provider, edit }: { base: string; provider: Provider; edit: () => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const refresh = useRefresh();
  const [removing, setRemoving] = useState(false);
  const [tested, setTested] = useState<{ good: boolean; text: string } | null>(null);
  const [testing, setTesting] = useState(false);
  const path = `${base}/sso/providers/${provider.id}`;
  const test = async () => {
    setTesting(true);
    try {
      const answer = await call<{ nKeys: number; algorithmAccepted: boolean }>(`${path}/test`, { method: 'POST', account: account.id });
      setTested(answer.algorithmAccepted && answer.nKeys > 0 ? { good: true, text: t('sso.testOk', { count: answer.nKeys }) } : { good: false, text: t('sso.testAlgorithm') });
    } catch (problem) {
      setTested({ good: false, text: describe(problem, t) });
    }
    setTesting(false);
  };
  const remove = async () => {
    try {
      const { done } = await proved((stepUp) => call(path, { method: 'DELETE', account: account.id, stepUp }));
      if (done) toastDone(t('sso.removed'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setRemoving(false);
    await refresh();
  };
  return (
    <article className="sso-provider" aria-label={provider.label}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0 }}><Text fw={620} component="h3" m={0}>{provider.label}</Text><Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{provider.issuer}</Text></div>
        <Group gap={6}>
          <Button size="xs" variant="default" leftSection={<IconPlugConnected size={15} />} loading={testing} onClick={() => void test()}>{t('sso.test')}</Button>
          <ActionIcon aria-label={t('sso.edit', { label: provider.label })} onClick={edit}><IconPencil size={16} /></ActionIcon>
          <ActionIcon aria-label={t('sso.remove', { label: provider.label })} onClick={() => setRemoving(true)}><IconTrash size={16} /></ActionIcon>
        </Group>
      </Group>
      {tested && <Text size="sm" mt={8} role="status" c={tested.good ? undefined : 'var(--mantine-color-error)'}>{tested.text}</Text>}
      <Domains path={path} provider={provider} />
      {removing && <ConfirmDialog title={t('sso.remove', { label: provider.label })} text={t('sso.removeText')} act={t('act.remove')} close={() => setRemoving(false)} confirm={() => void remove()} />}
    </article>
  );
}

function Domains({ path, provider }: { path: string; provider: Provider }) {
  const t = useT();
  const { account } = useHere();
  const refresh = useRefresh();
  const [name, setName] = useState('');
  const [error, setError] = useState<string>();
  const [failures, setFailures] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState<string | null>(null);
  const add = async () => {
    setError(undefined);
    try {
      await call(`${path}/domains`, { method: 'POST', account: account.id, body: { domain: name.trim() } });
      setName('');
      await refresh();
    } catch (problem) {
      const errors = byField(problem, t);
      setError(errors.domain ?? errors['']);
    }
  };
  const act = async (domain: string, method: 'POST' | 'DELETE') => {
    setBusy(domain);
    setFailures((all) => ({ ...all, [domain]: '' }));
    try {
      await call(`${path}/domains/${encodeURIComponent(domain)}${method === 'POST' ? '/verify' : ''}`, { method, account: account.id });
    } catch (problem) {
      setFailures((all) => ({ ...all, [domain]: describe(problem, t) }));
    }
    setBusy(null);
    await refresh();
  };
  return (
    <div style={{ marginTop: 14 }}>
      <Text size="sm" fw={560}>{t('sso.domains')}</Text>
      {provider.domains.length === 0 && <Text size="sm" c="dimmed">{t('sso.domainsNone')}</Text>}
      <ul className="sso-domains">
        {provider.domains.map((domain) => (
          <li key={domain.name}>
            <Group justify="space-between" gap="sm">
              <Group gap={8}><Text size="sm">{domain.name}</Text><Badge size="sm" color={domain.verifiedAt ? 'spruce' : 'gray'}>{t(domain.verifiedAt ? 'sso.proved' : 'sso.notProved')}</Badge></Group>
              <Group gap={6}>
                {!domain.verifiedAt && <Button size="compact-sm" variant="default" loading={busy === domain.name} onClick={() => void act(domain.name, 'POST')}>{t('sso.verify')}</Button>}
                <ActionIcon aria-label={t('sso.domainRemove', { domain: domain.name })} onClick={() => void act(domain.name, 'DELETE')}><IconTrash size={15} /></ActionIcon>
              </Group>
            </Group>
            {!domain.verifiedAt && <div><Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{t('sso.proofText', { url: domain.proofUrl })}</Text><Copied value={domain.proof} /></div>}
            {failures[domain.name] && <Text size="xs" c="var(--mantine-color-error)" role="alert" style={{ overflowWrap: 'anywhere' }}>{failures[domain.name]}</Text>}
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => { event.preventDefault(); void add(); }}>
        <Group gap="xs" align="flex-start"><TextInput size="sm" aria-label={t('sso.domain')} placeholder={t('sso.domain')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={error} /><Button type="submit" size="sm" variant="default" disabled={!name.trim()}>{t('sso.domainAdd')}</Button></Group>
      </form>
    </div>
  );
}

function ProviderDialog({ base, accounts, provider, close }: { base: string; accounts: string[]; provider: Provider | null; close: () => void }) {
  const t = useT();
  const { account, session } = useHere();
  const proved = useProved();
  const refresh = useRefresh();
  const [form, setForm] = useState({ label: provider?.label ?? '', issuer: provider?.issuer ?? '', clientId: provider?.clientId ?? '', clientSecret: '', factors: (provider?.factorValues ?? ['mfa']).join(' '), joins: provider?.joinsAccountId ?? null });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const set = (name: keyof typeof form) => (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value });
  const named = (id: string) => session.accounts.find((one) => String(one.id) === id)?.name ?? `#${id}`;
  const save = async () => {
    setBusy(true);
    setErrors({});
    const { label, issuer, clientId, clientSecret, joins } = form;
    const body = { label, ...(provider ? {} : { issuer }), clientId, ...(clientSecret ? { clientSecret } : {}), factorValues: form.factors.split(/\s+/).filter(Boolean), joinsAccountId: joins };
    try {
      const path = provider ? `${base}/sso/providers/${provider.id}` : `${base}/sso/providers`;
      const { done } = await proved((stepUp) => call(path, { method: provider ? 'PATCH' : 'POST', account: account.id, body, stepUp }));
      if (done) {
        await refresh();
        close();
      }
    } catch (problem) {
      setErrors(byField(problem, t));
    }
    setBusy(false);
  };
  return (
    <Dialog onClose={close} title={provider ? t('sso.edit', { label: provider.label }) : t('sso.add')} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('sso.label')} value={form.label} onChange={set('label')} error={errors.label} required withAsterisk={false} data-autofocus />
          <TextInput label={t('sso.issuer')} description={t('sso.issuerText')} value={form.issuer} onChange={set('issuer')} error={errors.issuer} readOnly={provider !== null} required withAsterisk={false} />
          <TextInput label={t('sso.clientId')} value={form.clientId} onChange={set('clientId')} error={errors.clientId} required withAsterisk={false} autoComplete="off" />
          <PasswordInput label={t('sso.clientSecret')} description={t(provider?.hasSecret ? 'sso.secretKept' : 'sso.secretText')} value={form.clientSecret} onChange={set('clientSecret')} error={errors.clientSecret} autoComplete="new-password" visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }} />
          <TextInput label={t('sso.factors')} description={t('sso.factorsText')} value={form.factors} onChange={set('factors')} error={errors.factorValues} />
          <Select label={t('sso.joins')} description={t('sso.joinsText')} data={accounts.map((id) => ({ value: String(id), label: named(String(id)) }))} placeholder={t('state.no')} value={form.joins} onChange={(joins) => setForm({ ...form, joins })} error={errors.joins} clearable />
          {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Sends one change of what the account asks for and allows. */
function useChange(base: string) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const change = async (body: Record<string, unknown>) => {
    setErrors({});
    try {
      const { done } = await proved((stepUp) => call<Sso>(`${base}/sso`, { method: 'PATCH', account: account.id, body, stepUp }));
      if (done) toastDone(t('state.saved'));
    } catch (problem) {
      setErrors(byField(problem, t));
    }
    await Promise.all([queryClient.invalidateQueries({ queryKey: ['a', account.id, 'sso'] }), queryClient.invalidateQueries({ queryKey: ['a', account.id, 'provisioning'] })]);
  };
  return { errors, change };
}

function Required({ base, of, ready }: { base: string; of: OfAccount; ready: boolean }) {
  const t = useT();
  const { account } = useHere();
  const users = useQuery(usersQuery(account.id));
  const { errors, change } = useChange(base);
  const active = (users.data ?? []).filter((user) => user.status === 'active');
  const problem = errors.exempt ?? errors[''];
  return (
    <Section title={t('sso.required')} text={t('sso.requiredText')} aside={<Switch checked={of.required} disabled={!of.required && !ready} aria-label={t('sso.required')} onChange={(event) => void change({ required: event.currentTarget.checked })} />}>
      {problem && <Alert className="notice" color="orange" mb="sm"><Text size="sm" role="alert">{problem}</Text></Alert>}
      {of.required && <MultiSelect label={t('sso.exempt')} data={active.map((user) => ({ value: String(user.id), label: `${user.name} (${user.email})` }))} value={of.exempt.map(String)} onChange={(exempt) => void change({ required: true, exempt })} searchable maw={520} />}
    </Section>
  );
}

function OfOrganization({ base, of }: { base: string; of: OfAccount }) {
  const t = useT();
  const { account } = useHere();
  const { errors, change } = useChange(base);
  return (
    <Section title={t('sso.organization')} text={t('sso.organizationText')}>
      <Stack gap="sm">
        <Switch label={t('sso.organizationSignsIn')} checked={of.organizationSignsIn} onChange={(event) => void change({ organizationSignsIn: event.currentTarget.checked })} />
        <Switch label={t('sso.organizationProvisions')} checked={of.organizationProvisions} onChange={(event) => void change({ organizationProvisions: event.currentTarget.checked })} />
        {of.servedBy.length > 0 && <Text size="sm" c="dimmed">{t('sso.servedBy', { names: of.servedBy.join(', ') })}</Text>}
        {Object.values(errors).map((text) => <Text key={text} size="sm" c="var(--mantine-color-error)" role="alert">{text}</Text>)}
      </Stack>
      <Anchor size="sm" href={`/a/${account.id}/organization`} mt="sm" display="inline-block">{t('nav.organization')}</Anchor>
    </Section>
  );
}
