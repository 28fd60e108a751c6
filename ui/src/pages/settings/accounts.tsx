import { ActionIcon, Badge, Button, Group, Text } from '@mantine/core';
import { IconPin, IconPinFilled } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client';
import type { AccountSummary } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { maybeT, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useRefreshSession } from '../../lib/refresh';
import { toastProblem } from '../../lib/toast';
import { SettingsPage } from './parts';

/** Every account of hers, which of them are on top of the switcher, and which one opens first. */
export function AccountsPage() {
  const t = useT();
  const { session } = useHere();
  const refresh = useRefreshSession();
  const [busy, setBusy] = useState(false);
  const change = async (body: object) => {
    setBusy(true);
    try {
      await call('/identity/v1/person', { method: 'PATCH', body });
      await refresh();
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      setBusy(false);
    }
  };
  const pin = (account: AccountSummary) => {
    const others = session.accounts.filter((one) => one.pinned && one.id !== account.id).map((one) => String(one.id));
    return change({ pinnedAccountIds: account.pinned ? others : [...others, String(account.id)] });
  };
  return (
    <SettingsPage title={t('settings.accounts')} text={t('accounts.text')}>
      <section className="card" style={{ padding: '6px 18px' }} aria-label={t('settings.accounts')}>
        <ul className="rows">
          {session.accounts.map((account) => {
            const first = String(session.defaultAccountId) === String(account.id);
            const state = account.entry?.state ?? 'open';
            return (
              <li key={String(account.id)}>
                <AccountMark id={account.id} name={account.name} size={32} />
                <div style={{ flex: 1, minWidth: 120 }}>
                  <Group gap={8}><Text size="sm" fw={580}>{account.name}</Text>{state !== 'open' && <Badge color="orange" size="sm">{maybeT(`entry.state.${state}`)}</Badge>}</Group>
                  <Text size="xs" c="dimmed">{[maybeT(`account.role.${account.role}`) ?? account.role, `#${account.id}`].join(' · ')}</Text>
                </div>
                <div className="rows-acts">
                  {first ? <Badge color="spruce" size="sm">{t('accounts.first')}</Badge> : <Button size="compact-sm" variant="subtle" disabled={busy} aria-label={t('accounts.makeFirstOf', { name: account.name })} onClick={() => void change({ defaultAccountId: String(account.id) })}>{t('accounts.makeFirst')}</Button>}
                  <Button component={Link} to="/a/$account" params={{ account: String(account.id) } as never} size="compact-sm" variant="default" aria-label={t('accounts.openOf', { name: account.name })}>{t('accounts.open')}</Button>
                  <ActionIcon disabled={busy} aria-pressed={account.pinned} aria-label={t(account.pinned ? 'accounts.unpin' : 'accounts.pin', { name: account.name })} onClick={() => void pin(account)}>{account.pinned ? <IconPinFilled size={17} /> : <IconPin size={17} />}</ActionIcon>
                </div>
              </li>
            );
          })}
        </ul>
      </section>
    </SettingsPage>
  );
}
