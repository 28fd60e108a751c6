/** Permission sets: what standard users may who are given one, by type of record and by name. */
import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AccountRef, queryClient } from '../../api/queries';
import { call } from '../../api/client';
import type { Page } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Problem } from '../../components/states';
import { type Key, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { OBJECTS } from '../../lib/objects';
import { toastDone, toastProblem } from '../../lib/toast';
import { type Width, DEEDS, NAMED, WIDTHS, activities, codesOf, withWidth, widthOf } from './permissions';
import { ConfirmDialog, Section } from './parts';

export interface PermissionSet { id: string; name: string; permissions: string[] }

export const permissionSetsQuery = (account: AccountRef) => ({
  queryKey: ['a', account, 'permission-sets'],
  queryFn: () => call<Page<PermissionSet>>('/accounts/v1/permission-sets', { account }).then((page) => page.results),
});

const ROWS: [Key, readonly string[]][] = [
  ...(['contacts', 'companies', 'deals', 'tickets', 'tasks'] as const).map((type): [Key, readonly string[]] => [OBJECTS[type].label, [type]]),
  ['sets.activities', activities],
];

export function PermissionSetsSection() {
  const t = useT();
  const { account } = useHere();
  const sets = useQuery(permissionSetsQuery(account.id));
  const [editing, setEditing] = useState<PermissionSet | 'new' | null>(null);
  const [removing, setRemoving] = useState<PermissionSet | null>(null);
  const admin = isAdmin(account);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['a', account.id, 'permission-sets'] });
  const remove = async (set: PermissionSet) => {
    try {
      await call(`/accounts/v1/permission-sets/${set.id}`, { method: 'DELETE', account: account.id });
      toastDone(t('sets.removed', { name: set.name }));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setRemoving(null);
    await refresh();
  };
  return (
    <Section title={t('sets.title')} text={t('sets.text')} aside={admin && <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setEditing('new')}>{t('sets.new')}</Button>}>
      {sets.isError && <Problem problem={sets.error} compact />}
      {sets.data?.length === 0 && <Text size="sm" c="dimmed">{t('sets.none')}</Text>}
      <ul className="rows">
        {sets.data?.map((set) => (
          <li key={set.id}>
            <Text size="sm" fw={560} style={{ flex: 1 }}>{set.name}</Text>
            {admin && <ActionIcon aria-label={t('sets.edit', { name: set.name })} onClick={() => setEditing(set)}><IconPencil size={16} /></ActionIcon>}
            {admin && <ActionIcon aria-label={t('sets.remove', { name: set.name })} onClick={() => setRemoving(set)}><IconTrash size={16} /></ActionIcon>}
          </li>
        ))}
      </ul>
      {editing && <SetDialog set={editing === 'new' ? null : editing} close={() => setEditing(null)} done={() => { setEditing(null); toastDone(t('state.saved')); void refresh(); }} />}
      {removing && <ConfirmDialog title={t('sets.remove', { name: removing.name })} text={t('sets.removeText')} act={t('act.remove')} close={() => setRemoving(null)} confirm={() => void remove(removing)} />}
    </Section>
  );
}

function SetDialog({ set, close, done }: { set: PermissionSet | null; close: () => void; done: () => void }) {
  const t = useT();
  const { account } = useHere();
  const [name, setName] = useState(set?.name ?? '');
  const [codes, setCodes] = useState<string[]>(set?.permissions ?? codesOf());
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setErrors({});
    try {
      const body = { name, permissions: codes };
      await call(set ? `/accounts/v1/permission-sets/${set.id}` : '/accounts/v1/permission-sets', { method: set ? 'PATCH' : 'POST', account: account.id, body });
      done();
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  // Users have no teams here, so their width is offered only where a set was given it by a program.
  const widths = (now: Width) => WIDTHS.filter((width) => width !== 'team' || now === 'team').map((width) => ({ value: width, label: t(`sets.width.${width}`) }));
  return (
    <Dialog onClose={close} size="lg" title={set ? t('sets.edit', { name: set.name }) : t('sets.new')}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('profile.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} maxLength={255} required withAsterisk={false} data-autofocus />
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('sets.records')}>
            <table className="grid">
              <thead><tr><th scope="col">{t('scope.records')}</th>{DEEDS.map((deed) => <th key={deed} scope="col">{t(`sets.deed.${deed}`)}</th>)}</tr></thead>
              <tbody>
                {ROWS.map(([label, types]) => (
                  <tr key={label}>
                    <th scope="row">{t(label)}</th>
                    {DEEDS.map((deed) => {
                      const now = widthOf(codes, types[0]!, deed);
                      return <td key={deed}><NativeSelect size="xs" aria-label={`${t(label)}: ${t(`sets.deed.${deed}`)}`} data={widths(now)} value={now} onChange={(event) => setCodes(withWidth(codes, types, deed, event.currentTarget.value as Width))} /></td>;
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Stack gap="xs" role="group" aria-label={t('sets.named')}>
            {NAMED.map((one) => <Checkbox key={one} size="sm" label={t(`sets.right.${one}`)} checked={codes.includes(one)} onChange={(event) => setCodes(event.currentTarget.checked ? [...codes, one] : codes.filter((code) => code !== one))} />)}
          </Stack>
          {(errors[''] ?? errors.permissions) && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors[''] ?? errors.permissions}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy}>{t('act.save')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
