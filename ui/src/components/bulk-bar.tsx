import { Button, Group, Modal, Paper, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArchive, IconPencil, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { call } from '../api/client';
import { LIMITS, queryClient } from '../api/queries';
import type { ListType } from '../api/types';
import { useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { describe } from '../lib/errors';
import { type Schema, writable } from '../lib/schema';
import { toastDone, toastProblem } from '../lib/toast';
import { PropertyEditor } from './property-editor';

interface BatchReply { numErrors?: number; errors?: { message: string }[] }

/** A selection may be larger than a batch call takes. */
export function batches<T>(all: T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let i = 0; i < all.length; i += size) cut.push(all.slice(i, i + size));
  return cut;
}

/** What can be done with the selected rows. */
export function BulkBar({ type, schema, ids, clear }: { type: ListType; schema: Schema; ids: string[]; clear: () => void }) {
  const t = useT();
  const { account } = useHere();
  const [archiving, archive] = useDisclosure(false);
  const [editing, edit] = useDisclosure(false);
  const [busy, setBusy] = useState(false);

  const archiveAll = async () => {
    setBusy(true);
    try {
      for (const batch of batches(ids, LIMITS.batch)) await call(`/crm/v3/objects/${type}/batch/archive`, { method: 'POST', account: account.id, body: { inputs: batch.map((id) => ({ id })) } });
      toastDone(t('bulk.archived', { count: ids.length }));
      archive.close();
      clear();
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      setBusy(false);
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
    }
  };

  return (
    <>
      <Paper className="bulk" shadow="lg" role="region" aria-label={t('bulk.title')}>
        <Text size="sm" fw={600} role="status">{t('bulk.selected', { count: ids.length })}</Text>
        <Group gap={6}>
          {may(account, 'edit', type) && <Button size="compact-md" variant="white" color="dark" leftSection={<IconPencil size={15} />} onClick={edit.open}>{t('bulk.edit')}</Button>}
          {may(account, 'delete', type) && <Button size="compact-md" variant="white" color="red" leftSection={<IconArchive size={15} />} onClick={archive.open}>{t('act.archive')}</Button>}
          <Button size="compact-md" variant="transparent" c="white" leftSection={<IconX size={15} />} onClick={clear}>{t('bulk.clear')}</Button>
        </Group>
      </Paper>
      <Modal opened={archiving} onClose={archive.close} title={t('bulk.archiveTitle', { count: ids.length })} closeButtonProps={{ 'aria-label': t('act.close') }}>
        <Text size="sm">{t('bulk.archiveText')}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={archive.close} data-autofocus>{t('act.cancel')}</Button>
          <Button color="red" loading={busy} onClick={() => void archiveAll()}>{t('act.archive')}</Button>
        </Group>
      </Modal>
      {editing && <BulkEdit type={type} schema={schema} ids={ids} close={edit.close} done={clear} />}
    </>
  );
}

function BulkEdit({ type, schema, ids, close, done }: { type: ListType; schema: Schema; ids: string[]; close: () => void; done: () => void }) {
  const t = useT();
  const { account } = useHere();
  const [name, setName] = useState<string | null>(null);
  const [value, setValue] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const choices = schema.all.filter((property) => writable(property) && !property.hasUniqueValue).map((property) => ({ value: property.name, label: schema.label(property.name) })).sort((a, b) => a.label.localeCompare(b.label));
  const save = async () => {
    if (!name) return;
    setBusy(true);
    setError(undefined);
    try {
      const problems: string[] = [];
      for (const batch of batches(ids, LIMITS.batch)) {
        const reply = await call<BatchReply>(`/crm/v3/objects/${type}/batch/update`, { method: 'POST', account: account.id, body: { inputs: batch.map((id) => ({ id, properties: { [name]: value } })) } });
        problems.push(...(reply.errors ?? []).map((one) => one.message));
      }
      if (problems.length > 0) throw new Error(problems[0]);
      toastDone(t('bulk.edited', { count: ids.length, property: schema.label(name) }));
      close();
      done();
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
    }
  };
  return (
    <Modal opened onClose={close} title={t('bulk.editTitle', { count: ids.length })} closeButtonProps={{ 'aria-label': t('act.close') }}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <Select label={t('filter.property')} data={choices} value={name} onChange={(next) => { setName(next); setValue(''); setError(undefined); }} searchable data-autofocus nothingFoundMessage={t('filter.noProperty')} />
          {name && <PropertyEditor key={name} kind={schema.kind(name)} label={t('bulk.newValue')} description={t('bulk.emptyClears')} value={value} onChange={setValue} options={schema.options(name)} error={error} />}
          {error && !name && <Text c="red" size="sm">{error}</Text>}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
            <Button type="submit" disabled={!name} loading={busy}>{t('bulk.apply', { count: ids.length })}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
