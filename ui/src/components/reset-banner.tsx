/** A day's notice that her second factors are to be taken away, and the way to keep them. It cannot be closed. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { IconShieldX } from '@tabler/icons-react';
import { useState } from 'react';
import { call } from '../api/client';
import { useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { moment } from '../lib/format';
import { useRefreshSession } from '../lib/refresh';
import { toastDone, toastProblem } from '../lib/toast';

export function ResetBanner() {
  const t = useT();
  const language = useLanguage();
  const refresh = useRefreshSession();
  const reset = useHere().session.secondFactorReset;
  const [busy, setBusy] = useState(false);
  if (!reset) return null;
  const stop = async () => {
    setBusy(true);
    try {
      await call('/identity/v1/second-factor-reset/stop', { method: 'POST', body: {} });
      toastDone(t('fReset.stopped'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setBusy(false);
    await refresh();
  };
  return (
    <Alert color="red" radius={0} icon={<IconShieldX size={18} />} role="region" aria-label={t('fReset.bannerLabel')}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" style={{ flex: '1 1 260px' }}>{t(reset.approved ? 'fReset.bannerApproved' : 'fReset.banner', { who: reset.askedBy, when: moment(reset.dueAt, language) })}</Text>
        <Button size="compact-sm" color="red" loading={busy} onClick={() => void stop()}>{t('fReset.bannerStop')}</Button>
      </Group>
    </Alert>
  );
}
