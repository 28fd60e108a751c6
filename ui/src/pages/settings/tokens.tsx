import { ActionIcon, Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient, tokensQuery } from '../../api/queries';
import type { Token } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { Empty, Loading, Problem } from '../../components/states';
import { useLanguage, useT } from '../../i18n';
import { isAdmin, useHere } from '../../lib/account';
import { byField } from '../../lib/errors';
import { ago, moment } from '../../lib/format';
import { toastDone, toastProblem } from '../../lib/toast';
import { ConfirmDialog, OnceDialog, SettingsPage } from './parts';
import { ScopePicker } from './scopes';

const SHOWN = 3;

export function TokensPage() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const tokens = useQuery(tokensQuery(account.id));
  const [making, make] = useDisclosure(false);
  const [fresh, setFresh] = useState<string | null>(null);
  const [removing, setRemoving] = useState<Token | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['a', account.id, 'tokens'] });
  const remove = async (token: Token) => {
    try {
      await call(`/accounts/v1/tokens/${token.id}`, { method: 'DELETE', account: account.id });
      toastDone(t('tokens.deleted'));
    } catch (problem) {
      toastProblem(problem, t);
    }
    setRemoving(null);
    await refresh();
  };
  const admin = isAdmin(account);
  const button = admin && <Button leftSection={<IconPlus size={16} />} onClick={make.open}>{t('tokens.new')}</Button>;
  return (
    <SettingsPage title={t('settings.tokens')} text={t('tokens.text')} actions={button}>
      <section className="card">
        {tokens.isPending && <Loading rows={3} />}
        {tokens.isError && <Problem problem={tokens.error} retry={() => void tokens.refetch()} />}
        {tokens.data?.length === 0 && <Empty icon={<IconKey size={22} />} title={t('tokens.none')} text={t('tokens.noneText')}>{button}</Empty>}
        {tokens.data && tokens.data.length > 0 && (
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('settings.tokens')}>
            <table className="grid grid-stack">
              <thead><tr><th scope="col">{t('tokens.name')}</th><th scope="col" className="mantine-visible-from-sm">{t('tokens.hint')}</th><th scope="col">{t('tokens.scopes')}</th><th scope="col" className="mantine-visible-from-sm">{t('tokens.created')}</th><th scope="col">{t('tokens.lastUsed')}</th><th scope="col"><span className="visually-hidden">{t('act.delete')}</span></th></tr></thead>
              <tbody>
                {tokens.data.map((token) => (
                  <tr key={String(token.id)}>
                    <td style={{ fontWeight: 560 }}>{token.name}</td>
                    <td className="mantine-visible-from-sm"><Text ff="monospace" size="xs">{token.hint ?? ''}</Text></td>
                    <td data-label={t('tokens.scopes')} title={token.scopes.join(', ')}><Group gap={4} wrap="nowrap">{token.scopes.slice(0, SHOWN).map((scope) => <Badge key={scope} color="gray" size="sm" style={{ flexShrink: 0 }}>{scope}</Badge>)}{token.scopes.length > SHOWN && <Text size="xs" c="dimmed">+{token.scopes.length - SHOWN}</Text>}</Group></td>
                    <td className="mantine-visible-from-sm" title={moment(token.createdAt, language)}>{ago(token.createdAt, language, Date.now())}</td>
                    <td data-label={t('tokens.lastUsed')}>{token.lastUsedAt ? ago(token.lastUsedAt, language, Date.now()) : t('state.never')}</td>
                    <td className="grid-act">{admin && <ActionIcon aria-label={t('tokens.delete', { name: token.name })} onClick={() => setRemoving(token)}><IconTrash size={16} /></ActionIcon>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {making && <TokenDialog close={make.close} done={(token) => { make.close(); setFresh(token); void refresh(); }} />}
      {fresh && <OnceDialog title={t('tokens.once')} text={t('tokens.onceText')} value={fresh} close={() => setFresh(null)} />}
      {removing && <ConfirmDialog title={t('tokens.delete', { name: removing.name })} text={t('tokens.deleteText')} act={t('act.delete')} close={() => setRemoving(null)} confirm={() => void remove(removing)} />}
    </SettingsPage>
  );
}

function TokenDialog({ close, done }: { close: () => void; done: (token: string) => void }) {
  const t = useT();
  const { account } = useHere();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setErrors({});
    try {
      const made = await call<Token>('/accounts/v1/tokens', { method: 'POST', account: account.id, body: { name: name.trim(), scopes } });
      done(made.token ?? '');
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('tokens.new')} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t('tokens.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={errors.name} required withAsterisk={false} data-autofocus />
          <ScopePicker value={scopes} onChange={setScopes} error={errors.scopes} />
          {errors[''] && <Text size="sm" c="var(--mantine-color-error)" role="alert">{errors['']}</Text>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy} disabled={!name.trim() || scopes.length === 0}>{t('act.create')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
