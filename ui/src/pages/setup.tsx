import { Button, PasswordInput, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client';
import { queryClient, sessionQuery } from '../api/queries';
import { useLanguage, useT } from '../i18n';
import { byField, describe } from '../lib/errors';
import { PASSWORD_CHARS_MIN } from '../lib/limits';
import { toastDone } from '../lib/toast';
import { Doorstep } from './sign-in';

interface Offer { valid: boolean; kind?: 'first' | 'invitation' | 'join' | 'reset'; email?: string; name?: string; accountName?: string }

/** The one-time link: the first start prints one, and every invited user gets one. */
export function SetupPage() {
  const t = useT();
  const { token } = useParams({ from: '/setup/$token' });
  const offer = useQuery({ queryKey: ['setup', token], queryFn: () => call<Offer>(`/identity/v1/setup/${encodeURIComponent(token)}`), retry: false });
  return (
    <Doorstep>
      {offer.isPending && <Stack><Skeleton h={28} w="70%" /><Skeleton h={90} /><Skeleton h={90} /></Stack>}
      {offer.isSuccess && offer.data.valid !== false && (offer.data.kind === 'reset' ? <Choose token={token} offer={offer.data} /> : offer.data.kind === 'join' ? <Join token={token} offer={offer.data} /> : <SetupForm token={token} offer={offer.data} />)}
      {(offer.isError || offer.data?.valid === false) && (
        <Stack>
          <Title order={1}>{t('setup.invalidTitle')}</Title>
          <Text>{t('setup.invalidText')}</Text>
          <Button component={Link} to="/sign-in" size="md">{t('signIn.title')}</Button>
        </Stack>
      )}
    </Doorstep>
  );
}

/** An invitation for somebody who has a password: she accepts it as herself. */
function Join({ token, offer }: { token: string; offer: Offer }) {
  const t = useT();
  const navigate = useNavigate();
  const session = useQuery(sessionQuery);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const signedIn = session.data?.person.email.toLowerCase() === offer.email?.toLowerCase();
  const accept = async () => {
    setBusy(true);
    try {
      const { accountId } = await call<{ accountId: string }>('/identity/v1/invitations/accept', { method: 'POST', body: { token } });
      queryClient.clear();
      await navigate({ to: '/a/$account', params: { account: accountId }, replace: true });
    } catch (problem) {
      setError(describe(problem, t));
      setBusy(false);
    }
  };
  return (
    <Stack>
      <Title order={1}>{t('setup.acceptTitle', { account: offer.accountName ?? '' })}</Title>
      <Text>{t(signedIn ? 'setup.acceptText' : 'setup.acceptSignIn', { email: offer.email ?? '' })}</Text>
      {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
      {signedIn ? <Button size="md" loading={busy} onClick={() => void accept()}>{t('setup.accept')}</Button> : <Button component={Link} to="/sign-in" size="md">{t('signIn.title')}</Button>}
    </Stack>
  );
}

/** A new password in place of a forgotten one. It opens no session: she signs in with it. */
function Choose({ token, offer }: { token: string; offer: Offer }) {
  const t = useT();
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const choose = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await call('/identity/v1/password/choose', { method: 'POST', body: { token, password } });
      queryClient.clear();
      toastDone(t('reset.chosen'));
      await navigate({ to: '/sign-in', replace: true });
    } catch (problem) {
      const found = byField(problem, t);
      setError(found.password ?? found[''] ?? describe(problem, t));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void choose(); }}>
      <Stack>
        <div>
          <Title order={1}>{t('reset.chooseTitle')}</Title>
          <Text c="dimmed" size="sm" mt={4}>{t('reset.chooseText', { email: offer.email ?? '' })}</Text>
        </div>
        <input type="hidden" name="username" autoComplete="username" value={offer.email ?? ''} readOnly />
        <PasswordInput size="md" label={t('security.new')} description={t('setup.passwordHint', { n: PASSWORD_CHARS_MIN })} value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={error} autoComplete="new-password" minLength={PASSWORD_CHARS_MIN} required withAsterisk={false} data-autofocus visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }} />
        <Button type="submit" size="md" loading={busy}>{t('reset.choose')}</Button>
      </Stack>
    </form>
  );
}

function SetupForm({ token, offer }: { token: string; offer: Offer }) {
  const t = useT();
  const locale = useLanguage();
  const navigate = useNavigate();
  const invited = Boolean(offer.email);
  const [form, setForm] = useState({ email: offer.email ?? '', name: offer.name ?? '', password: '', accountName: '' });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const field = (name: keyof typeof form) => ({
    name,
    value: form[name],
    error: errors[name],
    size: 'md' as const,
    withAsterisk: false,
    required: true,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [name]: event.currentTarget.value }),
  });
  const send = async () => {
    setBusy(true);
    setErrors({});
    try {
      await call('/identity/v1/setup', { method: 'POST', body: { token, ...form, accountName: invited ? undefined : form.accountName, locale } });
      queryClient.clear();
      await navigate({ to: '/', replace: true });
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Stack>
        <div>
          <Title order={1}>{t(invited ? 'setup.joinTitle' : 'setup.title')}</Title>
          <Text c="dimmed" size="sm" mt={4}>{invited ? t('setup.joinText', { email: offer.email! }) : t('setup.text')}</Text>
        </div>
        {!invited && <TextInput label={t('setup.accountName')} description={t('setup.accountHint')} autoComplete="organization" {...field('accountName')} />}
        <TextInput label={t('setup.name')} autoComplete="name" {...field('name')} />
        <TextInput label={t('signIn.email')} type="email" autoComplete="username" {...field('email')} readOnly={invited} />
        <PasswordInput label={t('signIn.password')} description={t('setup.passwordHint', { n: PASSWORD_CHARS_MIN })} autoComplete="new-password" minLength={PASSWORD_CHARS_MIN} {...field('password')} visibilityToggleButtonProps={{ 'aria-label': t('password.show'), tabIndex: 0 }} />
        {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
        <Button type="submit" size="md" loading={busy}>{t('setup.submit')}</Button>
      </Stack>
    </form>
  );
}
