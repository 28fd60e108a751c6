import { Button, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { IconDownload, IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, pathWith } from '../../api/client';
import { usersQuery } from '../../api/queries';
import type { Page } from '../../api/types';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, type Translate, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { download } from '../../lib/download';
import { moment } from '../../lib/format';
import { detailWords } from '../../lib/security-words';
import { toastProblem } from '../../lib/toast';
import { SettingsPage } from './parts';

const KINDS = ['all', 'sign_in', 'factor', 'user', 'token', 'policy'] as const;
interface Named { id: string; name: string }
interface Entry { seq: number; at: string; act: string; person: Named | null; by: { kind: string; person: Named | null; placeOf: Named | null; tokenId: string | null; directory: string | null }; detail: string[] }

function doer(entry: Entry, t: Translate): string {
  const { by } = entry;
  if (by.person && by.placeOf) return t('securityLog.as', { name: by.person.name, other: by.placeOf.name });
  if (by.person) return by.person.name;
  if (by.directory) return t('securityLog.directory', { name: by.directory });
  return by.tokenId ? t('securityLog.token', { id: by.tokenId }) : t('securityLog.server');
}

const details = (entry: Entry): string => entry.detail.map(detailWords).join(', ');

export function SecurityHistoryPage() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const mayHere = account.permissions.includes('audit.view');
  const [whose, setWhose] = useState(mayHere ? 'here' : 'mine');
  const [kind, setKind] = useState<string>('all');
  const [userId, setUserId] = useState('');
  const here = whose === 'here';
  const users = useQuery({ ...usersQuery(account.id), enabled: here });
  const path = here ? '/accounts/v1/security-history' : '/identity/v1/security-history';
  const query = { kind: kind === 'all' ? undefined : kind, userId: here ? userId || undefined : undefined };
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'security-history', whose, query],
    queryFn: ({ pageParam }) => call<Page<Entry>>(path, { account: here ? account.id : undefined, query: { ...query, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.after,
  });
  const rows = pages.data?.pages.flatMap((page) => page.results) ?? [];
  const save = () => download(pathWith(`${path}/export`, query), account.id, 'security-history.csv').catch((problem: unknown) => toastProblem(problem, t));
  return (
    <SettingsPage title={t('settings.history')} text={t('securityLog.text')} actions={<Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => void save()}>{t('securityLog.export')}</Button>}>
      <section className="card">
        <Group p="sm" gap="sm" align="flex-end">
          {mayHere && <SegmentedControl size="xs" aria-label={t('securityLog.whose')} value={whose} onChange={setWhose} data={[{ value: 'here', label: t('securityLog.here') }, { value: 'mine', label: t('securityLog.mine') }]} />}
          <Select size="xs" w={200} aria-label={t('securityLog.kind')} data={KINDS.map((one) => ({ value: one, label: t(`securityLog.kind.${one}`) }))} value={kind} onChange={(value) => setKind(value ?? 'all')} allowDeselect={false} />
          {here && <Select size="xs" w={220} searchable aria-label={t('securityLog.person')} data={[{ value: '', label: t('securityLog.anybody') }, ...(users.data ?? []).map((user) => ({ value: String(user.id), label: user.name || user.email }))]} value={userId} onChange={(value) => setUserId(value ?? '')} allowDeselect={false} />}
        </Group>
        {pages.isPending && <Loading />}
        {pages.isError && <Problem problem={pages.error} retry={() => void pages.refetch()} />}
        {pages.data && rows.length === 0 && <Empty compact icon={<IconHistory size={20} />} title={t('securityLog.none')} text={t('securityLog.noneText')} />}
        {rows.length > 0 && (
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('settings.history')} style={{ borderTop: '1px solid var(--co-line)' }}>
            <table className="grid grid-stack">
              <thead><tr><th scope="col">{t('securityLog.when')}</th><th scope="col">{t('securityLog.what')}</th><th scope="col">{t('securityLog.who')}</th><th scope="col">{t('securityLog.by')}</th></tr></thead>
              <tbody>
                {rows.map((entry) => (
                  <tr key={entry.seq}>
                    <td>{moment(entry.at, language)}</td>
                    <td data-label={t('securityLog.what')}><Text size="sm" fw={560} c={entry.act.endsWith('.failed') ? 'var(--mantine-color-error)' : undefined}>{maybeT(`securityLog.act.${entry.act}`) ?? entry.act}</Text>{entry.detail.length > 0 && <Text size="xs" c="dimmed">{details(entry)}</Text>}</td>
                    <td data-label={t('securityLog.who')}>{entry.person?.name}</td>
                    <td data-label={t('securityLog.by')}>{doer(entry, t)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {pages.hasNextPage && <Group justify="center" p="sm"><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
      </section>
    </SettingsPage>
  );
}
