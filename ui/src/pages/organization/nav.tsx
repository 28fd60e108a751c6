/** The pages of an organization, side by side. Another page is another line here. */
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import './policy.css';

export function OrganizationNav() {
  const t = useT();
  const { account } = useHere();
  const row = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a phone the row scrolls: the page shown is in view.
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>('[data-status=active]');
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.clientWidth) / 2;
  }, [pathname]);
  const params = { account: String(account.id) };
  return (
    <nav ref={row} className="org-nav" aria-label={t('org.nav')}>
      <Link to="/a/$account/organization" params={params} activeOptions={{ exact: true }}>{t('org.nav.overview')}</Link>
      <Link to="/a/$account/organization/roles" params={params}>{t('org.nav.roles')}</Link>
      <Link to="/a/$account/organization/people" params={params} search={{}}>{t('org.nav.people')}</Link>
      <Link to="/a/$account/organization/approvals" params={params}>{t('org.nav.approvals')}</Link>
      <Link to="/a/$account/organization/policies" params={params}>{t('org.nav.policies')}</Link>
    </nav>
  );
}
