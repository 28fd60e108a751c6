import { Anchor, Box, Button, Divider, Group, List, PasswordInput, Stack, Text, TextInput, ThemeIcon, Title } from '@mantine/core';
import { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill, startAuthentication } from '@simplewebauthn/browser';
import { IconCheck, IconFingerprint, IconLogin2 } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, Suspense, lazy, useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, call } from '../api/client';
import { queryClient } from '../api/queries';
import { CodeField } from '../components/code-field';
import { SmallLanguageSelect } from '../components/small-language-select';
import { Logo } from '../components/logo';
import { useT } from '../i18n';
import { chooseOnDoorstep } from '../i18n/choice';
import { describe } from '../lib/errors';
import { type Method, SWITCH } from '../lib/methods';
import { layout, list } from '.';
import { type Pending, confirmPending, pendingConfirmation, providerFor } from './sign-on-state';

const SchemeToggle = lazy(() => import('../components/scheme-toggle').then((toggle) => ({ default: toggle.SchemeToggle })));

interface Refined { status: 'signed_in' | 'second_factor'; challenge?: string; methods?: Method[] }
interface PasskeyBegun { handle: string; options: { publicKey: Parameters<typeof startAuthentication>[0]['optionsJSON'] } }

/** The two halves of every page seen before signing in: what this is, and the form. */
export function Doorstep({ children }: { children: ReactNode }) {
  const t = useT();
  return (
    <div className="doorstep">
      <aside className="doorstep-pitch">
        <Group gap="sm"><Logo size={36} /><Text fw={680} size="xl" c="white">{t('app.name')}</Text></Group>
        <div>
          <Text component="p" className="doorstep-claim">{t('signIn.pitch')}</Text>
          <List spacing="md" mt="xl" icon={<ThemeIcon size={22} radius="xl" color="#1f6b5b"><IconCheck size={14} aria-hidden="true" /></ThemeIcon>}>
            <List.Item>{t('signIn.pitch1')}</List.Item>
            <List.Item>{t('signIn.pitch2')}</List.Item>
            <List.Item>{t('signIn.pitch3')}</List.Item>
          </List>
        </div>
        <Text size="sm" style={{ opacity: 0.75 }}>{t('app.tagline')}</Text>
      </aside>
      <main className="doorstep-form" id="main">
        <Group justify="flex-end" gap="xs" p="md"><SmallLanguageSelect onChange={(language) => void chooseOnDoorstep(language)} /><Box w={34} h={34}><Suspense><SchemeToggle /></Suspense></Box></Group>
        <div className="doorstep-box">
          <div className="doorstep-logo"><Logo size={40} /></div>
          {children}
        </div>
      </main>
    </div>
  );
}

/** The refusals of a sign-in are told apart by status only: which part was wrong is nobody's business. */
function refusal(problem: unknown, t: ReturnType<typeof useT>, wrong: string): string {
  return problem instanceof ApiError && (problem.status === 401 || problem.status === 400 || problem.status === 403) ? wrong : describe(problem, t);
}

export function SignInPage() {
  const t = useT();
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  const [second, setSecond] = useState<{ challenge: string; methods: Method[] } | null>(null);
  const [forgotten, setForgotten] = useState<string | null>(null);

  const [pending] = useState(pendingConfirmation);
  const entered = useCallback(async () => {
    queryClient.clear();
    await confirmPending(t);
    await navigate({ to: next?.startsWith('/') && !next.startsWith('//') ? next : '/', replace: true });
  }, [navigate, next, t]);

  // While she types, what she will see next is fetched.
  useEffect(() => {
    for (const page of [layout, list]) page().catch(() => undefined);
  }, []);
  useEffect(() => { document.title = `${t('signIn.title')} · ${t('app.name')}`; }, [t]);

  return (
    <Doorstep>
      {second ? (
        <SecondFactor {...second} entered={entered} startOver={() => setSecond(null)} />
      ) : forgotten !== null ? (
        <Forgotten known={forgotten} back={() => setForgotten(null)} />
      ) : (
        <FirstFactor pending={pending} next={next} entered={entered} forgot={setForgotten} second={(challenge, methods) => setSecond({ challenge, methods })} />
      )}
    </Doorstep>
  );
}

