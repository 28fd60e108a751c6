import { beforeEach, describe, expect, test, vi } from 'vitest';
import { currentLanguage } from '.';
import { arrive, chooseInProfile, chooseOnDoorstep, enter } from './choice';

const kept = new Map<string, string>();
vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
vi.stubGlobal('navigator', { languages: ['nl-BE', 'en'] });

describe('the language', () => {
  beforeEach(async () => {
    kept.clear();
    await arrive();
  });

  test('before signing in is the browser’s', () => expect(currentLanguage()).toBe('nl'));

  test('after signing in is that of the profile', async () => {
    await enter('da');
    expect(currentLanguage()).toBe('da');
  });

  test('chosen on the sign-in page wins over the profile, for this session only', async () => {
    await chooseOnDoorstep('it');
    await enter('da');
    expect(currentLanguage()).toBe('it');
    await arrive();
    expect(currentLanguage()).toBe('it');
    await enter('da');
    expect(currentLanguage()).toBe('da');
  });

  test('of one person’s profile is not the next person’s', async () => {
    await enter('da');
    await arrive();
    expect(currentLanguage()).toBe('nl');
    await enter(null);
    expect(currentLanguage()).toBe('nl');
  });

  test('changed in the profile counts at once', async () => {
    await chooseOnDoorstep('it');
    await chooseInProfile('en');
    await enter('en');
    expect(currentLanguage()).toBe('en');
  });
});
