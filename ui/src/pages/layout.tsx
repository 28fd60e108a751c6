import { ActionIcon, AppShell, Badge, Box, Burger, Button, Group, Menu, ScrollArea, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import {
  IconFileImport, IconHelp, IconLogout, IconSearch, IconSelector, IconSettings, IconShieldLock, IconSitemap, IconUserCircle, IconWifiOff,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation, useNavigate, useParams, useRouteContext } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useRef, useState } from 'react';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import type { AccountSummary, ListType, Session } from '../api/types';
import { AccountMark, PersonMark } from '../components/account-mark';
import { Logo } from '../components/logo';
// Not later: people type on before a dialog that is still to be fetched could hear them.
import { QuickFind } from '../components/quick-find';
import { SchemeToggle } from '../components/scheme-toggle';
import { StepUpProvider } from '../components/step-up';
import { TYPE_ICONS } from '../components/type-icons';
import { useT } from '../i18n';
import { AsUserBanner } from '../components/as-user-banner';
import { DueBanner, isShut } from '../components/due-banner';
import { ResetBanner } from '../components/reset-banner';
import { HereProvider, mayImport, maySeeOrganization } from '../lib/account';
import { useHotkeys } from '../lib/hotkeys';
import { useLive } from '../lib/live';
import { LIST_TYPES, OBJECTS } from '../lib/objects';
import { NoAccountPage } from './error-pages';

const AccountSwitcher = lazy(() => import('../components/account-switcher').then((dialog) => ({ default: dialog.AccountSwitcher })));
const EntryGate = lazy(() => import('../components/entry-gate').then((gate) => ({ default: gate.EntryGate })));
const HelpDialog = lazy(() => import('../components/help-dialog').then((dialog) => ({ default: dialog.HelpDialog })));
/** What is opened by a key or a click, fetched when the page has been at rest for a moment, so that it opens at once. */
const LATER = [() => import('../components/account-switcher'), () => import('../components/record-form'), () => import('../components/filter-editor'), () => import('../components/bulk-bar'), () => import('./record')];
const REST_MS = 1500;
const NavigationDrawer = lazy(() => import('../components/navigation-drawer').then((drawer) => ({ default: drawer.NavigationDrawer })));

export function AccountLayout() {
  const { session } = useRouteContext({ from: '/a/$account' });
  const { account: id } = useParams({ from: '/a/$account' });
  const account = session.accounts.find((one) => String(one.id) === id);
  if (!account) return <NoAccountPage own={session.accounts} />;
  return (
    <HereProvider value={{ account, session }}>
      <StepUpProvider>
        {isShut(account) ? <><ResetBanner /><Suspense><EntryGate /></Suspense></> : <Frame key={String(account.id)} account={account} session={session} />}
      </StepUpProvider>
    </HereProvider>
  );
}

function Frame({ account, session }: { account: AccountSummary; session: Session }) {
  const t = useT();
  const navigate = useNavigate();
  const [menu, { toggle: toggleMenu, close: closeMenu }] = useDisclosure(false);
  const [help, helpDialog] = useDisclosure(false);
  const [find, findDialog] = useDisclosure(false);
  const [switcher, switcherDialog] = useDisclosure(false);
  const phone = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false });
  const live = useLive(account.id);
  useFocusOnNavigation(closeMenu);
  useEffect(() => {
    const timer = setTimeout(() => { for (const load of LATER) load().catch(() => undefined); }, REST_MS);
    return () => clearTimeout(timer);
  }, []);

  const goto = Object.fromEntries(LIST_TYPES.map((type) => [`g ${OBJECTS[type].shortcut}`, () => void navigate({ to: '/a/$account/$type', params: { account: String(account.id), type }, search: {} })]));
  useHotkeys({
    ...goto,
    'g i': () => void (mayImport(account) && navigate({ to: '/a/$account/import', params: { account: String(account.id) }, search: {} })),
    'g n': () => void (maySeeOrganization(account) && navigate({ to: '/a/$account/organization', params: { account: String(account.id) } })),
    'g s': () => void navigate({ to: '/a/$account/settings', params: { account: String(account.id) } }),
    '?': helpDialog.open,
    '.': switcherDialog.open,
    'mod+k': findDialog.open,
    '/': () => (document.querySelector<HTMLInputElement>('[data-search]') ?? document.querySelector<HTMLButtonElement>('[data-find]'))?.focus(),
  });

  const nav = <Navigation account={account} session={session} openSwitcher={switcherDialog.open} />;
  return (
    <>
      <a className="skip" href="#main">{t('nav.skip')}</a>
      <AppShell navbar={{ width: 228, breakpoint: 'md', collapsed: { mobile: true } }} header={{ height: 52 }} layout="alt" padding={0}>
        {!phone && <AppShell.Navbar withBorder={false} zIndex={101}>{nav}</AppShell.Navbar>}
        <AppShell.Header px={{ base: 'xs', sm: 'lg' }} bg="var(--co-card)" style={{ borderColor: 'var(--co-line)' }}>
          <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="xs" wrap="nowrap" style={{ flex: 1, minWidth: 0 }}>
              <Burger hiddenFrom="md" size="sm" opened={menu} onClick={toggleMenu} aria-label={t('nav.open')} />
              <UnstyledButton data-find className="find-button" onClick={findDialog.open}>
                <IconSearch size={16} aria-hidden="true" />
                <span className="truncate">{t('find.placeholder')}</span>
                <Box component="span" ml="auto" visibleFrom="sm" style={{ flexShrink: 0 }}><kbd>Ctrl K</kbd></Box>
              </UnstyledButton>
            </Group>
            <Group gap={4} wrap="nowrap">
              {!live && <Tooltip label={t('state.offline')}><ActionIcon size="lg" aria-label={t('state.offline')} color="orange"><IconWifiOff size={18} /></ActionIcon></Tooltip>}
              {session.demo && <Badge color="orange" visibleFrom="sm" mr={4}>{t('app.demo')}</Badge>}
              <Tooltip label={`${t('help.title')} (?)`}><ActionIcon size="lg" visibleFrom="sm" aria-label={t('help.title')} onClick={helpDialog.open}><IconHelp size={19} /></ActionIcon></Tooltip>
              <SchemeToggle />
              <UserMenu account={account} session={session} />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
          <AsUserBanner />
          <ResetBanner />
          <DueBanner />
          <Outlet />
        </AppShell.Main>
      </AppShell>
      <Suspense>
        {phone && <NavigationDrawer opened={menu} close={closeMenu}>{nav}</NavigationDrawer>}
        {help && <HelpDialog close={helpDialog.close} />}
        {find && <QuickFind close={findDialog.close} />}
        {switcher && <AccountSwitcher close={switcherDialog.close} />}
      </Suspense>
    </>
  );
}

