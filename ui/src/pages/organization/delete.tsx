import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useDeed } from '../../lib/deed';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';

export function DeleteOrganization({ organization, close }: { organization: Organization; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { act, busy, error } = useDeed();
  const [typed, setTyped] = useState('');
  const remove = () => act((stepUp) => call(`/organizations/v1/${organization.id}`, { method: 'DELETE', account: account.id, stepUp }), async () => {
    close();
    queryClient.setQueryData(['a', account.id, 'organization'], null);
    await refreshAfterEdit(account.id);
    toastDone(t('org.deleted'));
  });
  return (
    <Dialog onClose={close} title={t('org.deleteTitle', { name: organization.name })}>
      <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() === organization.name) void remove(); }}>
        <Stack>
          <Text size="sm">{t('org.deleteText', { n: organization.nMembers })}</Text>
          <TextInput label={t('org.deleteType')} placeholder={organization.name} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus autoComplete="off" />
          {error && <Alert color="red" role="alert">{error}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
            <Button type="submit" color="red" loading={busy} disabled={typed.trim() !== organization.name}>{t('org.delete')}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
