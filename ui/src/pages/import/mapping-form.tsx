import { Alert, Badge, Button, Group, Progress, Select, Stack, Text, Title } from '@mantine/core';
import { IconArrowRight, IconCheck, IconCopy, IconFile } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { ApiError } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { DateOrder, ImportJob, NumberFormat } from '../../api/types';
import { Loading, Problem } from '../../components/states';
import { type Key, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { bytes, moment, number } from '../../lib/format';
import { useSchema } from '../../lib/schema';
import { MODES, type Mode, type Obstacle, firstKey, firstMapping, importable, keyChoices, mayBeKeyless, obstacle } from './mapping';
import type { Chosen } from './index';
import { upload } from '../../lib/upload';

const DELIMITERS: Record<string, Key> = { ',': 'import.delimiter.comma', ';': 'import.delimiter.semicolon', '\t': 'import.delimiter.tab', '|': 'import.delimiter.pipe' };
const NO_KEY = '-';
const SAMPLES = 3;

export function MappingForm({ chosen, another }: { chosen: Chosen; another: () => void }) {
  const schema = useSchema(chosen.type);
  if (schema.problem) return <section className="card"><Problem problem={schema.problem} /></section>;
  if (!schema.ready) return <section className="card"><Loading /></section>;
  return <ReadyForm chosen={chosen} another={another} />;
}

function ReadyForm({ chosen, another }: { chosen: Chosen; another: () => void }) {
  const t = useT();
  const language = useLanguage();
  const navigate = useNavigate();
  const { account } = useHere();
  const { file, preview, type } = chosen;
  const schema = useSchema(type);
  const guessed = useMemo(() => firstMapping(preview, schema.all), [preview, schema.all]);
  const keys = useMemo(() => keyChoices(type, schema.all), [type, schema.all]);
  const [mapping, setMapping] = useState<(string | null)[]>(guessed);
  const [mode, setMode] = useState<Mode>('upsert');
  const [order, setOrder] = useState<DateOrder | null>(preview.dateOrder ?? null);
  const [format, setFormat] = useState<NumberFormat | null>(preview.numberFormat ?? null);
  const [key, setKey] = useState<string | null>(firstKey(keys, guessed));
  const [sent, setSent] = useState<number | null>(null);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [repeat, setRepeat] = useState<string | null>(null);
  const hindrance = obstacle(mapping, mode, key);

  const properties = useMemo(
    () => schema.all.filter(importable).map((property) => ({ value: property.name, label: schema.label(property.name) })).sort((a, b) => a.label.localeCompare(b.label, language)),
    [schema, language],
  );
  const delimiter = DELIMITERS[preview.delimiter] ? t(DELIMITERS[preview.delimiter]!) : t('import.delimiter.other', { sign: preview.delimiter });
  const rows = number(chosen.nRows, language);

  const start = async (again = false) => {
    setErrors({});
    setRepeat(null);
    setSent(0);
    const form = new FormData();
    const plan = { objectType: type, fileName: file.name, mode, idProperty: key, delimiter: preview.delimiter, encoding: preview.encoding, dateOrder: order, numberFormat: format, allowRepeat: again, columns: preview.columns.map((column, i) => ({ column, property: mapping[i] ?? null })) };
    form.append('mapping', JSON.stringify(plan));
    form.append('file', file, file.name);
    try {
      const job = await upload<ImportJob>('/accounts/v1/imports', form, account.id, setSent);
      void queryClient.invalidateQueries({ queryKey: ['a', account.id, 'imports'] });
      await navigate({ to: '/a/$account/import/$importId', params: { account: String(account.id), importId: String(job.id) } });
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === 'IMPORT_ALREADY_DONE') setRepeat(String(problem.context.importId?.[0] ?? ''));
      else setErrors(byField(problem, t));
      setSent(null);
    }
  };

  return (
    <form onSubmit={(event) => { event.preventDefault(); if (!hindrance) void start(); }}>
      <Stack gap="md">
        <section className="card" aria-labelledby="import-mapping">
          <Group p="md" gap="md" justify="space-between" align="flex-start">
            <div style={{ minWidth: 0, flex: '1 1 320px' }}>
              <Title order={2} id="import-mapping">{t('import.mapping')}</Title>
              <Text size="sm" c="dimmed" mt={2} style={{ overflowWrap: 'anywhere' }}>
                {t('import.mappingText', { file: file.name, rows: chosen.exact ? rows : t('import.about', { n: rows }), columns: preview.columns.length, delimiter, encoding: encodingName(preview.encoding) })}
              </Text>
              <Group gap={6} mt={8}>
                <Badge color="gray" leftSection={<IconFile size={12} aria-hidden="true" />}>{bytes(file.size, language)}</Badge>
                <Badge color="spruce">{t('import.mapped', { n: mapping.filter(Boolean).length, total: mapping.length })}</Badge>
              </Group>
            </div>
            <Button variant="default" onClick={another} disabled={sent !== null}>{t('import.other')}</Button>
          </Group>
          <div className="grid-scroll">
            <table className="grid import-map">
              <thead><tr><th scope="col">{t('import.column')}</th><th scope="col" className="import-sample">{t('import.sample')}</th><th scope="col">{t('import.property')}</th></tr></thead>
              <tbody>
                {preview.columns.map((column, i) => {
                  const name = column || t('import.unnamed', { n: i + 1 });
                  const values = preview.rows.map((row) => row[i] ?? '').filter(Boolean).slice(0, SAMPLES);
                  return (
                    <tr key={`${column}-${i}`} data-out={mapping[i] ? undefined : true}>
                      <th scope="row">{name}</th>
                      <td className="import-sample"><Text span size="sm" c="dimmed" title={values.join(' · ')}>{values.join(' · ') || '–'}</Text></td>
                      <td>
                        <Group gap="xs" wrap="nowrap">
                          <Select
                            aria-label={t('import.propertyFor', { column: name })}
                            data={[{ value: NO_KEY, label: t('import.skip') }, ...properties]}
                            value={mapping[i] ?? NO_KEY}
                            onChange={(value) => setMapping(mapping.map((old, at) => (at === i ? (value === NO_KEY ? null : value) : old)))}
                            searchable
                            allowDeselect={false}
                            nothingFoundMessage={t('import.noProperty')}
                            limit={200}
                            size="xs"
                            style={{ flex: 1, minWidth: 150, maxWidth: 300 }}
                            error={mapping[i] !== null && mapping.indexOf(mapping[i]!) !== i}
                            disabled={sent !== null}
                          />
                          {mapping[i] && mapping[i] === guessed[i] && <Text span size="xs" c="dimmed" className="import-guess" style={{ whiteSpace: 'nowrap' }}><IconCheck size={13} aria-hidden="true" style={{ verticalAlign: -2, marginRight: 3 }} />{t('import.guessed')}</Text>}
                        </Group>
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </section>

        <section className="card" style={{ padding: 16 }}>
          <Group align="flex-start" gap="lg">
            <Select label={t('import.mode')} description={t(`import.modeText.${mode}`)} inputWrapperOrder={['label', 'input', 'description', 'error']} data={MODES.map((value) => ({ value, label: t(`import.mode.${value}`) }))} value={mode} onChange={(value) => value && setMode(value as Mode)} allowDeselect={false} w={{ base: '100%', sm: 245 }} error={errors.mode} disabled={sent !== null} />
            <Select
              label={t('import.key')}
              data={[...keys.map((value) => ({ value, label: schema.label(value) })), ...(mayBeKeyless(type, mapping) || key === null ? [{ value: NO_KEY, label: t('import.keyNone') }] : [])]}
              value={key ?? NO_KEY}
              onChange={(value) => setKey(value === NO_KEY ? null : value)}
              allowDeselect={false}
              w={{ base: '100%', sm: 245 }}
              error={errors.idProperty}
              disabled={sent !== null}
            />
            {mapping.some((name) => name && schema.get(name)?.type === 'number') && (
              <Select label={t('import.numbers')} placeholder={t('import.chooseFormat')} description={format === null ? t('import.unproved') : undefined} inputWrapperOrder={['label', 'input', 'description', 'error']} data={(['decimal_point', 'decimal_comma'] as const).map((value) => ({ value, label: t(`import.numbers.${value}`) }))} value={format} onChange={(value) => setFormat(value as NumberFormat | null)} clearable w={{ base: '100%', sm: 245 }} error={errors.numberFormat} disabled={sent !== null} />
            )}
            {mapping.some((name) => name && ['date', 'datetime'].includes(schema.get(name)?.type ?? '')) && (
              <Select label={t('import.dates')} placeholder={t('import.chooseFormat')} description={order === null ? t('import.unproved') : undefined} inputWrapperOrder={['label', 'input', 'description', 'error']} data={(['day_month', 'month_day'] as const).map((value) => ({ value, label: t(`import.dates.${value}`) }))} value={order} onChange={(value) => setOrder(value as DateOrder | null)} clearable w={{ base: '100%', sm: 245 }} error={errors.dateOrder} disabled={sent !== null} />
            )}
          </Group>
          {Object.entries(errors).filter(([name]) => !['mode', 'idProperty', 'dateOrder', 'numberFormat'].includes(name)).map(([name, message]) => <Alert key={name} color="red" mt="md" role="alert">{message}</Alert>)}
          {repeat === null && preview.repeats && <Alert color="orange" className="notice" mt="md" icon={<IconCopy size={16} />}>{t('import.repeats', { when: moment(preview.repeats.createdAt, language) })}</Alert>}
          {repeat !== null && (
            <Alert color="orange" className="notice" mt="md" role="alert" icon={<IconCopy size={16} />} title={t('import.repeated')}>
              <Text size="sm">{t('import.repeatedText')}</Text>
              <Group mt="sm" gap="sm">
                <Button variant="default" onClick={() => void start(true)}>{t('import.repeatAnyway')}</Button>
                {repeat && <Button variant="subtle" component={Link} to="/a/$account/import/$importId" params={{ account: String(account.id), importId: repeat } as never}>{t('import.repeatSee')}</Button>}
              </Group>
            </Alert>
          )}
          <Group mt="lg" gap="md">
            <Button type="submit" size="md" disabled={Boolean(hindrance)} loading={sent !== null} rightSection={<IconArrowRight size={16} />}>
              {chosen.exact ? t('import.start', { count: chosen.nRows, n: rows }) : t('import.rowsUnknown')}
            </Button>
            {hindrance && <Text size="sm" c="var(--mantine-color-error)" role="status">{obstacleWords(hindrance, t, schema.label)}</Text>}
          </Group>
          {sent !== null && (
            <div style={{ marginTop: 14 }}>
              <Progress.Root size="sm"><Progress.Section value={sent * 100} aria-label={t('import.progressLabel')} /></Progress.Root>
              <Text size="xs" c="dimmed" mt={4} role="status">{t('import.uploading', { percent: `${Math.round(sent * 100)} %` })}</Text>
            </div>
          )}
        </section>
      </Stack>
    </form>
  );
}

function encodingName(encoding: string | undefined): string {
  const known: Record<string, string> = { 'utf-8': 'UTF-8', utf8: 'UTF-8', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16', 'windows-1252': 'Windows-1252' };
  return known[encoding?.toLowerCase() ?? 'utf-8'] ?? encoding ?? 'UTF-8';
}

function obstacleWords(found: Obstacle, t: ReturnType<typeof useT>, label: (name: string) => string): string {
  if (found.kind === 'nothing') return t('import.nothing');
  if (found.kind === 'keyNeeded') return t('import.keyNeeded');
  return t(found.kind === 'twice' ? 'import.twice' : 'import.keyUnmapped', { property: label(found.property) });
}

