/** Two accounts: a switch per feature, which way it goes, and on which terms. */
import { Badge, Button, Checkbox, Group, SegmentedControl, Stack, Switch, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconBan, IconChevronDown, IconChevronRight, IconFileText } from '@tabler/icons-react';
import { useState } from 'react';
import type { Member } from '../../../api/types';
import { AccountMark } from '../../../components/account-mark';
import { maybeT, useT } from '../../../i18n';
import { type Arrow, type EdgeKey, type Way, keyOf, wayOf, withWay } from '../edges';
import { type NameOf, blockedWords, featureName, mayChange, namesOf, wayWords } from '../words';
import { type Arrows, type Draft, amendedKeys, carriesValues, isUsed, missingKeys, rulesOf, termsOf } from './draft';

interface PairProps { draft: Draft; arrows: Arrows; before: ReadonlySet<EdgeKey>; setDraft: (draft: Draft) => void; a: string; b: Member; features: string[]; folded: boolean; editTerms: (key: EdgeKey) => void }

export function Pair({ draft, arrows, before, setDraft, a, b, features, folded, editTerms }: PairProps) {
  const t = useT();
  const other = String(b.accountId);
  const name = namesOf(draft.organization.members);
  const [open, setOpen] = useState(!folded);
  const summary = features.filter((feature) => wayOf(draft.open, feature, a, other) !== 'off').map((feature) => `${featureName(feature)}: ${wayWords(wayOf(draft.open, feature, a, other), a, other, name, t)}`).join(' · ');
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <section className="org-pair" aria-label={`${name(a)} – ${b.name}`}>
      {folded ? (
        <UnstyledButton className="org-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Chevron size={16} aria-hidden="true" /><AccountMark id={other} name={b.name} size={24} />
          <span><Text span fw={600} size="sm">{b.name}</Text><Text size="xs" c="dimmed">{summary || t('org.dir.off')}</Text></span>
        </UnstyledButton>
      ) : <h3><AccountMark id={other} name={b.name} size={24} />{b.name}</h3>}
      {open && features.map((feature) => <FeatureToggle key={feature} feature={feature} a={a} b={other} draft={draft} arrows={arrows} before={before} setDraft={setDraft} name={name} editTerms={editTerms} />)}
    </section>
  );
}

interface ToggleProps { feature: string; a: string; b: string; draft: Draft; arrows: Arrows; before: ReadonlySet<EdgeKey>; setDraft: (draft: Draft) => void; name: NameOf; editTerms: (key: EdgeKey) => void }

function FeatureToggle({ feature, a, b, draft, arrows, before, setDraft, name, editTerms }: ToggleProps) {
  const t = useT();
  const out = arrows.get(keyOf(feature, a, b));
  const back = arrows.get(keyOf(feature, b, a));
  const blocked = [out, back].filter((arrow): arrow is Arrow => arrow?.state === 'blocked');
  const way = wayOf(draft.open, feature, a, b);
  const set = (next: Way) => setDraft({ ...draft, open: withWay(draft.open, arrows, feature, a, b, next) });
  const oneWay = way === 'out' || way === 'back';
  const usual: Way = rulesOf(draft.organization).newConnections === 'one_way' ? 'out' : 'both';
  const possible: Way = blocked.length === 0 ? usual : out?.state === 'blocked' ? 'back' : 'out';
  const keys = [keyOf(feature, a, b), keyOf(feature, b, a)].filter((key) => draft.open.has(key));
  const amended = new Set(amendedKeys(draft, arrows));
  const changed = wayOf(before, feature, a, b) !== way || keys.some((key) => amended.has(key));
  const words = { feature: featureName(feature), a: name(a), b: name(b) };
  const { members } = draft.organization;
  const may = mayChange(members, a, b, false);
  return (
    <div className="org-toggle">
      <Switch
        label={<Group gap={8} component="span"><Text span fw={560} size="sm">{words.feature}</Text>{changed && <Badge size="xs" color="orange">{t('conf.changed')}</Badge>}</Group>}
        description={maybeT(`org.featureText.${feature}`)}
        aria-label={t('conf.switch', words)}
        checked={way !== 'off'}
        disabled={blocked.length === 2 || (way === 'off' ? !may : !mayChange(members, a, b, true))}
        onChange={(event) => set(event.currentTarget.checked ? possible : 'off')}
      />
      {blocked.map((arrow) => <Text key={arrow.source} size="xs" mt={8} c="var(--mantine-color-error)" style={{ display: 'flex', gap: 6 }}><IconBan size={15} aria-hidden="true" style={{ flexShrink: 0 }} />{blockedWords(arrow, name, t)}</Text>)}
      {way !== 'off' && !isUsed(draft.organization, feature) && <Text size="xs" mt={6} pl={52} c="dimmed">{t('conf.notUsed')}</Text>}
      {way !== 'off' && (
        <Stack gap={8} mt={10} pl={52}>
          <Checkbox size="xs" label={t('conf.oneWay')} checked={oneWay} disabled={blocked.length > 0 || !may} onChange={(event) => set(event.currentTarget.checked ? 'out' : 'both')} />
          {oneWay && blocked.length === 0 && (
            <SegmentedControl
              size="xs"
              orientation="vertical"
              aria-label={t('conf.whichWay', words)}
              value={way}
              onChange={(next) => set(next as Way)}
              data={(['out', 'back'] as const).map((value) => ({ value, label: wayWords(value, a, b, name, t) }))}
            />
          )}
          {oneWay && blocked.length > 0 && <Text size="xs">{wayWords(way, a, b, name, t)}</Text>}
          {carriesValues(feature) && keys.map((key) => <TermsLine key={key} draft={draft} arrows={arrows} edge={key} name={name} edit={may ? () => editTerms(key) : undefined} />)}
        </Stack>
      )}
    </div>
  );
}

function TermsLine({ draft, arrows, edge, name, edit }: { draft: Draft; arrows: Arrows; edge: EdgeKey; name: NameOf; edit: (() => void) | undefined }) {
  const t = useT();
  const arrow = arrows.get(edge)!;
  const terms = termsOf(draft, arrows, edge);
  const missing = missingKeys(draft, arrows).includes(edge);
  const words = { feature: featureName(arrow.feature), source: name(arrow.source), destination: name(arrow.destination) };
  return (
    <Group gap={8} wrap="nowrap" justify="space-between" className="org-terms" data-missing={missing || undefined}>
      <div style={{ minWidth: 0 }}>
        <Text size="xs" fw={600}>{t('org.dir.one', words)}{arrow.reviewDue && draft.open.has(edge) && <Badge size="xs" color="orange" ml={8}>{t('org.reviewDue')}</Badge>}</Text>
        <Text size="xs" c={missing ? 'var(--mantine-color-error)' : 'dimmed'} className="truncate">{missing && <IconAlertTriangle size={13} aria-hidden="true" style={{ verticalAlign: -2, marginRight: 4 }} />}{terms.purpose || t('terms.noReason')}</Text>
      </div>
      <Button size="compact-xs" variant="default" style={{ flexShrink: 0 }} leftSection={<IconFileText size={13} />} aria-label={t('terms.edit', words)} disabled={!edit} onClick={edit}>{t('terms.editShort')}</Button>
    </Group>
  );
}
