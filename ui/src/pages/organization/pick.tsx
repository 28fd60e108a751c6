/** Choosing accounts: those that can be added, and those that cannot with every reason in words. */
import { Alert, Badge, Checkbox, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconBan, IconBuildingSkyscraper } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Candidate } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, useT } from '../../i18n';
import { useHere } from '../../lib/account';

export type Policy = 'open' | 'parity';
interface Picker { results: Candidate[]; blocked?: string[] }

export function PickAccounts({ picked, setPicked, except = [], policy }: { picked: string[]; setPicked: (picked: string[]) => void; except?: string[]; policy?: Policy }) {
  const t = useT();
  const { account } = useHere();
  const [side, setSide] = useState<'eligible' | 'ineligible'>('eligible');
  const candidates = useQuery({ queryKey: ['a', account.id, 'candidates', policy ?? ''], queryFn: () => call<Picker>('/organizations/v1/candidates', { account: account.id, query: { policy } }), staleTime: 0 });
  if (candidates.isPending) return <Loading rows={3} />;
  if (candidates.isError) return <Problem problem={candidates.error} retry={() => void candidates.refetch()} compact />;
  const others = candidates.data.results.filter((one) => String(one.accountId) !== String(account.id) && !except.includes(String(one.accountId)));
  const able = others.filter((one) => one.eligible);
  const not = others.filter((one) => !one.eligible);
  const blocked = candidates.data.blocked ?? [];
  return (
    <Stack gap="sm">
      {blocked.length > 0 && <Alert color="red" title={t('org.create.blocked')}>{blocked.map((reason) => <div key={reason}>{maybeT(`reason.here.${reason}`) ?? maybeT(`reason.${reason}`) ?? reason}</div>)}</Alert>}
      <SegmentedControl value={side} onChange={(value) => setSide(value as 'eligible')} aria-label={t('org.create.step2')} data={[{ value: 'eligible', label: t('org.create.eligible', { n: able.length }) }, { value: 'ineligible', label: t('org.create.ineligible', { n: not.length }) }]} style={{ alignSelf: 'flex-start' }} />
      {side === 'eligible' && able.length === 0 && <Empty compact icon={<IconBuildingSkyscraper size={18} />} title={t('org.create.noEligible')} text={t('org.create.noEligibleText')} />}
      {side === 'ineligible' && not.length === 0 && <Empty compact icon={<IconBuildingSkyscraper size={18} />} title={t('org.create.noIneligible')} />}
      {side === 'eligible' && able.map((one) => <EligibleRow key={String(one.accountId)} one={one} on={picked.includes(String(one.accountId))} set={(on) => setPicked(on ? [...picked, String(one.accountId)] : picked.filter((id) => id !== String(one.accountId)))} />)}
      {side === 'ineligible' && not.map((one) => (
        <div key={String(one.accountId)} className="org-pick">
          <AccountMark id={one.accountId} name={one.name} size={30} />
          <div style={{ minWidth: 0 }}>
            <Group gap={8}><Text size="sm" fw={600}>{one.name}</Text><Badge size="sm" color="gray">#{one.accountId}</Badge></Group>
            <ul style={{ listStyle: 'none', margin: '3px 0 0', padding: 0 }}>
              {one.reasons.map((reason) => <Text component="li" size="sm" c="dimmed" key={reason} style={{ display: 'flex', gap: 6 }}><IconBan size={15} aria-hidden="true" style={{ flexShrink: 0, marginTop: 2 }} />{maybeT(`reason.${reason}`) ?? reason}</Text>)}
            </ul>
          </div>
        </div>
      ))}
    </Stack>
  );
}

function EligibleRow({ one, on, set }: { one: Candidate; on: boolean; set: (on: boolean) => void }) {
  return (
    <label className="org-pick" data-on={on || undefined} style={{ cursor: 'pointer', alignItems: 'center' }}>
      <Checkbox checked={on} onChange={(event) => set(event.currentTarget.checked)} aria-label={one.name} />
      <AccountMark id={one.accountId} name={one.name} size={30} />
      <Text size="sm" fw={600}>{one.name}</Text>
      <Badge size="sm" color="gray" ml="auto">#{one.accountId}</Badge>
    </label>
  );
}
