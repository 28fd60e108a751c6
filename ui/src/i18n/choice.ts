/**
 * Which language is spoken. On the sign-in page: the one chosen there before, else the browser's. Behind it: the one chosen on the
 * sign-in page of this very session, else that of the person's profile, else that of the sign-in page. A profile never
 * changes what the next person at this browser finds on the sign-in page.
 */
import { LANGUAGES, type Language, currentLanguage, speak } from '.';

/** Chosen on a sign-in page of this browser, ever. */
const DOORSTEP = 'consortio-language';
/** Chosen on the sign-in page for the session that began there. */
const SESSION = 'consortio-language-session';

export function asLanguage(tag: string | null | undefined): Language | undefined {
  const short = tag?.slice(0, 2).toLowerCase();
  return LANGUAGES.find((language) => language === short);
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, language: Language | null) {
  try {
    if (language) localStorage.setItem(key, language);
    else localStorage.removeItem(key);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

export function doorstepLanguage(): Language {
  const wished = [stored(DOORSTEP), ...(typeof navigator === 'undefined' ? [] : navigator.languages)];
  for (const tag of wished) {
    const language = asLanguage(tag);
    if (language) return language;
  }
  return 'en';
}

/** She stands before the sign-in page: what was chosen for a session before is over. */
export async function arrive() {
  store(SESSION, null);
  if (currentLanguage() !== doorstepLanguage()) await speak(doorstepLanguage());
}

export async function chooseOnDoorstep(language: Language) {
  store(DOORSTEP, language);
  store(SESSION, language);
  await speak(language);
}

/** She is in: `profile` is the language her profile names, if any. */
export async function enter(profile: string | null) {
  const language = asLanguage(stored(SESSION)) ?? asLanguage(profile) ?? doorstepLanguage();
  if (language !== currentLanguage()) await speak(language);
}

/** The profile's language was changed: from now on it is the one that counts. */
export async function chooseInProfile(language: Language) {
  store(SESSION, null);
  await speak(language);
}
