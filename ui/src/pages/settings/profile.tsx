import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../api/client';
import { LanguageSelect } from '../../components/language-select';
import { useT } from '../../i18n';
import { chooseInProfile } from '../../i18n/choice';
import { useHere } from '../../lib/account';
import { useRefreshSession } from '../../lib/refresh';
import { toastDone, toastProblem } from '../../lib/toast';
import { SettingsPage } from './parts';

export function ProfilePage() {
  const t = useT();
  const refresh = useRefreshSession();
  const { session } = useHere();
  const [name, setName] = useState(session.person.name);
  const [busy, setBusy] = useState(false);
  const save = async (part: { name?: string; locale?: string; defaultAccountId?: string | number }) => {
    setBusy(true);
    try {
      await call('/identity/v1/person', { method: 'PATCH', body: part });
      await refresh();
      toastDone(t('state.saved'));
    } catch (problem) {
      toastProblem(problem, t);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SettingsPage title={t('settings.profile')} text={t('profile.text')}>
      <section className="card" style={{ padding: 18 }}>
        <Stack>
          <form onSubmit={(event) => { event.preventDefault(); void save({ name: name.trim() }); }}>
            <Group align="flex-end">
              <TextInput label={t('profile.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} w={300} required withAsterisk={false} autoComplete="name" />
              <Button type="submit" loading={busy} disabled={name.trim() === '' || name.trim() === session.person.name}>{t('act.save')}</Button>
            </Group>
          </form>
          <TextInput label={t('signIn.email')} value={session.person.email} readOnly w={300} variant="filled" />
          <LanguageSelect onChange={(locale) => { void chooseInProfile(locale); void save({ locale }); }} />
          <Select label={t('profile.default')} w={300} data={session.accounts.map((account) => ({ value: String(account.id), label: account.name }))} value={session.defaultAccountId === null ? null : String(session.defaultAccountId)} onChange={(id) => id && void save({ defaultAccountId: id })} allowDeselect={false} />
        </Stack>
      </section>
    </SettingsPage>
  );
}
