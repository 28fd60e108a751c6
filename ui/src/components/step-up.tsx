/** Proves with a fresh second factor that it is really she, for one named act. Any page asks with `useStepUp()`. */
import type { startAuthentication } from '@simplewebauthn/browser';
import { type ReactNode, Suspense, createContext, lazy, use, useCallback, useState } from 'react';
import { call } from '../api/client';
import type { Method } from '../lib/methods';

const StepUpDialog = lazy(() => import('./step-up-dialog').then((dialog) => ({ default: dialog.StepUpDialog })));

interface Begun { handle: string; methods: Method[]; options?: { publicKey: Parameters<typeof startAuthentication>[0]['optionsJSON'] } }
export interface Asked { act: string; begun: Begun; resolve: (proof: string | null) => void }
type Ask = (act: string, subject?: unknown) => Promise<string | null>;

const StepUpContext = createContext<Ask>(() => Promise.resolve(null));

/** Resolves to the proof, or to null when she closed the dialog. Rejects when the server refuses to begin. */
export function useStepUp(): Ask {
  return use(StepUpContext);
}

export function StepUpProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const ask = useCallback<Ask>(async (act, subject = null) => {
    const begun = await call<Begun>('/identity/v1/step-up/begin', { method: 'POST', body: { act, subject } });
    return new Promise((resolve) => setAsked({ act, begun, resolve }));
  }, []);
  const finish = (proof: string | null) => {
    asked?.resolve(proof);
    setAsked(null);
  };
  return (
    <StepUpContext value={ask}>
      {children}
      {asked && <Suspense><StepUpDialog key={asked.begun.handle} asked={asked} finish={finish} /></Suspense>}
    </StepUpContext>
  );
}
