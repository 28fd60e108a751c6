import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ApiError, headersFor, pathWith } from '../api/client';
import { searchBody } from '../api/queries';
import type { Filter, Property, TimelineItem } from '../api/types';
import { samePage } from '../components/account-switcher';
import { activityProperties } from '../components/composer';
import { type Translate, speak, translate } from '../i18n';
import { byField, describe as inWords, namedInMessage } from './errors';
import * as format from './format';
import { pressed } from './hotkeys';
import { listSearch, nextSort, readFilters, writeFilters } from './list-state';
import { staleKeys } from './live';
import { internalName } from './names';
import { pluralType, recordName } from './objects';
import { kindOf, operatorsFor, optionLabel, pipelineInWords, writable } from './schema';
import { allSources, byMonth, plain, shown } from './timeline';
import { browserName } from './user-agent';

const t = translate as (key: string, vars?: Parameters<Translate>[1]) => string;
beforeAll(() => speak('en'));

describe('the state of a list in its address', () => {
  const filters: Filter[] = [
    { propertyName: 'name', operator: 'CONTAINS_TOKEN', value: 'a~b*c|d%e è' },
    { propertyName: 'dealstage', operator: 'IN', values: ['won', 'lo|st'] },
    { propertyName: 'amount', operator: 'BETWEEN', value: '1', highValue: '2' },
    { propertyName: 'email', operator: 'NOT_HAS_PROPERTY' },
  ];
  test('filters come back as they were written', () => expect(readFilters(writeFilters(filters))).toEqual(filters));
  test('no filters leave no trace', () => expect(writeFilters([])).toBeUndefined());
  test('what makes no sense is left out', () => expect(readFilters('name~LIKE~x*~EQ~1*amount~BETWEEN~1*stage~IN~*email~EQ')).toEqual([]));
  test('a mistyped address falls back to the first page of the usual size', () => expect(listSearch({ page: '-3', size: '7', view: 'grid', q: '' })).toEqual({}));
  test('numbers that look like searches stay searches', () => expect(listSearch({ q: 42, page: 3, size: 50 })).toMatchObject({ q: '42', page: 3, size: 50 }));
  test('a column sorts up, then down, then not', () => {
    expect(nextSort('', 'amount')).toBe('amount');
    expect(nextSort('amount', 'amount')).toBe('-amount');
    expect(nextSort('-amount', 'amount')).toBeUndefined();
  });
});

describe('requests', () => {
  test('a search asks for its page by offset', () => {
    expect(searchBody({ filters: [], query: '', sort: '-amount', properties: ['a'], page: 3, size: 25 })).toEqual({ filterGroups: [], sorts: [{ propertyName: 'amount', direction: 'DESCENDING' }], properties: ['a'], limit: 25, after: '50' });
  });
  test('a write carries the account and the proof that it comes from our page', () => {
    expect(headersFor({ method: 'POST', account: 7, body: {}, stepUp: 'p' })).toMatchObject({ 'X-Consortio-Account': '7', 'X-Consortio-Csrf': '1', 'X-Consortio-Step-Up': 'p' });
    expect(headersFor({})).toEqual({ Accept: 'application/json' });
  });
  test('empty parameters are not sent', () => expect(pathWith('/x', { a: '', b: undefined, c: ['p', 'q'], d: 0 })).toBe('/x?c=p%2Cq&d=0'));
});

