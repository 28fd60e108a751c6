import { Alert, Badge, Button, FileButton, Group, Progress, Select, Stack, Text } from '@mantine/core';
import { IconArrowRight, IconCheck, IconDownload, IconFileSpreadsheet, IconPlayerStop, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { call } from '../../api/client';
import { importQuery, importsQuery, isFinished, queryClient } from '../../api/queries';
import type { ImportJob, ImportPreview, ListType } from '../../api/types';
import { Loading, PageHeader, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { bytes, moment, number } from '../../lib/format';
import { type Mapping, chosenTwice, delimiterName, estimatedRows, mappingFrom, previewPart } from '../../lib/import';
import { LIST_TYPES, OBJECTS, isListType, pluralType } from '../../lib/objects';
import { useSchema, writable } from '../../lib/schema';
import { toastProblem } from '../../lib/toast';
import { upload } from '../../lib/upload';

interface Read { file: File; preview: ImportPreview; rows: number; estimated: boolean }

export function ImportPage() {
  const t = useT();
  const { account } = useHere();
  const search = useSearch({ from: '/a/$account/import' });
  const [type, setType] = useState<ListType>(search.type && isListType(search.type) ? search.type : 'contacts');
  const [read, setRead] = useState<Read | null>(null);
  useEffect(() => { document.title = `${t('import.title')} · ${account.name}`; }, [t, account.name]);
  return (
    <div className="page" style={{ maxWidth: 1100, margin: 0 }}>
      <PageHeader title={t('import.title')} text={t('import.text')} />
      {read ? <MappingStep key={read.file.name + read.file.size} type={type} read={read} back={() => setRead(null)} /> : <FileStep type={type} setType={setType} done={setRead} />}
      <RecentImports />
    </div>
  );
}

function FileStep({ type, setType, done }: { type: ListType; setType: (type: ListType) => void; done: (read: Read) => void }) {
  const t = useT();
  const { account } = useHere();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    setBusy(true);
    setError(undefined);
    try {
      const { part, cut } = await previewPart(file);
      const form = new FormData();
      form.append('objectType', type);
      form.append('file', part, file.name);
      const preview = await call<ImportPreview>('/accounts/v1/imports/preview', { method: 'POST', account: account.id, form, query: { objectType: type } });
      done({ file, preview, rows: cut ? estimatedRows(preview.nRows, part.size, file.size) : preview.nRows, estimated: cut });
    } catch (problem) {
      setError(describe(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card" style={{ padding: 18 }}>
      <Stack>
        <Select label={t('import.what')} w={260} data={LIST_TYPES.map((value) => ({ value, label: t(OBJECTS[value].label) }))} value={type} onChange={(value) => value && setType(value as ListType)} allowDeselect={false} />
        <div
          className="drop"
          data-over={over || undefined}
          onDragOver={(event) => { event.preventDefault(); setOver(true); }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => { event.preventDefault(); setOver(false); void take(event.dataTransfer.files[0]); }}
        >
          <IconFileSpreadsheet size={38} stroke={1.3} aria-hidden="true" className="quiet" />
          <Text fw={600} mt={6}>{busy ? t('import.reading') : t('import.drop')}</Text>
          <FileButton onChange={(file) => void take(file)} accept=".csv,.tsv,.txt,text/csv" inputProps={{ 'aria-label': t('import.choose') }}>
            {(props) => <Button {...props} mt="sm" variant="default" loading={busy} leftSection={<IconUpload size={16} />}>{t('import.choose')}</Button>}
          </FileButton>
          <Text size="xs" c="dimmed" mt="md">{t('import.hint')}</Text>
        </div>
        {error && <Alert color="red" role="alert">{error}</Alert>}
      </Stack>
    </section>
  );
}

const SAMPLES = 3;

function MappingStep({ type, read, back }: { type: ListType; read: Read; back: () => void }) {
  const t = useT();
  const language = useLanguage();
  const navigate = useNavigate();
  const { account } = useHere();
  const schema = useSchema(type);
  const { file, preview } = read;
  const guessed = useMemo(() => mappingFrom(preview), [preview]);
  const [mapping, setMapping] = useState<Mapping>(guessed);
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<string>();
  const twice = chosenTwice(mapping);
  const choices = schema.all.filter(writable).map((property) => ({ value: property.name, label: schema.label(property.name) })).sort((a, b) => a.label.localeCompare(b.label));
  const rows = read.estimated ? t('import.about', { n: number(read.rows, language, 0) }) : number(read.rows, language);
  const name = delimiterName(preview.delimiter);
  const complaint = twice ? t('import.twice', { property: schema.label(twice) }) : mapping.every((one) => !one) ? t('import.nothing') : undefined;

  const start = async () => {
    setShare(0);
    setError(undefined);
    const form = new FormData();
    form.append('mapping', JSON.stringify({ objectType: type, delimiter: preview.delimiter, encoding: preview.encoding, fileName: file.name, columns: preview.columns.map((column, i) => ({ column, property: mapping[i] ?? null })) }));
    form.append('file', file, file.name);
    try {
      const job = await upload<ImportJob>('/accounts/v1/imports', form, account.id, setShare);
      void queryClient.invalidateQueries({ queryKey: ['a', account.id, 'imports'] });
      await navigate({ to: '/a/$account/import/$importId', params: { account: String(account.id), importId: String(job.id) } });
    } catch (problem) {
      setError(describe(problem, t));
      setShare(null);
    }
  };

  return (
    <section className="card">
      <div style={{ padding: 18 }}>
        <Text component="h2" fw={640} size="lg" m={0}>{t('import.mapping')}</Text>
        <Text size="sm" c="dimmed">{t('import.mappingText', { file: `${file.name} (${bytes(file.size, language)})`, rows, columns: preview.columns.length, delimiter: name ? t(`import.delimiter.${name}`) : preview.delimiter, encoding: (preview.encoding ?? 'utf-8').toUpperCase() })}</Text>
      </div>
      <div className="grid-scroll" style={{ maxHeight: '56vh', borderTop: '1px solid var(--co-line)' }} tabIndex={0} role="region" aria-label={t('import.mapping')}>
        <table className="grid">
          <thead><tr><th scope="col">{t('import.column')}</th><th scope="col">{t('import.sample')}</th><th scope="col" style={{ width: 320 }}>{t('import.property')}</th></tr></thead>
          <tbody>
            {preview.columns.map((column, i) => (
              <tr key={`${i}-${column}`}>
                <td style={{ fontWeight: 560 }}>{column || `#${i + 1}`}</td>
                <td className="quiet">{preview.rows.slice(0, SAMPLES).map((row) => row[i]).filter(Boolean).join(' · ')}</td>
                <td style={{ overflow: 'visible' }}>
                  <Group gap={8} wrap="nowrap">
                    <Select size="xs" w={220} aria-label={`${t('import.property')}: ${column}`} placeholder={t('import.skip')} data={choices} value={mapping[i] ?? null} onChange={(value) => setMapping(mapping.map((old, at) => (at === i ? value : old)))} searchable clearable clearButtonProps={{ 'aria-label': t('act.clear') }} nothingFoundMessage={t('filter.noProperty')} />
                    {guessed[i] && guessed[i] === mapping[i] && <Badge size="sm" color="spruce">{t('import.guessed')}</Badge>}
                  </Group>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Stack p={18} gap="sm" style={{ borderTop: '1px solid var(--co-line)' }}>
        {complaint && <Text size="sm" c="var(--mantine-color-error)" role="status">{complaint}</Text>}
        {error && <Alert color="red" role="alert">{error}</Alert>}
        {share !== null && <div><Text size="sm" mb={4}>{t('import.uploading', { percent: new Intl.NumberFormat(language, { style: 'percent' }).format(share) })}</Text><Progress value={share * 100} aria-label={t('import.progressLabel')} /></div>}
        <Group justify="space-between">
          <Button variant="default" onClick={back} disabled={share !== null}>{t('import.other')}</Button>
          <Button onClick={() => void start()} disabled={Boolean(complaint) || !schema.ready} loading={share !== null} rightSection={<IconArrowRight size={16} />}>{t('import.start', { n: rows })}</Button>
        </Group>
      </Stack>
    </section>
  );
}

function StateBadge({ state }: { state: string }) {
  const low = state.toLowerCase();
  const known = { completed: 'done', canceled: 'cancelled', processing: 'running', started: 'running', pending: 'queued' }[low] ?? low;
  const color = { done: 'spruce', failed: 'red', cancelled: 'gray' }[known] ?? 'blue';
  return <Badge color={color}>{maybeT(`import.state.${known}`) ?? state}</Badge>;
}

function RecentImports() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const jobs = useQuery(importsQuery(account.id));
  return (
    <section className="card" style={{ marginTop: 18 }} aria-label={t('import.recent')}>
      <Text component="h2" fw={620} size="md" m={0} p={14}>{t('import.recent')}</Text>
      {jobs.isPending && <Loading rows={2} />}
      {jobs.isError && <Problem problem={jobs.error} compact retry={() => void jobs.refetch()} />}
      {jobs.data?.length === 0 && <Text size="sm" c="dimmed" px={14} pb={16}>{t('import.none')}</Text>}
      {jobs.data && jobs.data.length > 0 && (
        <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('import.recent')}>
          <table className="grid">
            <thead><tr><th scope="col">{t('import.file')}</th><th scope="col">{t('import.into')}</th><th scope="col">{t('import.state')}</th><th scope="col">{t('import.started')}</th><th scope="col" className="num">{t('import.created')}</th><th scope="col" className="num">{t('import.updated')}</th><th scope="col" className="num">{t('import.failed')}</th></tr></thead>
            <tbody>
              {jobs.data.map((job) => {
                const plural = job.objectType ? pluralType(job.objectType) : '';
                return (
                  <tr key={String(job.id)}>
                    <td><Link className="row-link" to="/a/$account/import/$importId" params={{ account: String(account.id), importId: String(job.id) }}>{job.fileName ?? job.name ?? `#${job.id}`}</Link></td>
                    <td>{isListType(plural) ? t(OBJECTS[plural].label) : job.objectType}</td>
                    <td><StateBadge state={job.state} /></td>
                    <td>{job.startedAt ? moment(job.startedAt, language) : '–'}</td>
                    <td className="num">{number(job.created, language)}</td>
                    <td className="num">{number(job.updated, language)}</td>
                    <td className="num">{number(job.failed, language)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function ImportRunPage() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const { importId } = useParams({ from: '/a/$account/import/$importId' });
  const job = useQuery(importQuery(account.id, importId));
  useEffect(() => { document.title = `${t('import.title')} · ${account.name}`; }, [t, account.name]);
  if (job.isError && !job.data) return <div className="page"><Problem problem={job.error} retry={() => void job.refetch()} /></div>;
  if (!job.data) return <div className="page"><Loading /></div>;
  const data = job.data;
  const done = isFinished(data.state);
  const total = data.total ?? 0;
  const share = total > 0 ? Math.min(1, data.processed / total) : done ? 1 : 0;
  const plural = data.objectType ? pluralType(data.objectType) : 'contacts';
  const cancel = () => call(`/accounts/v1/imports/${importId}/cancel`, { method: 'POST', account: account.id }).then(() => job.refetch()).catch((problem: unknown) => toastProblem(problem, t));
  const figure = (label: string, value: number, color?: string) => (
    <div><Text size="xs" c="dimmed">{label}</Text><Text fz={26} fw={640} className="tabular" c={color} lh={1.2}>{number(value, language)}</Text></div>
  );
  return (
    <div className="page" style={{ maxWidth: 900, margin: 0 }}>
      <PageHeader title={data.fileName ?? data.name ?? t('import.title')} text={data.startedAt ? `${t('import.started')}: ${moment(data.startedAt, language)}` : undefined}><StateBadge state={data.state} /></PageHeader>
      <section className="card" style={{ padding: 20 }}>
        <Group justify="space-between" mb={8}>
          <Text size="sm" className="tabular" role="status">{total > 0 ? t('import.progress', { done: number(data.processed, language), total: number(total, language) }) : number(data.processed, language)}</Text>
          <Text size="sm" fw={600} className="tabular">{new Intl.NumberFormat(language, { style: 'percent' }).format(share)}</Text>
        </Group>
        <Progress value={share * 100} size="lg" radius="xl" animated={!done} color={data.state.toLowerCase() === 'failed' ? 'red' : 'spruce'} aria-label={t('import.progressLabel')} />
        <Group gap={48} mt="lg">
          {figure(t('import.created'), data.created)}
          {figure(t('import.updated'), data.updated)}
          {figure(t('import.failed'), data.failed, data.failed > 0 ? 'var(--mantine-color-error)' : undefined)}
        </Group>
        {done && data.failed === 0 && data.state.toLowerCase() !== 'failed' && <Alert mt="lg" color="spruce" icon={<IconCheck size={18} />}>{t('import.allGood')}</Alert>}
        {data.failed > 0 && (
          <Alert mt="lg" color="orange">
            <Text size="sm">{t('import.errorsText', { count: data.failed })}</Text>
            <Button mt="sm" size="compact-md" variant="default" leftSection={<IconDownload size={15} />} disabled={!done} onClick={() => void download(account.id, importId, t).catch((problem: unknown) => toastProblem(problem, t))}>{t('import.errors')}</Button>
          </Alert>
        )}
        <Group mt="lg" justify="space-between">
          <Button variant="default" component={Link} to="/a/$account/import" params={{ account: String(account.id) } as never}>{t('act.back')}</Button>
          {done ? <Button component={Link} to="/a/$account/$type" params={{ account: String(account.id), type: isListType(plural) ? plural : 'contacts' } as never}>{t('import.see')}</Button> : <Button color="red" variant="light" leftSection={<IconPlayerStop size={16} />} onClick={() => void cancel()}>{t('import.cancel')}</Button>}
        </Group>
      </section>
    </div>
  );
}

/** The file needs the account's header, so it cannot be a plain link. */
async function download(account: string | number, id: string, t: ReturnType<typeof useT>) {
  const response = await fetch(`/accounts/v1/imports/${id}/errors.csv`, { headers: { 'X-Consortio-Account': String(account) } });
  if (!response.ok) throw new Error(t('error.gone'));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = `import-${id}-rejected.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
