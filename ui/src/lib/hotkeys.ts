import { useEffect, useRef } from 'react';

export type Hotkeys = Record<string, () => void>;

function typing(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(element?.closest?.('input, textarea, select, [contenteditable="true"], [role="textbox"], [role="combobox"]'));
}

/** What was pressed: `?`, `mod+k`, or `g c` for one key after the other. Pure, so that it can be tested. */
export function pressed(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>, pending: string): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `mod+${key}`;
  if (event.altKey) return `alt+${key}`;
  return pending ? `${pending} ${key}` : key;
}

const CHORD_MS = 900;

/** Single keys are ours only while nobody types and no dialog is open. */
export function useHotkeys(keys: Hotkeys) {
  const latest = useRef(keys);
  useEffect(() => { latest.current = keys; });
  useEffect(() => {
    let pending = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const mod = event.ctrlKey || event.metaKey;
      if (!mod && (typing(event.target) || document.querySelector('[role="dialog"][aria-modal="true"]'))) return;
      const what = pressed(event, pending);
      pending = '';
      clearTimeout(timer);
      const act = latest.current[what];
      if (act) {
        event.preventDefault();
        act();
      } else if (!mod && event.key.length === 1 && Object.keys(latest.current).some((name) => name.startsWith(`${what} `))) {
        pending = what;
        timer = setTimeout(() => { pending = ''; }, CHORD_MS);
      }
    };
    addEventListener('keydown', listen);
    return () => {
      removeEventListener('keydown', listen);
      clearTimeout(timer);
    };
  }, []);
}