describe('errors in words', () => {
  const refused = new ApiError(400, {
    message: 'Property values were not valid: [{"isValid":false,"message":"bad shoe","error":"X","name":"shoe"}]',
    category: 'VALIDATION_ERROR',
    errors: [{ message: 'x was not a number', code: 'INVALID_FLOAT', context: { propertyName: ['amount'] } }],
  });
  test('each complaint stands at its field', () => expect(byField(refused, t as never)).toEqual({ amount: 'A number is needed.', shoe: 'bad shoe' }));
  test('a complaint about no field stands alone', () => expect(byField(new ApiError(409, { message: 'Contact already exists. Existing ID: 551' }), t as never)).toEqual({ '': 'Contact already exists. Existing ID: 551' }));
  test('a broken list in a message is not a crash', () => expect(namedInMessage('oops [{')).toEqual([]));
  test('no answer is said to be no answer', () => expect(inWords(new ApiError(0, {}), t as never)).toBe(t('error.network')));
  test('a server error names its reference', () => expect(inWords(new ApiError(500, { correlationId: 'abc' }), t as never)).toContain('abc'));
  test('throttling says how long', () => expect(inWords(new ApiError(429, {}, 12), t as never)).toContain('12'));
});

describe('what is written in the reader’s language', () => {
  test('money', () => {
    expect(format.money('1234.5', 'en', 'EUR')).toBe('€1,234.50');
    expect(format.money('1000', 'da', 'DKK').replace(/\s/g, ' ')).toBe('1.000 kr.');
    expect(format.money('abc', 'en', 'EUR')).toBe('abc');
    expect(format.money('5', 'en', 'NOPE!')).toBe('5 NOPE!');
  });
  test('a date is the same day everywhere', () => expect(format.day('2026-11-20', 'it')).toBe('20 nov 2026'));
  test('how long ago', () => {
    const now = Date.parse('2026-11-20T10:00:00Z');
    expect(format.ago('2026-11-19T10:00:00Z', 'en', now)).toBe('yesterday');
    expect(format.ago('2026-11-20T12:00:00Z', 'nl', now)).toBe('over 2 uur');
  });
  test('duration and size', () => {
    expect(format.duration(3_900_000, 'en')).toBe('1 hr 5 min');
    expect(format.bytes(1_250_000, 'en')).toBe('1.3 MB');
  });
});

describe('records', () => {
  test('a contact without a name is called by its address', () => expect(recordName('contacts', { id: '1', properties: { email: 'a@b.example' } }, t as never)).toBe('a@b.example'));
  test('a record without anything still has a name', () => expect(recordName('deals', { id: '9', properties: {} }, t as never)).toContain('#9'));
  test('types are understood in the singular', () => expect([pluralType('company'), pluralType('DEAL'), pluralType('tasks')]).toEqual(['companies', 'deals', 'tasks']));
  const property = (part: Partial<Property>): Property => ({ name: 'x', label: 'X', type: 'string', fieldType: 'text', groupName: '', options: [], ...part });
  test('a property is edited by what it holds', () => {
    expect(kindOf(property({ type: 'enumeration', fieldType: 'checkbox' }))).toBe('choices');
    expect(kindOf(property({ name: 'amount', type: 'number' }))).toBe('money');
    expect(kindOf(property({ name: 'hubspot_owner_id', type: 'enumeration' }))).toBe('owner');
    expect(writable(property({ modificationMetadata: { readOnlyValue: true } }))).toBe(false);
    expect(operatorsFor('choice')).toContain('IN');
  });
  test('an internal name is made of plain letters', () => expect(internalName('  2 Følge-numre È! ')).toBe('folge_numre_e'));
});

