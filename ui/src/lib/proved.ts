/** Acts that need a fresh second factor: the server names act and subject, she proves it is her, and the act is tried again with the proof. */
import { useCallback } from 'react';
import { ApiError } from '../api/client';
import { useStepUp } from '../components/step-up';

export type Outcome<T> = { done: true; value: T } | { done: false };

/** What the refusal asks to have proved; nothing when it is another refusal. */
export function asksProof(problem: unknown): { act: string; subject: string } | null {
  if (!(problem instanceof ApiError) || problem.code !== 'STEP_UP_NEEDED') return null;
  const named = (name: string) => problem.context[name]?.[0] ?? problem.details[0]?.context?.[name]?.[0];
  const act = named('act');
  return act ? { act, subject: named('subject') ?? 'self' } : null;
}

/** `done: false` when she closed the dialog: nothing happened, and there is nothing to say. */
export function useProved() {
  const stepUp = useStepUp();
  return useCallback(async <T,>(attempt: (proof?: string) => Promise<T>): Promise<Outcome<T>> => {
    try {
      return { done: true, value: await attempt() };
    } catch (problem) {
      const asked = asksProof(problem);
      if (!asked) throw problem;
      const proof = await stepUp(asked.act, asked.subject);
      return proof ? { done: true, value: await attempt(proof) } : { done: false };
    }
  }, [stepUp]);
}
