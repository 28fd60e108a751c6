import { ActionIcon, Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Pipeline } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { toastDone } from '../../lib/toast';
import { type Row, metadataOf, rowsOf, stepsFor } from './pipeline-plan';

const SHARES = Array.from({ length: 11 }, (_, i) => i / 10);
let made = 0;
const fresh = (type: string): Row => ({ key: `new-${(made += 1)}`, label: '', share: type === 'deals' ? '0.5' : 'OPEN' });

export function PipelineDialog({ type, pipeline, close }: { type: 'deals' | 'tickets'; pipeline: Pipeline | null; close: () => void }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [label, setLabel] = useState(pipeline?.label ?? '');
  const [rows, setRows] = useState<Row[]>(() => (pipeline ? rowsOf(type, pipeline) : [fresh(type), fresh(type)]));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const shares = type === 'deals'
    ? SHARES.map((share) => ({ value: share.toFixed(1), label: share === 1 ? `${percent.format(1)} · ${t('pipelines.won')}` : share === 0 ? `${percent.format(0)} · ${t('pipelines.lost')}` : percent.format(share) }))
    : [{ value: 'OPEN', label: t('pipelines.open') }, { value: 'CLOSED', label: t('pipelines.isClosed') }];
  const set = (key: string, part: Partial<Row>) => setRows(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const move = (i: number, by: number) => {
    const next = [...rows];
    const [row] = next.splice(i, 1);
    next.splice(i + by, 0, row!);
    setRows(next);
  };
  const save = async () => {
    setBusy(true);
    setErrors({});
    const base = `/crm/v3/pipelines/${type}`;
    try {
      if (pipeline) for (const step of stepsFor(type, pipeline, label.trim(), rows)) await call(`${base}/${pipeline.id}${step.path}`, { method: step.method, account: account.id, body: step.body });
      else await call(base, { method: 'POST', account: account.id, body: { label: label.trim(), displayOrder: 99, stages: rows.map((row, i) => ({ label: row.label.trim(), displayOrder: i, metadata: metadataOf(type, row) })) } });
      toastDone(t('state.saved'));
      close();
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'pipelines', type] });
    }
  };
  const stray = Object.entries(errors).filter(([field]) => field !== 'label').map(([, message]) => message);
  return (
    <Dialog onClose={close} title={pipeline ? t('pipelines.edit', { name: pipeline.label }) : t('pipelines.new')} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('pipelines.name')} value={label} onChange={(event) => setLabel(event.currentTarget.value)} error={errors.label} required withAsterisk={false} data-autofocus maw={360} />
          <div>
            <Text size="sm" fw={560} mb={4}>{t('pipelines.stages')}</Text>
            <Stack gap={8} component="ol" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
              {rows.map((row, i) => (
                <Group key={row.key} component="li" gap={6} wrap="nowrap">
                  <TextInput aria-label={`${t('pipelines.stage')} ${i + 1}`} value={row.label} onChange={(event) => set(row.key, { label: event.currentTarget.value })} required style={{ flex: 1, minWidth: 90 }} />
                  <Select aria-label={`${t(type === 'deals' ? 'pipelines.probability' : 'pipelines.closed')} ${i + 1}`} data={shares} value={row.share} onChange={(share) => share && set(row.key, { share })} allowDeselect={false} w={type === 'deals' ? 128 : 120} />
                  <ActionIcon aria-label={t('pipelines.up', { name: row.label })} disabled={i === 0} onClick={() => move(i, -1)}><IconArrowUp size={15} /></ActionIcon>
                  <ActionIcon aria-label={t('pipelines.down', { name: row.label })} disabled={i === rows.length - 1} onClick={() => move(i, 1)}><IconArrowDown size={15} /></ActionIcon>
                  <ActionIcon aria-label={t('pipelines.removeStage', { name: row.label })} disabled={rows.length < 2} onClick={() => setRows(rows.filter((other) => other.key !== row.key))}><IconTrash size={15} /></ActionIcon>
                </Group>
              ))}
            </Stack>
            <Button mt="xs" size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => setRows([...rows, fresh(type)])}>{t('pipelines.addStage')}</Button>
          </div>
          {stray.map((message) => <Alert key={message} color="red" role="alert">{message}</Alert>)}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
