import { useDebouncedValue } from '@mantine/hooks';
import { IconFileImport, IconSettings, IconSitemap } from '@tabler/icons-react';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { LIMITS, searchQuery } from '../api/queries';
import type { AccountSummary, ListType } from '../api/types';
import { type Key, useT } from '../i18n';
import { mayImport, maySeeOrganization, useHere } from '../lib/account';
import { LIST_TYPES, OBJECTS, recordName } from '../lib/objects';
import { TYPE_ICONS } from './type-icons';
import { type Pick, PickList } from './pick-list';

const FOUND: ListType[] = ['contacts', 'companies', 'deals', 'tickets'];
const PAGES: { to: string; label: Key; icon: typeof IconSettings; shown?: (account: AccountSummary) => boolean }[] = [
  ...LIST_TYPES.map((type) => ({ to: type as string, label: OBJECTS[type].label, icon: TYPE_ICONS[type] })),
  { to: 'import', label: 'nav.import', icon: IconFileImport, shown: mayImport },
  { to: 'organization', label: 'nav.organization', icon: IconSitemap, shown: maySeeOrganization },
  { to: 'settings/profile', label: 'user.profile', icon: IconSettings },
  { to: 'settings/security', label: 'user.security', icon: IconSettings },
  { to: 'settings/account', label: 'settings.account', icon: IconSettings },
  { to: 'settings/users', label: 'settings.users', icon: IconSettings },
  { to: 'settings/tokens', label: 'settings.tokens', icon: IconSettings },
  { to: 'settings/properties', label: 'settings.properties', icon: IconSettings },
  { to: 'settings/pipelines', label: 'settings.pipelines', icon: IconSettings },
  { to: 'settings/disclosures', label: 'settings.disclosures', icon: IconSettings },
];
const WAIT_MS = 180;

export function QuickFind({ close }: { close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const [asked] = useDebouncedValue(query.trim(), WAIT_MS);
  const results = useQueries({
    queries: FOUND.map((type) => ({
      ...searchQuery(account.id, type, { filters: [], query: asked, sort: '', properties: [...OBJECTS[type].name, ...OBJECTS[type].columns.slice(0, 1)], page: 1, size: LIMITS.quick }),
      enabled: asked.length > 1,
      placeholderData: keepPreviousData,
    })),
  });
  const go = (to: string) => {
    close();
    void navigate({ to: `/a/${account.id}/${to}` });
  };
  const records: Pick[] = asked.length < 2 ? [] : FOUND.flatMap((type, i) => {
    const Icon = TYPE_ICONS[type];
    return (results[i]?.data?.results ?? []).map((record) => ({
      key: `${type}/${record.id}`,
      group: t(OBJECTS[type].label),
      mark: <Icon size={18} stroke={1.7} aria-hidden="true" />,
      label: recordName(type, record, t),
      hint: type === 'contacts' ? record.properties.email ?? undefined : type === 'companies' ? record.properties.domain ?? undefined : undefined,
      act: () => go(`${type}/${record.id}`),
    }));
  });
  const pages: Pick[] = PAGES.filter((page) => page.shown?.(account) ?? true).filter((page) => t(page.label).toLowerCase().includes(query.trim().toLowerCase())).map(({ to, label, icon: Icon }) => ({
    key: to,
    group: t('find.pages'),
    mark: <Icon size={18} stroke={1.7} aria-hidden="true" />,
    label: t(label),
    act: () => go(to),
  }));
  return <PickList title={t('find.label')} placeholder={t('find.placeholder')} query={query} onQuery={setQuery} picks={[...records, ...pages]} nothing={t('find.nothing', { query })} close={close} />;
}
