/** Somebody leaves the group: what would happen to her in each account, then the one act that does it. */
import { Alert, Badge, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconUserOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ApiError, call } from '../../api/client';
import { organizationQuery, queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Empty, Loading, PageHeader, Problem } from '../../components/states';
import { type Translate, maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { list } from '../../lib/format';
import { useProved } from '../../lib/proved';
import { toastDone } from '../../lib/toast';
import { ConfirmDialog } from '../settings/parts';
import { OrganizationNav } from './nav';
import { roleName } from './roles';
import '../settings/settings.css';

interface Row { accountId: string; accountName: string; status: string | null; outcome: 'done' | 'off_already' | 'refused'; code: string | null; reason: string | null; seats: string[]; roles: string[]; contactRoles: string[]; nTokens: number }
interface OffBoarding { personId: string; name: string; email: string; results: Row[] }

export function PeoplePage() {
  const t = useT();
  const { account } = useHere();
  const organization = useQuery(organizationQuery(account.id));
  useEffect(() => { document.title = `${t('org.people')} · ${organization.data?.name ?? t('org.title')}`; }, [t, organization.data?.name]);
  return (
    <div className="page" style={{ maxWidth: 1100, margin: 0 }}>
      {organization.data && <OrganizationNav />}
      <PageHeader title={t('org.people')} text={t('org.people.text')} />
      {organization.isPending && <section className="card"><Loading /></section>}
      {organization.data === null && <section className="card"><Problem problem={new ApiError(404, { subCategory: 'ORGANIZATION_NOT_FOUND' })} /></section>}
      {organization.isError && <section className="card"><Problem problem={organization.error} retry={() => void organization.refetch()} /></section>}
      {organization.data && <OffBoard organization={organization.data} />}
    </div>
  );
}

function OffBoard({ organization }: { organization: Organization }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const asked = useSearch({ strict: false }).email ?? '';
  const [email, setEmail] = useState(asked);
  const [found, setFound] = useState<OffBoarding | null>(null);
  const [isDone, setDone] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const path = `/organizations/v1/${organization.id}/off-boarding`;
  const during = async (act: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    await act().catch((problem: unknown) => setError(describe(problem, t)));
    setBusy(false);
  };
  const look = (address: string) => during(async () => {
    setFound(null);
    setDone(false);
    setFound(await call<OffBoarding>(`${path}/plan`, { method: 'POST', account: account.id, body: { email: address } }));
  });
  const act = (personId: string) => during(async () => {
    setConfirming(false);
    const outcome = await proved((stepUp) => call<OffBoarding>(path, { method: 'POST', account: account.id, stepUp, body: { personId } }));
    if (!outcome.done) return;
    setFound(outcome.value);
    setDone(true);
    toastDone(t('offBoarding.done', { name: nameOf(outcome.value) }));
    await queryClient.invalidateQueries({ queryKey: ['a', account.id] });
  });
  // From the list of users with an address in hand: what would happen is shown at once.
  useEffect(() => { if (asked) void look(asked); }, [asked]);
  const ends = found?.results.filter((row) => row.outcome === 'done') ?? [];
  const stays = found?.results.filter((row) => row.outcome === 'refused') ?? [];
  return (
    <section className="card" aria-labelledby="off-boarding">
      <Title order={2} id="off-boarding" px={16} pt={14}>{t('offBoarding.title')}</Title>
      <form onSubmit={(event) => { event.preventDefault(); void look(email.trim()); }}>
        <Group px={16} py="sm" gap="sm" align="flex-end">
          <TextInput label={t('offBoarding.email')} type="email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} autoComplete="off" style={{ flex: '1 1 260px' }} maw={420} />
          <Button type="submit" variant="default" loading={busy && !found} disabled={!email.trim()}>{t('offBoarding.look')}</Button>
        </Group>
      </form>
      {error && <Alert color="red" role="alert" mx={16} mb="sm">{error}</Alert>}
      {!found && !error && !busy && <Empty compact icon={<IconUserOff size={20} />} title={t('offBoarding.noneTitle')} text={t('offBoarding.noneText')} />}
      {found && (
        <Stack gap="sm" pb={16} role="status">
          <Text px={16} size="sm"><Text span fw={620}>{nameOf(found)}</Text>{found.name && ` · ${found.email}`}</Text>
          <Rows rows={found.results} isDone={isDone} />
          {stays.length > 0 && <Alert color="orange" className="notice" icon={<IconAlertTriangle size={18} />} mx={16}>{t('offBoarding.stays', { count: stays.length })}</Alert>}
          {!isDone && (
            <Group px={16} justify="flex-end">
              {ends.length === 0 ? <Text size="sm" c="dimmed">{t('offBoarding.nothing')}</Text> : <Button color="red" leftSection={<IconUserOff size={16} />} loading={busy} onClick={() => setConfirming(true)}>{t('offBoarding.act')}</Button>}
            </Group>
          )}
        </Stack>
      )}
      {confirming && found && <ConfirmDialog title={t('offBoarding.confirmTitle', { name: nameOf(found) })} text={t('offBoarding.confirmText', { count: ends.length })} act={t('offBoarding.act')} close={() => setConfirming(false)} confirm={() => void act(found.personId)} />}
    </section>
  );
}

const nameOf = (found: OffBoarding): string => found.name || found.email;

function Rows({ rows, isDone }: { rows: Row[]; isDone: boolean }) {
  const t = useT();
  const language = useLanguage();
  return (
    <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('offBoarding.outcome')}>
      <table className="grid grid-tall grid-stack">
        <thead><tr><th scope="col">{t('offBoarding.account')}</th><th scope="col">{t('offBoarding.outcome')}</th><th scope="col">{t('offBoarding.note')}</th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.accountId}>
              <td><Group gap={8} wrap="nowrap"><AccountMark id={row.accountId} name={row.accountName} size={24} /><Text span size="sm">{row.accountName}</Text></Group></td>
              <td data-label={t('offBoarding.outcome')}>
                <Badge color={{ done: 'spruce', off_already: 'gray', refused: 'orange' }[row.outcome]} size="md">{outcomeWords(row, isDone, t)}</Badge>
                {row.seats.length > 0 && <Text size="xs" c="dimmed" mt={4}>{t('offBoarding.seats', { seats: list(row.seats.map((seat) => maybeT(`seat.${seat}`) ?? seat), language) })}</Text>}
                {row.roles.length > 0 && row.outcome === 'done' && <Text size="xs" c="dimmed" mt={4}>{t('offBoarding.roles', { roles: list(row.roles.map(roleName), language) })}</Text>}
              </td>
              <td data-label={t('offBoarding.note')} style={{ whiteSpace: 'normal', minWidth: 240 }}>
                {row.code && <Text size="sm">{maybeT(`offBoarding.code.${row.code}`) ?? row.reason}</Text>}
                {row.contactRoles.length > 0 && <Text size="sm">{t('offBoarding.contacts', { roles: list(row.contactRoles.map((role) => maybeT(`company.role.${role}`) ?? role), language) })}</Text>}
                {row.nTokens > 0 && <Text size="sm">{t('offBoarding.tokens', { count: row.nTokens })}</Text>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function outcomeWords(row: Row, isDone: boolean, t: Translate): string {
  if (row.outcome !== 'done') return t(`offBoarding.outcome.${row.outcome}`);
  if (row.status === 'invited') return t('offBoarding.outcome.invited');
  if (row.status !== 'active') return t('offBoarding.outcome.roles');
  return t(isDone ? 'offBoarding.done.active' : 'offBoarding.outcome.active');
}
