/** Where to begin: with what there is, or with a template. A template only fills the draft; it applies nothing. */
import { Alert, Button, Checkbox, Group, Radio, Select, Stack, Text, Title } from '@mantine/core';
import { IconAdjustments, IconAffiliate, IconArrowRight, IconBolt, IconScissors } from '@tabler/icons-react';
import { useState } from 'react';
import { call } from '../../../api/client';
import { useT } from '../../../i18n';
import { useHere } from '../../../lib/account';
import { describe } from '../../../lib/errors';
import { featuresOf } from '../edges';
import { featureName } from '../words';
import { type Draft, filledWith, isUsed, rulesOf } from './draft';

const WAYS = ['manual', 'everyone', 'hub', 'none'] as const;
type Template = (typeof WAYS)[number];
const ICONS = { manual: IconAdjustments, everyone: IconBolt, hub: IconAffiliate, none: IconScissors };
interface Filled { edges: { feature: string; source: string; destination: string }[] }

export function Start({ draft, setDraft, cancel }: { draft: Draft; setDraft: (draft: Draft) => void; cancel: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { organization } = draft;
  const features = featuresOf(organization);
  const [template, setTemplate] = useState<Template>('manual');
  const [hub, setHub] = useState(String(organization.members.find((member) => String(member.accountId) === String(account.id))?.accountId ?? organization.members[0]?.accountId ?? ''));
  const [direction, setDirection] = useState(rulesOf(organization).newConnections === 'one_way' ? 'to_hub' : 'both_ways');
  const [chosen, setChosen] = useState(() => features.filter((feature) => isUsed(organization, feature)));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const use = async () => {
    if (template === 'manual') return setDraft(draft);
    setBusy(true);
    setError(undefined);
    try {
      const query = { template, features: chosen.join(','), ...(template === 'hub' && { hub, direction }) };
      const filled = await call<Filled>(`/organizations/v1/${organization.id}/connections/template`, { account: account.id, query });
      setDraft({ ...draft, open: filledWith(filled.edges) });
    } catch (problem) {
      setError(describe(problem, t));
      setBusy(false);
    }
  };
  return (
    <div className="card">
      <div style={{ padding: 20, maxWidth: 780 }}>
        <Title order={2}>{t('start.title')}</Title>
        <Text size="sm" c="dimmed" mb="md">{t('start.text')}</Text>
        <Radio.Group value={template} onChange={(next) => setTemplate(next as Template)} aria-label={t('start.title')}>
          <Stack gap="sm">
            {WAYS.map((way) => {
              const Icon = ICONS[way];
              return (
                <Radio.Card key={way} value={way} className="org-way" data-on={template === way || undefined}>
                  <Icon size={22} aria-hidden="true" />
                  <div><Text fw={600} size="sm">{t(`start.${way}`)}</Text><Text size="sm" c="dimmed">{t(`start.${way}Text`)}</Text></div>
                  <Radio.Indicator ml="auto" />
                </Radio.Card>
              );
            })}
          </Stack>
        </Radio.Group>
        {template === 'hub' && (
          <Group mt="md" gap="md" align="flex-start">
            <Select label={t('start.hubAccount')} value={hub} onChange={(next) => next && setHub(next)} data={organization.members.map((member) => ({ value: String(member.accountId), label: member.name }))} searchable allowDeselect={false} miw={220} />
            <Select label={t('start.direction')} value={direction} onChange={(next) => next && setDirection(next)} data={[{ value: 'to_hub', label: t('start.toHub') }, { value: 'from_hub', label: t('start.fromHub') }, { value: 'both_ways', label: t('org.dir.both') }]} allowDeselect={false} miw={240} />
          </Group>
        )}
        {template !== 'manual' && (
          <Checkbox.Group label={t('start.features')} value={chosen} onChange={setChosen} mt="md">
            <Group gap="lg" mt={6}>{features.map((feature) => <Checkbox key={feature} value={feature} label={featureName(feature)} />)}</Group>
          </Checkbox.Group>
        )}
        {error && <Alert color="red" mt="md" role="alert">{error}</Alert>}
      </div>
      <div className="org-bar">
        <Button variant="default" onClick={cancel}>{t('act.cancel')}</Button>
        <Button rightSection={<IconArrowRight size={16} />} loading={busy} disabled={template !== 'manual' && chosen.length === 0} onClick={() => void use()}>{t('start.use')}</Button>
      </div>
    </div>
  );
}
