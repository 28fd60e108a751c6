import { beforeEach, describe, expect, test } from 'vitest';
import { LANGUAGES, maybeT, speak, translate } from '../../i18n';
import { messages } from '../../i18n/messages';
import { type Entry, told } from './log-words';
import { namesOf } from './words';

const name = namesOf([{ accountId: 101, name: 'Central' }, { accountId: 102, name: 'East' }, { accountId: 103, name: 'West' }]);
const sa = { actor: 'person:7', actorName: 'Sa' };
const system = { actor: 'system', actorName: null };
const edge = { feature: 'mirroring', source: 101, destination: 103 };
const changed = { cause: { cause: 'account_changed', accountId: 103 } };
const entry = (act: string, by: Pick<Entry, 'actor' | 'actorName'>, detail: Entry['detail'], subject = 'organization'): Entry => ({ seq: 1, at: '2026-12-01T13:59:25Z', act, subject, detail, ...by });
const say = (one: Entry) => {
  const { who, what } = told(one, name, 'en', translate);
  return who === undefined ? what : `${who} ${what}`;
};

beforeEach(() => speak('en'));

describe('what came about by itself is nobody’s deed, and says why and after what', () => {
  test.each<[string, Entry]>([
    ['West was removed: no product at Professional or above is left (after Sa changed the subscription of West)', entry('member_removed', sa, { account: 103, reason: 'tier', ...changed }, 'account:103')],
    ['West was removed: no product at Professional or above is left (after a change of West)', entry('member_removed', system, { account: 103, reason: 'tier', ...changed }, 'account:103')],
    ['West was removed: the account was deactivated (after Sa changed West)', entry('member_removed', sa, { account: 103, reason: 'deactivated', ...changed }, 'account:103')],
    ['West was removed: its data is hosted elsewhere now (after Sa changed the rules)', entry('member_removed', sa, { account: 103, reason: 'hosting', cause: { force: true } }, 'account:103')],
    ['East left with the end of the organization (set off by Sa)', entry('member_removed', sa, { account: 102, reason: 'org_deleted', cause: null }, 'account:102')],
    ['Data mirroring from Central to West was closed: Central now holds sensitive data and can no longer be a source (after Sa changed Central)', entry('edge_closed', sa, { edge, reason: 'sensitive', cause: { cause: 'account_changed', accountId: 101 } }, 'edge:mirroring:101>103')],
    ['Data mirroring from Central to West was closed: the subscription it needs is gone (after a change of West)', entry('edge_closed', system, { edge, reason: 'subscription', ...changed }, 'edge:mirroring:101>103')],
    ['Data mirroring from Central to West ended with the membership (set off by Sa)', entry('edge_closed', sa, { edge, reason: 'member_removed', cause: null }, 'edge:mirroring:101>103')],
    ['The organization was deleted: no member holds Marketing Enterprise any more (after Sa changed West)', entry('deleted', sa, { reason: 'no_anchor', ...changed })],
    ['The organization was never verified and is gone', entry('deleted', system, { reason: 'expired', cause: null })],
    ['West was removed: no product at Professional or above is left', entry('member_removed', system, { account: 103, reason: 'tier', cause: null }, 'account:103')],
    ['West was removed: no product at Professional or above is left (after a change of the rules)', entry('member_removed', system, { account: 103, reason: 'tier', cause: { force: true } }, 'account:103')],
    ['Only one member is left: nothing can be shared (after Sa changed West)', entry('one_member_left', sa, changed)],
    ['The role Auditor for West ended with the membership (set off by Sa)', entry('role_ended', sa, { account: 103, role: 'auditor', reason: 'member_left', cause: null }, 'account:103')],
  ])('%s', (said, one) => expect(say(one)).toBe(said));

  test('a frozen account says until when', () => {
    expect(say(entry('member_frozen', system, { account: 102, reason: 'tier', until: '2026-12-11T13:59:41Z', cause: { cause: 'account_changed', accountId: 102 } }, 'account:102'))).toMatch(/^East is frozen: no product at Professional or above is left\. Nothing flows to or from it, and on .*(Dec 11|11 Dec).* it is removed \(after a change of East\)$/);
  });
});