function FirstFactor({ pending, next, entered, forgot, second }: { pending: Pending | null; next: string | undefined; entered: () => Promise<void>; forgot: (email: string) => void; second: (challenge: string, methods: Method[]) => void }) {
  const t = useT();
  const [email, setEmail] = useState(pending?.email ?? '');
  const provider = useProvider(email, pending !== null);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState<'password' | 'passkey' | null>(null);
  const [error, setError] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const finishPasskey = usePasskeyFinish(entered);

  // Conditional UI: the browser offers passkeys inside the e-mail field, without a click on the button.
  useEffect(() => {
    let stale = false;
    const offer = async () => {
      if (!window.isSecureContext || !(await browserSupportsWebAuthnAutofill())) return;
      const begun = await call<PasskeyBegun>('/identity/v1/passkeys/sign-in/begin', { method: 'POST', body: {} });
      if (stale) return;
      const credential = await startAuthentication({ optionsJSON: begun.options.publicKey, useBrowserAutofill: true });
      if (!stale) await finishPasskey(begun.handle, credential);
    };
    offer().catch(() => undefined);
    return () => { stale = true; };
  }, [finishPasskey]);

  const withPassword = async () => {
    setBusy('password');
    setError(undefined);
    try {
      const refined = await call<Refined>('/identity/v1/sign-in', { method: 'POST', body: { email: email.trim(), password } });
      if (refined.status === 'second_factor' && refined.challenge) second(refined.challenge, refined.methods ?? ['totp']);
      else await entered();
    } catch (problem) {
      setError(refusal(problem, t, t('signIn.wrong')));
      field.current?.focus();
    } finally {
      setBusy(null);
    }
  };
  const withPasskey = async () => {
    setError(undefined);
    if (!browserSupportsWebAuthn() || !window.isSecureContext) return setError(t('signIn.noPasskeys'));
    setBusy('passkey');
    try {
      const begun = await call<PasskeyBegun>('/identity/v1/passkeys/sign-in/begin', { method: 'POST', body: {} });
      await finishPasskey(begun.handle, await startAuthentication({ optionsJSON: begun.options.publicKey }));
    } catch (problem) {
      setError(problem instanceof ApiError && problem.status === 0 ? describe(problem, t) : t('signIn.passkeyFailed'));
    } finally {
      setBusy(null);
    }
  };

  return (
    <form onSubmit={(event) => { event.preventDefault(); void withPassword(); }}>
      <Stack gap="md">
        <Title order={1}>{t(pending ? 'signOn.confirmTitle' : 'signIn.title')}</Title>
        {pending && <Text size="sm">{t('signOn.confirmText', { label: pending.label })}</Text>}
        <TextInput label={t('signIn.email')} type="email" name="email" autoComplete="username webauthn" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} autoFocus size="md" />
        <PasswordInput ref={field} label={t('signIn.password')} name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} required withAsterisk={false} size="md" visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }} />
        {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
        <Button type="submit" size="md" loading={busy === 'password'}>{t('signIn.submit')}</Button>
        <Anchor component="button" type="button" size="sm" style={{ alignSelf: 'flex-start' }} onClick={() => forgot(email.trim())}>{t('forgot.link')}</Anchor>
        <Divider label={t('signIn.or')} />
        {provider && <Button component="a" href={`/sign-in/with/${provider.id}?${new URLSearchParams({ email: email.trim(), ...(next ? { next } : {}) })}`} variant="default" size="md" leftSection={<IconLogin2 size={18} />}>{t('signIn.continueWith', { label: provider.label })}</Button>}
        <Button variant="default" size="md" leftSection={<IconFingerprint size={18} />} loading={busy === 'passkey'} onClick={() => void withPasskey()}>{t('signIn.passkey')}</Button>
      </Stack>
    </form>
  );
}

