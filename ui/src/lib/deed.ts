/** One deed at a time, as dialogs do it: busy while it runs, its refusal in words, nothing to say when she turned back at the second factor. */
import { useState } from 'react';
import { useT } from '../i18n';
import { describe } from './errors';
import { useProved } from './proved';

type Attempt<T> = (stepUp?: string) => Promise<T>;

export function useDeed() {
  const t = useT();
  const proved = useProved();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const act = async <T,>(attempt: Attempt<T>, then: (value: T) => unknown) => {
    setBusy(true);
    setError(undefined);
    try {
      const outcome = await proved(attempt);
      if (outcome.done) await then(outcome.value);
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return { act, busy, error, setError };
}
