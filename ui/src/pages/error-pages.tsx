import { Button, Center } from '@mantine/core';
import { IconAlertTriangle, IconBuildingOff, IconMapOff } from '@tabler/icons-react';
import { Link, useMatch } from '@tanstack/react-router';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import type { AccountSummary } from '../api/types';
import { Empty } from '../components/states';
import { useT } from '../i18n';
import { describe } from '../lib/errors';

/** Accounts offered to whoever came to one that is not hers; the switcher has them all. */
const OWN_SHOWN = 3;

export function NotFoundPage() {
  const t = useT();
  // Inside an account the frame around the page is the main landmark already.
  const framed = useMatch({ from: '/a/$account', shouldThrow: false }) !== undefined;
  return (
    <Center mih="70dvh" component={framed ? 'div' : 'main'}>
      <Empty page icon={<IconMapOff size={24} />} title={t('error.notFoundTitle')} text={t('error.notFoundText')}>
        <Button component={Link} to="/">{t('error.home')}</Button>
      </Empty>
    </Center>
  );
}

export function CrashPage({ error }: { error: unknown }) {
  const t = useT();
  return (
    <Center mih="70dvh" component="main" role="alert">
      <Empty page icon={<IconAlertTriangle size={24} />} title={t('error.title')} text={describe(error, t)}>
        <Button onClick={() => location.reload()}>{t('act.reload')}</Button>
      </Empty>
    </Center>
  );
}

/** For whoever is a user of no account, or of others than the address names. */
export function NoAccountPage({ own = [] }: { own?: AccountSummary[] }) {
  const t = useT();
  const signOut = async () => {
    await call('/identity/v1/sign-out', { method: 'POST' }).catch(() => undefined);
    queryClient.clear();
    location.assign('/sign-in');
  };
  return (
    <Center mih="70dvh" component="main">
      <Empty page icon={<IconBuildingOff size={24} />} title={t(own.length > 0 ? 'error.otherAccountTitle' : 'error.noAccountTitle')} text={t(own.length > 0 ? 'error.otherAccountText' : 'error.noAccountText')}>
        {own.slice(0, OWN_SHOWN).map(({ id, name }) => (
          <Button key={id} component={Link} to="/a/$account/$type" params={{ account: String(id), type: 'companies' } as never}>{t('error.toAccount', { name })}</Button>
        ))}
        <Button variant="default" onClick={() => void signOut()}>{t('user.signOut')}</Button>
      </Empty>
    </Center>
  );
}
