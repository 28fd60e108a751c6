import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { startAuthentication } from '@simplewebauthn/browser';
import { IconFingerprint } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client';
import { maybeT, useT } from '../i18n';
import { describe } from '../lib/errors';
import { type Method, SWITCH } from '../lib/methods';
import { CodeField } from './code-field';
import { Dialog } from './dialog';
import type { Asked } from './step-up';

export function StepUpDialog({ asked, finish }: { asked: Asked; finish: (proof: string | null) => void }) {
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
    <Dialog onClose={() => finish(null)} title={t('stepUp.title')}>
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
    </Dialog>
  );
}
