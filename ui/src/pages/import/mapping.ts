/** What a file's columns become: pure decisions, so that they can be tested without a page. */
import type { ImportPreview, Property } from '../../api/types';

export type Mode = 'upsert' | 'create' | 'update';
export const MODES: readonly Mode[] = ['upsert', 'create', 'update'];
export const IMPORT_TYPES = ['contacts', 'companies', 'deals', 'tickets'] as const;
export type ImportType = (typeof IMPORT_TYPES)[number];

/** What existing records are recognised by, best first. The record's own id always works. */
const KEYS: Record<ImportType, readonly string[]> = { contacts: ['email'], companies: ['domain'], deals: [], tickets: [] };
export const RECORD_ID = 'hs_object_id';

export function keyChoices(type: ImportType, properties: Property[]): string[] {
  const known = new Set(properties.map((property) => property.name));
  const unique = properties.filter((property) => property.hasUniqueValue && property.name !== RECORD_ID).map((property) => property.name);
  return [...new Set([...KEYS[type], ...unique, RECORD_ID])].filter((name) => known.has(name));
}

/** The server recognises rows by the usual key whenever a column goes into it; "nothing" is a choice only without one. */
export const mayBeKeyless = (type: ImportType, mapping: (string | null)[]): boolean => !KEYS[type].some((name) => mapping.includes(name));

/** The key the file itself suggests: the first one a column goes into. */
export function firstKey(choices: string[], mapping: (string | null)[]): string | null {
  return choices.find((name) => mapping.includes(name)) ?? null;
}

/** What can be written, and the record's id, which only points. */
export function importable(property: Property): boolean {
  return property.name === RECORD_ID || (!property.calculated && !property.modificationMetadata?.readOnlyValue);
}

export function firstMapping(preview: ImportPreview, properties: Property[]): (string | null)[] {
  const known = new Set(properties.filter(importable).map((property) => property.name));
  const taken = new Set<string>();
  return preview.columns.map((column, i) => {
    const guess = preview.guess[i]?.column === column ? preview.guess[i]?.property : preview.guess.find((one) => one.column === column)?.property;
    if (!guess || !known.has(guess) || taken.has(guess)) return null;
    taken.add(guess);
    return guess;
  });
}

export function chosenTwice(mapping: (string | null)[]): string[] {
  return [...new Set(mapping.filter((name, i): name is string => name !== null && mapping.indexOf(name) !== i))];
}

export type Obstacle = { kind: 'nothing' } | { kind: 'twice'; property: string } | { kind: 'keyUnmapped'; property: string } | { kind: 'keyNeeded' };

/** The first thing that keeps the import from starting. */
export function obstacle(mapping: (string | null)[], mode: Mode, key: string | null): Obstacle | null {
  const twice = chosenTwice(mapping)[0];
  if (mapping.every((name) => name === null)) return { kind: 'nothing' };
  if (twice) return { kind: 'twice', property: twice };
  if (key && !mapping.includes(key)) return { kind: 'keyUnmapped', property: key };
  if (!key && mode === 'update') return { kind: 'keyNeeded' };
  return null;
}

/** Large files are looked at by their beginning, up to the end of a line. */
export const SAMPLE_BYTES = 1_000_000;

export async function sampleOf(file: File): Promise<{ blob: Blob; share: number }> {
  if (file.size <= SAMPLE_BYTES) return { blob: file, share: 1 };
  const head = new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer());
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const line = head.lastIndexOf(10) + 1 || head.length;
  // Two bytes a letter: a line must not end in the middle of one.
  const end = wide ? line + (line % 2) : line;
  return { blob: new Blob([head.subarray(0, end)], { type: file.type }), share: end / file.size };
}

/** Rows of the whole file: counted when all of it was seen, else in proportion, to two digits. */
export function estimateRows(nRows: number, share: number): number {
  if (share >= 1) return nRows;
  return Number((nRows / share).toPrecision(2));
}

export interface Pace { perSecond: number; secondsLeft: number | null }

export function pace(processed: number, total: number | null, startedAt: string | null, now: number): Pace | null {
  const seconds = startedAt ? (now - Date.parse(startedAt)) / 1000 : 0;
  if (processed === 0 || seconds < 1) return null;
  const perSecond = processed / seconds;
  return { perSecond: Math.round(perSecond), secondsLeft: total ? Math.max(0, (total - processed) / perSecond) : null };
}
