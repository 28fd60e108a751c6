import { Badge, Button, Group, Text } from '@mantine/core';
import { IconPencil, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pipelinesQuery } from '../../api/queries';
import type { Pipeline } from '../../api/types';
import { Loading, Problem } from '../../components/states';
import { useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { OBJECTS } from '../../lib/objects';
import { pipelineInWords } from '../../lib/schema';
import { PipelineDialog } from './pipeline-dialog';
import { SettingsPage } from './parts';

export function PipelinesPage() {
  const t = useT();
  return (
    <SettingsPage title={t('settings.pipelines')} text={t('pipelines.text')}>
      <PipelinesOf type="deals" />
      <PipelinesOf type="tickets" />
    </SettingsPage>
  );
}

function PipelinesOf({ type }: { type: 'deals' | 'tickets' }) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [editing, setEditing] = useState<Pipeline | 'new' | null>(null);
  const pipelines = useQuery(pipelinesQuery(account.id, type));
  const admin = isAdmin(account);
  const percent = (share: string) => new Intl.NumberFormat(language, { style: 'percent' }).format(Number(share));
  if (pipelines.isPending) return <div className="card"><Loading rows={3} /></div>;
  if (pipelines.isError) return <div className="card"><Problem problem={pipelines.error} /></div>;
  return (
    <>
      {pipelines.data.map(pipelineInWords).map((pipeline, i) => (
        <section key={pipeline.id} className="card" aria-label={pipeline.label}>
          <Group justify="space-between" style={{ padding: '14px 14px 10px' }}>
            <div>
              <Text component="h2" fw={620} size="md" m={0}>{pipeline.label}</Text>
              <Text size="xs" c="dimmed">{t(OBJECTS[type].label)}</Text>
            </div>
            {admin && <Button variant="default" size="xs" leftSection={<IconPencil size={14} />} aria-label={t('pipelines.edit', { name: pipeline.label })} onClick={() => setEditing(pipelines.data[i]!)}>{t('act.edit')}</Button>}
          </Group>
          <table className="grid">
            <thead><tr><th scope="col">{t('pipelines.stage')}</th>{type === 'deals' && <th scope="col" className="num">{t('pipelines.probability')}</th>}<th scope="col">{t('pipelines.closed')}</th></tr></thead>
            <tbody>
              {[...pipeline.stages].sort((a, b) => a.displayOrder - b.displayOrder).map((stage) => {
                const closed = stage.metadata.isClosed === 'true' || stage.metadata.ticketState === 'CLOSED';
                return (
                  <tr key={stage.id}>
                    <td style={{ fontWeight: 560 }}>{stage.label}</td>
                    {type === 'deals' && <td className="num">{stage.metadata.probability ? percent(stage.metadata.probability) : '–'}</td>}
                    <td>{closed ? <Badge size="sm">{t('state.yes')}</Badge> : <Text size="sm" c="dimmed">{t('state.no')}</Text>}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      ))}
      {admin && <Group><Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setEditing('new')}>{t(`pipelines.new.${type}`)}</Button></Group>}
      {editing && <PipelineDialog type={type} pipeline={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </>
  );
}
