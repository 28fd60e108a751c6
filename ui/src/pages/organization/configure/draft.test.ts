import { describe, expect, it } from 'vitest';
import type { Organization, Terms } from '../../../api/types';
import { arrowsOf, keyOf } from '../edges';
import { amendedKeys, begun, changesOf, groupedTerms, missingKeys, reapplied, sentTerms, usualTerms, withReasons, withTerms } from './draft';

const member = (accountId: number, sensitive = false) => ({ accountId, name: `A${accountId}`, location: 'eu', sensitive, subscriptions: [], joinedAt: '' });
const m = (source: number, destination: number) => keyOf('mirroring', String(source), String(destination));
const reasoned: Terms = { ...usualTerms(), purpose: 'one service', legalBasis: 'contract' };
const group = (on: [number, number][], change: Partial<Organization> = {}): Organization => ({
  id: 1, name: 'Group', state: 'active', version: 4, anchorAccountId: 1, unmanageable: false, canManage: true, canEditConnections: true, canWithdraw: false, nMembers: 3, nConnections: on.length,
  members: [member(1), member(2), member(3)],
  features: [{ feature: 'mirroring', used: true }, { feature: 'asset_copying', used: false }],
  connectionRules: { newConnections: 'one_way', terms: 'required', sensitive: 'account' },
  connections: on.map(([source, destination], i) => ({ id: i, accountIds: [source, destination], edges: [{ feature: 'mirroring', source, destination, state: 'on', terms: usualTerms() }] })),
  ...change,
});

describe('a draft of connections', () => {
  it('reasons for several directions leave each narrowed as it was, and say the same once', () => {
    const organization = group([]);
    const arrows = arrowsOf(organization);
    const narrow = { ...usualTerms(), types: ['notes'] };
    const begun3 = withTerms({ ...begun(organization), open: new Set([m(1, 2), m(2, 1), m(1, 3)]) }, [m(1, 3)], narrow);
    const draft = withReasons(begun3, arrows, [m(1, 2), m(2, 1), m(1, 3)], reasoned);
    expect([m(1, 2), m(2, 1), m(1, 3)].map((key) => [draft.terms.get(key)?.purpose, draft.terms.get(key)?.types.length])).toEqual([['one service', 6], ['one service', 6], ['one service', 1]]);
    expect(groupedTerms(draft, arrows).map((one) => one.keys.length)).toEqual([2, 1]);
  });
  it('asks for reasons where values would pass anew, and nowhere else', () => {
    const organization = group([[1, 2]]);
    const arrows = arrowsOf(organization);
    const draft = { ...begun(organization), open: new Set([m(1, 2), m(1, 3), keyOf('asset_copying', '1', '3')]) };
    expect(missingKeys(draft, arrows)).toEqual([m(1, 3)]);
    expect(missingKeys(withTerms(draft, [m(1, 3)], reasoned), arrows)).toEqual([]);
    const optional = group([[1, 2]], { connectionRules: { newConnections: 'two_way', terms: 'optional', sensitive: 'account' } });
    expect(missingKeys({ ...draft, organization: optional }, arrowsOf(optional))).toEqual([]);
  });
  it('other, without words, is no reason', () => {
    const organization = group([]);
    const draft = withTerms({ ...begun(organization), open: new Set([m(1, 2)]) }, [m(1, 2)], { ...reasoned, legalBasis: 'other' });
    expect(missingKeys(draft, arrowsOf(organization))).toEqual([m(1, 2)]);
  });
  it('a sensitive account lists its fields where the policy looks at them', () => {
    const organization = group([], { members: [member(1, true), member(2)], connectionRules: { newConnections: 'one_way', terms: 'optional', sensitive: 'fields' } });
    const draft = { ...begun(organization), open: new Set([m(1, 2), m(2, 1)]) };
    expect(missingKeys(draft, arrowsOf(organization))).toEqual([m(1, 2)]);
    expect(missingKeys(withTerms(draft, [m(1, 2)], { ...reasoned, fields: ['dealname'] }), arrowsOf(organization))).toEqual([]);
  });
  it('terms that say what is there already are no change and do not travel', () => {
    const organization = group([[1, 2]]);
    const arrows = arrowsOf(organization);
    const same = withTerms(begun(organization), [m(1, 2)], { ...usualTerms(), types: [...usualTerms().types].reverse() });
    expect([amendedKeys(same, arrows), changesOf(same, arrows), [...sentTerms(same, arrows)]]).toEqual([[], [], []]);
    const other = withTerms(begun(organization), [m(1, 2), m(2, 3)], reasoned);
    expect(changesOf(other, arrows)).toEqual([{ kind: 'amend', feature: 'mirroring', source: '1', destination: '2' }]);
    expect([...sentTerms(other, arrows).keys()]).toEqual([m(1, 2)]);
  });
  it('after a conflict her choices and terms stand on the newer state', () => {
    const organization = group([[1, 2]]);
    const draft = withTerms({ ...begun(organization), open: new Set([m(1, 2), m(1, 3)]) }, [m(1, 3)], reasoned);
    const now = reapplied(draft, group([[2, 3]]));
    expect([...now.open].sort()).toEqual([m(1, 3), m(2, 3)]);
    expect(now.terms.get(m(1, 3))).toBe(reasoned);
  });
  it('terms that are the same are said once', () => {
    const organization = group([]);
    const draft = withTerms({ ...begun(organization), open: new Set([m(1, 2), m(2, 1), m(1, 3)]) }, [m(1, 2), m(2, 1)], reasoned);
    expect(groupedTerms(draft, arrowsOf(organization)).map(({ keys }) => keys.length)).toEqual([2, 1]);
  });
});
