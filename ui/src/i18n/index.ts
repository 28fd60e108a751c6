/**
 * Four languages, complete from the first string. A message is one row of a table: [English, Italian, Danish, Dutch];
 * a row with a language missing does not compile, and a test compares the placeholders. The build cuts the table into
 * one catalog per language (`catalogs.ts`), and a browser loads the one it speaks.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { messages } from './messages';

export const LANGUAGES = ['en', 'it', 'da', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', it: 'Italiano', da: 'Dansk', nl: 'Nederlands' };
export type Row = readonly [en: string, it: string, da: string, nl: string];

type Raw = keyof typeof messages;
type Plural = Raw extends infer K ? (K extends `${infer Base}_one` ? Base : K extends `${infer Base}_other` ? Base : K) : never;
export type Key = Plural & string;
export type Vars = Record<string, string | number>;
export type Translate = (key: Key, vars?: Vars) => string;
export type Catalog = Record<string, string>;

const CATALOGS: Record<Language, () => Promise<{ default: Catalog }>> = {
  en: () => import('virtual:catalog/en'),
  it: () => import('virtual:catalog/it'),
  da: () => import('virtual:catalog/da'),
  nl: () => import('virtual:catalog/nl'),
};

let spoken: Language = 'en';
let catalog: Catalog = {};
let plural = new Intl.PluralRules('en');
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const currentLanguage = (): Language => spoken;

/** Loads the catalog and speaks it from then on. */
export async function speak(language: Language): Promise<void> {
  catalog = (await CATALOGS[language]()).default;
  spoken = language;
  plural = new Intl.PluralRules(language);
  if (typeof document !== 'undefined') document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

/** Italian has a third plural for exact millions; our sentences read the same there. */
function find(key: string, vars?: Vars): string | undefined {
  if (typeof vars?.count !== 'number') return catalog[key];
  return catalog[`${key}_${plural.select(vars.count) === 'one' ? 'one' : 'other'}`] ?? catalog[key];
}

const fill = (text: string, vars?: Vars): string => (vars ? text.replace(/{{(\w+)}}/g, (gap, name: string) => String(vars[name] ?? gap)) : text);

export const translate: Translate = (key, vars) => fill(find(key, vars) ?? key, vars);

/** For keys made at run time (property names, error codes): the message, or undefined where there is none. */
export function maybeT(key: string, vars?: Vars): string | undefined {
  const text = find(key, vars);
  return text === undefined ? undefined : fill(text, vars);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, currentLanguage);
}

export function useT(): Translate {
  const language = useLanguage();
  // Another language is another function, so that whatever was made with the old one is made again.
  return useCallback<Translate>((key, vars) => (language ? translate(key, vars) : key), [language]);
}
