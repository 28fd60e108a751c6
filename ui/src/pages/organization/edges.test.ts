import { describe, expect, it } from 'vitest';
import type { Organization } from '../../api/types';
import { arrowsOf, changesBetween, circle, differs, editBody, featuresOf, keyOf, lane, openKeys, rebase, wayOf, withWay } from './edges';

const member = (accountId: number) => ({ accountId, name: `A${accountId}`, location: 'eu', sensitive: false, subscriptions: [], joinedAt: '' });
const organization = (edges: [number, number, 'on' | 'off' | 'blocked'][], n = 3): Organization => ({
  id: 1, name: 'Group', state: 'active', version: 4, anchorAccountId: 1, unmanageable: false, canManage: true, canEditConnections: true, canWithdraw: false, nMembers: n, nConnections: edges.length,
  members: Array.from({ length: n }, (_, i) => member(i + 1)),
  connections: edges.map(([source, destination, state], i) => ({ id: i, accountIds: [source, destination], edges: [{ feature: 'mirroring', source, destination, state }] })),
});
const m = (source: number, destination: number) => keyOf('mirroring', String(source), String(destination));

describe('connections', () => {
  it('what the server does not name is off, and mirroring is there from the start', () => {
    const arrows = arrowsOf(organization([[1, 2, 'on']]));
    expect(arrows.size).toBe(6);
    expect(arrows.get(m(2, 1))?.state).toBe('off');
    expect([...openKeys(arrows)]).toEqual([m(1, 2)]);
    expect(featuresOf(organization([]))).toEqual(['mirroring']);
  });
  it('an arrow of a member that is suspended or in its grace stays open and is frozen; in the grace of the whole all are', () => {
    const group = organization([[1, 2, 'on'], [1, 3, 'on']]);
    const one = { ...group, members: group.members.map((member) => (member.accountId === 2 ? { ...member, frozenUntil: '2026-12-04T00:00:00Z' } : member)) };
    const frozen = (of: Organization) => [...arrowsOf(of)].filter(([, arrow]) => arrow.state === 'on' && arrow.frozen).map(([key]) => key);
    expect(frozen(group)).toEqual([]);
    expect(frozen(one)).toEqual([m(1, 2)]);
    expect(frozen({ ...group, graceUntil: '2026-12-04T00:00:00Z' })).toEqual([m(1, 2), m(1, 3)]);
    expect(frozen({ ...group, members: group.members.map((member) => (member.accountId === 3 ? { ...member, status: 'suspended' } : member)) })).toEqual([m(1, 3)]);
  });
  it('a way is set without opening what is blocked', () => {
    const arrows = arrowsOf(organization([[1, 2, 'blocked']]));
    const open = withWay(new Set(), arrows, 'mirroring', '1', '2', 'both');
    expect(wayOf(open, 'mirroring', '1', '2')).toBe('back');
    expect(wayOf(open, 'mirroring', '2', '1')).toBe('out');
  });
  it('between members the server does not list, what a member is bars it', () => {
    const large = organization([], 3);
    large.members[0]!.barred = [{ feature: 'mirroring', as: 'source', reason: 'SOURCE_SENSITIVE' }];
    const arrows = arrowsOf(large);
    expect(arrows.get(m(1, 3))).toMatchObject({ state: 'blocked', reason: 'SOURCE_SENSITIVE' });
    expect(arrows.get(m(3, 1))?.state).toBe('off');
  });
  it('each change has its own word, told from the side it speaks of', () => {
    const kinds = (before: string[], after: string[]) => changesBetween(new Set(before), new Set(after)).map(({ kind, source, destination }) => [kind, source, destination]);
    expect(kinds([], [m(1, 2), m(2, 1)])).toEqual([['connect_two_way', '1', '2']]);
    expect(kinds([], [m(2, 1)])).toEqual([['connect_one_way', '2', '1']]);
    expect(kinds([m(2, 1)], [m(2, 1), m(1, 2)])).toEqual([['widen_to_two_way', '2', '1']]);
    expect(kinds([m(2, 1), m(1, 2)], [m(2, 1)])).toEqual([['narrow_to_one_way', '2', '1']]);
    expect(kinds([m(1, 2)], [m(2, 1)])).toEqual([['reverse', '2', '1']]);
    expect(kinds([m(2, 1)], [])).toEqual([['cut', '1', '2']]);
    expect(kinds([m(2, 1)], [m(2, 1)])).toEqual([]);
  });
  it('an edit names the version and every open direction', () => {
    expect(editBody(4, new Set([m(2, 1)]))).toEqual({ version: 4, edges: [{ feature: 'mirroring', source: 2, destination: 1, on: true }] });
  });
  it('after a conflict her own choices stand on the newer state', () => {
    const base = new Set([m(1, 2), m(2, 1)]);
    const mine = new Set([m(1, 2), m(1, 3)]);
    const now = arrowsOf(organization([[1, 2, 'on'], [2, 1, 'on'], [3, 2, 'on']]));
    expect([...rebase(base, mine, now)].sort()).toEqual([m(1, 2), m(1, 3), m(3, 2)].sort());
    expect(differs(base, mine)).toBe(true);
    expect(differs(base, new Set(base))).toBe(false);
  });
  it('the two directions of a pair run beside each other, not on each other', () => {
    const [a, b] = circle(2, 150) as [{ x: number; y: number }, { x: number; y: number }];
    const there = lane(a, b, 0, 2, 100, 50, 16);
    const back = lane(b, a, 1, 2, 100, 50, 16);
    expect(Math.abs(there.from.y - back.to.y)).toBeCloseTo(16);
    expect(Math.abs(there.to.y - there.from.y)).toBeLessThan(0.001);
    expect(circle(3, 100)[0]).toEqual({ x: 0, y: -100 });
  });
});
