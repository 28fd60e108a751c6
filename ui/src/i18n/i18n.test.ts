import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, maybeT, speak, translate } from '.';
import { messages } from './messages';

const rows = Object.entries(messages) as [string, readonly string[]][];
const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort().join(',');

describe('messages', () => {
  test('every message exists in every language', () => {
    const holes = rows.filter(([, row]) => row.length !== LANGUAGES.length || row.some((text) => text.trim() === ''));
    expect(holes.map(([key]) => key)).toEqual([]);
  });

  test('every language fills the same placeholders', () => {
    const uneven = rows.filter(([, row]) => new Set(row.map(placeholders)).size > 1);
    expect(uneven.map(([key]) => key)).toEqual([]);
  });

  test('a message with one plural form has the other', () => {
    const keys = new Set(rows.map(([key]) => key));
    const lone = [...keys].filter((key) => (key.endsWith('_one') && !keys.has(key.replace(/_one$/, '_other'))) || (key.endsWith('_other') && !keys.has(key.replace(/_other$/, '_one'))));
    expect(lone).toEqual([]);
  });

  test('no key is defined in two files', () => {
    const folder = join(import.meta.dirname, 'messages');
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const file of readdirSync(folder).filter((name) => name !== 'index.ts')) {
      for (const [, key] of readFileSync(join(folder, file), 'utf8').matchAll(/^ {2}'([^']+)': \[/gm)) {
        if (seen.has(key!)) twice.push(`${key} in ${seen.get(key!)} and ${file}`);
        seen.set(key!, file);
      }
    }
    expect(twice).toEqual([]);
  });

  test('every language has a catalog of its own, with its plurals', async () => {
    await speak('it');
    expect(translate('act.save')).toBe('Salva');
    expect([1, 2, 1_000_000].map((count) => translate('bulk.selected', { count, n: count }))).toEqual(['1 selezionato', '2 selezionati', '1000000 selezionati']);
    await speak('en');
    expect(translate('act.save')).toBe('Save');
    expect(maybeT('no.such.message')).toBeUndefined();
  });
});

// --- No sentence outside the table -----------------------------------------------------------------------------------

interface Node { type: string; [field: string]: unknown }
const SPOKEN = new Set(['label', 'placeholder', 'title', 'aria-label', 'alt', 'description', 'error', 'text', 'nothingFoundMessage']);
const isWord = (text: unknown): text is string => typeof text === 'string' && /\p{L}{2,}/u.test(text);
/** Key names on keyboards are the same everywhere. */
const ALLOWED = new Set(['Ctrl K']);

function hardCoded(source: string): string[] {
  const found: string[] = [];
  const literal = (node: Node | null | undefined): unknown => (node?.type === 'Literal' ? node.value : node?.type === 'JSXExpressionContainer' ? literal(node.expression as Node) : undefined);
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const here = node as Node;
    if (here.type === 'JSXText' && isWord(here.value) && !ALLOWED.has(here.value.trim())) found.push(here.value.trim());
    if (here.type === 'JSXAttribute' && SPOKEN.has(String((here.name as Node).name)) && isWord(literal(here.value as Node))) found.push(`${String((here.name as Node).name)}="${String(literal(here.value as Node))}"`);
    if (here.type === 'JSXElement' || here.type === 'JSXFragment') for (const child of here.children as Node[]) if (child.type === 'JSXExpressionContainer' && isWord(literal(child))) found.push(String(literal(child)));
    Object.values(here).forEach(visit);
  };
  visit(parseAst(source, { lang: 'tsx' }));
  return found;
}

const sources = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'));

test('no component says anything that is not in the table', () => {
  const spoken = sources.flatMap((name) => hardCoded(readFileSync(join(import.meta.dirname, '..', name), 'utf8')).map((text) => `${name}: ${text}`));
  expect(spoken).toEqual([]);
});

test('the check for hard-coded sentences finds them', () => {
  expect(hardCoded('const a = <b title="Close me">Hello there</b>;')).toEqual(['title="Close me"', 'Hello there']);
  expect(hardCoded("const a = <b label={'Save it'}>{'Now'}</b>;")).toEqual(['Now', 'label="Save it"']);
});

test('every key a component asks for exists', () => {
  const keys = new Set(rows.flatMap(([key]) => [key, key.replace(/_(one|other)$/, '')]));
  const missing = sources.flatMap((name) => [...readFileSync(join(import.meta.dirname, '..', name), 'utf8').matchAll(/\bt\('([^']+)'/g)].filter(([, key]) => !keys.has(key!)).map(([, key]) => `${name}: ${key}`));
  expect(missing).toEqual([]);
});
