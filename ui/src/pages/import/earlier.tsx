import { Badge, Text, Title } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { importsQuery } from '../../api/queries';
import type { ImportJob } from '../../api/types';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { moment, number } from '../../lib/format';
import { OBJECTS, isListType, pluralType } from '../../lib/objects';

const TONES: Record<string, string> = { running: 'blue', waiting: 'gray', done: 'spruce', completed: 'spruce', failed: 'red', cancelled: 'orange' };

export function ImportState({ state }: { state: string }) {
  const known = state.toLowerCase();
  return <Badge color={TONES[known] ?? 'gray'}>{maybeT(`import.state.${known}`) ?? state}</Badge>;
}

export function jobName(job: ImportJob): string {
  return job.fileName || job.name || `#${job.id}`;
}

export function EarlierImports() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const jobs = useQuery({ ...importsQuery(account.id), refetchInterval: (query) => (query.state.data?.some((job) => !job.finishedAt) ? 2000 : false) });
  const typeName = (job: ImportJob) => {
    const type = pluralType(job.objectType ?? '');
    return isListType(type) ? t(OBJECTS[type].label) : '';
  };
  return (
    <section className="card" aria-labelledby="import-recent">
      <Title order={2} size="h3" id="import-recent" px="md" pt="md" pb="xs">{t('import.recent')}</Title>
      {jobs.isPending && <Loading rows={3} />}
      {jobs.isError && <Problem problem={jobs.error} retry={() => void jobs.refetch()} compact />}
      {jobs.data?.length === 0 && <Empty compact icon={<IconFileImport size={18} />} title={t('import.none')} />}
      {jobs.data && jobs.data.length > 0 && (
        <div className="grid-scroll">
          <table className="grid">
            <thead>
              <tr>
                <th scope="col">{t('import.file')}</th><th scope="col">{t('import.into')}</th><th scope="col">{t('import.state')}</th>
                <th scope="col" className="num">{t('import.created')}</th><th scope="col" className="num">{t('import.updated')}</th><th scope="col" className="num">{t('import.failed')}</th><th scope="col">{t('import.started')}</th>
              </tr>
            </thead>
            <tbody>
              {jobs.data.map((job) => (
                <tr key={String(job.id)}>
                  <td><Link className="row-link" to="/a/$account/import/$importId" params={{ account: String(account.id), importId: String(job.id) }}><span className="truncate">{jobName(job)}</span></Link></td>
                  <td>{typeName(job)}</td>
                  <td><ImportState state={job.state} /></td>
                  <td className="num">{number(job.created, language)}</td>
                  <td className="num">{number(job.updated, language)}</td>
                  <td className="num">{job.failed > 0 ? <Text span size="sm" fw={600} c="var(--mantine-color-error)">{number(job.failed, language)}</Text> : '0'}</td>
                  <td>{job.startedAt ? moment(job.startedAt, language) : ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
