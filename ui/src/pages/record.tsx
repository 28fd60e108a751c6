import { ActionIcon, Anchor, Breadcrumbs, Button, Group, Menu, Modal, Skeleton, Tabs, Text, Title } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconArchive, IconCheck, IconDots, IconRotate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { ApiError, call } from '../api/client';
import { queryClient, recordQuery } from '../api/queries';
import type { CrmRecord, ListType } from '../api/types';
import { PersonMark } from '../components/account-mark';
import { Associations } from '../components/associations';
import { Composer } from '../components/composer';
import { PropertiesPanel } from '../components/properties-panel';
import { PropertyValue } from '../components/property-value';
import { Problem } from '../components/states';
import { Timeline } from '../components/timeline';
import { useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { OBJECTS, isListType, recordName } from '../lib/objects';
import { type Schema, useSchema } from '../lib/schema';
import { toastProblem } from '../lib/toast';
import { useUndoArchive } from '../lib/undo';
import { NotFoundPage } from './error-pages';
import { TYPE_ICONS } from '../components/type-icons';

export function RecordPage() {
  const { type, id } = useParams({ from: '/a/$account/$type/$id' });
  if (!isListType(type)) return <NotFoundPage />;
  return <RecordView key={`${type}/${id}`} type={type} id={id} />;
}

function RecordView({ type, id }: { type: ListType; id: string }) {
  const t = useT();
  const { account } = useHere();
  const schema = useSchema(type);
  const names = useMemo(() => schema.all.map((property) => property.name), [schema.all]);
  const record = useQuery(recordQuery(account.id, type, id, names));
  const narrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false });
  const name = record.data ? recordName(type, record.data, t) : '';
  useEffect(() => { if (name) document.title = `${name} · ${account.name}`; }, [name, account.name]);

  // Archived by somebody while it was open: the page must not go on showing it.
  const gone = record.error instanceof ApiError && record.error.status === 404;
  if (record.isError && (gone || !record.data)) return <div className="page"><div className="card"><Problem page problem={record.error} retry={() => void record.refetch()} /></div></div>;
  if (schema.problem) return <div className="page"><div className="card"><Problem problem={schema.problem} /></div></div>;
  if (!record.data || !schema.ready) return <Waiting />;

  const data = record.data;
  const properties = <PropertiesPanel type={type} schema={schema} record={data} />;
  const links = <Associations type={type} record={data} />;
  const middle = type === 'tasks' ? null : <><Composer type={type} record={data} /><Timeline type={type} id={id} /></>;
  return (
    <div className="page">
      <RecordHeader type={type} schema={schema} record={data} name={name} />
      {narrow ? (
        <Tabs defaultValue={middle ? 'timeline' : 'details'} keepMounted={false}>
          <Tabs.List mb="sm" grow>
            {middle && <Tabs.Tab value="timeline">{t('record.timeline')}</Tabs.Tab>}
            <Tabs.Tab value="details">{t('record.details')}</Tabs.Tab>
            <Tabs.Tab value="links">{t('record.links')}</Tabs.Tab>
          </Tabs.List>
          {middle && <Tabs.Panel value="timeline">{middle}</Tabs.Panel>}
          <Tabs.Panel value="details">{properties}</Tabs.Panel>
          <Tabs.Panel value="links">{links}</Tabs.Panel>
        </Tabs>
      ) : (
        <div className="record" data-tasks={!middle || undefined}>
          <div>{properties}</div>
          {middle && <div className="record-middle">{middle}</div>}
          <div className="record-links">{links}</div>
        </div>
      )}
    </div>
  );
}

