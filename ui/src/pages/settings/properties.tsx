import { ActionIcon, Badge, Button, Group, SegmentedControl, Select, Stack, Switch, Text, TextInput, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch, IconShieldLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient, settingsQuery } from '../../api/queries';
import type { ListType, Property, Sensitivity } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Loading, Problem } from '../../components/states';
import { maybeT, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { internalName } from '../../lib/names';
import { LIST_TYPES, OBJECTS } from '../../lib/objects';
import { useSchema, writable } from '../../lib/schema';
import { toastDone } from '../../lib/toast';
import { SettingsPage } from './parts';
import { SensitivityDialog, SensitivityField, sensitivityOf } from './sensitivity';

const TYPES = { text: ['string', 'text'], long: ['string', 'textarea'], number: ['number', 'number'], date: ['date', 'date'], datetime: ['datetime', 'date'], bool: ['bool', 'booleancheckbox'], choice: ['enumeration', 'select'], choices: ['enumeration', 'checkbox'] } as const;
type NewType = keyof typeof TYPES;

export function PropertiesPage() {
  const t = useT();
  const { account } = useHere();
  const [type, setType] = useState<ListType>('contacts');
  const [query, setQuery] = useState('');
  const [making, make] = useDisclosure(false);
  const [marking, mark] = useState<Property | null>(null);
  const schema = useSchema(type);
  const wanted = query.trim().toLowerCase();
  const shown = schema.all.filter((property) => `${schema.label(property.name)} ${property.name}`.toLowerCase().includes(wanted)).sort((a, b) => Number(a.hubspotDefined !== false) - Number(b.hubspotDefined !== false) || schema.label(a.name).localeCompare(schema.label(b.name)));
  return (
    <SettingsPage title={t('settings.properties')} text={t('properties.text')} actions={isAdmin(account) && <Button leftSection={<IconPlus size={16} />} onClick={make.open}>{t('properties.new')}</Button>}>
      <section className="card">
        <Group p="sm" gap="sm">
          <SegmentedControl size="xs" aria-label={t('properties.object')} value={type} onChange={(value) => setType(value as ListType)} data={LIST_TYPES.map((value) => ({ value, label: t(OBJECTS[value].label) }))} style={{ maxWidth: '100%', overflowX: 'auto' }} />
          <TextInput data-search size="xs" w={220} placeholder={t('properties.search')} aria-label={t('properties.search')} value={query} onChange={(event) => setQuery(event.currentTarget.value)} leftSection={<IconSearch size={14} />} />
        </Group>
        {!schema.ready && !schema.problem && <Loading />}
        {Boolean(schema.problem) && <Problem problem={schema.problem} />}
        {schema.ready && (
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('settings.properties')} style={{ borderTop: '1px solid var(--co-line)' }}>
            <table className="grid grid-stack">
              <thead><tr><th scope="col">{t('properties.label')}</th><th scope="col">{t('properties.name')}</th><th scope="col">{t('properties.type')}</th><th scope="col">{t('properties.origin')}</th><th scope="col">{t('sensitivity')}</th></tr></thead>
              <tbody>
                {shown.map((property) => (
                  <tr key={property.name}>
                    <td style={{ fontWeight: 560 }}>{schema.label(property.name)}</td>
                    <td data-label={t('properties.name')}><Text ff="monospace" size="xs">{property.name}</Text></td>
                    <td data-label={t('properties.type')}><span>{maybeT(`ptype.${schema.kind(property.name)}`) ?? t('ptype.text')}{!writable(property) && <Text span size="xs" c="dimmed"> · {t('properties.readOnly')}</Text>}</span></td>
                    <td data-label={t('properties.origin')}><Badge size="sm" color={property.hubspotDefined === false ? 'spruce' : 'gray'}>{t(property.hubspotDefined === false ? 'properties.custom' : 'properties.builtIn')}</Badge></td>
                    <td data-label={t('sensitivity')}>
                      <Group gap={6} wrap="nowrap">
                        {sensitivityOf(property) === 'non_sensitive' ? <Text span size="xs" c="dimmed">{t('sensitivity.non_sensitive')}</Text> : <Badge size="sm" color="orange">{t(`sensitivity.${sensitivityOf(property)}`)}</Badge>}
                        {isAdmin(account) && property.hubspotDefined === false && <ActionIcon size="sm" aria-label={t('sensitivity.of', { label: schema.label(property.name) })} onClick={() => mark(property)}><IconShieldLock size={15} /></ActionIcon>}
                      </Group>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {marking && <SensitivityDialog type={type} property={marking} label={schema.label(marking.name)} close={() => mark(null)} />}
      {making && <PropertyDialog type={type} group={schema.all[0]?.groupName ?? `${type}information`} close={make.close} />}
    </SettingsPage>
  );
}

function PropertyDialog({ type, group, close }: { type: ListType; group: string; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const [label, setLabel] = useState('');
  const [name, setName] = useState<string | null>(null);
  const [kind, setKind] = useState<NewType>('text');
  const [options, setOptions] = useState('');
  const [unique, setUnique] = useState(false);
  const [sensitivity, setSensitivity] = useState<Sensitivity>('non_sensitive');
  const stores = useQuery(settingsQuery(account.id)).data?.sensitive ?? false;
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const listed = kind === 'choice' || kind === 'choices';
  const save = async () => {
    setBusy(true);
    setErrors({});
    const [wireType, fieldType] = TYPES[kind];
    const lines = options.split('\n').map((line) => line.trim()).filter(Boolean);
    try {
      await call(`/crm/v3/properties/${type}`, {
        method: 'POST', account: account.id,
        body: { name: name ?? internalName(label), label: label.trim(), type: wireType, fieldType, groupName: group, ...(unique ? { hasUniqueValue: true } : {}), ...(stores ? { dataSensitivity: sensitivity } : {}), ...(listed ? { options: lines.map((line, i) => ({ label: line, value: internalName(line) || line, displayOrder: i, hidden: false })) } : kind === 'bool' ? { options: [{ label: t('state.yes'), value: 'true', displayOrder: 0, hidden: false }, { label: t('state.no'), value: 'false', displayOrder: 1, hidden: false }] } : {}) },
      });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'properties', type] });
      toastDone(t('properties.created'));
      close();
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  const stray = Object.entries(errors).filter(([field]) => !['name', 'label', 'options'].includes(field)).map(([, message]) => message);
  return (
    <Dialog onClose={close} title={t('properties.new')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('properties.label')} value={label} onChange={(event) => setLabel(event.currentTarget.value)} error={errors.label} required withAsterisk={false} data-autofocus />
          <TextInput label={t('properties.name')} description={t('properties.nameHint')} value={name ?? internalName(label)} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} required withAsterisk={false} />
          <Select label={t('properties.type')} data={(Object.keys(TYPES) as NewType[]).map((value) => ({ value, label: t(`ptype.${value}`) }))} value={kind} onChange={(value) => value && setKind(value as NewType)} allowDeselect={false} />
          {listed && <Textarea label={t('properties.options')} value={options} onChange={(event) => setOptions(event.currentTarget.value)} error={errors.options} autosize minRows={4} required withAsterisk={false} />}
          {(kind === 'text' || kind === 'number') && <Switch label={t('properties.unique')} checked={unique} onChange={(event) => setUnique(event.currentTarget.checked)} />}
          {stores && <SensitivityField value={sensitivity} least="non_sensitive" set={setSensitivity} />}
          {stray.length > 0 && <Text size="sm" c="var(--mantine-color-error)" role="alert">{stray.join(' ')}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{t('act.create')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
