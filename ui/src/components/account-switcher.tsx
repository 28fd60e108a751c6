import { IconList } from '@tabler/icons-react';
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
  const anyPinned = session.accounts.some((one) => one.pinned);
  const found = session.accounts.filter((one) => one.name.toLowerCase().includes(wanted) || String(one.id) === wanted);
  const sorted = [...found.filter((one) => one.pinned), ...found.filter((one) => !one.pinned)];
  const picks = sorted
    .map((one) => ({
      key: String(one.id),
      group: anyPinned ? t(one.pinned ? 'accounts.pinned' : 'accounts.others') : undefined,
      mark: <AccountMark id={one.id} name={one.name} size={28} />,
      label: one.name,
      hint: [one.entry && one.entry.state !== 'open' ? maybeT(`entry.state.${one.entry.state}`) : undefined, maybeT(`account.role.${one.role}`) ?? one.role, `#${one.id}`].filter(Boolean).join(' · '),
      current: one.id === account.id,
      act: () => {
        close();
        void navigate({ to: samePage(pathname, one.id) });
      },
    }));
  const all = { key: 'all', group: anyPinned ? '' : undefined, mark: <IconList size={20} style={{ margin: 4 }} aria-hidden="true" />, label: t('accounts.all'), act: () => { close(); void navigate({ to: '/a/$account/settings/accounts', params: { account: String(account.id) } }); } };
  return <PickList title={t('account.switch')} placeholder={t('account.search')} query={query} onQuery={setQuery} picks={picks.length > 0 && !wanted ? [...picks, all] : picks} nothing={t('account.none')} close={close} />;
}
