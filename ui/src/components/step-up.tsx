/** Proves with a fresh second factor that it is really she, for one named act. Any page asks with `useStepUp()`. */
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { startAuthentication } from '@simplewebauthn/browser';
import { IconFingerprint } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, createContext, use, useCallback, useState } from 'react';
import { call } from '../api/client';
import { type Key, maybeT, useT } from '../i18n';
import { describe } from '../lib/errors';
import { CodeField } from './code-field';

type Method = 'totp' | 'recovery' | 'passkey';
interface Begun { handle: string; methods: Method[]; options?: { publicKey: Parameters<typeof startAuthentication>[0]['optionsJSON'] } }
interface Asked { act: string; begun: Begun; resolve: (proof: string | null) => void }
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
      {asked && <StepUpDialog key={asked.begun.handle} asked={asked} finish={finish} />}
    </StepUpContext>
  );
}

function StepUpDialog({ asked, finish }: { asked: Asked; finish: (proof: string | null) => void }) {
  const t = useT();
  const { begun, act } = asked;
  const [method, setMethod] = useState<Method | undefined>(begun.methods[0]);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const send = async (body: object) => {
    setBusy(true);
    setError(undefined);
    try {
      const { proof } = await call<{ proof: string }>('/identity/v1/step-up/finish', { method: 'POST', body: { handle: begun.handle, ...body } });
      finish(proof);
    } catch (problem) {
      setError(describe(problem, t));
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  const withPasskey = async () => {
    if (!begun.options) return;
    try {
      const credential = await startAuthentication({ optionsJSON: begun.options.publicKey });
      await send({ method: 'passkey', credential });
    } catch {
      setError(t('signIn.passkeyFailed'));
    }
  };

  const words = maybeT(`stepUp.act.${act}`) ?? act;
  return (
    <Modal opened onClose={() => finish(null)} title={t('stepUp.title')} closeButtonProps={{ 'aria-label': t('act.close') }}>
      <form onSubmit={(event) => { event.preventDefault(); if (method && method !== 'passkey') void send({ method, code: code.trim() }); }}>
        <Stack>
          <Text size="sm">{t('stepUp.text', { act: words })}</Text>
          {begun.methods.length === 0 && (
            <Alert color="orange">
              {t('stepUp.none')} <Link to="." onClick={() => finish(null)}>{t('act.close')}</Link>
            </Alert>
          )}
          {(method === 'totp' || method === 'recovery') && <CodeField method={method} value={code} onChange={setCode} error={error} onFull={(full) => void send({ method, code: full })} />}
          {method === 'passkey' && error && <Text size="sm" c="red" role="alert">{error}</Text>}
          <Group justify="space-between">
            <Group gap="md">
              {begun.methods.filter((other) => other !== method).map((other) => (
                <Button key={other} variant="subtle" size="compact-sm" onClick={() => { setMethod(other); setError(undefined); if (other === 'passkey') void withPasskey(); }}>
                  {t(SWITCH[other])}
                </Button>
              ))}
            </Group>
            {method === 'passkey' ? (
              <Button leftSection={<IconFingerprint size={16} />} loading={busy} onClick={() => void withPasskey()}>{t('stepUp.confirm')}</Button>
            ) : (
              method && <Button type="submit" loading={busy}>{t('stepUp.confirm')}</Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export const SWITCH: Record<Method, Key> = { totp: 'signIn.useTotp', recovery: 'signIn.useRecovery', passkey: 'signIn.usePasskey' };
