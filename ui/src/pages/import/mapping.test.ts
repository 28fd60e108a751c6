import { describe, expect, it } from 'vitest';
import type { Property } from '../../api/types';
import { chosenTwice, estimateRows, firstKey, firstMapping, keyChoices, obstacle, pace, sampleOf } from './mapping';

const property = (name: string, more: Partial<Property> = {}): Property => ({ name, label: name, type: 'string', fieldType: 'text', groupName: 'g', options: [], ...more });
const PROPERTIES = [property('email', { hasUniqueValue: true }), property('firstname'), property('hs_object_id', { modificationMetadata: { readOnlyValue: true } }), property('createdate', { modificationMetadata: { readOnlyValue: true } }), property('customer_no', { hasUniqueValue: true })];
const preview = (guess: [string, string | null][]) => ({ columns: guess.map(([column]) => column), rows: [], delimiter: ',', guess: guess.map(([column, to]) => ({ column, property: to })), nRows: 3 });

describe('mapping', () => {
  it('a guess is taken when it can be written, and only once', () => {
    expect(firstMapping(preview([['E-mail', 'email'], ['Mail', 'email'], ['Made', 'createdate'], ['X', 'unknown'], ['ID', 'hs_object_id']]), PROPERTIES)).toEqual(['email', null, null, null, 'hs_object_id']);
  });
  it('columns of the same name keep their own guess', () => {
    expect(firstMapping(preview([['Name', 'firstname'], ['Name', null]]), PROPERTIES)).toEqual(['firstname', null]);
  });
  it('records are recognised by what is unique, the type’s own key first', () => {
    expect(keyChoices('contacts', PROPERTIES)).toEqual(['email', 'customer_no', 'hs_object_id']);
    expect(firstKey(['email', 'customer_no'], [null, 'customer_no'])).toBe('customer_no');
    expect(firstKey(['email'], ['firstname'])).toBe(null);
  });
  it('the first obstacle is told', () => {
    expect(obstacle([null, null], 'upsert', 'email')).toEqual({ kind: 'nothing' });
    expect(obstacle(['email', 'email'], 'upsert', 'email')).toEqual({ kind: 'twice', property: 'email' });
    expect(obstacle(['firstname'], 'upsert', 'email')).toEqual({ kind: 'keyUnmapped', property: 'email' });
    expect(obstacle(['firstname'], 'update', null)).toEqual({ kind: 'keyNeeded' });
    expect(obstacle(['firstname'], 'create', null)).toBe(null);
    expect(chosenTwice(['a', null, 'a', null])).toEqual(['a']);
  });
  it('a large file is sampled to the end of a line and its rows are estimated', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const { blob, share } = await sampleOf(new File([line.repeat(20_000)], 'a.csv'));
    expect([blob.size % 100, share]).toEqual([0, 0.5]);
    expect(estimateRows(10_123, share)).toBe(20_000);
    expect(estimateRows(7, 1)).toBe(7);
  });
  it('the pace is known after a second of work', () => {
    expect(pace(0, 10, '2026-11-20T10:00:00Z', Date.parse('2026-11-20T10:00:09Z'))).toBe(null);
    expect(pace(1000, 3000, '2026-11-20T10:00:00Z', Date.parse('2026-11-20T10:00:10Z'))).toEqual({ perSecond: 100, secondsLeft: 20 });
  });
});
