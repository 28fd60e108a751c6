/** The create dialog of any type: from the property definitions, with the server's complaints at the right fields. */
import { Alert, Button, Group, Select, SimpleGrid, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import type { CrmRecord, ListType } from '../api/types';
import { useT } from '../i18n';
import { useHere } from '../lib/account';
import { byField } from '../lib/errors';
import { OBJECTS } from '../lib/objects';
import { useSchema, writable } from '../lib/schema';
import { toastDone } from '../lib/toast';
import { Dialog } from './dialog';
import { PropertyEditor } from './property-editor';

interface Props {
  type: ListType;
  close: () => void;
  initial?: Record<string, string>;
  /** Sent with the record, so that it is linked in the same transaction. */
  associations?: { to: { id: string }; types: { associationCategory: string; associationTypeId: number }[] }[];
  created?: (record: CrmRecord) => void | Promise<void>;
}

const REQUIRED: Partial<Record<ListType, string[]>> = { companies: ['name'], deals: ['dealname', 'dealstage'], tickets: ['subject', 'hs_pipeline_stage'], tasks: ['hs_task_subject', 'hs_timestamp'] };

export function RecordForm({ type, close, initial, associations, created }: Props) {
  const t = useT();
  const { account } = useHere();
  const schema = useSchema(type);
  const navigate = useNavigate();
  const line = type === 'deals' ? 'pipeline' : type === 'tickets' ? 'hs_pipeline' : undefined;
  const [values, setValues] = useState<Record<string, string>>(initial ?? {});
  const [extra, setExtra] = useState<string[]>([]);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const chosen = line && !values[line] && schema.pipelines[0] ? { ...values, [line]: schema.pipelines[0].id } : values;
  const fields = [...OBJECTS[type].create, ...extra].filter((name) => schema.get(name));
  const stray = Object.entries(errors).filter(([name]) => name === '' || !fields.includes(name));
  const rest = schema.all.filter((property) => writable(property) && !fields.includes(property.name)).map((property) => ({ value: property.name, label: schema.label(property.name) })).sort((a, b) => a.label.localeCompare(b.label));

  const change = (name: string, value: string) => {
    setErrors(({ [name]: _gone, ...others }) => others);
    // Another pipeline has other stages.
    const stage: Record<string, string> = name === 'pipeline' ? { dealstage: '' } : name === 'hs_pipeline' ? { hs_pipeline_stage: '' } : {};
    setValues({ ...chosen, ...stage, [name]: value });
  };
  const save = async () => {
    setBusy(true);
    setErrors({});
    const properties = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== ''));
    try {
      const record = await call<CrmRecord>(`/crm/v3/objects/${type}`, { method: 'POST', account: account.id, body: { properties, ...(associations ? { associations } : {}) } });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
      toastDone(t('record.created', { type: t(OBJECTS[type].one) }));
      close();
      if (created) await created(record);
      else await navigate({ to: '/a/$account/$type/$id', params: { account: String(account.id), type, id: record.id } });
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog onClose={close} title={t('record.new', { type: t(OBJECTS[type].one) })} size="lg">
      <form noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack gap="sm">
          {stray.length > 0 && <Alert color="red" role="alert">{stray.map(([name, message]) => <div key={name}>{name ? `${schema.label(name)}: ${message}` : message}</div>)}</Alert>}
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="sm">{fields.map((name, i) => (
            <div key={name} style={{ gridColumn: i === 0 || schema.kind(name) === 'long' ? '1 / -1' : undefined }}><PropertyEditor name={name} kind={schema.kind(name)} label={schema.label(name)} value={chosen[name] ?? ''} onChange={(value) => change(name, value)} options={schema.options(name, chosen)} error={errors[name]} required={REQUIRED[type]?.includes(name)} autoFocus={i === 0} /></div>
          ))}</SimpleGrid>
          <Select placeholder={t('record.addField')} aria-label={t('record.addField')} data={rest} value={null} onChange={(name) => name && setExtra([...extra, name])} searchable key={extra.length} />
          <Group justify="flex-end" mt="sm" gap="xs">
            <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
            <Button type="submit" loading={busy} disabled={!schema.ready}>{t('act.create')}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
