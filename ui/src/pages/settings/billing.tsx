/** Account & billing: what the account pays for, what comes at the end of the term, orders and invoices. */
import { Alert, Badge, Button, Group, SegmentedControl, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { IconFileInvoice, IconFileTypePdf } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call, pathWith } from '../../api/client';
import { queryClient, subscriptionQuery } from '../../api/queries';
import type { Billing, Invoice, OrderPlan, Page, PaidSubscription, ProductTier } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, Problem } from '../../components/states';
import { type Translate, maybeT, useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { day, money, moment } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog, Section, SettingsPage, subscriptionName } from './parts';

const PRODUCTS = ['marketing', 'sales', 'service', 'data', 'content', 'commerce'] as const;
const TIERS = ['free', 'starter', 'professional', 'enterprise'] as const;

export function BillingPage() {
  const t = useT();
  const { account } = useHere();
  const admin = isAdmin(account);
  const billing = useQuery({ ...subscriptionQuery(account.id), enabled: admin });
  return (
    <SettingsPage title={t('settings.billing')} text={t('billing.text')}>
      {!admin && <div className="card"><Problem problem={new ApiError(403, { message: '', category: 'FORBIDDEN', subCategory: 'SUPER_ADMIN_ONLY' })} /></div>}
      {admin && billing.isPending && <div className="card"><Loading /></div>}
      {billing.isError && <div className="card"><Problem problem={billing.error} retry={() => void billing.refetch()} /></div>}
      {billing.data && <Plan billing={billing.data} />}
      {billing.data && <Invoices />}
      {billing.data && billing.data.orders.length > 0 && <Orders billing={billing.data} />}
    </SettingsPage>
  );
}

function Tiers({ tiers }: { tiers: ProductTier[] }) {
  const t = useT();
  if (tiers.length === 0) return <Badge color="gray">{t('billing.free')}</Badge>;
  return <>{tiers.map((one) => <Badge key={one.product} color="gray">{subscriptionName(one)}</Badge>)}</>;
}

const names = (tiers: ProductTier[], t: Translate) => (tiers.length === 0 ? t('billing.free') : tiers.map(subscriptionName).join(', '));

function Plan({ billing }: { billing: Billing }) {
  const t = useT();
  const [changing, setChanging] = useState(false);
  const living = billing.subscription && !billing.subscription.endedAt ? billing.subscription : null;
  return (
    <Section title={t('billing.plan')} text={living ? undefined : t(billing.subscription ? 'billing.endedText' : 'billing.noTermText')} aside={<Button variant="default" onClick={() => setChanging(true)}>{t(living ? 'billing.change' : 'billing.begin')}</Button>}>
      {living ? <Living is={living} /> : <Group gap={6}><Tiers tiers={billing.tiers} /></Group>}
      {changing && <OrderDialog billing={billing} living={living} close={() => setChanging(false)} />}
    </Section>
  );
}

