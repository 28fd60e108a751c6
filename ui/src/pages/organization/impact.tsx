/** What joining accounts means, read by whoever lets an account join: once for every time somebody does. */
import { Alert, Checkbox } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { Loading, Problem } from '../../components/states';
import { maybeT, useT } from '../../i18n';
import { useHere } from '../../lib/account';

interface Impact { text: string; version: string }

/** The statement in force; `version` once she said that she has read it. */
export function useImpact() {
  const { account } = useHere();
  const [read, setRead] = useState(false);
  const statement = useQuery({ queryKey: ['a', account.id, 'impact'], queryFn: () => call<Impact>('/organizations/v1/impact', { account: account.id }), staleTime: 60_000 });
  return { statement, read, setRead, version: read ? statement.data?.version : undefined };
}

export function ImpactStatement({ impact: { statement, read, setRead } }: { impact: ReturnType<typeof useImpact> }) {
  const t = useT();
  if (statement.isPending) return <Loading rows={5} />;
  if (statement.isError) return <Problem problem={statement.error} retry={() => void statement.refetch()} compact />;
  return (
    <>
      <Alert color="orange" className="notice" icon={<IconAlertTriangle size={18} />}><ImpactText {...statement.data} /></Alert>
      <Checkbox checked={read} onChange={(event) => setRead(event.currentTarget.checked)} label={t('org.create.ack')} description={t('org.create.ackKept', { version: statement.data.version })} />
    </>
  );
}

export function ImpactText({ version, text }: { version: string; text?: string }) {
  return <div className="org-text">{(maybeT(`org.impact.${version}`) ?? text ?? '').split(/\n{2,}/).map((part) => <p key={part}>{part}</p>)}</div>;
}
