/** Going to an identity provider, and coming back from it. */
import { Anchor, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import { useT } from '../i18n';
import { describe } from '../lib/errors';
import { Doorstep } from './sign-in';
import { keepConfirmation } from './sign-on-state';

type Entered = { status: 'signed_in'; next?: string | null } | { status: 'confirm'; handle: string; email: string; label: string; next?: string | null };

function Waiting({ text, error }: { text: string; error?: string }) {
  const t = useT();
  useEffect(() => { document.title = `${t('signIn.title')} · ${t('app.name')}`; }, [t]);
  let inside: ReactNode = <Group gap="sm" role="status"><Loader size="sm" aria-hidden="true" /><Title order={1} size="h3">{text}</Title></Group>;
  if (error) {
    inside = (
      <Stack gap="md">
        <Title order={1}>{t('signOn.failed')}</Title>
        <Text size="sm" role="alert">{error}</Text>
        <Anchor component={Link} to="/sign-in" size="sm">{t('signOn.otherWay')}</Anchor>
      </Stack>
    );
  }
  return <Doorstep>{inside}</Doorstep>;
}

/** The direct link of a provider: begins at once. */
export function SignInWithPage() {
  const t = useT();
  const { provider } = useParams({ from: '/sign-in/with/$provider' });
  const { next, email } = useSearch({ from: '/sign-in/with/$provider' });
  const [label, setLabel] = useState('…');
  const [error, setError] = useState<string>();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const go = async () => {
      const offered = await call<{ label: string }>(`/identity/v1/sso/${encodeURIComponent(provider)}`);
      setLabel(offered.label);
      const { url } = await call<{ url: string }>(`/identity/v1/sso/${encodeURIComponent(provider)}/begin`, { method: 'POST', body: { next, email } });
      location.assign(url);
    };
    go().catch((problem: unknown) => setError(describe(problem, t)));
  }, [provider, next, email, t]);
  return <Waiting text={t('signOn.going', { label })} error={error} />;
}

/** Where the provider sends the browser back to. The code is used up at once and leaves the address bar. */
export function SignInBackPage() {
  const t = useT();
  const navigate = useNavigate();
  const [error, setError] = useState<string>();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const query = new URLSearchParams(location.search);
    history.replaceState(history.state, '', '/sign-in/back');
    const refused = query.get('error');
    if (refused) return setError(t('signOn.cancelled', { reason: query.get('error_description') ?? refused }));
    const arrive = async () => {
      const body = { state: query.get('state') ?? '', code: query.get('code') ?? '', iss: query.get('iss') ?? undefined };
      const entered = await call<Entered>('/identity/v1/sso/finish', { method: 'POST', body });
      queryClient.clear();
      if (entered.status === 'confirm') {
        keepConfirmation({ handle: entered.handle, email: entered.email, label: entered.label });
        await navigate({ to: '/sign-in', search: { next: entered.next ?? undefined }, replace: true });
      } else await navigate({ to: entered.next ?? '/', replace: true });
    };
    arrive().catch((problem: unknown) => setError(describe(problem, t)));
  }, [navigate, t]);
  return <Waiting text={t('signOn.arriving')} error={error} />;
}