function Living({ is }: { is: PaidSubscription }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const renew = async (autoRenew: boolean) => {
    setBusy(true);
    try {
      const after = await call<Billing>('/accounts/v1/subscription', { method: 'PATCH', account: account.id, body: { autoRenew } });
      queryClient.setQueryData(subscriptionQuery(account.id).queryKey, after);
      toastDone(t('state.saved'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setBusy(false);
    setAsking(false);
  };
  const end = day(is.termEnd.slice(0, 10), language);
  return (
    <Stack gap="md">
      <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('billing.product')}>
        <table className="grid">
          <thead><tr><th scope="col">{t('billing.product')}</th><th scope="col" className="num">{t(is.term === 'annual' ? 'billing.perYear' : 'billing.perMonth')}</th></tr></thead>
          <tbody>{is.lines.map((line) => <tr key={line.product}><th scope="row">{subscriptionName(line)}</th><td className="num">{money(line.price, language, is.currency)}</td></tr>)}</tbody>
        </table>
      </div>
      <dl className="facts" style={{ margin: 0 }}>
        <div><dt>{t('billing.term')}</dt><dd>{day(is.termStart.slice(0, 10), language)} – {end}</dd></div>
        <div style={{ gridColumn: '1 / -1' }}><dt>{t('billing.then')}</dt><dd style={{ maxWidth: 'none', whiteSpace: 'normal' }}>{is.autoRenew ? t('billing.renewsTo', { what: names(is.becomes, t) }) : t('billing.endsTo')}</dd></div>
      </dl>
      {!is.autoRenew && <Alert className="notice" color="orange" title={t('billing.ends', { date: end })}><Text size="sm">{t('billing.endsText')}</Text></Alert>}
      <Switch label={t('billing.renewal')} description={t('billing.renewalText', { date: end })} checked={is.autoRenew} disabled={busy} onChange={(event) => (event.currentTarget.checked ? void renew(true) : setAsking(true))} />
      {asking && <ConfirmDialog title={t('billing.stopTitle')} text={t('billing.stopText', { date: end })} act={t('billing.stop')} color="red.9" busy={busy} close={() => setAsking(false)} confirm={() => void renew(false)} />}
    </Stack>
  );
}

interface OrderProps { billing: Billing; living: PaidSubscription | null; close: () => void }

/** Two steps: what is wanted, then what it does, from when, and what it costs. Nothing is ordered before the second is agreed to. */
function OrderDialog({ billing, living, close }: OrderProps) {
  const t = useT();
  const { account } = useHere();
  const target = living ? (living.next ?? living.lines) : billing.tiers;
  const [tiers, setTiers] = useState<Record<string, string>>(() => Object.fromEntries(PRODUCTS.map((product) => [product, target.find((one) => one.product === product)?.tier ?? 'free'])));
  const [term, setTerm] = useState(living?.nextTerm ?? living?.term ?? 'monthly');
  const [plan, setPlan] = useState<OrderPlan | null>(null);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const body = { products: PRODUCTS.map((product) => ({ product, tier: tiers[product] ?? 'free' })), term };
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    setError('');
    try {
      await act();
    } catch (problem) {
      setError(describe(problem, t));
    }
    setBusy(false);
  };
  const look = () => run(async () => setPlan(await call<OrderPlan>('/accounts/v1/subscription/orders/plan', { method: 'POST', account: account.id, body })));
  const place = () => run(async () => {
    await call<Billing>('/accounts/v1/subscription/orders', { method: 'POST', account: account.id, body });
    await queryClient.invalidateQueries({ queryKey: ['a', account.id] });
    toastDone(t('billing.ordered'));
    close();
  });
  return (
    <Dialog onClose={close} title={t(living ? 'billing.change' : 'billing.begin')} size="lg">
      {!plan && (
        <form onSubmit={(event) => { event.preventDefault(); void look(); }}>
          <SegmentedControl fullWidth aria-label={t('billing.termLength')} data={[{ value: 'monthly', label: t('billing.monthly') }, { value: 'annual', label: t('billing.annual') }]} value={term} onChange={setTerm} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt="md">
            {PRODUCTS.map((product) => <Select key={product} label={t(`product.${product}`)} data={TIERS.map((tier) => ({ value: tier, label: t(`tier.${tier}`) }))} value={tiers[product] ?? 'free'} onChange={(tier) => tier && setTiers({ ...tiers, [product]: tier })} allowDeselect={false} />)}
          </SimpleGrid>
          {error && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="sm">{error}</Text>}
          <Group justify="flex-end" mt="lg"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{t('billing.review')}</Button></Group>
        </form>
      )}
      {plan && (
        <>
          <Review plan={plan} />
          {error && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="sm">{error}</Text>}
          <Group justify="flex-end" mt="lg"><Button variant="default" onClick={() => setPlan(null)}>{t('act.back')}</Button><Button loading={busy} onClick={() => void place()} data-autofocus>{t('billing.place')}</Button></Group>
        </>
      )}
    </Dialog>
  );
}

function Review({ plan }: { plan: OrderPlan }) {
  const t = useT();
  const language = useLanguage();
  const sum = (amount: string) => money(amount, language, plan.currency);
  return (
    <Stack gap="md">
      <dl className="facts" style={{ margin: 0 }}>
        <div><dt>{t('billing.fromNow')}</dt><dd style={{ maxWidth: 'none', flexWrap: 'wrap', gap: 6 }}><Tiers tiers={plan.now} /></dd></div>
        {plan.later && <div><dt>{t('billing.fromDate', { date: day(plan.termEnd.slice(0, 10), language) })}</dt><dd style={{ maxWidth: 'none', flexWrap: 'wrap', gap: 6 }}><Tiers tiers={plan.later} /></dd></div>}
      </dl>
      {plan.charges.length > 0 && Number(plan.total) > 0 ? (
        <table className="grid" aria-label={t('billing.toPay')}>
          <tbody>
            {plan.charges.filter((charge) => Number(charge.amount) > 0).map((charge) => <tr key={charge.product}><th scope="row">{subscriptionName(charge)}{charge.isRest && <Text size="xs" c="dimmed">{t('billing.rest')}</Text>}</th><td className="num">{sum(charge.amount)}</td></tr>)}
            <tr><th scope="row">{t('billing.vat')}</th><td className="num">{sum(plan.vat)}</td></tr>
            <tr><th scope="row">{t('billing.toPay')}</th><td className="num" style={{ fontWeight: 650 }}>{sum(plan.total)}</td></tr>
          </tbody>
        </table>
      ) : <Text size="sm" c="dimmed">{t('billing.nothingToPay')}</Text>}
    </Stack>
  );
}

function Invoices() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'invoices'],
    queryFn: ({ pageParam }) => call<Page<Invoice>>('/accounts/v1/invoices', { account: account.id, query: { after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.after,
  });
  const rows = pages.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <Section title={t('billing.invoices')}>
      {pages.isPending && <Loading rows={3} />}
      {pages.isError && <Problem compact problem={pages.error} retry={() => void pages.refetch()} />}
      {pages.data && rows.length === 0 && <Empty compact icon={<IconFileInvoice size={18} />} title={t('billing.noInvoices')} text={t('billing.noInvoicesText')} />}
      {rows.length > 0 && (
        <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('billing.invoices')}>
          <table className="grid grid-stack">
            <thead><tr><th scope="col">{t('billing.number')}</th><th scope="col">{t('billing.issued')}</th><th scope="col" className="num">{t('billing.total')}</th><th scope="col">{t('billing.state')}</th><th scope="col"><span className="visually-hidden">{t('billing.pdf')}</span></th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.number}>
                  <th scope="row" className="tabular">{row.name}</th>
                  <td data-label={t('billing.issued')}>{day(row.issuedAt.slice(0, 10), language)}</td>
                  <td data-label={t('billing.total')} className="num">{money(row.total, language, row.currency)}</td>
                  <td data-label={t('billing.state')}>{row.paidAt ? <Badge color="teal" variant="light">{t('billing.paid')}</Badge> : <Badge color="orange" variant="light">{t('billing.due', { date: day(row.dueAt.slice(0, 10), language) })}</Badge>}</td>
                  <td className="grid-act"><Button component="a" size="compact-xs" variant="subtle" leftSection={<IconFileTypePdf size={15} />} href={pathWith(`/accounts/v1/invoices/${row.number}/pdf`, { account: String(account.id) })} download={`${row.name}.pdf`} aria-label={t('billing.download', { number: row.name })}>{t('billing.pdf')}</Button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages.hasNextPage && <Group justify="center" pt="sm"><Button variant="default" size="xs" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
    </Section>
  );
}

function Orders({ billing }: { billing: Billing }) {
  const t = useT();
  const language = useLanguage();
  return (
    <Section title={t('billing.orders')}>
      <ol className="org-log" style={{ padding: 0 }}>
        {billing.orders.map((order) => (
          <li key={order.id}>
            <span>{names(order.now, t)}{order.later && ` · ${t('billing.fromDate', { date: day(order.termEnd.slice(0, 10), language) })}: ${names(order.later, t)}`} <Text span size="xs" c="dimmed">{maybeT(`billing.${order.term}`)}</Text></span>
            <Text span size="xs" c="dimmed">{moment(order.at, language)}</Text>
          </li>
        ))}
      </ol>
    </Section>
  );
}
