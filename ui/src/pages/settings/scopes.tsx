/** Choosing what a token may: a grid of records and deeds, and the named rights below. */
import { Checkbox, Group, Stack, Text } from '@mantine/core';
import type { Key } from '../../i18n';
import { useT } from '../../i18n';
import { OBJECTS } from '../../lib/objects';

const TYPES = ['contacts', 'companies', 'deals', 'tickets', 'tasks'] as const;
const DEEDS = ['read', 'write', 'define'] as const;
type Deed = (typeof DEEDS)[number];
const ORGANIZATION = ['organization.read', 'organization.connections.write'] as const;
const NAMED = ['crm.import', 'crm.export', 'mirroring.view', 'audit.view', 'users.manage', 'settings.manage', 'tokens.manage', 'records.erase'] as const;
export const EVERYTHING = '*';

export const scopeOf = (type: string, deed: Deed): string => (deed === 'define' ? `crm.schemas.${type}.write` : `crm.objects.${type}.${deed}`);
/** Ready-made choices: what most programs ask for. */
export const READ_ALL = TYPES.map((type) => scopeOf(type, 'read'));
export const READ_WRITE = [...READ_ALL, ...TYPES.map((type) => scopeOf(type, 'write'))];

interface Props { value: string[]; onChange: (scopes: string[]) => void; error?: string }

export function ScopePicker({ value, onChange, error }: Props) {
  const t = useT();
  const all = value.includes(EVERYTHING);
  const has = (scope: string) => value.includes(scope);
  const toggle = (scope: string, on: boolean) => onChange(on ? [...value, scope] : value.filter((one) => one !== scope));
  const covered = (scope: string) => all && scope !== 'mirroring.view';
  const box = (scope: string, label: string) => <Checkbox aria-label={label} checked={has(scope) || covered(scope)} disabled={covered(scope)} onChange={(event) => toggle(scope, event.currentTarget.checked)} />;
  return (
    <Stack gap="sm" role="group" aria-label={t('tokens.scopes')}>
      <div>
        <Text size="sm" fw={560}>{t('tokens.scopes')}</Text>
        <Group gap={12} mt={2}>
          {([['scope.preset.read', READ_ALL], ['scope.preset.write', READ_WRITE], ['scope.preset.none', []]] as [Key, string[]][]).map(([key, scopes]) => <button key={key} type="button" className="text-button" onClick={() => onChange(scopes)}>{t(key)}</button>)}
        </Group>
      </div>
      <table className="grid scope-grid">
        <thead><tr><th scope="col">{t('scope.records')}</th>{DEEDS.map((deed) => <th key={deed} scope="col">{t(`scope.${deed}`)}</th>)}</tr></thead>
        <tbody>
          {TYPES.map((type) => (
            <tr key={type}>
              <th scope="row">{t(OBJECTS[type].label)}</th>
              {DEEDS.map((deed) => <td key={deed}>{box(scopeOf(type, deed), `${t(OBJECTS[type].label)}: ${t(`scope.${deed}`)}`)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="xs" c="dimmed">{t('scope.contactsText')}</Text>
      <div className="scope-named">
        {NAMED.map((scope) => <Checkbox key={scope} size="sm" label={t(`scope.${scope}`)} checked={has(scope) || covered(scope)} disabled={covered(scope)} onChange={(event) => toggle(scope, event.currentTarget.checked)} />)}
        <Checkbox size="sm" label={t('scope.all')} checked={all} onChange={(event) => toggle(EVERYTHING, event.currentTarget.checked)} />
      </div>
      <div className="scope-named">
        {ORGANIZATION.map((scope) => <Checkbox key={scope} size="sm" label={t(`scope.${scope}`)} checked={has(scope)} onChange={(event) => toggle(scope, event.currentTarget.checked)} />)}
      </div>
      <Text size="xs" c="dimmed">{t('scope.organizationText')}</Text>
      {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
    </Stack>
  );
}
