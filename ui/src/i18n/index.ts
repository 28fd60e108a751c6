/**
 * Four languages, complete from the first string. A message is one row of a table: [English, Italian, Danish, Dutch];
 * a row with a language missing does not compile, and a test compares the placeholders.
 */
import i18next, { type TOptions } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { useCallback } from 'react';
import { messages } from './messages';

export const LANGUAGES = ['en', 'it', 'da', 'nl'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', it: 'Italiano', da: 'Dansk', nl: 'Nederlands' };
export type Row = readonly [en: string, it: string, da: string, nl: string];

type Raw = keyof typeof messages;
type Plural = Raw extends infer K ? (K extends `${infer Base}_one` ? Base : K extends `${infer Base}_other` ? Base : K) : never;
export type Key = Plural & string;
export type Vars = Record<string, string | number>;
export type Translate = (key: Key, vars?: Vars) => string;

export function resources(): Record<Language, { translation: Record<string, string> }> {
  const all = Object.fromEntries(LANGUAGES.map((language) => [language, { translation: {} as Record<string, string> }])) as Record<Language, { translation: Record<string, string> }>;
  for (const [key, row] of Object.entries(messages) as [string, Row][]) {
    LANGUAGES.forEach((language, i) => {
      all[language].translation[key] = row[i]!;
      // Italian has a third plural for exact millions; our sentences read the same there.
      if (key.endsWith('_other')) all[language].translation[key.replace(/_other$/, '_many')] = row[i]!;
    });
  }
  return all;
}

const STORED = 'consortio-language';

export function asLanguage(tag: string | null | undefined): Language | undefined {
  const short = tag?.slice(0, 2).toLowerCase();
  return LANGUAGES.find((language) => language === short);
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export function firstLanguage(): Language {
  const wished = [stored(), ...(typeof navigator === 'undefined' ? [] : navigator.languages)];
  for (const tag of wished) {
    const language = asLanguage(tag);
    if (language) return language;
  }
  return 'en';
}

export const i18n = i18next.createInstance();

export function startI18n(language: Language) {
  void i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: resources(),
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    returnNull: false,
    initAsync: false,
  });
  if (typeof document !== 'undefined') document.documentElement.lang = language;
}

export function setLanguage(language: Language) {
  void i18n.changeLanguage(language);
  document.documentElement.lang = language;
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

export function useT(): Translate {
  const { t } = useTranslation();
  return useCallback((key: Key, vars?: Vars) => t(key as string, vars as TOptions) as string, [t]);
}

export function useLanguage(): Language {
  const { i18n: here } = useTranslation();
  return asLanguage(here.language) ?? 'en';
}

/** For keys made at run time (property names, error codes): the message, or undefined where there is none. */
export function maybeT(key: string, vars?: Vars): string | undefined {
  return i18n.exists(key) ? (i18n.t(key, vars as TOptions) as string) : undefined;
}
