import './settings.css';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';

export { AccountSettingsPage } from './account';
export { AccountsPage } from './accounts';
export { BillingPage } from './billing';
export { CompanyPage } from './company';
export { DisclosuresPage } from './disclosures';
export { OutboxPage } from './outbox';
export { PipelinesPage } from './pipelines';
export { ProfilePage } from './profile';
export { PropertiesPage } from './properties';
export { SecurityPage } from './security';
export { SecurityHistoryPage } from './security-history';
export { SignInPolicyPage } from './sign-in-policy';
export { SsoPage } from './sso';
export { TokensPage } from './tokens';
export { UsersPage } from './users';

const YOURS = ['profile', 'security', 'accounts'] as const;
const HERE = ['account', 'company', 'billing', 'users', 'sign-in', 'sso', 'history', 'tokens', 'properties', 'pipelines', 'disclosures', 'outbox'] as const;

export function SettingsLayout() {
  const t = useT();
  const { account, session } = useHere();
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a phone the pages are one row that scrolls: the one shown is in view.
  useEffect(() => {
    const row = nav.current;
    const here = row?.querySelector<HTMLElement>('[data-status=active]');
    if (row && here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.clientWidth) / 2;
  }, [pathname]);
  const link = (page: (typeof YOURS | typeof HERE)[number]) => <Link key={page} to={`/a/$account/settings/${page}`} params={{ account: String(account.id) }}>{t(`settings.${page}`)}</Link>;
  return (
    <div className="page">
      <div className="settings">
        <nav ref={nav} className="settings-nav" aria-label={t('settings.nav')}>
          {/* What is hers is not the other user's, in whose place she works: it waits. */}
          {!session.loggedInAs && <div className="nav-title">{t('settings.you')}</div>}
          {!session.loggedInAs && YOURS.map(link)}
          <div className="nav-title">{t('settings.here')}</div>
          {HERE.map(link)}
        </nav>
        <Outlet />
      </div>
    </div>
  );
}