/** After a change of page the focus goes to the content, as after a page load; screen readers then read from there. */
function useFocusOnNavigation(closeMenu: () => void) {
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    closeMenu();
    if (first.current) {
      first.current = false;
      return;
    }
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [pathname, closeMenu]);
}

function Navigation({ account, session, openSwitcher }: { account: AccountSummary; session: Session; openSwitcher: () => void }) {
  const t = useT();
  const id = String(account.id);
  const here = { account: id };
  return (
    <nav className="nav" aria-label={t('nav.main')}>
      <Group gap={9} px={16} h={52} wrap="nowrap" style={{ flexShrink: 0 }}>
        <Logo size={26} />
        <Text fw={680} c="white" style={{ letterSpacing: '-0.01em' }} size="lg">{t('app.name')}</Text>
      </Group>
      <Box px={10} pt={4}>
        <UnstyledButton className="nav-account" onClick={openSwitcher} aria-label={`${t('account.switch')}: ${account.name}`}>
          <AccountMark id={account.id} name={account.name} size={32} />
          <div style={{ minWidth: 0, flex: 1 }}>
            <Text size="sm" fw={620} c="white" className="truncate" lh={1.25}>{account.name}</Text>
            <Text size="xs" className="truncate" lh={1.3}>{session.person.name}</Text>
          </div>
          <IconSelector size={16} aria-hidden="true" />
        </UnstyledButton>
      </Box>
      <ScrollArea px={10} flex={1} type="auto">
        <div className="nav-title">{t('nav.crm')}</div>
        {LIST_TYPES.map((type: ListType) => {
          const Icon = TYPE_ICONS[type];
          return <Link key={type} className="nav-link" to="/a/$account/$type" params={{ ...here, type }} search={{}} activeOptions={{ includeSearch: false }}><Icon size={18} stroke={1.7} aria-hidden="true" />{t(OBJECTS[type].label)}</Link>;
        })}
        <div className="nav-title">{t('nav.admin')}</div>
        {mayImport(account) && <Link className="nav-link" to="/a/$account/import" params={here} search={{}} activeOptions={{ includeSearch: false }}><IconFileImport size={18} stroke={1.7} aria-hidden="true" />{t('nav.import')}</Link>}
        {maySeeOrganization(account) && <Link className="nav-link" to="/a/$account/organization" params={here}><IconSitemap size={18} stroke={1.7} aria-hidden="true" />{t('nav.organization')}</Link>}
        <Link className="nav-link" to="/a/$account/settings" params={here}><IconSettings size={18} stroke={1.7} aria-hidden="true" />{t('nav.settings')}</Link>
      </ScrollArea>
    </nav>
  );
}

function UserMenu({ account, session }: { account: AccountSummary; session: Session }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const here = { account: String(account.id) };
  const signOut = async () => {
    setBusy(true);
    await call('/identity/v1/sign-out', { method: 'POST' }).catch(() => undefined);
    queryClient.clear();
    location.assign('/sign-in');
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="subtle" color="gray" px={4} h={36} loading={busy} aria-label={t('user.menu')}><PersonMark name={session.person.name} size={28} /></Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Box px="sm" py={6}>
          <Text size="sm" fw={600} className="truncate">{session.person.name}</Text>
          <Text size="xs" c="dimmed" className="truncate">{session.person.email}</Text>
        </Box>
        <Menu.Divider />
        <Menu.Item leftSection={<IconUserCircle size={16} />} component={Link} to="/a/$account/settings/profile" params={here as never}>{t('user.profile')}</Menu.Item>
        <Menu.Item leftSection={<IconShieldLock size={16} />} component={Link} to="/a/$account/settings/security" params={here as never}>{t('user.security')}</Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>{t('user.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
