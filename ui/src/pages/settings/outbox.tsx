/** The outbox: which letters about the account went to whom, what became of them, and how they read. */
import { Badge, Button, Code, Group, SegmentedControl, Select, Stack, Tabs, Text } from '@mantine/core';
import { IconMail, IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Page } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { moment } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { SettingsPage } from './parts';

interface Letter { id: string; template: string; subject: string; toAddress: string; toName: string; locale: string; state: string; nAttempts: number; queuedAt: string; dueAt: string | null; endedAt: string | null; reason: string | null }
interface LetterRead extends Letter { text: string; html: string }

const STATES = ['queued', 'sent', 'failed', 'kept'] as const;
const COLORS: Record<string, string> = { queued: 'blue', sent: 'teal', failed: 'red', kept: 'orange' };
const PAGE = 50;

export function OutboxPage() {
  const t = useT();
  const { account } = useHere();
  const [state, setState] = useState<string>('');
  const [shown, setShown] = useState<string | null>(null);
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'outbox', state],
    queryFn: ({ pageParam }) => call<Page<Letter>>('/accounts/v1/outbox', { account: account.id, query: { state, limit: PAGE, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.after,
  });
  const rows = pages.data?.pages.flatMap((page) => page.results) ?? [];
  const choices = [{ value: '', label: t('outbox.all') }, ...STATES.map((one) => ({ value: one, label: t(`outbox.state.${one}`) }))];
  return (
    <SettingsPage title={t('settings.outbox')} text={t('outbox.text')}>
      <section className="card" aria-label={t('settings.outbox')}>
        <Group px={16} py={12} visibleFrom="sm"><SegmentedControl size="xs" aria-label={t('outbox.filter')} data={choices} value={state} onChange={setState} /></Group>
        <Group px={12} py={12} hiddenFrom="sm"><Select aria-label={t('outbox.filter')} data={choices.map((one) => ({ ...one, value: one.value || 'all' }))} value={state || 'all'} onChange={(value) => setState(value === 'all' || !value ? '' : value)} allowDeselect={false} w="100%" /></Group>
        {pages.isPending && <Loading />}
        {pages.isError && <Problem problem={pages.error} retry={() => void pages.refetch()} />}
        {pages.data && rows.length === 0 && <Empty icon={<IconMail size={22} />} title={t(state ? 'outbox.noMatch' : 'outbox.none')} text={state ? undefined : t('outbox.noneText')} />}
        {rows.length > 0 && <Letters rows={rows} show={setShown} />}
        {pages.hasNextPage && <Group justify="center" p="sm"><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
      </section>
      {shown && <LetterDialog id={shown} close={() => setShown(null)} />}
    </SettingsPage>
  );
}

function State({ state }: { state: string }) {
  return <Badge color={COLORS[state] ?? 'gray'} variant="light">{maybeT(`outbox.state.${state}`) ?? state}</Badge>;
}

function Letters({ rows, show }: { rows: Letter[]; show: (id: string) => void }) {
  const t = useT();
  const language = useLanguage();
  return (
    <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('outbox.letters')}>
      <table className="grid grid-stack">
        <thead><tr><th scope="col">{t('outbox.subject')}</th><th scope="col">{t('outbox.to')}</th><th scope="col">{t('outbox.state')}</th><th scope="col">{t('outbox.when')}</th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row" style={{ maxWidth: 420, overflow: 'hidden', textOverflow: 'ellipsis' }}><button type="button" className="text-button" style={{ fontSize: 13, textAlign: 'left' }} dir="auto" onClick={() => show(row.id)}>{row.subject}</button></th>
              <td data-label={t('outbox.to')} dir="auto">{row.toAddress}</td>
              <td data-label={t('outbox.state')}><State state={row.state} /></td>
              <td data-label={t('outbox.when')}>{moment(row.endedAt ?? row.queuedAt, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LetterDialog({ id, close }: { id: string; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const letter = useQuery({ queryKey: ['a', account.id, 'outbox', 'one', id], queryFn: () => call<LetterRead>(`/accounts/v1/outbox/${id}`, { account: account.id }) });
  return (
    <Dialog onClose={close} title={letter.data?.subject ?? t('state.loading')} size="xl">
      {letter.isPending && <Loading rows={5} />}
      {letter.isError && <Problem compact problem={letter.error} retry={() => void letter.refetch()} />}
      {letter.data && <LetterBody letter={letter.data} close={close} />}
    </Dialog>
  );
}

function LetterBody({ letter, close }: { letter: LetterRead; close: () => void }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [busy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    try {
      await call(`/accounts/v1/outbox/${letter.id}/retry`, { method: 'POST', account: account.id });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'outbox'] });
      toastDone(t('outbox.queuedAgain'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setBusy(false);
  };
  const facts: [string, string][] = [
    [t('outbox.to'), letter.toName ? `${letter.toName} · ${letter.toAddress}` : letter.toAddress],
    [t('outbox.written'), moment(letter.queuedAt, language)],
    ...(letter.endedAt ? [[maybeT(`outbox.state.${letter.state}`) ?? letter.state, moment(letter.endedAt, language)] as [string, string]] : []),
    ...(letter.dueAt ? [[t('outbox.next'), moment(letter.dueAt, language)] as [string, string]] : []),
    ...(letter.nAttempts > 0 ? [[t('outbox.attempts'), String(letter.nAttempts)] as [string, string]] : []),
  ];
  const mayRetry = isAdmin(account) && (letter.state === 'failed' || letter.state === 'kept');
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <dl className="facts" style={{ margin: 0, flex: 1, minWidth: 260 }}>{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>)}</dl>
        <Group gap="xs"><State state={letter.state} />{mayRetry && <Button size="xs" leftSection={<IconRefresh size={15} />} loading={busy} onClick={() => void again()}>{t('outbox.retry')}</Button>}</Group>
      </Group>
      {letter.reason && <div><Text size="xs" c="dimmed" mb={4}>{t('outbox.reason')}</Text><Code block>{letter.reason}</Code></div>}
      {letter.state === 'kept' && <Text size="sm" c="dimmed">{t('outbox.keptText')}</Text>}
      <Tabs defaultValue="html" keepMounted={false}>
        <Tabs.List><Tabs.Tab value="html">{t('outbox.html')}</Tabs.Tab><Tabs.Tab value="text">{t('outbox.plain')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="html" pt="sm">
          {/* An empty sandbox: no scripts, no forms, no way out of the frame. */}
          <iframe sandbox="" srcDoc={letter.html} title={letter.subject} style={{ width: '100%', height: 520, border: '1px solid var(--co-line)', borderRadius: 10, colorScheme: 'light dark' }} />
        </Tabs.Panel>
        <Tabs.Panel value="text" pt="sm"><Code block dir="auto" tabIndex={0} style={{ whiteSpace: 'pre-wrap', maxHeight: 520, overflow: 'auto', fontSize: 12.5 }}>{letter.text}</Code></Tabs.Panel>
      </Tabs>
      {/* After the frame: a keyboard that comes out of it is still in the dialog. */}
      <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.close')}</Button></Group>
    </Stack>
  );
}
