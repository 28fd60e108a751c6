import { expect, test } from 'vitest';
import { type Field, type Policy, changed, daysOf, draftOf, graceDays, isParity, standing } from './policy';

const field = (name: string, value: Field['value'], parity: Field['value'], ours: Field['value']): Field => ({ name, group: 'members', kind: 'number', value, parity, ours, about: '', choices: [] });
const policy: Policy = { organizationId: '1', version: 3, canEdit: true, isParity: false, fields: [field('a', 5, 5, 9), field('b', { grace: { days: 14 } }, 'delete', { grace: { days: 14 } }), field('c', 7, 5, 9), field('d', true, true, true)] };

test('only what differs is sent', () => {
  const draft = draftOf(policy);
  expect(changed(policy, draft)).toEqual({});
  expect(changed(policy, { ...draft, a: 6, b: { grace: { days: 14 } } })).toEqual({ a: 6 });
});

test('one switch sets every rule to what HubSpot documents', () => {
  expect(isParity(policy, draftOf(policy))).toBe(false);
  const draft = draftOf(policy, 'parity');
  expect(isParity(policy, draft)).toBe(true);
  expect(changed(policy, draft)).toEqual({ b: 'delete', c: 5 });
});

test('a rule says whose value it has', () => {
  expect(policy.fields.map((one) => standing(one, one.value))).toEqual(['parity', 'ours', 'custom', 'both']);
});

test('days are read as people write them', () => {
  expect(daysOf('30, 7;1')).toEqual([30, 7, 1]);
  expect(daysOf('')).toEqual([]);
  expect([graceDays({ grace: { days: 3 } }), graceDays('delete'), graceDays([30])]).toEqual([3, undefined, undefined]);
});
