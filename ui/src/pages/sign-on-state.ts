/** What has to last from one page of a sign-in to the next: a provider that waits to be confirmed. It ends with the tab. */
import { call } from '../api/client';
import type { Translate } from '../i18n';
import { toastDone, toastProblem } from '../lib/toast';

export interface Pending { handle: string; email: string; label: string }
const KEY = 'consortio.sign-on.confirm';

export function pendingConfirmation(): Pending | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Pending | null;
    return kept && typeof kept.handle === 'string' ? kept : null;
  } catch {
    return null;
  }
}

export function keepConfirmation(pending: Pending) {
  sessionStorage.setItem(KEY, JSON.stringify(pending));
}

/** She has just signed in by something of her own: the provider may speak for her from now on. */
export async function confirmPending(t: Translate) {
  const pending = pendingConfirmation();
  if (!pending) return;
  sessionStorage.removeItem(KEY);
  try {
    await call('/identity/v1/sso/confirm', { method: 'POST', body: { handle: pending.handle } });
    toastDone(t('signOn.confirmed', { label: pending.label }));
  } catch (problem) {
    toastProblem(problem, t);
  }
}

export async function providerFor(email: string): Promise<{ id: string; label: string } | null> {
  const { provider } = await call<{ provider: { id: string; label: string } | null }>('/identity/v1/sso/find', { method: 'POST', body: { email } });
  return provider;
}
