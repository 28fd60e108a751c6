import { Badge, Button, Group, Select, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient, settingsQuery, subscriptionQuery } from '../../api/queries';
import type { AccountSettings } from '../../api/types';
import { Loading, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { useRefreshSession } from '../../lib/refresh';
import { toastDone } from '../../lib/toast';
import { ConfirmDialog, Section, SettingsPage, subscriptionName } from './parts';

export function AccountSettingsPage() {
  const t = useT();
  const { account } = useHere();
  const settings = useQuery(settingsQuery(account.id));
  return (
    <SettingsPage title={t('settings.account')}>
      {settings.isPending && <div className="card"><Loading /></div>}
      {settings.isError && <div className="card"><Problem problem={settings.error} retry={() => void settings.refetch()} /></div>}
      {settings.data && <AccountForm key={JSON.stringify(settings.data)} settings={settings.data} />}
    </SettingsPage>
  );
}

const currencyCodes = () => (Intl.supportedValuesOf ? Intl.supportedValuesOf('currency') : ['EUR', 'USD', 'DKK', 'GBP']);
const timeZones = () => (Intl.supportedValuesOf ? ['UTC', ...Intl.supportedValuesOf('timeZone')] : ['UTC']);

function AccountForm({ settings }: { settings: AccountSettings }) {
  const t = useT();
  const language = useLanguage();
  const refresh = useRefreshSession();
  const { account } = useHere();
  const admin = isAdmin(account);
  const [form, setForm] = useState({ name: settings.name, timeZone: settings.timeZone, currency: settings.currency });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const names = new Intl.DisplayNames(language, { type: 'currency' });
  const currencies = [...new Set([form.currency, ...currencyCodes()])].filter(Boolean).map((code) => ({ value: code, label: `${code} · ${names.of(code) ?? code}` }));
  const zones = [...new Set([form.timeZone, ...timeZones()])].filter(Boolean);
  const save = async (part: Partial<AccountSettings>) => {
    setBusy(true);
    setErrors({});
    try {
      await call('/accounts/v1/settings', { method: 'PATCH', account: account.id, body: part });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id] });
      await refresh();
      toastDone(t('state.saved'));
      setAsking(false);
    } catch (problem) {
      setErrors(byField(problem, t));
      setAsking(false);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <section className="card" style={{ padding: 18 }}>
        <form onSubmit={(event) => { event.preventDefault(); void save(form); }}>
          <Stack maw={420}>
            <TextInput label={t('accountSettings.name')} value={form.name} onChange={(event) => setForm({ ...form, name: event.currentTarget.value })} error={errors.name} required withAsterisk={false} readOnly={!admin} />
            <Select label={t('accountSettings.timeZone')} data={zones} value={form.timeZone} onChange={(timeZone) => timeZone && setForm({ ...form, timeZone })} error={errors.timeZone} searchable limit={60} allowDeselect={false} disabled={!admin} />
            <Select label={t('accountSettings.currency')} data={currencies} value={form.currency} onChange={(currency) => currency && setForm({ ...form, currency })} error={errors.currency} searchable limit={60} allowDeselect={false} disabled={!admin} />
            {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
            {admin && <Group><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>}
          </Stack>
        </form>
      </section>
      <section className="card" style={{ padding: 18 }}>
        <dl className="facts" style={{ margin: 0 }}>
          <div><dt>{t('accountSettings.id')}</dt><dd className="tabular">{account.id}</dd></div>
          <div><dt>{t('accountSettings.kind')}</dt><dd>{maybeT(`accountSettings.kind.${settings.kind ?? account.kind}`) ?? settings.kind ?? account.kind}</dd></div>
          <div><dt>{t('accountSettings.location')}</dt><dd>{settings.location ?? account.location}</dd></div>
          {!admin && <div>
            <dt>{t('accountSettings.subscriptions')}</dt>
            <dd style={{ gap: 6, maxWidth: 'none', flexWrap: 'wrap' }}>{(settings.subscriptions ?? []).length === 0 ? t('accountSettings.noSubscriptions') : settings.subscriptions.filter((one) => one.tier.toLowerCase() !== 'free').map((one) => <Badge key={one.product} color="gray">{subscriptionName(one)}</Badge>)}</dd>
          </div>}
        </dl>
      </section>
      {admin && <Subscriptions settings={settings} busy={busy} save={(subscriptions) => void save({ subscriptions })} error={errors.subscriptions} />}
      <Section title={t('accountSettings.sensitive')} text={t('accountSettings.sensitiveText')} aside={<Switch aria-label={t('accountSettings.sensitive')} checked={settings.sensitive} disabled={settings.sensitive || !admin} onChange={() => setAsking(true)} />} />
      {asking && <ConfirmDialog title={t('accountSettings.sensitiveConfirm')} text={t('accountSettings.sensitiveText')} act={t('stepUp.confirm')} busy={busy} close={() => setAsking(false)} confirm={() => void save({ sensitive: true })} />}
    </>
  );
}

const PRODUCTS = ['marketing', 'sales', 'service', 'data', 'content', 'commerce'] as const;
const TIERS = ['free', 'starter', 'professional', 'enterprise'] as const;

/** Self-hosted, so nobody is billed: the tiers say which rules of an organization apply to this account. */
function Subscriptions(props: { settings: AccountSettings; busy: boolean; save: (subscriptions: AccountSettings['subscriptions']) => void; error?: string }) {
  const t = useT();
  const { account } = useHere();
  const billing = useQuery(subscriptionQuery(account.id));
  const living = billing.data?.subscription && !billing.data.subscription.endedAt;
  if (!living) return <Tiers {...props} />;
  return (
    <Section title={t('accountSettings.subscriptions')} text={t('billing.managed')} aside={<Button component={Link} variant="default" to={`/a/${account.id}/settings/billing`}>{t('billing.manage')}</Button>}>
      <Group gap={6}>{billing.data!.tiers.map((one) => <Badge key={one.product} color="gray">{subscriptionName(one)}</Badge>)}</Group>
    </Section>
  );
}

function Tiers({ settings, busy, save, error }: { settings: AccountSettings; busy: boolean; save: (subscriptions: AccountSettings['subscriptions']) => void; error?: string }) {
  const t = useT();
  const held = (product: string) => settings.subscriptions?.find((one) => one.product.toLowerCase() === product)?.tier.toLowerCase() ?? 'free';
  const [tiers, setTiers] = useState<Record<string, string>>(() => Object.fromEntries(PRODUCTS.map((product) => [product, held(product)])));
  const changed = PRODUCTS.some((product) => tiers[product] !== held(product));
  return (
    <Section title={t('accountSettings.subscriptions')} text={t('accountSettings.subscriptionsText')}>
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm" maw={560}>
        {PRODUCTS.map((product) => <Select key={product} label={t(`product.${product}`)} data={TIERS.map((tier) => ({ value: tier, label: t(`tier.${tier}`) }))} value={tiers[product] ?? 'free'} onChange={(tier) => tier && setTiers({ ...tiers, [product]: tier })} allowDeselect={false} />)}
      </SimpleGrid>
      {error && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">{error}</Text>}
      <Button mt="md" loading={busy} disabled={!changed} onClick={() => save(PRODUCTS.map((product) => ({ product, tier: tiers[product] ?? 'free' })))}>{t('act.save')}</Button>
    </Section>
  );
}
