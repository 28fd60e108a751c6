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
