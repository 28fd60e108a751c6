/** The pages of the settings, by what they are about. A further page is one more line here. */
import { Collapse, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { type Key, useT } from '../../i18n';
import { maySeeOrganization, useHere } from '../../lib/account';

interface Page { to: NonNullable<LinkProps['to']>; label: Key; exact?: boolean }
interface Section { name: string; label: Key; pages: Page[] }

type Name = 'profile' | 'security' | 'accounts' | 'account' | 'company' | 'billing' | 'users' | 'sign-in' | 'sso' | 'history' | 'properties' | 'pipelines' | 'disclosures' | 'tokens' | 'outbox';
const pages = (...names: Name[]): Page[] => names.map((name) => ({ to: `/a/$account/settings/${name}`, label: `settings.${name}` }));

const SECTIONS: Section[] = [
  { name: 'you', label: 'settings.you', pages: pages('profile', 'security', 'accounts') },
  { name: 'account', label: 'settings.group.account', pages: pages('account', 'company', 'billing') },
  { name: 'access', label: 'settings.group.access', pages: pages('users', 'sign-in', 'sso', 'history') },
  {
    name: 'organization',
    label: 'nav.organization',
    pages: [
      { to: '/a/$account/organization', label: 'settings.multi', exact: true },
      { to: '/a/$account/organization/roles', label: 'org.nav.roles' },
      { to: '/a/$account/organization/people', label: 'org.nav.people' },
      { to: '/a/$account/organization/approvals', label: 'org.nav.approvals' },
      { to: '/a/$account/organization/policies', label: 'org.nav.policies' },
    ],
  },
  { name: 'data', label: 'settings.group.data', pages: pages('properties', 'pipelines', 'disclosures') },
  { name: 'operations', label: 'settings.group.operations', pages: pages('tokens', 'outbox') },
];

const FOLDED = 'consortio-settings-folded';
const folded = (): string[] => {
  try {
    const kept = JSON.parse(localStorage.getItem(FOLDED) ?? '[]') as unknown;
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
};
const keep = (names: string[]) => {
  try {
    localStorage.setItem(FOLDED, JSON.stringify(names));
  } catch {
    // Without storage the sections are open again after the next visit.
  }
};

export function SettingsMenu() {
  const t = useT();
  const { account, session } = useHere();
  const { pathname } = useLocation();
  const [closed, setClosed] = useState(folded);
  const [opened, setOpened] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const params = { account: String(account.id) };
  // What is hers is not the other user's, in whose place she works; an organization that is invisible to her has no pages.
  const shown = SECTIONS.filter(({ name }) => (name === 'you' ? !session.loggedInAs : name === 'organization' ? maySeeOrganization(account) : true));
  const addressOf = (one: Page) => one.to.replace('$account', params.account);
  const here = shown.find((section) => section.pages.some((one) => addressOf(one) === pathname));
  const current = here?.pages.find((one) => addressOf(one) === pathname);
  const where = [here?.label, current?.label].flatMap((label) => (label ? [t(label)] : []));
  useEffect(() => setOpened(false), [pathname]);
  const toggle = (name: string) => {
    const next = closed.includes(name) ? closed.filter((one) => one !== name) : [...closed, name];
    setClosed(next);
    keep(next);
  };
  const leave = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape' || !opened) return;
    setOpened(false);
    trigger.current?.focus();
  };
  return (
    <nav className="settings-nav" aria-label={t('settings.nav')} onKeyDown={leave}>
      <UnstyledButton ref={trigger} className="settings-here" aria-label={where.join(': ')} aria-expanded={opened} aria-controls={id} onClick={() => setOpened(!opened)}>
        <span><span className="quiet">{where[0]}</span><b className="truncate">{where[1]}</b></span>
        <IconChevronDown size={18} aria-hidden="true" />
      </UnstyledButton>
      <div id={id} className="settings-sections" data-opened={opened || undefined}>
        {shown.map((section) => {
          // The section of the page shown stays open, so that the menu always says where one is.
          const open = section === here || !closed.includes(section.name);
          return (
            <div key={section.name}>
              <UnstyledButton id={`${id}-${section.name}`} className="settings-section" aria-expanded={open} aria-disabled={section === here || undefined} aria-controls={`${id}-${section.name}-pages`} onClick={() => section !== here && toggle(section.name)}>
                <IconChevronDown size={14} aria-hidden="true" />{t(section.label)}
              </UnstyledButton>
              <Collapse id={`${id}-${section.name}-pages`} expanded={open}>
                <ul aria-labelledby={`${id}-${section.name}`}>{section.pages.map((one) => <li key={one.to}><Link to={one.to} params={params as never} activeOptions={{ exact: one.exact ?? false }}>{t(one.label)}</Link></li>)}</ul>
              </Collapse>
            </div>
          );
        })}
      </div>
    </nav>
  );
}
