/** Deals by stage. A card is dragged, or moved with the menu every card has (the way for keyboards and screen readers). */
import { ActionIcon, Group, Menu, Select, Skeleton, Text } from '@mantine/core';
import { IconArrowsMove } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client';
import { queryClient, searchQuery } from '../api/queries';
import type { CrmRecord, Filter, Stage } from '../api/types';
import { Problem } from '../components/states';
import { useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { number } from '../lib/format';
import { recordName } from '../lib/objects';
import type { Schema } from '../lib/schema';
import { toastDone, toastProblem } from '../lib/toast';

const CARDS_MAX = 25;
const PROPERTIES = ['dealname', 'amount', 'deal_currency_code', 'dealstage', 'pipeline', 'closedate', 'hubspot_owner_id'];

export function Board({ schema, filters, query }: { schema: Schema; filters: Filter[]; query: string }) {
  const t = useT();
  const { account } = useHere();
  const [chosen, setChosen] = useState<string | null>(null);
  const [over, setOver] = useState<string | null>(null);
  // The pipeline people work in: that of the newest deal, until another is chosen.
  const newest = useQuery({ ...searchQuery(account.id, 'deals', { filters: [], query: '', sort: '-createdate', properties: ['pipeline'], page: 1, size: 1 }), enabled: schema.pipelines.length > 1 });
  const wanted = chosen ?? newest.data?.results[0]?.properties.pipeline;
  const undecided = schema.pipelines.length > 1 && newest.isPending;
  const pipeline = undecided ? undefined : schema.pipelines.find((one) => one.id === wanted) ?? schema.pipelines[0];
  const stages = pipeline?.stages ?? [];
  const columns = useQueries({
    queries: stages.map((stage) =>
      searchQuery(account.id, 'deals', {
        filters: [...filters, { propertyName: 'pipeline', operator: 'EQ', value: pipeline!.id }, { propertyName: 'dealstage', operator: 'EQ', value: stage.id }],
        query, sort: '-hs_lastmodifieddate', properties: PROPERTIES, page: 1, size: CARDS_MAX,
      })),
  });
  const move = async (id: string, stage: Stage) => {
    try {
      await call(`/crm/v3/objects/deals/${id}`, { method: 'PATCH', account: account.id, body: { properties: { dealstage: stage.id } } });
      toastDone(t('board.moved', { stage: stage.label }));
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records', 'deals'] });
    }
  };
  const failed = columns.find((column) => column.isError);
  if (failed) return <Problem problem={failed.error} retry={() => void failed.refetch()} />;
  return (
    <div style={{ padding: '0 12px 12px' }}>
      {schema.pipelines.length > 1 && <Select size="xs" w={240} mb="sm" aria-label={t('board.pipeline')} data={schema.pipelines.map((one) => ({ value: one.id, label: one.label }))} value={pipeline?.id ?? null} onChange={setChosen} allowDeselect={false} />}
      <div className="board" tabIndex={0} role="region" aria-label={t('list.asBoard')}>
        {stages.map((stage, i) => (
          <section
            key={stage.id}
            className="board-col"
            aria-label={stage.label}
            data-over={over === stage.id || undefined}
            onDragOver={(event) => { event.preventDefault(); setOver(stage.id); }}
            onDragLeave={() => setOver(null)}
            onDrop={(event) => { event.preventDefault(); setOver(null); void move(event.dataTransfer.getData('text/plain'), stage); }}
          >
            <Column stage={stage} stages={stages} records={columns[i]?.data?.results} total={columns[i]?.data?.total ?? 0} schema={schema} move={move} />
          </section>
        ))}
      </div>
    </div>
  );
}

interface ColumnProps { stage: Stage; stages: Stage[]; records: CrmRecord[] | undefined; total: number; schema: Schema; move: (id: string, stage: Stage) => Promise<void> }

function Column({ stage, stages, records, total, schema, move }: ColumnProps) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  return (
    <>
      <Group justify="space-between" px={4} wrap="nowrap">
        <Text component="h2" size="sm" fw={620} m={0} className="truncate">{stage.label}</Text>
        <Text size="xs" c="dimmed" className="tabular">{number(total, language)}</Text>
      </Group>
      {!records && <Skeleton h={70} mt={8} />}
      {records?.length === 0 && <Text size="sm" c="dimmed" ta="center" py="lg">{t('board.empty')}</Text>}
      {records?.map((record) => {
        const name = recordName('deals', record, t);
        return (
          <article key={record.id} className="board-card" draggable onDragStart={(event) => event.dataTransfer.setData('text/plain', record.id)}>
            <Group justify="space-between" wrap="nowrap" gap={4} align="flex-start">
              <Link className="row-link" style={{ whiteSpace: 'normal' }} to="/a/$account/$type/$id" params={{ account: String(account.id), type: 'deals', id: record.id }}>{name}</Link>
              <Menu position="bottom-end">
                <Menu.Target><ActionIcon size="sm" aria-label={t('board.move', { name })}><IconArrowsMove size={14} /></ActionIcon></Menu.Target>
                <Menu.Dropdown>
                  <Menu.Label>{t('board.moveTo')}</Menu.Label>
                  {stages.filter((other) => other.id !== stage.id).map((other) => <Menu.Item key={other.id} onClick={() => void move(record.id, other)}>{other.label}</Menu.Item>)}
                </Menu.Dropdown>
              </Menu>
            </Group>
            <Group justify="space-between" mt={4} gap={6}>
              <Text size="sm" fw={560} className="tabular">{schema.show('amount', record.properties.amount, record.properties) }</Text>
              <Text size="xs" c="dimmed">{schema.show('closedate', record.properties.closedate)}</Text>
            </Group>
            <Text size="xs" c="dimmed" mt={2} className="truncate">{schema.show('hubspot_owner_id', record.properties.hubspot_owner_id)}</Text>
          </article>
        );
      })}
      {records && total > records.length && <Text size="xs" c="dimmed" ta="center" pt="sm">{t('board.more', { n: number(total - records.length, language) })}</Text>}
    </>
  );
}
