import { Alert, Button, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconPlayerStop } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { call } from '../../api/client';
import { importQuery, isFinished, queryClient } from '../../api/queries';
import type { ImportJob } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Loading, PageHeader, Problem } from '../../components/states';
import { useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { moment, number } from '../../lib/format';
import { OBJECTS, isListType, pluralType } from '../../lib/objects';
import { toastProblem } from '../../lib/toast';
import { ImportState, jobName } from './earlier';
import { pace } from './mapping';
import { download } from '../../lib/download';

export function ImportRunPage() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const { importId } = useParams({ from: '/a/$account/import/$importId' });
  const job = useQuery(importQuery(account.id, importId));
  const finished = job.data ? isFinished(job.data.state) : false;

  useEffect(() => { document.title = `${t('import.title')} · ${account.name}`; }, [t, account.name]);
  useEffect(() => {
    // What the import wrote is on every list; without a live hint they would show their last state.
    if (finished) void queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
  }, [finished, account.id]);

  const type = pluralType(job.data?.objectType ?? '');
  const here = { account: String(account.id) };
  return (
    <div className="page page-narrow">
      <PageHeader title={job.data ? jobName(job.data) : t('import.title')} text={job.data?.startedAt ? `${t('import.started')} ${moment(job.data.startedAt, language)}` : undefined}>
        <Button variant="default" component={Link} to="/a/$account/import" params={here as never} search={{} as never}>{t('import.all')}</Button>
      </PageHeader>
      {job.isPending && <section className="card"><Loading rows={4} /></section>}
      {job.isError && !job.data && <section className="card"><Problem problem={job.error} retry={() => void job.refetch()} /></section>}
      {job.data && (
        <Stack gap="md">
          <ProgressCard job={job.data} />
          {job.data.failed > 0 && <Rejected job={job.data} finished={finished} />}
          {finished && (
            <Group>
              {isListType(type) && <Button component={Link} to="/a/$account/$type" params={{ ...here, type } as never} search={{} as never}>{t('import.see')}: {t(OBJECTS[type].label)}</Button>}
              <Button variant="default" component={Link} to="/a/$account/import" params={here as never} search={{} as never}>{t('import.again')}</Button>
            </Group>
          )}
        </Stack>
      )}
    </div>
  );
}

function ProgressCard({ job }: { job: ImportJob }) {
  const t = useT();
  const language = useLanguage();
  const [asking, ask] = useDisclosure(false);
  const finished = isFinished(job.state);
  const end = job.finishedAt ? Date.parse(job.finishedAt) : Date.now();
  const share = finished && job.state.toLowerCase() !== 'cancelled' ? 1 : job.total ? Math.min(1, job.processed / job.total) : 0;
  const speed = pace(job.processed, job.total, job.startedAt, end);
  const done = number(job.processed, language);
  return (
    <section className="card" style={{ padding: 20 }} aria-label={t('import.progressLabel')}>
      <Group justify="space-between" mb="sm" gap="sm">
        <Group gap="sm">
          <ImportState state={job.state} />
          <Text fw={600} className="tabular">{job.total === null ? done : t('import.progress', { done, total: number(job.total, language) })}</Text>
        </Group>
        {!finished && <Button variant="default" size="xs" leftSection={<IconPlayerStop size={14} />} onClick={ask.open}>{t('import.cancel')}</Button>}
      </Group>
      <Progress.Root size={12} radius="xl">
        <Progress.Section value={share * 100} animated={!finished} striped={!finished} color={job.state.toLowerCase() === 'failed' ? 'red' : undefined} aria-label={t('import.progressLabel')} aria-valuetext={`${Math.round(share * 100)} %`} />
      </Progress.Root>
      <Text size="xs" c="dimmed" mt={6} className="tabular" mih={17}>
        {speed && [t('import.rate', { n: number(speed.perSecond, language, 0) }), finished ? (job.startedAt && job.finishedAt ? t('import.took', { time: seconds((end - Date.parse(job.startedAt)) / 1000, language) }) : null) : speed.secondsLeft !== null ? t('import.left', { time: seconds(speed.secondsLeft, language) }) : null].filter(Boolean).join(' · ')}
      </Text>
      <SimpleGrid cols={{ base: 3 }} mt="md" spacing="sm">
        <Count label={t('import.created')} n={job.created} tone="var(--mantine-color-anchor)" />
        <Count label={t('import.updated')} n={job.updated} />
        <Count label={t('import.failed')} n={job.failed} tone={job.failed > 0 ? 'var(--mantine-color-error)' : undefined} />
      </SimpleGrid>
      {finished && job.state.toLowerCase() === 'cancelled' && <Alert color="orange" className="notice" mt="md" icon={<IconPlayerStop size={16} />}>{t('import.cancelled', { n: done })}</Alert>}
      {finished && job.failed === 0 && ['done', 'completed'].includes(job.state.toLowerCase()) && <Alert color="spruce" mt="md" icon={<IconCircleCheck size={18} />} role="status">{t('import.allGood')}</Alert>}
      {job.failure && <Alert color="red" mt="md" icon={<IconAlertTriangle size={18} />} role="alert">{t('import.stopped', { reason: job.failure })}</Alert>}
      {asking && <CancelDialog job={job} close={ask.close} />}
    </section>
  );
}

function Count({ label, n, tone }: { label: string; n: number; tone?: string }) {
  const language = useLanguage();
  return (
    <div className="import-count">
      <Text size="xs" c="dimmed">{label}</Text>
      <Text fz={22} fw={640} lh={1.2} className="tabular" c={tone}>{number(n, language)}</Text>
    </div>
  );
}

function Rejected({ job, finished }: { job: ImportJob; finished: boolean }) {
  const t = useT();
  const { account } = useHere();
  const [busy, setBusy] = useState(false);
  const fetchErrors = async () => {
    setBusy(true);
    try {
      await download(`/accounts/v1/imports/${job.id}/errors.csv`, account.id, `${t('import.fileName', { file: jobName(job).replace(/\.[^.]*$/, '') })}.csv`);
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Alert color="orange" className="notice" icon={<IconAlertTriangle size={18} />} title={<Title order={2} size="h4">{t('import.failed')}</Title>}>
      <Text size="sm">{t('import.errorsText', { count: job.failed })}</Text>
      {finished && <Button mt="sm" variant="default" leftSection={<IconDownload size={15} />} loading={busy} onClick={() => void fetchErrors()}>{t('import.errors')}</Button>}
    </Alert>
  );
}

function CancelDialog({ job, close }: { job: ImportJob; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    try {
      await call(`/accounts/v1/imports/${job.id}/cancel`, { method: 'POST', account: account.id });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'imports'] });
      close();
    } catch (problem) {
      toastProblem(problem, t);
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('import.cancelTitle')}>
      <Text size="sm">{t('import.cancelText')}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>{t('import.goOn')}</Button>
        <Button color="red" loading={busy} onClick={() => void stop()}>{t('import.cancel')}</Button>
      </Group>
    </Dialog>
  );
}

/** "12 s", "3 min": coarse on purpose, an estimate to the second would jump about. */
function seconds(n: number, language: string): string {
  const unit = (value: number, name: string) => new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: value < 10 && name === 'second' ? 1 : 0 }).format(value);
  return n < 90 ? unit(n, 'second') : unit(n / 60, 'minute');
}
