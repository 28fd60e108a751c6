/** The server pushes hints without content; a hint only says what to read again. A lost hint costs nothing but freshness. */
import { useEffect, useState } from 'react';
import { type AccountRef, queryClient } from '../api/queries';
import { pluralType } from './objects';

export interface Hint { seq?: number; objectType?: string; id?: string | number; kind?: string }

/** The query keys a hint makes stale. */
export function staleKeys(account: AccountRef, hint: Hint): unknown[][] {
  if (hint.kind === 'import') return [['a', account, 'imports']];
  if (hint.kind === 'account') return [['a', account, 'settings'], ['a', account, 'properties'], ['a', account, 'pipelines'], ['session']];
  if (hint.kind === 'connections') return [['a', account, 'organization'], ['a', account, 'records']];
  if (hint.objectType && hint.objectType !== '') return [['a', account, 'records', pluralType(hint.objectType)], ['a', account, 'records', '*timeline']];
  return [['a', account, 'records']];
}

const GATHER_MS = 400;

/** Keeps one stream open per account; returns false while it is broken (the browser reconnects by itself). */
export function useLive(account: AccountRef): boolean {
  const [alive, setAlive] = useState(true);
  useEffect(() => {
    const source = new EventSource(`/accounts/v1/live?account=${encodeURIComponent(String(account))}`);
    let waiting: Hint[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      const hints = waiting;
      waiting = [];
      timer = undefined;
      const keys = new Map(hints.flatMap((hint) => staleKeys(account, hint)).map((key) => [JSON.stringify(key), key]));
      for (const key of keys.values()) {
        if (key.at(-1) === '*timeline') {
          // Any record's timeline may show the changed activity or deal.
          void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'a' && queryKey[1] === account && queryKey[2] === 'records' && queryKey[6] === 'timeline' });
        } else void queryClient.invalidateQueries({ queryKey: key });
      }
    };
    const hear = (event: MessageEvent<string>) => {
      setAlive(true);
      try {
        waiting.push(JSON.parse(event.data) as Hint);
        timer ??= setTimeout(flush, GATHER_MS);
      } catch {
        // A hint that cannot be read is a lost hint.
      }
    };
    source.onmessage = hear;
    for (const name of ['change', 'import', 'connections']) source.addEventListener(name, hear as EventListener);
    source.onopen = () => setAlive(true);
    source.onerror = () => setAlive(false);
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [account]);
  return alive;
}