describe('the timeline', () => {
  const item = (part: Partial<TimelineItem>): TimelineItem => ({ kind: 'activity', objectType: 'notes', id: '1', at: '2026-11-02T10:00:00Z', title: null, body: null, properties: {}, ownerName: null, origin: null, ...part });
  const east = { accountId: 2, accountName: 'East', connectionId: 1, ambiguous: false };
  test('no choice shows everything, a choice only what was chosen', () => {
    const items = [item({}), item({ kind: 'deal', objectType: 'deals', origin: east }), item({ objectType: 'call' })];
    const all = { kinds: new Set<string>(), origins: new Set<string>() };
    expect(shown(items, all)).toHaveLength(3);
    expect(shown(items, { ...all, origins: new Set(['2']) })).toEqual([items[1]]);
    expect(shown(items, { ...all, kinds: new Set(['calls']) })).toEqual([items[2]]);
  });
  test('what a source shows is counted over all pages', () => {
    const source = (nItems: number, nMatches: number) => ({ accountId: 2, accountName: 'East', state: 'shown', nItems, nMatches, ambiguous: false });
    expect(allSources([{ results: [], sources: [source(3, 1)] }, { results: [], sources: [source(4, 1)] }])).toEqual([source(7, 1)]);
  });
  test('months follow each other', () => expect(byMonth([item({}), item({ at: '2026-11-01T12:00:00Z' }), item({ at: '2026-09-09T12:00:00Z' })]).map((month) => month.items.length)).toEqual([2, 1]));
  test('markup in an e-mail is shown as text', () => expect(plain('<p>Hi <b>Ann</b> &amp; co</p><script>alert(1)</script><p>Bye</p>')).toBe('Hi Ann & co\nBye'));
  test('plain text with a smaller-than sign stays', () => expect(plain('2 < 3')).toBe('2 < 3'));
  test('a call keeps its length in milliseconds', () => {
    const draft = { title: 'Hi', body: '', at: '', until: '', choice: '', minutes: '3', owner: '5' };
    expect(activityProperties('calls', draft, '2026-11-20T10:00:00.000Z')).toMatchObject({ hs_call_duration: '180000', hs_timestamp: '2026-11-20T10:00:00.000Z', hubspot_owner_id: '5' });
  });
});

describe('getting about', () => {
  test('keys and chords', () => {
    const key = (name: string, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, ...more });
    expect(pressed(key('K', { ctrlKey: true }), '')).toBe('mod+k');
    expect(pressed(key('c'), 'g')).toBe('g c');
    expect(pressed(key('?'), '')).toBe('?');
  });
  test('switching the account keeps the page, but not the record', () => {
    expect(samePage('/a/1/settings/users', 2)).toBe('/a/2/settings/users');
    expect(samePage('/a/1/companies/77', 2)).toBe('/a/2/companies');
  });
  test('a hint names what is stale', () => {
    expect(staleKeys(3, { kind: 'connections' })).toContainEqual(['a', 3, 'records']);
    expect(staleKeys(3, { objectType: 'note', id: 1 })[0]).toEqual(['a', 3, 'records', 'notes']);
  });
  test('browsers by name', () => expect(browserName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36')).toBe('Chrome · Linux'));
});

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });

describe('names the product gave', () => {
  const property = (readOnlyOptions: boolean, hubspotDefined = true) => ({ name: 'hs_lead_status', type: 'enumeration', fieldType: 'select', groupName: '', label: '', options: [], hubspotDefined, modificationMetadata: { readOnlyOptions } }) as Property;
  beforeAll(() => speak('it'));
  afterAll(() => speak('en'));

  test('are told in the reader’s language', () => {
    expect(optionLabel(property(false), { value: 'IN_PROGRESS', label: 'In Progress' }, 'it')).toBe('In corso');
    expect(optionLabel({ ...property(true), name: 'industry' }, { value: 'DAIRY', label: 'Dairy' }, 'it')).toBe('Lattiero-caseario');
  });

  test('give way to those an account gave', () => {
    expect(optionLabel(property(false), { value: 'IN_PROGRESS', label: 'Talking' }, 'it')).toBe('Talking');
    expect(optionLabel(property(false, false), { value: 'NEW', label: 'New' }, 'it')).toBe('New');
  });

  test('of pipelines and stages too', () => {
    const stage = (id: string, label: string) => ({ id, label, displayOrder: 0, metadata: {} });
    const line = pipelineInWords({ id: 'default', label: 'Sales Pipeline', displayOrder: 0, stages: [stage('closedwon', 'Closed Won'), stage('closedlost', 'Gone'), stage('17', 'Closed Won')] });
    expect([line.label, ...line.stages.map((one) => one.label)]).toEqual(['Pipeline di vendita', 'Chiusa con successo', 'Gone', 'Closed Won']);
  });
});
