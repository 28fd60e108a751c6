/** What a Super Admin can do about another user's sign-in, as items of the user's menu and the dialogs behind them. */
import { Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { User } from '../../api/types';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useProved } from '../../lib/proved';
import { useRefreshSession } from '../../lib/refresh';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog, OnceDialog } from './parts';

export type SignInAct = 'password' | 'factor' | 'as';
export interface Asked { user: User; act: SignInAct }

export function SignInItems({ user, ask }: { user: User; ask: (asked: Asked) => void }) {
  const t = useT();
  const { session } = useHere();
  if (user.status !== 'active' || String(user.id) === String(session.person.id)) return null;
  return (
    <>
      <Menu.Divider />
      {user.role !== 'super_admin' && <Menu.Item onClick={() => ask({ user, act: 'as' })}>{t('asUser.begin')}</Menu.Item>}
      <Menu.Item onClick={() => ask({ user, act: 'password' })}>{t('reset.password')}</Menu.Item>
      <Menu.Item onClick={() => ask({ user, act: 'factor' })}>{t('reset.factor')}</Menu.Item>
    </>
  );
}

const PATHS: Record<SignInAct, string> = { password: 'reset-password', factor: 'reset-second-factor', as: 'log-in-as' };

export function SignInDialogs({ asked, close }: { asked: Asked | null; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const refresh = useRefreshSession();
  const navigate = useNavigate();
  const [link, setLink] = useState<{ email: string; url: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const confirm = async ({ user, act }: Asked) => {
    setBusy(true);
    try {
      const outcome = await proved((stepUp) => call<{ link?: string | null; mailed?: boolean }>(`/accounts/v1/users/${user.id}/${PATHS[act]}`, { method: 'POST', account: account.id, body: {}, stepUp }));
      if (!outcome.done) return;
      if (act === 'factor') toastDone(t('reset.factorDone', { name: user.name }));
      if (outcome.value.mailed) toastDone(t('reset.mailed', { email: user.email }));
      if (outcome.value.link) setLink({ email: user.email, url: outcome.value.link });
      if (act === 'as') {
        await refresh();
        await queryClient.invalidateQueries({ queryKey: ['a', account.id] });
        await navigate({ to: '/a/$account', params: { account: String(account.id) } });
      }
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      setBusy(false);
      close();
    }
  };
  const name = asked?.user.name || asked?.user.email || '';
  return (
    <>
      {asked?.act === 'password' && <ConfirmDialog title={t('reset.passwordTitle', { name })} text={t('reset.passwordText', { name })} act={t('reset.password')} color="spruce" busy={busy} close={close} confirm={() => void confirm(asked)} />}
      {asked?.act === 'factor' && <ConfirmDialog title={t('reset.factorTitle', { name })} text={t('reset.factorText', { name })} act={t('reset.factor')} busy={busy} close={close} confirm={() => void confirm(asked)} />}
      {asked?.act === 'as' && <ConfirmDialog title={t('asUser.title', { name })} text={t('asUser.text', { name })} act={t('asUser.begin')} color="spruce" busy={busy} close={close} confirm={() => void confirm(asked)} />}
      {link && <OnceDialog title={t('reset.link', { email: link.email })} text={t('reset.linkText')} value={link.url} close={() => setLink(null)} />}
    </>
  );
}
