/** The terms of one direction, or the reasons of several: purpose, legal basis, what is shared, what is masked, when to look again. */
import { Alert, Button, Checkbox, Group, MultiSelect, Select, SimpleGrid, Stack, TagsInput, Text, TextInput, Textarea } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pipelinesQuery, propertiesQuery } from '../../../api/queries';
import type { Terms } from '../../../api/types';
import { Dialog } from '../../../components/dialog';
import { DayField } from '../../../components/special-fields';
import { maybeT, useLanguage, useT } from '../../../i18n';
import { day } from '../../../lib/format';
import { type EdgeKey, fromKey, keyOf } from '../edges';
import { featureName, namesOf } from '../words';
import { type Arrows, BASES, CUSTOMERS, type Draft, TYPES, carriesValues, isReasoned, needsFields, newKeys, rulesOf } from './draft';

interface Props { draft: Draft; arrows: Arrows; keys: EdgeKey[]; terms: Terms; close: () => void; save: (keys: EdgeKey[], terms: Terms) => void }
/** Marked fields named at once. */
const NAMED = 20;
type Also = 'one' | 'pair' | 'new';

export function TermsEditor({ draft, arrows, keys, terms: given, close, save }: Props) {
  const t = useT();
  const language = useLanguage();
  const name = namesOf(draft.organization.members);
  const [first] = keys as [EdgeKey];
  const { feature, source, destination } = fromKey(first);
  const many = keys.length > 1;
  const arrow = arrows.get(first);
  const [terms, setTerms] = useState<Terms>(given);
  const [also, setAlso] = useState<Also>('one');
  const [tried, setTried] = useState(false);
  const set = (change: Partial<Terms>) => setTerms({ ...terms, ...change });
  const required = rulesOf(draft.organization).terms === 'required';
  const lists = needsFields(draft.organization, first);
  const wrong = {
    purpose: required && !terms.purpose?.trim() ? t('terms.purposeNeeded') : undefined,
    basis: required && !terms.legalBasis ? t('terms.basisNeeded') : undefined,
    text: terms.legalBasis === 'other' && !terms.legalBasisText?.trim() ? t('terms.basisTextNeeded') : undefined,
    customers: terms.customers.length === 0 ? t('terms.someNeeded') : undefined,
    types: terms.types.length === 0 ? t('terms.someNeeded') : undefined,
    fields: !many && lists && !terms.fields ? t('terms.someNeeded') : undefined,
  };
  const said = (problem: string | undefined) => (tried ? problem : undefined);
  const keep = () => {
    setTried(true);
    if (Object.values(wrong).some(Boolean)) return;
    const fresh = newKeys(draft, arrows).filter((key) => carriesValues(fromKey(key).feature));
    const back = keyOf(feature, destination, source);
    const meant = many ? keys : also === 'new' ? [...new Set([first, ...fresh])] : also === 'pair' && draft.open.has(back) ? [first, back] : [first];
    save(meant, tidied(terms));
  };
  const reasons = (
    <>
      <Textarea data-autofocus label={t('terms.purpose')} description={t('terms.purposeHint')} withAsterisk={required} autosize minRows={2} maxLength={1000} value={terms.purpose ?? ''} error={said(wrong.purpose)} onChange={(event) => set({ purpose: event.currentTarget.value })} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="xs">
        <Select label={t('terms.basis')} description={t('terms.basisHint')} withAsterisk={required} clearable={!required} value={terms.legalBasis} error={said(wrong.basis)} onChange={(legalBasis) => set({ legalBasis })} data={BASES.map((value) => ({ value, label: t(`basis.${value}`) }))} clearButtonProps={{ 'aria-label': t('act.clear') }} />
        <TextInput label={t('terms.basisText')} withAsterisk={terms.legalBasis === 'other'} description={'\u00a0'} maxLength={255} value={terms.legalBasisText ?? ''} error={said(wrong.text)} onChange={(event) => set({ legalBasisText: event.currentTarget.value })} />
      </SimpleGrid>
    </>
  );
  return (
    <Dialog onClose={close} size="lg" title={many ? t('terms.titleMany') : `${featureName(feature)} · ${t('terms.title', { source: name(source), destination: name(destination) })}`}>
      <Stack gap="md">
        {many && <Text size="sm" c="dimmed">{t('terms.many', { count: keys.length })}</Text>}
        {reasons}
        {!many && feature === 'mirroring' && (
          <>
            <Checkbox.Group label={t('terms.whose')} value={terms.customers} error={said(wrong.customers)} onChange={(customers) => set({ customers })}>
              <Group gap="lg" mt={6}>{CUSTOMERS.map((type) => <Checkbox key={type} value={type} label={t(`type.${type}`)} />)}</Group>
            </Checkbox.Group>
            <Checkbox.Group label={t('terms.what')} value={terms.types} error={said(wrong.types)} onChange={(types) => set({ types })}>
              <Group gap="lg" mt={6}>{TYPES.map((type) => <Checkbox key={type} value={type} label={t(`type.${type}`)} />)}</Group>
            </Checkbox.Group>
            {terms.types.includes('deals') && <Pipelines source={source} terms={terms} set={set} />}
          </>
        )}
        {!many && <Fields source={source} terms={terms} set={set} needed={lists} error={said(wrong.fields)} hint={t('terms.fieldsNeeded', { source: name(source) })} />}
        <DayField label={t('terms.review')} description={t('terms.reviewHint')} value={terms.reviewOn ?? ''} onChange={(next) => set({ reviewOn: next || null })} />
        {!many && <Select label={t('terms.also')} value={also} onChange={(next) => next && setAlso(next as Also)} allowDeselect={false} data={(['one', 'pair', 'new'] as const).map((value) => ({ value, label: t(value === 'one' ? 'terms.alsoOne' : value === 'pair' ? 'terms.alsoPair' : 'terms.alsoNew') }))} />}
        {!many && arrow?.state === 'on' && arrow.approvedAt && <Text size="xs" c="dimmed">{t('terms.approved', { who: arrow.approvedBy ?? t('org.log.system'), when: day(arrow.approvedAt, language) })}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
          <Button onClick={keep} disabled={tried && !isReasoned(terms) && required}>{t('terms.save')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

const tidied = (terms: Terms): Terms => ({ ...terms, purpose: terms.purpose?.trim() || null, legalBasisText: terms.legalBasisText?.trim() || null });

function Pipelines({ source, terms, set }: { source: string; terms: Terms; set: (change: Partial<Terms>) => void }) {
  const t = useT();
  const pipelines = useQuery({ ...pipelinesQuery(source, 'deals'), retry: false });
  const named = new Map((pipelines.data ?? []).map((pipeline) => [String(pipeline.id), pipeline.label]));
  for (const id of terms.dealPipelines ?? []) if (!named.has(id)) named.set(id, id);
  return <MultiSelect label={t('terms.pipelines')} description={t('terms.pipelinesHint')} value={terms.dealPipelines ?? []} onChange={(next) => set({ dealPipelines: next.length > 0 ? next : null })} data={[...named].map(([value, label]) => ({ value, label }))} clearable clearButtonProps={{ 'aria-label': t('act.clear') }} />;
}

/** Fields the source has, by their internal names; one that is not offered can be typed. */
function Fields({ source, terms, set, needed, error, hint }: { source: string; terms: Terms; set: (change: Partial<Terms>) => void; needed: boolean; error?: string; hint: string }) {
  const t = useT();
  const schemas = useQueries({ queries: TYPES.map((type) => ({ ...propertiesQuery(source, type), retry: false })) });
  const properties = schemas.flatMap((schema) => schema.data ?? []);
  // Marked as sensitive where it is given: that account's mark is stronger than any list.
  const marked = needed ? [...new Set(properties.filter((property) => (property.dataSensitivity ?? 'non_sensitive') !== 'non_sensitive').map((property) => property.name))].sort() : [];
  const names = [...new Set(properties.map((property) => property.name))].filter((name) => !marked.includes(name)).sort();
  const clear = { clearable: true, clearButtonProps: { 'aria-label': t('act.clear') }, data: names, maxDropdownHeight: 220, limit: 60 };
  return (
    <>
      {needed && (
        <Alert color="orange" className="notice" icon={<IconInfoCircle size={18} />}>
          {hint}
          {marked.length > 0 && <Text size="sm" mt={6} style={{ overflowWrap: 'anywhere' }}>{t('terms.marked', { names: marked.slice(0, NAMED).join(', ') + (marked.length > NAMED ? '…' : '') })}</Text>}
        </Alert>
      )}
      <TagsInput {...clear} label={t('terms.fields')} description={maybeT('terms.fieldsHint')} withAsterisk={needed} error={error} value={terms.fields ?? []} onChange={(next) => set({ fields: next.length > 0 ? next : null })} />
      <TagsInput {...clear} label={t('terms.masked')} description={maybeT('terms.maskedHint')} value={terms.masked} onChange={(masked) => set({ masked })} />
    </>
  );
}
