import type { MantineColorScheme, MantineColorSchemeManager } from '@mantine/core';

const STORED = 'consortio-scheme';

/** Keeps the choice of light, dark or system where `scheme.js` finds it before the first paint. */
export function schemeManager(): MantineColorSchemeManager {
  const valid = (value: string | null): value is MantineColorScheme => value === 'light' || value === 'dark' || value === 'auto';
  let forget: (() => void) | undefined;
  return {
    get: (fallback) => {
      try {
        const value = localStorage.getItem(STORED);
        return valid(value) ? value : fallback;
      } catch {
        return fallback;
      }
    },
    set: (value) => {
      try {
        localStorage.setItem(STORED, value);
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    },
    subscribe: (update) => {
      const listen = (event: StorageEvent) => {
        if (event.key === STORED && valid(event.newValue)) update(event.newValue);
      };
      addEventListener('storage', listen);
      forget = () => removeEventListener('storage', listen);
    },
    unsubscribe: () => forget?.(),
    clear: () => localStorage.removeItem(STORED),
  };
}
