import { ActionIcon, Badge, Button, CopyButton, Group, PasswordInput, SimpleGrid, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { browserSupportsWebAuthn, startRegistration } from '@simplewebauthn/browser';
import { IconDeviceDesktop, IconDeviceMobile, IconDownload, IconFingerprint, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call } from '../../api/client';
import { passkeysQuery, queryClient, sessionsQuery } from '../../api/queries';
import type { Passkey, SessionRow } from '../../api/types';
import { CodeField } from '../../components/code-field';
import { Dialog } from '../../components/dialog';
import { Problem } from '../../components/states';
import { useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { saveAs } from '../../lib/download';
import { byField, describe } from '../../lib/errors';
import { PASSWORD_CHARS_MIN } from '../../lib/limits';
import { useProved } from '../../lib/proved';
import { useRefreshSession } from '../../lib/refresh';
import { ago } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { browserName } from '../../lib/user-agent';
import { Section, SettingsPage } from './parts';

export function SecurityPage() {
  const t = useT();
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <SettingsPage title={t('settings.security')}>
      <PasskeysSection showCodes={setCodes} />
      <TotpSection showCodes={setCodes} />
      <PasswordSection />
      <SessionsSection />
      <SecondFactorCodes codes={codes} close={() => setCodes(null)} />
    </SettingsPage>
  );
}

/** The recovery codes that came with a first second factor, if any came. */
export function SecondFactorCodes({ codes, close }: { codes: string[] | null; close: () => void }) {
  return codes && <CodesDialog codes={codes} close={close} />;
}

function PasswordSection() {
  const t = useT();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const eye = { 'aria-label': t('password.show'), tabIndex: 0 };
  const save = async () => {
    setBusy(true);
    setErrors({});
    try {
      await call('/identity/v1/password', { method: 'POST', body: { current, new: next } });
      setCurrent('');
      setNext('');
      toastDone(t('security.changed'));
      await queryClient.invalidateQueries({ queryKey: ['sessions'] });
    } catch (problem) {
      const found = byField(problem, t);
      const weak = problem instanceof ApiError && problem.code.startsWith('PASSWORD_') && problem.code !== 'PASSWORD_WRONG';
      setErrors(found.current || found.new ? found : weak ? { new: describe(problem, t) } : problem instanceof ApiError && problem.code === 'PASSWORD_WRONG' ? { current: describe(problem, t) } : problem instanceof ApiError && (problem.status === 401 || problem.status === 403) ? { current: t('signIn.wrong') } : { new: describe(problem, t) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t('security.password')} text={t('security.passwordText')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack maw={340}>
          <PasswordInput label={t('security.current')} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} error={errors.current} autoComplete="current-password" required withAsterisk={false} visibilityToggleButtonProps={eye} />
          <PasswordInput label={t('security.new')} description={t('setup.passwordHint', { n: PASSWORD_CHARS_MIN })} value={next} onChange={(event) => setNext(event.currentTarget.value)} error={errors.new} autoComplete="new-password" minLength={PASSWORD_CHARS_MIN} required withAsterisk={false} visibilityToggleButtonProps={eye} />
          <Group><Button type="submit" loading={busy}>{t('security.change')}</Button></Group>
        </Stack>
      </form>
    </Section>
  );
}

interface TotpBegun { handle: string; secret: string; otpauthUrl: string; qrSvg: string }

export function TotpSection({ showCodes }: { showCodes: (codes: string[]) => void }) {
  const t = useT();
  const { session } = useHere();
  const proved = useProved();
  const refresh = useRefreshSession();
  const [begun, setBegun] = useState<TotpBegun | null>(null);
  const { totp, passkeys, recoveryCodesLeft } = session.secondFactor;
  const enrolled = totp || passkeys > 0;
  const attempt = (work: () => Promise<void>) => work().catch((problem: unknown) => toastProblem(problem, t));
  const begin = () => attempt(async () => {
    const outcome = await proved((stepUp) => call<TotpBegun>('/identity/v1/totp/begin', { method: 'POST', body: {}, stepUp }));
    if (outcome.done) setBegun(outcome.value);
  });
  const off = () => attempt(async () => {
    const outcome = await proved((stepUp) => call('/identity/v1/totp', { method: 'DELETE', stepUp }));
    if (!outcome.done) return;
    toastDone(t('security.totpRemoved'));
    await refresh();
  });
  const newCodes = () => attempt(async () => {
    const outcome = await proved((stepUp) => call<{ recoveryCodes: string[] }>('/identity/v1/recovery-codes', { method: 'POST', body: {}, stepUp }));
    if (!outcome.done) return;
    showCodes(outcome.value.recoveryCodes);
    await refresh();
  });
  return (
    <Section title={t('security.totp')} text={t('security.totpText')} aside={<Badge color={totp ? 'spruce' : 'gray'}>{t(totp ? 'security.on' : 'security.off')}</Badge>}>
      <Group gap="sm">
        {totp ? <Button variant="default" onClick={() => void off()}>{t('security.totpOff')}</Button> : <Button onClick={() => void begin()}>{t('security.totpSetUp')}</Button>}
        {enrolled && <Button variant="default" onClick={() => void newCodes()}>{t('security.codesNew')}</Button>}
        {enrolled && <Text size="sm" c={recoveryCodesLeft < 3 ? 'var(--mantine-color-error)' : 'dimmed'}>{t('security.codesLeft', { count: recoveryCodesLeft })}</Text>}
      </Group>
      {begun && <TotpDialog begun={begun} close={() => setBegun(null)} done={(codes) => { setBegun(null); toastDone(t('security.totpDone')); if (codes.length > 0) showCodes(codes); void refresh(); }} />}
    </Section>
  );
}

function TotpDialog({ begun, close, done }: { begun: TotpBegun; close: () => void; done: (codes: string[]) => void }) {
  const t = useT();
  const [code, setCode] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const confirm = async (value: string) => {
    setBusy(true);
    setError(undefined);
    try {
      done((await call<{ recoveryCodes: string[] }>('/identity/v1/totp/confirm', { method: 'POST', body: { handle: begun.handle, code: value } })).recoveryCodes);
    } catch (problem) {
      setError(problem instanceof ApiError && problem.status < 500 && problem.status > 0 && problem.status !== 429 ? t('signIn.wrongCode') : describe(problem, t));
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('security.totp')}>
      <form onSubmit={(event) => { event.preventDefault(); void confirm(code); }}>
        <Stack>
          <Text size="sm">{t('security.totpScan')}</Text>
          <img src={`data:image/svg+xml;utf8,${encodeURIComponent(begun.qrSvg)}`} alt={t('security.totpQr')} width={200} height={200} style={{ alignSelf: 'center', background: '#fff', padding: 10, borderRadius: 10 }} />
          <TextInput readOnly label={t('security.totpSecret')} value={begun.secret.replace(/(.{4})/g, '$1 ').trim()} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} />
          <CodeField method="totp" value={code} onChange={setCode} onFull={(full) => void confirm(full)} error={error} />
          <Group justify="flex-end"><Button type="submit" loading={busy}>{t('act.continue')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function CodesDialog({ codes, close }: { codes: string[]; close: () => void }) {
  const t = useT();
  return (
    <Dialog onClose={close} title={t('security.codes')} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false}>
      <Stack>
        <Text size="sm">{t('security.codesText')}</Text>
        <SimpleGrid cols={2} spacing="xs" component="ul" style={{ listStyle: 'none', margin: 0, padding: 14, background: 'var(--co-hover)', borderRadius: 9 }}>
          {codes.map((code) => <Text component="li" key={code} ff="monospace" ta="center">{code}</Text>)}
        </SimpleGrid>
        <Group justify="space-between">
          <Group gap="xs">
            <CopyButton value={codes.join('\n')}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{t(copied ? 'act.copied' : 'act.copy')}</Button>}</CopyButton>
            <Button variant="default" leftSection={<IconDownload size={15} />} onClick={() => saveAs(new Blob([`${codes.join('\r\n')}\r\n`], { type: 'text/plain' }), 'consortio-recovery-codes.txt')}>{t('security.codesDownload')}</Button>
          </Group>
          <Button onClick={close} data-autofocus>{t('security.codesKept')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

interface RegisterBegun { handle: string; options: { publicKey: Parameters<typeof startRegistration>[0]['optionsJSON'] } }

export function PasskeysSection({ showCodes }: { showCodes: (codes: string[]) => void }) {
  const t = useT();
  const language = useLanguage();
  const proved = useProved();
  const refresh = useRefreshSession();
  const passkeys = useQuery(passkeysQuery);
  const [adding, add] = useDisclosure(false);
  const remove = async (passkey: Passkey) => {
    try {
      const outcome = await proved((stepUp) => call(`/identity/v1/passkeys/${passkey.id}`, { method: 'DELETE', stepUp }));
      if (!outcome.done) return;
      toastDone(t('security.passkeyRemoved'));
      await Promise.all([passkeys.refetch(), refresh()]);
    } catch (problem) {
      toastProblem(problem, t);
    }
  };
  return (
    <Section title={t('security.passkeys')} text={t('security.passkeysText')} aside={<Button leftSection={<IconPlus size={16} />} onClick={add.open}>{t('security.passkeyAdd')}</Button>}>
      {passkeys.isPending && <Skeleton h={40} />}
      {passkeys.isError && <Problem problem={passkeys.error} compact />}
      {passkeys.data?.results.length === 0 && <Text size="sm" c="dimmed">{t('security.passkeyNone')}</Text>}
      <ul className="rows">
        {passkeys.data?.results.map((passkey) => (
          <li key={String(passkey.id)}>
            <IconFingerprint size={22} stroke={1.5} aria-hidden="true" className="quiet" />
            <div style={{ flex: 1 }}>
              <Text size="sm" fw={560}>{passkey.name}</Text>
              <Text size="xs" c="dimmed">{t('security.added', { when: ago(passkey.createdAt, language, Date.now()) })} · {passkey.lastUsedAt ? t('security.lastUsed', { when: ago(passkey.lastUsedAt, language, Date.now()) }) : t('security.neverUsed')}</Text>
            </div>
            <ActionIcon aria-label={t('security.passkeyRemove', { name: passkey.name })} onClick={() => void remove(passkey)}><IconTrash size={16} /></ActionIcon>
          </li>
        ))}
      </ul>
      {adding && <PasskeyDialog close={add.close} done={(codes) => { add.close(); toastDone(t('security.passkeyAdded')); if (codes.length > 0) showCodes(codes); void passkeys.refetch(); void refresh(); }} />}
    </Section>
  );
}

function PasskeyDialog({ close, done }: { close: () => void; done: (codes: string[]) => void }) {
  const t = useT();
  const proved = useProved();
  const [name, setName] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (!browserSupportsWebAuthn() || !window.isSecureContext) return setError(t('signIn.noPasskeys'));
    setBusy(true);
    setError(undefined);
    try {
      const outcome = await proved((stepUp) => call<RegisterBegun>('/identity/v1/passkeys/register/begin', { method: 'POST', body: {}, stepUp }));
      if (!outcome.done) return;
      const begun = outcome.value;
      const credential = await startRegistration({ optionsJSON: begun.options.publicKey });
      const made = await call<{ recoveryCodes: string[] }>('/identity/v1/passkeys/register/finish', { method: 'POST', body: { handle: begun.handle, credential, name: name.trim() } });
      done(made.recoveryCodes);
    } catch (problem) {
      setError(problem instanceof ApiError ? describe(problem, t) : t('security.passkeyRefused'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('security.passkeyAdd')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('security.passkeyName')} value={name} onChange={(event) => setName(event.currentTarget.value)} required withAsterisk={false} data-autofocus error={error} />
          <Group justify="flex-end"><Button type="submit" loading={busy} leftSection={<IconFingerprint size={16} />}>{t('security.passkeyAdd')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function SessionsSection() {
  const t = useT();
  const language = useLanguage();
  const sessions = useQuery(sessionsQuery);
  const end = async (row: SessionRow) => {
    await call(`/identity/v1/sessions/${row.id}`, { method: 'DELETE' }).catch((problem: unknown) => toastProblem(problem, t));
    await sessions.refetch();
  };
  const endAll = async () => {
    try {
      await call('/identity/v1/sign-out-everywhere', { method: 'POST', body: {} });
      queryClient.clear();
      location.assign('/sign-in');
    } catch (problem) {
      toastProblem(problem, t);
    }
  };
  return (
    <Section title={t('security.sessions')} aside={<Button variant="default" onClick={() => void endAll()}>{t('security.endAll')}</Button>}>
      {sessions.isPending && <Skeleton h={40} />}
      {sessions.isError && <Problem problem={sessions.error} compact />}
      <ul className="rows">
        {sessions.data?.results.map((row) => {
          const Icon = /iPhone|Android|Mobile/.test(row.userAgent ?? '') ? IconDeviceMobile : IconDeviceDesktop;
          return (
            <li key={row.id}>
              <Icon size={22} stroke={1.5} aria-hidden="true" className="quiet" />
              <div style={{ flex: 1 }}>
                <Group gap={8}><Text size="sm" fw={560}>{browserName(row.userAgent) ?? t('security.unknownBrowser')}</Text>{row.current && <Badge size="sm">{t('security.thisOne')}</Badge>}</Group>
                <Text size="xs" c="dimmed">{[row.singleSignOn && t('signOn.session'), row.address, t('security.seen', { when: ago(row.lastSeenAt, language, Date.now()) })].filter(Boolean).join(' · ')}</Text>
              </div>
              {!row.current && <ActionIcon aria-label={t('security.end')} onClick={() => void end(row)}><IconTrash size={16} /></ActionIcon>}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
