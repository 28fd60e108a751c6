import { createContext, use } from 'react';
import type { AccountSummary, Session } from '../api/types';

export interface Here { account: AccountSummary; session: Session }

const HereContext = createContext<Here | null>(null);
export const HereProvider = HereContext.Provider;

/** The account the page is about, and who looks at it. */
export function useHere(): Here {
  const here = use(HereContext);
  if (!here) throw new Error('useHere is only for pages inside an account');
  return here;
}

export function isAdmin(account: AccountSummary): boolean {
  return account.role === 'super_admin';
}

/** What she may do with records of a type here. The server decides; this only spares her buttons that would be refused. */
export function may(account: AccountSummary, deed: 'view' | 'edit' | 'delete', type: string): boolean {
  return account.permissions.some((code) => code.startsWith(`${type}.${deed}.`));
}

/** Whether the menu offers the import. */
export function mayImport(account: AccountSummary): boolean {
  return account.permissions.includes('import');
}

/** Super Admins manage the organization, Partner Admins look at it, and so does whoever holds one of its roles. Source: spec 1.5, 8 #6. */
export function maySeeOrganization(account: AccountSummary): boolean {
  return account.seesOrganization ?? (account.role === 'super_admin' || account.role === 'partner_admin');
}
