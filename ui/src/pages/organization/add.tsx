import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useDeed } from '../../lib/deed';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { ImpactStatement, useImpact } from './impact';
import { PickAccounts } from './pick';

export function AddAccounts({ organization, close }: { organization: Organization; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { act, busy, error } = useDeed();
  const [picked, setPicked] = useState<string[]>([]);
  const impact = useImpact();
  const body = { accountIds: picked, acknowledgedTextVersion: impact.version };
  const add = () => act((stepUp) => call(`/organizations/v1/${organization.id}/members`, { method: 'POST', account: account.id, stepUp, body }), async () => {
    await refreshAfterEdit(account.id);
    toastDone(t('org.added', { count: picked.length }));
    close();
  });
  return (
    <Dialog onClose={close} title={t('org.addAccounts')} size="lg">
      <Stack>
        <Text size="sm" c="dimmed">{t('org.addText')}</Text>
        <PickAccounts picked={picked} setPicked={setPicked} except={organization.members.map((member) => String(member.accountId))} />
        {picked.length > 0 && <ImpactStatement impact={impact} />}
        {error && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
          <Button loading={busy} disabled={picked.length === 0 || !impact.version} onClick={() => void add()}>{picked.length > 0 ? t('org.create.submit', { count: picked.length }) : t('org.addAccounts')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
