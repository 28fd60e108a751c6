import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { maybeT, useT } from '../i18n';
import { useHere } from '../lib/account';
import { AccountMark } from './account-mark';
import { PickList } from './pick-list';

/** The same page in another account; a single record has no twin there, so that leads to its list. */
export function samePage(pathname: string, account: string | number): string {
  const [, , , area, id, ...rest] = pathname.split('/');
  const keep = area === 'settings' ? [area, id, ...rest] : [area];
  return ['', 'a', String(account), ...keep.filter(Boolean)].join('/');
}

export function AccountSwitcher({ close }: { close: () => void }) {
  const t = useT();
  const { account, session } = useHere();
  const navigate = useNavigate();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const picks = session.accounts
    .filter((one) => one.name.toLowerCase().includes(wanted) || String(one.id) === wanted)
    .map((one) => ({
      key: String(one.id),
      mark: <AccountMark id={one.id} name={one.name} size={28} />,
      label: one.name,
      hint: [maybeT(`account.role.${one.role}`) ?? one.role, `#${one.id}`].join(' · '),
      current: one.id === account.id,
      act: () => {
        close();
        void navigate({ to: samePage(pathname, one.id) });
      },
    }));
  return <PickList title={t('account.switch')} placeholder={t('account.search')} query={query} onQuery={setQuery} picks={picks} nothing={t('account.none')} close={close} />;
}
