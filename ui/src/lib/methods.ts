import type { Key } from '../i18n';

/** Ways to prove who she is, beside the password. */
export type Method = 'totp' | 'recovery' | 'passkey';

/** The words that offer another way than the one shown. */
export const SWITCH: Record<Method, Key> = { totp: 'signIn.useTotp', recovery: 'signIn.useRecovery', passkey: 'signIn.usePasskey' };
