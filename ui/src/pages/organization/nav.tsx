/** The pages of an organization, side by side. Another page is another line here. */
import { Link } from '@tanstack/react-router';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import './policy.css';

export function OrganizationNav() {
  const t = useT();
  const { account } = useHere();
  const params = { account: String(account.id) };
  return (
    <nav className="org-nav" aria-label={t('org.nav')}>
      <Link to="/a/$account/organization" params={params} activeOptions={{ exact: true }}>{t('org.nav.overview')}</Link>
      <Link to="/a/$account/organization/roles" params={params}>{t('org.nav.roles')}</Link>
      <Link to="/a/$account/organization/people" params={params} search={{}}>{t('org.nav.people')}</Link>
      <Link to="/a/$account/organization/approvals" params={params}>{t('org.nav.approvals')}</Link>
      <Link to="/a/$account/organization/policies" params={params}>{t('org.nav.policies')}</Link>
    </nav>
  );
}
