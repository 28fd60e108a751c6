/** What an account asks of whoever enters it, and the notice before it does. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { AccountSummary } from '../api/types';
import { maybeT, useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { moment } from '../lib/format';

export const isShut = (account: AccountSummary): boolean => ['idle', 'show', 'set_up'].includes(account.entry?.state ?? 'open');

export function waysOf(account: AccountSummary, language: string): string {
  const ways = account.entry?.ways.map((way) => maybeT(`entry.way.${way}`) ?? way) ?? [];
  if (ways.length < 2) return ways.join('');
  return new Intl.ListFormat(language, { type: 'disjunction' }).format(ways);
}

/** Open still, but not for long. */
export function DueBanner() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const at = account.entry?.at;
  if (account.entry?.state !== 'due' || !at) return null;
  return (
    <Alert color="orange" radius={0} icon={<IconShieldLock size={18} />} role="status">
      <Group justify="space-between" gap="xs">
        <Text size="sm">{t('entry.due', { when: moment(at, language), ways: waysOf(account, language) })}</Text>
        <Button component={Link} to="/a/$account/settings/security" params={{ account: String(account.id) } as never} size="compact-sm" variant="default">{t('entry.dueAct')}</Button>
      </Group>
    </Alert>
  );
}