describe('what somebody did stays hers', () => {
  test.each<[string, Entry]>([
    ['Sa removed West', entry('member_removed', sa, { account: 103, reason: 'manual', cause: null }, 'account:103')],
    ['Sa closed Data mirroring from Central to West', entry('edge_closed', sa, { edge, reason: 'manual', cause: null }, 'edge:mirroring:101>103')],
    ['Sa deleted the organization', entry('deleted', sa, { reason: 'manual', cause: null })],
    ['Sa ended the role Auditor for West', entry('role_ended', sa, { account: 103, role: 'auditor', reason: 'revoked', cause: null }, 'account:103')],
    ['The system configured the first connections', entry('configured', system, { cause: { deletedAt: '2026-12-01T14:00:15Z' } as object })],
    ['Service token sync changed the rules: “Most accounts” 5 → 30; “When nothing holds it up” It is deleted at once → a grace of 14 days; “Warnings” nothing → 30, 7', entry('policy_changed', { actor: 'token:9', actorName: 'sync' }, { before: { anchor_loss: 'delete', members_max: 5, warn_days: [] }, after: { members_max: 30, anchor_loss: { grace: { days: 14 } }, warn_days: [30, 7] }, cause: { force: false } })],
    ['Sa changed the rules: “Basis for transfers” nothing → SCCs of 2021_06', entry('policy_changed', sa, { before: { transfer_mechanism: null }, after: { transfer_mechanism: 'SCCs of 2021_06' } })],
  ])('%s', (said, one) => expect(say(one)).toBe(said));
});

describe('a refusal says why', () => {
  const refused = (code?: string, message?: string) => say(entry('refused', sa, { act: 'edit_connections', code, message }, 'account:102'));
  test('in our words where the code has some', () => {
    expect(refused('NOT_SUPER_ADMIN_EVERYWHERE', 'you must be super admin')).toBe('Sa was refused: changing connections (from East). “This takes a super admin of every member account.”');
    expect(refused('VERSION_STALE', 'x')).toBe(`Sa was refused: changing connections (from East). “${messages['code.VERSION_STALE'][0]}”`);
  });
  test('in the server’s otherwise', () => {
    expect(refused('SOMETHING_NEW', 'it is Sunday')).toBe('Sa was refused: changing connections (from East). “it is Sunday”');
    // These words need what the log does not keep.
    expect(refused('SEATS_EXHAUSTED', 'no Sales seat is left')).toContain('“no Sales seat is left”');
    expect(refused('SOMETHING_NEW')).toContain('“SOMETHING_NEW”');
    expect(refused()).toBe('Sa was refused: changing connections (from East)');
  });
  test('also beside what was tried', () => {
    expect(say(entry('edge_refused', sa, { edge, reason: 'sensitive' }))).toBe('Sa was refused Data mirroring from Central to West: Central stores sensitive data, so it cannot share this.');
    expect(say(entry('off_boarding_refused', sa, { account: 103, code: 'NOT_DELEGATED' }, 'account:103'))).toBe(`Sa could not off-board somebody from West: ${messages['offBoarding.code.NOT_DELEGATED'][0]}`);
  });
});

/** Every reason the server writes; those of deeds have no words of their own. */
const REASONS: Record<string, string[]> = {
  member_removed: ['tier', 'deactivated', 'hosting', 'org_deleted'],
  member_frozen: ['tier', 'deactivated', 'hosting'],
  edge_closed: ['sensitive', 'subscription', 'member_removed', 'organization_deleted'],
  deleted: ['no_anchor', 'expired'],
  role_ended: ['expired', 'member_left', 'off_boarded'],
};

test.each(LANGUAGES)('every reason is said in full (%s)', async (language) => {
  await speak(language);
  for (const [act, reasons] of Object.entries(REASONS)) {
    for (const reason of reasons) {
      expect(maybeT(`org.auto.${act}.${reason}`)).toBeDefined();
      const { who, what } = told(entry(act, sa, { account: 103, edge, role: 'auditor', until: '2026-12-11T13:59:41Z', reason, ...changed }, 'account:103'), name, language, translate);
      expect(who).toBeUndefined();
      expect(what).not.toMatch(/{{|undefined|: $| {2}/);
      expect(what).toContain('(');
    }
  }
});
