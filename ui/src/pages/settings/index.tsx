import './settings.css';
import { Outlet } from '@tanstack/react-router';
import { SettingsMenu } from './menu';

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

export function SettingsLayout() {
  return (
    <div className="page">
      <div className="settings">
        <SettingsMenu />
        <Outlet />
      </div>
    </div>
  );
}
