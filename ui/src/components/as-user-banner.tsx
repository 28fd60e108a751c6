/** In whose place she works, until when, and the way back; in every account, because she is held back in all of them. It cannot be closed. */
import { Button, Group, Text } from '@mantine/core';
import { IconUserShield } from '@tabler/icons-react';
import { useEffect } from 'react';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import { useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { clock } from '../lib/format';
import { useRefreshSession } from '../lib/refresh';
import { toastDone, toastProblem } from '../lib/toast';

export function AsUserBanner() {
  const t = useT();
  const language = useLanguage();
  const { account, session } = useHere();
  const refresh = useRefreshSession();
  const as = session.loggedInAs;
  const until = as?.until;
  // It ends by itself: the page then shows what she is herself.
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(() => void refresh().then(() => queryClient.invalidateQueries()), Math.max(0, Date.parse(until) - Date.now()) + 500);
    return () => clearTimeout(timer);
  }, [until, refresh]);
  if (!as) return null;
  const there = session.accounts.find((one) => String(one.id) === String(as.accountId));
  const elsewhere = there && there.id !== account.id;
  const words = { name: as.person.name, time: clock(as.until, language), account: there?.name ?? '' };
  const stop = async () => {
    try {
      await call('/identity/v1/log-in-as/stop', { method: 'POST', body: {} });
      await refresh();
      await queryClient.invalidateQueries({ queryKey: ['a'] });
      toastDone(t('asUser.stopped'));
    } catch (problem) {
      toastProblem(problem, t);
    }
  };
  return (
    <div role="region" aria-label={t('asUser.label')} className="as-user">
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={8} wrap="nowrap"><IconUserShield size={18} aria-hidden="true" style={{ flexShrink: 0 }} /><Text size="sm" fw={560}>{t(elsewhere ? 'asUser.elsewhere' : 'asUser.banner', words)}</Text></Group>
        <Button size="compact-sm" variant="white" color="dark" style={{ flexShrink: 0 }} onClick={() => void stop()}>{t('asUser.stop')}</Button>
      </Group>
    </div>
  );
}