/** The answer is the same whoever asks: the page says what follows if the address is one of somebody. */
function Forgotten({ known, back }: { known: string; back: () => void }) {
  const t = useT();
  const [email, setEmail] = useState(known);
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await call('/identity/v1/password/forgotten', { method: 'POST', body: { email: email.trim() } });
      setSent(true);
    } catch (problem) {
      setError(describe(problem, t));
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Stack gap="md">
        <Title order={1}>{t(sent ? 'forgot.sentTitle' : 'forgot.title')}</Title>
        <Text size="sm" role="status">{sent ? t('forgot.sentText', { email: email.trim() }) : t('forgot.text')}</Text>
        {!sent && <TextInput label={t('signIn.email')} type="email" name="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.currentTarget.value)} required withAsterisk={false} autoFocus size="md" />}
        {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
        {!sent && <Button type="submit" size="md" loading={busy}>{t('forgot.send')}</Button>}
        <Anchor component="button" type="button" size="sm" style={{ alignSelf: 'flex-start' }} autoFocus={sent} onClick={back}>{t('forgot.back')}</Anchor>
      </Stack>
    </form>
  );
}

/** The provider that speaks for an address, once it looks like one and she pauses. */
function useProvider(email: string, off: boolean) {
  const [provider, setProvider] = useState<{ id: string; label: string } | null>(null);
  const domain = /^[^@\s]+@([^@\s]+\.[^@\s]{2,})$/.exec(email.trim())?.[1]?.toLowerCase();
  useEffect(() => {
    setProvider(null);
    if (!domain || off) return;
    let stale = false;
    const timer = setTimeout(() => {
      providerFor(`x@${domain}`).then((found) => { if (!stale) setProvider(found); }).catch(() => undefined);
    }, 350);
    return () => { stale = true; clearTimeout(timer); };
  }, [domain, off]);
  return provider;
}

function usePasskeyFinish(entered: () => Promise<void>) {
  return useCallback(async (handle: string, credential: unknown) => {
    await call('/identity/v1/passkeys/sign-in/finish', { method: 'POST', body: { handle, credential } });
    await entered();
  }, [entered]);
}

function SecondFactor({ challenge, methods, entered, startOver }: { challenge: string; methods: Method[]; entered: () => Promise<void>; startOver: () => void }) {
  const t = useT();
  const [method, setMethod] = useState<Method>(methods.includes('totp') ? 'totp' : methods[0]!);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const finishPasskey = usePasskeyFinish(entered);

  const withCode = async (value: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await call('/identity/v1/sign-in/second-factor', { method: 'POST', body: { challenge, method, code: value.trim() } });
      await entered();
    } catch (problem) {
      setError(refusal(problem, t, t('signIn.wrongCode')));
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  const withPasskey = async () => {
    setError(undefined);
    try {
      const begun = await call<PasskeyBegun>('/identity/v1/passkeys/sign-in/begin', { method: 'POST', body: { challenge } });
      await finishPasskey(begun.handle, await startAuthentication({ optionsJSON: begun.options.publicKey }));
    } catch {
      setError(t('signIn.passkeyFailed'));
    }
  };
  const choose = (other: Method) => {
    setMethod(other);
    setError(undefined);
    setCode('');
    if (other === 'passkey') void withPasskey();
  };

  return (
    <form onSubmit={(event) => { event.preventDefault(); void (method === 'passkey' ? withPasskey() : withCode(code)); }}>
      <Stack gap="md">
        <Title order={1}>{t('signIn.secondTitle')}</Title>
        {method !== 'passkey' && <CodeField key={method} method={method} value={code} onChange={setCode} error={error} onFull={(full) => void withCode(full)} />}
        {method === 'passkey' && error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
        <Button type="submit" size="md" loading={busy}>{t(method === 'passkey' ? 'signIn.usePasskey' : 'act.continue')}</Button>
        <Group justify="space-between">
          {methods.filter((other) => other !== method).map((other) => <Anchor key={other} component="button" type="button" size="sm" onClick={() => choose(other)}>{t(SWITCH[other])}</Anchor>)}
          <Anchor component="button" type="button" size="sm" c="dimmed" onClick={startOver}>{t('signIn.startOver')}</Anchor>
        </Group>
      </Stack>
    </form>
  );
}
