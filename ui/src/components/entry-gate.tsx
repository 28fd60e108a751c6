/** An account that asks for more than this session has shown: what to do, and the way to the other accounts. */
import { Button, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import { useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { describe } from '../lib/errors';
import { useRefreshSession } from '../lib/refresh';
import { PasskeysSection, SecondFactorCodes, TotpSection } from '../pages/settings/security';
import { Doorstep } from '../pages/sign-in';
import { AccountMark } from './account-mark';
import { waysOf } from './due-banner';
import { useStepUp } from './step-up';

export function EntryGate() {
  const t = useT();
  const { account, session } = useHere();
  const state = account.entry?.state;
  const others = session.accounts.filter((one) => one.id !== account.id);
  return (
    <Doorstep>
      <Stack gap="lg">
        {state === 'set_up' && <SetUp />}
        {state === 'show' && <Show />}
        {state === 'idle' && <Away />}
        {others.length > 0 && (
          <nav aria-label={t('entry.elsewhere')}>
            <Text size="sm" c="dimmed" mb={8}>{t('entry.elsewhere')}</Text>
            <Stack gap={6}>
              {others.map((one) => (
                <Button key={String(one.id)} component={Link} to="/a/$account" params={{ account: String(one.id) } as never} variant="default" justify="flex-start" leftSection={<AccountMark id={one.id} name={one.name} size={22} />}>{one.name}</Button>
              ))}
            </Stack>
          </nav>
        )}
      </Stack>
    </Doorstep>
  );
}

function SetUp() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [codes, setCodes] = useState<string[] | null>(null);
  const ways = account.entry?.ways ?? [];
  return (
    <>
      <div>
        <Title order={1}>{t('entry.setUpTitle', { account: account.name })}</Title>
        <Text mt={6}>{t('entry.setUpText', { ways: waysOf(account, language) })}</Text>
      </div>
      {ways.includes('passkey') && <PasskeysSection showCodes={setCodes} />}
      {ways.includes('authenticator') && <TotpSection showCodes={setCodes} />}
      <SecondFactorCodes codes={codes} close={() => setCodes(null)} />
    </>
  );
}

function Show() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const stepUp = useStepUp();
  const refresh = useRefreshSession();
  const [error, setError] = useState<string>();
  const factor = account.entry?.ways.some((way) => way !== 'password');
  const show = async () => {
    setError(undefined);
    try {
      if (await stepUp('account.enter', String(account.id))) await refresh();
    } catch (problem) {
      setError(describe(problem, t));
    }
  };
  return (
    <>
      <div>
        <Title order={1}>{t('entry.showTitle')}</Title>
        <Text mt={6}>{t('entry.showText', { account: account.name, ways: waysOf(account, language) })}</Text>
      </div>
      {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
      {factor ? <Button size="md" onClick={() => void show()}>{t('entry.show')}</Button> : <Again />}
    </>
  );
}

function Away() {
  const t = useT();
  const { account } = useHere();
  return (
    <>
      <div>
        <Title order={1}>{t('entry.idleTitle')}</Title>
        <Text mt={6}>{t('entry.idleText', { account: account.name })}</Text>
      </div>
      <Again />
    </>
  );
}

function Again() {
  const t = useT();
  const { account } = useHere();
  const again = async () => {
    await call('/identity/v1/sign-out', { method: 'POST' }).catch(() => undefined);
    queryClient.clear();
    location.assign(`/sign-in?next=${encodeURIComponent(`/a/${account.id}`)}`);
  };
  return <Button size="md" onClick={() => void again()}>{t('entry.again')}</Button>;
}
