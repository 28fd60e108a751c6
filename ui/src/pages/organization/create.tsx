import { Alert, Button, Group, Select, Stack, Stepper, Text, TextInput, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { PageHeader } from '../../components/states';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { useProved } from '../../lib/proved';
import { ImpactStatement, useImpact } from './impact';
import { PickAccounts, type Policy } from './pick';

/** The statement, the accounts, the second factor: an organization joins companies, so it takes a deliberate person. */
export function CreateOrganization({ cancel, done }: { cancel: () => void; done: (made: Organization) => void }) {
  const t = useT();
  const { account, session } = useHere();
  const proved = useProved();
  const [policy, setPolicy] = useState<Policy>('open');
  const [step, setStep] = useState(0);
  const [name, setName] = useState('');
  const [picked, setPicked] = useState<string[]>([]);
  const [invited, setInvited] = useState<string[]>([]);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const impact = useImpact();
  const factorless = !session.secondFactor.totp && session.secondFactor.passkeys === 0;

  // What was wrong is wrong no more once it is changed.
  const forgive = (field: string) => setErrors(({ [field]: _, ...rest }) => rest);
  const choose = (set: (ids: string[]) => void) => (ids: string[]) => { set(ids); forgive('accountIds'); };
  const create = async () => {
    const missing: Record<string, string> = {};
    if (!name.trim()) missing.name = t('org.create.nameNeeded');
    if (picked.length + invited.length === 0) missing.accountIds = t('org.create.choose');
    setErrors(missing);
    if (Object.keys(missing).length > 0 || !impact.version) return;
    setBusy(true);
    try {
      const body = { name: name.trim(), accountIds: picked, invitedAccountIds: invited, acknowledgedTextVersion: impact.version, policy };
      const outcome = await proved((stepUp) => call<Organization>('/organizations/v1', { method: 'POST', account: account.id, stepUp, body }));
      if (!outcome.done) return;
      const made = outcome.value;
      queryClient.setQueryData(['a', account.id, 'organization'], made);
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'a' && (queryKey[2] === 'organization' || queryKey[2] === 'candidates') });
      done(made);
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  const stray = Object.entries(errors).filter(([field]) => field !== 'name' && field !== 'accountIds').map(([, message]) => message);
  return (
    <>
      <PageHeader title={t('org.create')} text={t('org.pitch')} />
      <section className="card" style={{ padding: 22, maxWidth: 760 }}>
        <Stepper active={step} size="sm" iconSize={30} mb="lg" allowNextStepsSelect={false} aria-label={t('org.create.steps')}>
          <Stepper.Step label={t('org.create.step1')} />
          <Stepper.Step label={t('org.create.step2')} />
        </Stepper>
        {step === 0 && (
          <Stack>
            <Title order={2}>{t('org.create.step1')}</Title>
            <ImpactStatement impact={impact} />
            {factorless && <Alert color="red">{t('org.create.no2fa')} <Link to="/a/$account/settings/security" params={{ account: String(account.id) }}>{t('stepUp.goSecurity')}</Link></Alert>}
            <Group justify="space-between" mt="sm">
              <Button variant="default" onClick={cancel}>{t('act.cancel')}</Button>
              <Button disabled={!impact.version || factorless} rightSection={<IconArrowRight size={16} />} onClick={() => setStep(1)}>{t('act.next')}</Button>
            </Group>
          </Stack>
        )}
        {step === 1 && (
          <form noValidate onSubmit={(event) => { event.preventDefault(); void create(); }}>
            <Stack>
              <TextInput label={t('org.create.name')} description={t('org.create.nameHint')} value={name} onChange={(event) => { setName(event.currentTarget.value); forgive('name'); }} error={errors.name} required withAsterisk={false} autoFocus maw={420} />
              <Select label={t('org.create.rules')} description={t(`org.create.rulesText.${policy}`)} inputWrapperOrder={['label', 'input', 'description']} data={(['open', 'parity'] as const).map((value) => ({ value, label: t(`org.create.rules.${value}`) }))} value={policy} onChange={(value) => { if (value) { setPolicy(value as Policy); setPicked([]); setInvited([]); } }} allowDeselect={false} maw={420} />
              <div>
                <Title order={2} size="h3" mb="xs">{t('org.create.pick', { account: account.name })}</Title>
                <PickAccounts key={policy} picked={picked} setPicked={choose(setPicked)} policy={policy} invited={invited} setInvited={policy === 'open' ? choose(setInvited) : undefined} />
                {errors.accountIds && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={6}>{errors.accountIds}</Text>}
              </div>
              {stray.map((message) => <Alert key={message} color="red" role="alert">{message}</Alert>)}
              <Group justify="space-between" mt="sm">
                <Button variant="default" onClick={() => setStep(0)}>{t('act.back')}</Button>
                <Button type="submit" loading={busy}>{picked.length > 0 ? t('org.create.submit', { count: picked.length }) : invited.length > 0 ? t('org.create.submitInvited', { count: invited.length }) : t('org.create')}</Button>
              </Group>
            </Stack>
          </form>
        )}
      </section>
    </>
  );
}

export function CreatedDialog({ organization, now, later }: { organization: Organization; now: () => void; later: () => void }) {
  const t = useT();
  return (
    <Dialog onClose={later} title={t('org.create.doneTitle', { name: organization.name })}>
      {/* Whoever begins alone has nobody yet to connect with. */}
      <Text size="sm">{t(organization.nMembers > 1 ? 'org.create.doneText' : 'org.create.doneInvited')}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant={organization.nMembers > 1 ? 'default' : 'filled'} onClick={later}>{t(organization.nMembers > 1 ? 'org.create.later' : 'act.done')}</Button>
        {organization.nMembers > 1 && <Button onClick={now} data-autofocus>{t('org.create.now')}</Button>}
      </Group>
    </Dialog>
  );
}
