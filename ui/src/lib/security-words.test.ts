import { beforeAll, describe, expect, test } from 'vitest';
import { speak } from '../i18n';
import { detailWords } from './security-words';

/** Every word the server puts beside an act: ways, fields of the sign-in policy, acts a factor was shown for, scopes. */
const KNOWN = [
  'password', 'totp', 'passkey', 'recovery', 'sso', 'setup', 'invitation',
  'secondFactor', 'ways', 'waysFrom', 'idleMinutes', 'exempt',
  'account.enter', 'factor.add', 'log_in_as', 'password.reset', 'recovery_codes', 'second_factor.reset', 'second_factor.ask_reset', 'second_factor.approve_reset', 'sign_in_policy.update', 'totp.delete', 'passkey.delete',
  'organization.create', 'organization.add_members', 'organization.remove_member', 'organization.delete', 'organization.restore', 'organization.update_policy', 'organization.accept_offer', 'organization.apply_file', 'organization.grant_role',
  'crm.objects.contacts.read', 'crm.objects.deals.write', 'crm.schemas.companies.write', 'crm.import', 'crm.export', 'mirroring.view', 'audit.view', 'users.manage', 'settings.manage', 'tokens.manage', 'records.erase', 'organization.read', 'organization.connections.write', '*',
];

describe.each(['en', 'it', 'da', 'nl'] as const)('in %s', (language) => {
  beforeAll(() => speak(language));
  test('every word of the history has words', () => {
    expect(KNOWN.filter((word) => detailWords(word) === word)).toEqual([]);
  });
});

test('records and deeds are named as where tokens are made, and what somebody named stays as it is', async () => {
  await speak('en');
  expect(detailWords('crm.objects.contacts.read')).toBe('Contacts: Read');
  expect(detailWords('crm.schemas.companies.write')).toBe('Companies: Define');
  expect(detailWords('Night shift')).toBe('Night shift');
});
