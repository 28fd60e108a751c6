import { ActionIcon, Badge, Button, Group, Menu, Select, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconDots, IconLinkOff, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../api/client';
import { type Associated, associatedQuery, queryClient, searchQuery } from '../api/queries';
import type { AssociationType, CrmRecord, ListType } from '../api/types';
import { type Translate, useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { CHILD_OF, OBJECTS, PARENT_OF, recordName } from '../lib/objects';
import { useSchema } from '../lib/schema';
import { toastProblem } from '../lib/toast';
import { TYPE_ICONS } from './type-icons';
import { PersonMark } from './account-mark';
import { Dialog } from './dialog';
import { RecordForm } from './record-form';
import { Problem } from './states';

const SHOWN = 6;
const CARD_PROPERTIES: Record<ListType, readonly string[]> = {
  contacts: ['firstname', 'lastname', 'email', 'jobtitle'],
  companies: ['name', 'domain', 'country'],
  deals: ['dealname', 'amount', 'dealstage', 'pipeline', 'closedate', 'deal_currency_code'],
  tickets: ['subject', 'hs_pipeline_stage', 'hs_pipeline', 'hs_ticket_priority'],
  tasks: ['hs_task_subject', 'hs_task_status'],
};

export function Associations({ type, record }: { type: ListType; record: CrmRecord }) {
  return (
    <Stack gap="sm">
      {OBJECTS[type].associations.map((to) => <AssociationCard key={to} type={type} record={record} to={to} />)}
    </Stack>
  );
}

/** What a link is, in a word: primary, parent, child, or the label somebody gave it. */
export function linkWords(types: AssociationType[], to: ListType, t: Translate): string[] {
  const words = types.flatMap((one) => {
    if (one.typeId === PARENT_OF) return [t('links.child')];
    if (one.typeId === CHILD_OF) return [t('links.parent')];
    // Of a contact's companies one is primary; that a company is primary to its contacts says nothing.
    if (one.label?.toLowerCase() === 'primary') return to === 'companies' ? [t('links.primary')] : [];
    return one.category === 'USER_DEFINED' && one.label ? [one.label] : [];
  });
  return [...new Set(words)];
}

function AssociationCard({ type, record, to }: { type: ListType; record: CrmRecord; to: ListType }) {
  const t = useT();
  const { account } = useHere();
  const links = useQuery(associatedQuery(account.id, type, record.id, to, CARD_PROPERTIES[to]));
  const [all, setAll] = useState(false);
  const [adding, add] = useDisclosure(false);
  const [creating, create] = useDisclosure(false);
  const title = t(type === 'companies' && to === 'companies' ? 'links.family' : OBJECTS[to].label);
  const shown = all ? links.data : links.data?.slice(0, SHOWN);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records', type, 'one', record.id] });
  const remove = async (one: Associated) => {
    try {
      await call(`/crm/v4/objects/${type}/${record.id}/associations/${to}/${one.record.id}`, { method: 'DELETE', account: account.id });
    } catch (problem) {
      toastProblem(problem, t);
    }
    await refresh();
  };
  return (
    <section className="card" aria-label={title}>
      <Group justify="space-between" px={14} py={9} wrap="nowrap">
        <Title order={2} size="h3">{title} {links.data && links.data.length > 0 && <Text span size="sm" c="dimmed" fw={500} className="tabular">{links.data.length}</Text>}</Title>
        {may(account, 'edit', type) && <ActionIcon size={26} aria-label={t('links.add', { type: title })} onClick={add.open}><IconPlus size={16} /></ActionIcon>}
      </Group>
      {links.isPending && <Stack px={14} pb={12} gap={8}><Skeleton h={14} /><Skeleton h={14} w="60%" /></Stack>}
      {links.isError && <Problem problem={links.error} compact retry={() => void links.refetch()} />}
      {links.data?.length === 0 && <Text size="sm" c="dimmed" px={14} pb={12}>{t('links.none')}</Text>}
      {shown && shown.length > 0 && <ul className="links">{shown.map((one) => <LinkRow key={one.record.id} to={to} one={one} remove={may(account, 'edit', type) ? () => void remove(one) : undefined} />)}</ul>}
      {links.data && links.data.length > SHOWN && <Button variant="subtle" size="compact-sm" mx={10} mb={8} onClick={() => setAll(!all)}>{all ? t('links.fewer') : t('links.all', { n: links.data.length })}</Button>}
      {adding && <AddLink type={type} record={record} to={to} close={add.close} create={() => { add.close(); create.open(); }} done={refresh} taken={links.data?.map((one) => one.record.id) ?? []} />}
      {creating && <RecordForm type={to} close={create.close} created={async (made) => { await call(`/crm/v4/objects/${type}/${record.id}/associations/default/${to}/${made.id}`, { method: 'PUT', account: account.id }); await refresh(); }} />}
    </section>
  );
}

function LinkRow({ to, one, remove }: { to: ListType; one: Associated; remove?: () => void }) {
  const t = useT();
  const { account } = useHere();
  const schema = useSchema(to);
  const Icon = TYPE_ICONS[to];
  const p = one.record.properties;
  const name = recordName(to, one.record, t);
  const detail = {
    contacts: p.jobtitle || p.email,
    companies: [p.domain, p.country].filter(Boolean).join(' · '),
    deals: [schema.show('amount', p.amount, p), schema.show('dealstage', p.dealstage, p)].filter(Boolean).join(' · '),
    tickets: schema.show('hs_pipeline_stage', p.hs_pipeline_stage, p),
    tasks: schema.show('hs_task_status', p.hs_task_status),
  }[to];
  return (
    <li className="link-row">
      {to === 'contacts' || to === 'companies' ? <PersonMark name={name} size={28} square={to === 'companies'} /> : <Icon size={18} stroke={1.6} aria-hidden="true" className="quiet" />}
      <div style={{ minWidth: 0, flex: 1 }}>
        <Group gap={6} wrap="nowrap">
          <Link className="row-link" style={{ fontSize: 13 }} to="/a/$account/$type/$id" params={{ account: String(account.id), type: to, id: one.record.id }}><span className="truncate">{name}</span></Link>
          {linkWords(one.types, to, t).map((word) => <Badge key={word} size="sm" color="gray" style={{ flexShrink: 0 }}>{word}</Badge>)}
        </Group>
        {detail && <Text size="xs" c="dimmed" className="truncate">{detail}</Text>}
      </div>
      {remove && <Menu position="bottom-end">
        <Menu.Target><ActionIcon size={24} aria-label={t('links.actions', { name })}><IconDots size={15} /></ActionIcon></Menu.Target>
        <Menu.Dropdown><Menu.Item leftSection={<IconLinkOff size={15} />} onClick={remove}>{t('links.remove')}</Menu.Item></Menu.Dropdown>
      </Menu>}
    </li>
  );
}

const WAIT_MS = 200;
const FOUND_MAX = 8;

interface AddProps { type: ListType; record: CrmRecord; to: ListType; close: () => void; create: () => void; done: () => Promise<void>; taken: string[] }

function AddLink({ type, record, to, close, create, done, taken }: AddProps) {
  const t = useT();
  const { account } = useHere();
  const [query, setQuery] = useState('');
  const [asked] = useDebouncedValue(query.trim(), WAIT_MS);
  const [busy, setBusy] = useState(false);
  const family = type === 'companies' && to === 'companies';
  const [relation, setRelation] = useState<string>(family ? String(PARENT_OF) : '');
  const found = useQuery(searchQuery(account.id, to, { filters: [], query: asked, sort: '', properties: [...CARD_PROPERTIES[to]], page: 1, size: FOUND_MAX }));
  const choices = found.data?.results.filter((one) => !taken.includes(one.id) && !(to === type && one.id === record.id)) ?? [];
  const link = async (other: string) => {
    setBusy(true);
    try {
      if (family) await call(`/crm/v4/objects/${type}/${record.id}/associations/${to}/${other}`, { method: 'PUT', account: account.id, body: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: Number(relation) }] });
      else await call(`/crm/v4/objects/${type}/${record.id}/associations/default/${to}/${other}`, { method: 'PUT', account: account.id });
      await done();
      close();
    } catch (problem) {
      toastProblem(problem, t);
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('links.add', { type: t(OBJECTS[to].label) })}>
      <Stack gap="sm">
        {family && <Select label={t('links.relation')} data={[{ value: String(PARENT_OF), label: t('links.asChild') }, { value: String(CHILD_OF), label: t('links.asParent') }]} value={relation} onChange={(value) => value && setRelation(value)} allowDeselect={false} />}
        <TextInput data-autofocus placeholder={t('links.search')} aria-label={t('links.search')} value={query} onChange={(event) => setQuery(event.currentTarget.value)} leftSection={<IconSearch size={15} />} />
        <ul className="links" style={{ minHeight: 120 }}>
          {found.isPending && <Skeleton h={30} />}
          {choices.map((one) => (
            <li key={one.id}>
              <button type="button" className="pick" style={{ width: '100%', border: 0, background: 'none', font: 'inherit', color: 'inherit', textAlign: 'left' }} disabled={busy} onClick={() => void link(one.id)}>
                <PersonMark name={recordName(to, one, t)} size={26} square={to !== 'contacts'} />
                <span className="truncate" style={{ fontWeight: 550 }}>{recordName(to, one, t)}</span>
                <Text span size="xs" c="dimmed" ml="auto">{one.properties.email ?? one.properties.domain ?? ''}</Text>
              </button>
            </li>
          ))}
          {found.data && choices.length === 0 && <Text size="sm" c="dimmed" p="sm">{t('list.noMatch')}</Text>}
        </ul>
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={create}>{t('record.new', { type: t(OBJECTS[to].one) })}</Button>
      </Stack>
    </Dialog>
  );
}
