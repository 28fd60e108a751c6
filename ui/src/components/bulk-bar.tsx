import { Anchor, Button, Group, Modal, Paper, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArchive, IconPencil, IconX } from '@tabler/icons-react';
import { type ReactNode, useCallback, useState } from 'react';
import type { ListType } from '../api/types';
import { useLanguage, useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { type Chosen, type Deed, type Progress, archiving, nChosen, setting } from '../lib/bulk';
import { number } from '../lib/format';
import { type Schema, writable } from '../lib/schema';
import { toastDone } from '../lib/toast';
import { useUndoArchive } from '../lib/undo';
import { BulkRun } from './bulk-run';
import { Dialog } from './dialog';
import { PropertyEditor } from './property-editor';

/** The bar that says how many rows are selected, and holds what can be done with them. */
export function SelectionBar({ text, aside, clear, children }: { text: string; aside?: ReactNode; clear: () => void; children: ReactNode }) {
  const t = useT();
  return (
    <Paper className="bulk" shadow="lg" role="region" aria-label={t('bulk.title')}>
      <div>
        <Text size="sm" fw={600} role="status">{text}</Text>
        {aside}
      </div>
      <Group gap={6} wrap="nowrap">
        {children}
        <Button size="compact-md" variant="transparent" c="white" leftSection={<IconX size={15} />} onClick={clear}>{t('bulk.clear')}</Button>
      </Group>
    </Paper>
  );
}

interface Props {
  type: ListType;
  schema: Schema;
  chosen: Chosen;
  /** How many the list holds beyond the page, when all of the page is selected and there are more. */
  more?: number;
  chooseAll: () => void;
  clear: () => void;
}

/** What can be done with the selected rows. */
export function BulkBar({ type, schema, chosen, more, chooseAll, clear }: Props) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [asking, ask] = useDisclosure(false);
  const [editing, edit] = useDisclosure(false);
  const [running, setRunning] = useState<{ title: string; deed: Deed; done: (progress: Progress) => void } | null>(null);
  const offerUndo = useUndoArchive(type);
  const count = nChosen(chosen);
  const n = number(count, language);

  const archive = () => {
    ask.close();
    setRunning({
      title: t('bulk.archiving'),
      deed: archiving(account.id, type),
      done: ({ done }) => { if (done.length > 0) offerUndo(t('bulk.archived', { count: done.length, n: number(done.length, language) }), done); },
    });
  };
  const change = (name: string, value: string) => {
    edit.close();
    setRunning({
      title: t('bulk.editing', { property: schema.label(name) }),
      deed: setting(account.id, type, { [name]: value }),
      done: ({ done }) => { if (done.length > 0) toastDone(t('bulk.edited', { count: done.length, n: number(done.length, language), property: schema.label(name) })); },
    });
  };
  const finished = useCallback((progress: Progress) => {
    running?.done(progress);
    setRunning(null);
    clear();
  }, [running, clear]);

  return (
    <>
      <SelectionBar text={t('bulk.selected', { count, n })} clear={clear} aside={more ? <Anchor component="button" type="button" size="xs" c="#a9e0d1" onClick={chooseAll}>{t('bulk.selectAll', { n: number(more, language) })}</Anchor> : undefined}>
        {may(account, 'edit', type) && <Button size="compact-md" variant="white" color="dark" leftSection={<IconPencil size={15} />} onClick={edit.open}>{t('bulk.edit')}</Button>}
        {may(account, 'delete', type) && <Button size="compact-md" variant="white" color="red" leftSection={<IconArchive size={15} />} onClick={ask.open}>{t('act.archive')}</Button>}
      </SelectionBar>
      <Modal opened={asking} onClose={ask.close} title={t('bulk.archiveTitle', { count, n })} closeButtonProps={{ 'aria-label': t('act.close') }}>
        <Text size="sm">{t('bulk.archiveText')}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={ask.close} data-autofocus>{t('act.cancel')}</Button>
          <Button color="red" onClick={archive}>{t('act.archive')}</Button>
        </Group>
      </Modal>
      {editing && <BulkEdit schema={schema} count={count} close={edit.close} change={change} />}
      {running && <BulkRun type={type} title={running.title} chosen={chosen} deed={running.deed} finished={finished} />}
    </>
  );
}

function BulkEdit({ schema, count, close, change }: { schema: Schema; count: number; close: () => void; change: (name: string, value: string) => void }) {
  const t = useT();
  const language = useLanguage();
  const [name, setName] = useState<string | null>(null);
  const [value, setValue] = useState('');
  const choices = schema.all.filter((property) => writable(property) && !property.hasUniqueValue).map((property) => ({ value: property.name, label: schema.label(property.name) })).sort((a, b) => a.label.localeCompare(b.label));
  const n = number(count, language);
  return (
    <Dialog onClose={close} title={t('bulk.editTitle', { count, n })}>
      <form onSubmit={(event) => { event.preventDefault(); if (name) change(name, value); }}>
        <Stack>
          <Select label={t('filter.property')} data={choices} value={name} onChange={(next) => { setName(next); setValue(''); }} searchable data-autofocus nothingFoundMessage={t('filter.noProperty')} />
          {name && <PropertyEditor key={name} kind={schema.kind(name)} label={t('bulk.newValue')} description={t('bulk.emptyClears')} value={value} onChange={setValue} options={schema.options(name)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('act.cancel')}</Button>
            <Button type="submit" disabled={!name}>{t('bulk.apply', { count, n })}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
