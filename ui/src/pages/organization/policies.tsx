/** The rules of the organization: read by whoever sees it, changed by whoever manages it. */
import { Alert, Badge, Button, Group, NumberInput, Radio, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError, type ErrorDetail, call } from '../../api/client';
import { organizationQuery, queryClient } from '../../api/queries';
import { Dialog } from '../../components/dialog';
import { Loading, PageHeader, Problem } from '../../components/states';
import { maybeT, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { byField, describe } from '../../lib/errors';
import { useProved } from '../../lib/proved';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { OrganizationNav } from './nav';
import { type Draft, type Field, type Policy, type Value, aboutOf, changed, choiceAbout, choiceName, daysOf, draftOf, graceDays, isParity, nameOf, standing, words } from './policy';
import { type NameOf, featureName, namesOf } from './words';
import '../settings/settings.css';

export function PoliciesPage() {
  const t = useT();
  const { account } = useHere();
  const organization = useQuery(organizationQuery(account.id));
  const id = organization.data?.id;
  const policy = useQuery({ queryKey: ['a', account.id, 'organization', 'policy', id], queryFn: () => call<Policy>(`/organizations/v1/${id}/policy`, { account: account.id }), enabled: id !== undefined });
  useEffect(() => { document.title = `${t('org.nav.policies')} · ${organization.data?.name ?? t('org.title')}`; }, [t, organization.data?.name]);
  return (
    <div className="page" style={{ maxWidth: 980, margin: 0 }}>
      {organization.data && <OrganizationNav />}
      <PageHeader title={t('org.nav.policies')} text={t('policy.text')} />
      {(organization.isPending || (organization.data && policy.isPending)) && <section className="card"><Loading /></section>}
      {organization.data === null && <section className="card"><Problem problem={new ApiError(404, { subCategory: 'ORGANIZATION_NOT_FOUND' })} /></section>}
      {(policy.isError || organization.isError) && <section className="card"><Problem problem={policy.error ?? organization.error} retry={() => void policy.refetch()} /></section>}
      {organization.data && policy.data && <Rules key={policy.data.version} policy={policy.data} name={namesOf(organization.data.members)} />}
    </div>
  );
}

function Rules({ policy, name }: { policy: Policy; name: NameOf }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [draft, setDraft] = useState<Draft>(() => draftOf(policy));
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [losses, setLosses] = useState<ErrorDetail[]>([]);
  const set = changed(policy, draft);
  const n = Object.keys(set).length;
  const groups = [...new Set(policy.fields.map((field) => field.group))];
  const save = async (force: boolean) => {
    setBusy(true);
    setErrors({});
    try {
      const outcome = await proved((stepUp) => call<Policy>(`/organizations/v1/${policy.organizationId}/policy`, { method: 'PATCH', account: account.id, stepUp, body: { version: policy.version, set, force } }));
      if (!outcome.done) return;
      setLosses([]);
      const waits = 'proposedAt' in outcome.value;
      if (!waits) queryClient.setQueryData(['a', account.id, 'organization', 'policy', policy.organizationId], outcome.value);
      if (waits) setDraft(draftOf(policy));
      toastDone(t(waits ? 'conf.proposed' : 'policy.saved'));
      await refreshAfterEdit(account.id);
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === 'POLICY_LOSES_MEMBERS') return setLosses(problem.details);
      const named = problem instanceof ApiError ? problem.context.name?.[0] : undefined;
      setErrors(named ? { [named]: describe(problem, t) } : byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap="md">
      {!policy.canEdit && <Alert color="gray" icon={<IconInfoCircle size={18} />}>{t('policy.readOnly')}</Alert>}
      <section className="card" style={{ padding: '14px 18px' }}>
        <Switch size="md" label={t('policy.parity')} description={t('policy.parityText')} disabled={!policy.canEdit} checked={isParity(policy, draft)} onChange={(event) => setDraft(draftOf(policy, event.currentTarget.checked ? 'parity' : 'ours'))} />
      </section>
      {groups.map((group) => (
        <section key={group} className="card" aria-labelledby={`policy-${group}`}>
          <h2 id={`policy-${group}`} className="policy-group">{maybeT(`policy.group.${group}`) ?? group}</h2>
          {policy.fields.filter((field) => field.group === group).map((field) => (
            <Rule key={field.name} field={field} value={draft[field.name]!} error={errors[field.name]} disabled={!policy.canEdit} change={(value) => setDraft({ ...draft, [field.name]: value })} />
          ))}
        </section>
      ))}
      {errors[''] && <Alert color="red" role="alert">{errors['']}</Alert>}
      {policy.canEdit && (
        <div className="org-bar card" style={{ borderRadius: 11 }}>
          <Text size="sm" fw={560} role="status">{n > 0 ? t('policy.changed', { count: n }) : t('policy.unchanged')}</Text>
          <Group gap="xs">
            <Button variant="default" disabled={n === 0} onClick={() => { setDraft(draftOf(policy)); setErrors({}); }}>{t('policy.discard')}</Button>
            <Button disabled={n === 0} loading={busy} onClick={() => void save(false)}>{t('policy.save')}</Button>
          </Group>
        </div>
      )}
      {losses.length > 0 && <LossDialog losses={losses} name={name} busy={busy} close={() => setLosses([])} force={() => void save(true)} />}
    </Stack>
  );
}

interface RuleProps { field: Field; value: Value; error?: string; disabled: boolean; change: (value: Value) => void }

function Rule({ field, value, error, disabled, change }: RuleProps) {
  const t = useT();
  const is = standing(field, value);
  const named = `policy-${field.name}`;
  return (
    <div className="policy-rule">
      <div className="policy-head">
        <Text fw={600} size="sm" id={named}>{nameOf(field)}</Text>
        <Badge size="sm" color={is === 'custom' ? 'orange' : is === 'ours' ? 'spruce' : 'gray'}>{t(`policy.is.${is}`)}</Badge>
      </div>
      <Text size="sm" c="dimmed" id={`${named}-about`}>{aboutOf(field)}</Text>
      <div className="policy-control"><Control field={field} value={value} error={error} disabled={disabled} change={change} /></div>
      {is !== 'both' && (
        <Text size="xs" c="dimmed">{[is !== 'parity' && t('policy.hubspot', { value: words(field, field.parity, t) }), is !== 'ours' && t('policy.ours', { value: words(field, field.ours, t) })].filter(Boolean).join(' · ')}</Text>
      )}
    </div>
  );
}

function Control({ field, value, error, disabled, change }: RuleProps) {
  const t = useT();
  const named = { 'aria-labelledby': `policy-${field.name}`, 'aria-describedby': `policy-${field.name}-about`, disabled, error };
  if (field.kind === 'switch') return <Switch {...named} checked={value === true} onChange={(event) => change(event.currentTarget.checked)} />;
  if (field.kind === 'number') return <NumberInput {...named} w={160} min={field.min} max={field.max} allowDecimal={false} clampBehavior="none" value={Number(value)} onChange={(next) => change(typeof next === 'number' ? next : Number(next))} />;
  if (field.kind === 'days') return <TextInput {...named} w={260} defaultValue={Array.isArray(value) ? value.join(', ') : ''} key={JSON.stringify(value)} placeholder={t('policy.daysText')} onBlur={(event) => change(daysOf(event.currentTarget.value))} />;
  if (field.kind === 'text') return <TextInput {...named} maw={520} value={typeof value === 'string' ? value : ''} onChange={(event) => change(event.currentTarget.value === '' ? null : event.currentTarget.value)} />;
  const days = graceDays(value);
  return (
    <Radio.Group aria-labelledby={`policy-${field.name}`} aria-describedby={`policy-${field.name}-about`} error={error} value={days === undefined ? String(value) : 'grace'} onChange={(next) => change(next === 'grace' ? { grace: { days: graceDays(field.ours) ?? 14 } } : next)}>
      <Stack gap={8}>
        {field.choices.map((choice) => <Radio key={choice.value} value={choice.value} disabled={disabled} label={choiceName(field, choice.value)} description={choiceAbout(field, choice)} />)}
        {field.kind === 'grace' && <Radio value="grace" disabled={disabled} label={t('policy.grace')} />}
        {days !== undefined && <NumberInput ml={28} w={160} label={t('policy.graceDays')} min={1} max={365} allowDecimal={false} disabled={disabled} value={days} onChange={(next) => change({ grace: { days: Number(next) } })} />}
      </Stack>
    </Radio.Group>
  );
}

function LossDialog({ losses, name, busy, close, force }: { losses: ErrorDetail[]; name: NameOf; busy: boolean; close: () => void; force: () => void }) {
  const t = useT();
  const line = (loss: ErrorDetail) => {
    const named = (key: string) => loss.context?.[key]?.[0] ?? '';
    return maybeT(`policy.loses.${loss.code ?? loss.subCategory ?? ''}`, { name: name(named('accountId')), source: name(named('source')), destination: name(named('destination')), feature: featureName(named('feature')) }) ?? loss.message;
  };
  return (
    <Dialog onClose={close} title={t('policy.losesTitle')}>
      <Stack>
        <Text size="sm">{t('policy.losesText')}</Text>
        <ul className="policy-losses">{losses.map((loss, i) => <li key={i}>{line(loss)}</li>)}</ul>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>{t('act.cancel')}</Button>
          <Button color="red" loading={busy} onClick={force}>{t('policy.force')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
