import { ActionIcon, Alert, Badge, Button, Group, Stack, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAnchor, IconDoorExit, IconPlus, IconSearch, IconShieldLock, IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Member, Organization, Page } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Dialog } from '../../components/dialog';
import { useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useDeed } from '../../lib/deed';
import { day, number } from '../../lib/format';
import { subscriptionName } from '../settings/parts';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { FrozenBadge, SuspendedBadge } from './life';

/** Fewer are seen at a glance. */
const SEARCHED_FROM = 10;

export function Members({ organization, add }: { organization: Organization; add: () => void }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [removing, setRemoving] = useState<Member | null>(null);
  const [query, setQuery] = useState('');
  const [wanted] = useDebouncedValue(query.trim(), 250);
  // A large group is looked through page by page; a small one is here already.
  const isLarge = organization.nMembers > organization.members.length;
  const found = useInfiniteQuery({
    queryKey: ['a', account.id, 'organization', 'members', organization.version, wanted],
    queryFn: ({ pageParam }) => call<Page<Member>>(`/organizations/v1/${organization.id}/members`, { account: account.id, query: { query: wanted, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.paging?.next?.after,
    enabled: isLarge,
  });
  const matches = (member: Member) => member.name.toLowerCase().includes(query.trim().toLowerCase()) || String(member.accountId) === query.trim();
  const shown = isLarge ? (found.data?.pages.flatMap((page) => page.results) ?? []) : organization.members.filter(matches);
  const removes = organization.canManage || organization.canWithdraw;
  const anchor = organization.anchorAccountId === null ? null : String(organization.anchorAccountId);
  return (
    <section className="card" aria-labelledby="org-members">
      <Group justify="space-between" px={16} pt={14} pb="xs">
        <Title order={2} id="org-members">{t('org.members')}</Title>
        <Group gap="xs">
          {organization.nMembers > SEARCHED_FROM && <TextInput size="xs" w={220} aria-label={t('org.members.search')} placeholder={t('org.members.search')} leftSection={<IconSearch size={14} aria-hidden="true" />} value={query} onChange={(event) => setQuery(event.currentTarget.value)} />}
          {organization.canManage && <Button variant="default" size="xs" leftSection={<IconPlus size={15} />} onClick={add}>{t('org.addAccounts')}</Button>}
        </Group>
      </Group>
      <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('org.members')}>
        <table className="grid grid-tall grid-stack">
          <thead>
            <tr>
              <th scope="col">{t('nav.admin')}</th><th scope="col">{t('org.member.subscriptions')}</th><th scope="col">{t('org.member.location')}</th><th scope="col">{t('org.member.joined')}</th>
              {removes && <th scope="col"><span className="visually-hidden">{t('act.remove')}</span></th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((member) => {
              const id = String(member.accountId);
              return (
                <tr key={id}>
                  <td style={{ maxWidth: 'none' }}>
                    <Group gap={10} wrap="nowrap" className="member-name">
                      <AccountMark id={id} name={member.name} size={28} />
                      <Text span size="sm" fw={560}>{member.name}</Text>
                      {id === String(account.id) && <Text span size="xs" c="dimmed">{t('org.member.here')}</Text>}
                      {id === anchor && <Tooltip label={t('org.member.anchorText')} multiline w={260}><Badge size="sm" color="blue" leftSection={<IconAnchor size={12} style={{ display: 'block' }} aria-hidden="true" />} tabIndex={0} style={{ flexShrink: 0 }}>{t('org.member.anchor')}</Badge></Tooltip>}
                      {member.frozenUntil && <FrozenBadge until={member.frozenUntil} reason={member.frozenReason} />}
                      {member.status === 'suspended' && <SuspendedBadge />}
                      {member.sensitive && <Badge size="sm" color="orange" leftSection={<IconShieldLock size={12} style={{ display: 'block' }} aria-hidden="true" />}>{t('org.member.sensitive')}</Badge>}
                    </Group>
                  </td>
                  <td data-label={t('org.member.subscriptions')} style={{ maxWidth: 420, whiteSpace: 'normal', minWidth: 150 }}><Group gap={4}>{member.subscriptions.map((one) => { const words = typeof one === 'string' ? one : subscriptionName(one); return <Badge key={words} size="sm" color="gray">{words}</Badge>; })}</Group></td>
                  <td data-label={t('org.member.location')}>{member.location}</td>
                  <td data-label={t('org.member.joined')}>{member.joinedAt ? day(member.joinedAt, language) : ''}</td>
                  {removes && (
                    <td className="grid-act">
                      {id === String(account.id) && organization.canWithdraw && <Button variant="subtle" color="red" size="compact-sm" leftSection={<IconDoorExit size={15} />} onClick={() => setRemoving(member)}>{t('org.leave')}</Button>}
                      {id !== String(account.id) && organization.canManage && <ActionIcon aria-label={t('org.member.remove', { name: member.name })} onClick={() => setRemoving(member)}><IconTrash size={16} /></ActionIcon>}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {isLarge && found.isSuccess && shown.length === 0 && <Text size="sm" c="dimmed" p={16}>{t('org.members.none')}</Text>}
      {isLarge && (
        <Group justify="center" gap="sm" p="sm">
          <Text size="xs" c="dimmed">{t('org.members.shown', { n: number(shown.length, language), total: number(organization.nMembers, language) })}</Text>
          {found.hasNextPage && <Button variant="default" size="xs" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('act.loadMore')}</Button>}
        </Group>
      )}
      {removing && <RemoveDialog organization={organization} member={removing} anchor={String(removing.accountId) === anchor} close={() => setRemoving(null)} />}
    </section>
  );
}

function RemoveDialog({ organization, member, anchor, close }: { organization: Organization; member: Member; anchor: boolean; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { act, busy, error } = useDeed();
  const leaving = String(member.accountId) === String(account.id);
  const remove = () => act((stepUp) => call(`/organizations/v1/${organization.id}/members/${member.accountId}`, { method: 'DELETE', account: account.id, stepUp }), async () => {
    await refreshAfterEdit(account.id);
    toastDone(t('org.member.removed', { name: member.name }));
    close();
  });
  return (
    <Dialog onClose={close} title={leaving ? t('org.leaveTitle') : t('org.member.removeTitle', { name: member.name })}>
      <Stack>
        <Text size="sm">{leaving ? t('org.leaveText', { name: member.name }) : t('org.member.removeText')}</Text>
        {anchor && <Alert color="orange">{t('org.member.removeAnchor')}</Alert>}
        {error && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>{t('act.cancel')}</Button>
          <Button color="red" loading={busy} onClick={() => void remove()}>{leaving ? t('org.leave') : t('act.remove')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
