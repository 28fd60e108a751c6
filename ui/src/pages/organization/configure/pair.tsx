/** Two accounts: a switch per feature, which way it goes, and on which terms. */
import { Badge, Button, Checkbox, Group, SegmentedControl, Stack, Switch, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconBan, IconChevronDown, IconChevronRight, IconFileText, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import type { Member } from '../../../api/types';
import { AccountMark } from '../../../components/account-mark';
import { maybeT, useT } from '../../../i18n';
import { type Arrow, type EdgeKey, type Way, keyOf, wayOf, withWay } from '../edges';
import { type NameOf, blockedWords, featureName, mayChange, namesOf, wayWords } from '../words';
import { type Arrows, type Draft, carriesValues, isUsed, rulesOf, termsOf } from './draft';

/** Directions of the whole draft that lack a reason, and that go on on other terms. */
export interface Marks { missing: ReadonlySet<EdgeKey>; amended: ReadonlySet<EdgeKey> }

interface PairProps { draft: Draft; arrows: Arrows; before: ReadonlySet<EdgeKey>; setDraft: (draft: Draft) => void; a: string; b: Member; features: string[]; marks: Marks; folded: boolean; editTerms: (key: EdgeKey) => void }

export function Pair({ draft, arrows, before, setDraft, a, b, features, marks, folded, editTerms }: PairProps) {
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
      {open && !mayChange(draft.organization.members, a, other, false) && <Text size="xs" c="dimmed" className="org-locked"><IconLock size={14} aria-hidden="true" />{t(mayChange(draft.organization.members, a, other, true) ? 'conf.onlyClose' : 'conf.notHers')}</Text>}
      {open && features.map((feature) => <FeatureToggle key={feature} feature={feature} a={a} b={other} draft={draft} arrows={arrows} before={before} setDraft={setDraft} name={name} marks={marks} editTerms={editTerms} />)}
    </section>
  );
}

interface ToggleProps { feature: string; a: string; b: string; draft: Draft; arrows: Arrows; before: ReadonlySet<EdgeKey>; setDraft: (draft: Draft) => void; name: NameOf; marks: Marks; editTerms: (key: EdgeKey) => void }

function FeatureToggle({ feature, a, b, draft, arrows, before, setDraft, name, marks, editTerms }: ToggleProps) {
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
  const changed = wayOf(before, feature, a, b) !== way || keys.some((key) => marks.amended.has(key));
  const words = { feature: featureName(feature), a: name(a), b: name(b) };
  const { members } = draft.organization;
  const mayOpen = mayChange(members, a, b, false);
  const mayClose = mayChange(members, a, b, true);
  // Whoever may only close can still take back what she closed just now.
  const mayReach = (wished: Way) => mayOpen || (mayClose && [...withWay(new Set(), arrows, feature, a, b, wished)].every((key) => before.has(key)));
  const whenOn = mayOpen ? possible : wayOf(before, feature, a, b);
  return (
    <div className="org-toggle">
      <Switch
        label={<Group gap={8} component="span"><Text span fw={560} size="sm">{words.feature}</Text>{changed && <Badge size="xs" color="orange">{t('conf.changed')}</Badge>}</Group>}
        description={maybeT(`org.featureText.${feature}`)}
        aria-label={t('conf.switch', words)}
        checked={way !== 'off'}
        disabled={blocked.length === 2 || !mayReach(way === 'off' ? whenOn : 'off') || whenOn === 'off'}
        onChange={(event) => set(event.currentTarget.checked ? whenOn : 'off')}
      />
      {blocked.map((arrow) => <Text key={arrow.source} size="xs" mt={8} c="var(--mantine-color-error)" style={{ display: 'flex', gap: 6 }}><IconBan size={15} aria-hidden="true" style={{ flexShrink: 0 }} />{blockedWords(arrow, name, t)}</Text>)}
      {way !== 'off' && !isUsed(draft.organization, feature) && <Text size="xs" mt={6} pl={52} c="dimmed">{t('conf.notUsed')}</Text>}
      {way !== 'off' && (
        <Stack gap={8} mt={10} pl={52}>
          <Checkbox size="xs" label={t('conf.oneWay')} checked={oneWay} disabled={blocked.length > 0 || !mayReach(oneWay ? 'both' : 'out')} onChange={(event) => set(event.currentTarget.checked ? 'out' : 'both')} />
          {oneWay && blocked.length === 0 && (
            <SegmentedControl
              size="xs"
              orientation="vertical"
              aria-label={t('conf.whichWay', words)}
              value={way}
              onChange={(next) => set(next as Way)}
              data={(['out', 'back'] as const).map((value) => ({ value, label: wayWords(value, a, b, name, t), disabled: !mayReach(value) }))}
            />
          )}
          {oneWay && blocked.length > 0 && <Text size="xs">{wayWords(way, a, b, name, t)}</Text>}
          {carriesValues(feature) && keys.map((key) => <TermsLine key={key} draft={draft} arrows={arrows} edge={key} name={name} missing={marks.missing.has(key)} edit={mayOpen ? () => editTerms(key) : undefined} />)}
        </Stack>
      )}
    </div>
  );
}

function TermsLine({ draft, arrows, edge, name, missing, edit }: { draft: Draft; arrows: Arrows; edge: EdgeKey; name: NameOf; missing: boolean; edit: (() => void) | undefined }) {
  const t = useT();
  const arrow = arrows.get(edge)!;
  const terms = termsOf(draft, arrows, edge);
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