/** What is done to a task more often than anything else: it gets done. */
function TaskDone({ record }: { record: CrmRecord }) {
  const t = useT();
  const { account } = useHere();
  const [busy, setBusy] = useState(false);
  const done = record.properties.hs_task_status === 'COMPLETED';
  const turn = async () => {
    setBusy(true);
    try {
      await call(`/crm/v3/objects/tasks/${record.id}`, { method: 'PATCH', account: account.id, body: { properties: { hs_task_status: done ? 'NOT_STARTED' : 'COMPLETED' } } });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records', 'tasks'] });
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      setBusy(false);
    }
  };
  return <Button variant={done ? 'default' : 'filled'} leftSection={done ? <IconRotate size={16} /> : <IconCheck size={16} />} loading={busy} onClick={() => void turn()}>{t(done ? 'task.reopen' : 'task.done')}</Button>;
}

function Waiting() {
  const t = useT();
  return (
    <div className="page" role="status" aria-label={t('state.loading')}>
      <Skeleton h={64} mb="md" radius="lg" />
      <div className="record"><Skeleton h={420} radius="lg" /><Skeleton h={520} radius="lg" /><Skeleton h={300} radius="lg" /></div>
    </div>
  );
}

function RecordHeader({ type, schema, record, name }: { type: ListType; schema: Schema; record: CrmRecord; name: string }) {
  const t = useT();
  const { account } = useHere();
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const [busy, setBusy] = useState(false);
  const offerUndo = useUndoArchive(type);
  const info = OBJECTS[type];
  const Icon = TYPE_ICONS[type];
  const to = { account: String(account.id), type };
  const archive = async () => {
    setBusy(true);
    try {
      await call(`/crm/v3/objects/${type}/${record.id}`, { method: 'DELETE', account: account.id });
      offerUndo(t('record.archived', { name }), [record.id]);
      await navigate({ to: '/a/$account/$type', params: to, search: {} });
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
    } catch (problem) {
      toastProblem(problem, t);
      setBusy(false);
    }
  };
  return (
    <header style={{ marginBottom: 14 }}>
      <Breadcrumbs mb={8} separatorMargin={6} fz="sm">
        <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/a/$account/$type" params={to} search={{}} />}>{t(info.label)}</Anchor>
        <Text size="sm" c="dimmed" className="truncate" maw={360}>{name}</Text>
      </Breadcrumbs>
      <div className="card record-head" data-long={name.length > 38 || undefined}>
        <Group gap="md" wrap="nowrap" style={{ minWidth: 0 }}>
          {type === 'contacts' || type === 'companies' ? <PersonMark name={name} size={46} square={type === 'companies'} /> : <span className="record-icon"><Icon size={24} stroke={1.6} aria-hidden="true" /></span>}
          <div style={{ minWidth: 0 }}>
            <Title order={1} lh={1.25} style={{ overflowWrap: 'anywhere' }}>{name}</Title>
            {type === 'contacts' && (record.properties.jobtitle || record.properties.company) && <Text size="sm" c="dimmed">{[record.properties.jobtitle, record.properties.company].filter(Boolean).join(' · ')}</Text>}
          </div>
        </Group>
        <dl className="facts">
          {info.facts.filter((fact) => schema.get(fact)).map((fact) => (
            <div key={fact}>
              <dt>{schema.label(fact)}</dt>
              <dd><PropertyValue schema={schema} name={fact} value={record.properties[fact]} values={record.properties} /></dd>
            </div>
          ))}
        </dl>
        {type === 'tasks' && may(account, 'edit', type) && <TaskDone record={record} />}
        {may(account, 'delete', type) && <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="default" size={34} aria-label={t('act.more')} className="record-more"><IconDots size={18} /></ActionIcon></Menu.Target>
          <Menu.Dropdown><Menu.Item color="red" leftSection={<IconArchive size={16} />} onClick={ask.open}>{t('act.archive')}</Menu.Item></Menu.Dropdown>
        </Menu>}
      </div>
      <Modal opened={asking} onClose={ask.close} title={t('record.archiveTitle', { name })} closeButtonProps={{ 'aria-label': t('act.close') }}>
        <Text size="sm">{t('bulk.archiveText')}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={ask.close} data-autofocus>{t('act.cancel')}</Button>
          <Button color="red" loading={busy} onClick={() => void archive()}>{t('act.archive')}</Button>
        </Group>
      </Modal>
    </header>
  );
}
