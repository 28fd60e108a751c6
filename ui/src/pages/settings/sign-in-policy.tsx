import { Alert, Badge, Button, Checkbox, Group, MultiSelect, Select, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient, usersQuery } from '../../api/queries';
import { Field } from '../../components/field';
import { Loading, Problem } from '../../components/states';
import { useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { moment } from '../../lib/format';
import { useProved } from '../../lib/proved';
import { useRefreshSession } from '../../lib/refresh';
import { toastDone } from '../../lib/toast';
import { Section, SettingsPage } from './parts';

const WAYS = ['password', 'authenticator', 'passkey'] as const;
const IDLE = [0, 15, 30, 60, 240, 480, 1440, 4320] as const;
type Way = (typeof WAYS)[number];
interface Policy { secondFactorRequired: boolean; secondFactorFrom: string | null; ways: Way[]; waysFrom: string | null; idleMinutes: number | null; exemptUserIds: string[] }

const policyKey = (account: string | number) => ['a', account, 'sign-in-policy'];

export function SignInPolicyPage() {
  const t = useT();
  const { account } = useHere();
  const policy = useQuery({ queryKey: policyKey(account.id), queryFn: () => call<Policy>('/accounts/v1/sign-in-policy', { account: account.id }) });
  return (
    <SettingsPage title={t('settings.sign-in')} text={t('policyOf.text')}>
      {policy.isPending && <div className="card"><Loading /></div>}
      {policy.isError && <div className="card"><Problem problem={policy.error} retry={() => void policy.refetch()} /></div>}
      {policy.data && <PolicyForm key={JSON.stringify(policy.data)} policy={policy.data} />}
    </SettingsPage>
  );
}

function PolicyForm({ policy }: { policy: Policy }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const admin = isAdmin(account);
  const proved = useProved();
  const refresh = useRefreshSession();
  const users = useQuery(usersQuery(account.id));
  const [form, setForm] = useState({ required: policy.secondFactorRequired, ways: policy.ways as string[], from: policy.waysFrom ?? '', idle: policy.idleMinutes ?? 0, exempt: policy.exemptUserIds });
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const restricts = form.ways.length < WAYS.length;
  const waysChanged = [...form.ways].sort().join() !== [...policy.ways].sort().join();
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const body = {
        secondFactorRequired: form.required,
        idleMinutes: form.idle || null,
        exemptUserIds: form.exempt,
        ...(waysChanged ? { ways: form.ways, ...(form.from ? { waysFrom: form.from } : {}) } : {}),
      };
      const outcome = await proved((stepUp) => call<Policy>('/accounts/v1/sign-in-policy', { method: 'PATCH', account: account.id, body, stepUp }));
      if (!outcome.done) return;
      queryClient.setQueryData(policyKey(account.id), outcome.value);
      toastDone(t('state.saved'));
      await refresh();
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  const idle = [...new Set<number>([...IDLE, form.idle])].sort((a, b) => a - b);
  const idleWords = (minutes: number) => ((IDLE as readonly number[]).includes(minutes) ? t(`policyOf.idle.${minutes as (typeof IDLE)[number]}`) : t('policyOf.idleOther', { minutes }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <Stack gap="md">
        {!admin && <Alert color="gray">{t('policyOf.readOnly')}</Alert>}
        <Section title={t('policyOf.factor')} text={t('policyOf.factorText')} aside={<Badge color={policy.secondFactorRequired ? 'spruce' : 'gray'}>{t(policy.secondFactorRequired ? 'security.on' : 'security.off')}</Badge>}>
          <Switch label={t('policyOf.factorSwitch')} checked={form.required} disabled={!admin} onChange={(event) => setForm({ ...form, required: event.currentTarget.checked })} />
          {policy.secondFactorFrom && <Text size="sm" c="dimmed" mt={8}>{t('policyOf.factorFrom', { when: moment(policy.secondFactorFrom, language) })}</Text>}
        </Section>
        <Section title={t('policyOf.ways')} text={t('policyOf.waysText')}>
          <Checkbox.Group aria-label={t('policyOf.ways')} value={form.ways} onChange={(ways) => setForm({ ...form, ways })}>
            <Stack gap={8}>{WAYS.map((way) => <Checkbox key={way} value={way} disabled={!admin} label={t(`policyOf.way.${way}`)} />)}</Stack>
          </Checkbox.Group>
          {restricts && waysChanged && <Field of="moment" style={{ maxWidth: 300, marginTop: 10 }} label={t('policyOf.waysFrom')} description={t('policyOf.waysFromText')} value={form.from} onChange={(from) => setForm({ ...form, from })} />}
          {policy.waysFrom && !waysChanged && <Text size="sm" c="dimmed" mt={8}>{t('policyOf.waysSince', { when: moment(policy.waysFrom, language) })}</Text>}
        </Section>
        <Section title={t('policyOf.idle')} text={t('policyOf.idleText')}>
          <Select maw={300} label={t('policyOf.idleLabel')} disabled={!admin} data={idle.map((minutes) => ({ value: String(minutes), label: idleWords(minutes) }))} value={String(form.idle)} onChange={(value) => setForm({ ...form, idle: Number(value ?? 0) })} allowDeselect={false} />
        </Section>
        <Section title={t('policyOf.exempt')} text={t('policyOf.exemptText')}>
          <MultiSelect aria-label={t('policyOf.exempt')} searchable disabled={!admin} placeholder={form.exempt.length === 0 ? t('policyOf.exemptNobody') : undefined} data={(users.data ?? []).map((user) => ({ value: String(user.id), label: user.name || user.email }))} value={form.exempt} onChange={(exempt) => setForm({ ...form, exempt })} />
        </Section>
        {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
        {admin && <Group><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>}
      </Stack>
    </form>
  );
}
