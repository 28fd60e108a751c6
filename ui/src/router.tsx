/** Every page and its address. An account's pages are under /a/{account}, so a link always opens the right account. */
import { Outlet, createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { ApiError } from './api/client';
import { queryClient, sessionQuery } from './api/queries';
import type { Session } from './api/types';
import { asLanguage, i18n, setLanguage } from './i18n';
import { type ListSearch, listSearch } from './lib/list-state';
import { isListType, isRecordType } from './lib/objects';
import { AccountLayout } from './pages/layout';
import { CrashPage, NoAccountPage, NotFoundPage } from './pages/error-pages';
import { ImportPage, ImportRunPage } from './pages/import';
import { ListPage } from './pages/list';
import { OrganizationPage } from './pages/organization';
import { RecordPage } from './pages/record';
import { AccountSettingsPage, DisclosuresPage, PipelinesPage, PropertiesPage, SettingsLayout, TokensPage, UsersPage } from './pages/settings';
import { ProfilePage } from './pages/settings/profile';
import { SecurityPage } from './pages/settings/security';
import { SetupPage } from './pages/setup';
import { SignInPage } from './pages/sign-in';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

/** The session, or a detour over the sign-in page that leads back here. */
async function signedIn(href: string): Promise<Session> {
  try {
    const session = await queryClient.ensureQueryData(sessionQuery);
    const wished = asLanguage(session.person.locale);
    if (wished && wished !== i18n.language) setLanguage(wished);
    return session;
  } catch (problem) {
    if (problem instanceof ApiError && problem.status === 401) throw redirect({ to: '/sign-in', search: { next: href === '/' ? undefined : href } });
    throw problem;
  }
}

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: NoAccountPage,
  beforeLoad: async ({ location }) => {
    const session = await signedIn(location.href);
    const first = session.accounts.find((account) => String(account.id) === String(session.defaultAccountId)) ?? session.accounts[0];
    if (first) throw redirect({ to: '/a/$account/$type', params: { account: String(first.id), type: 'companies' }, search: {} as ListSearch });
  },
});

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage, validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: typeof search.next === 'string' ? search.next : undefined }) });
const setup = createRoute({ getParentRoute: () => root, path: '/setup/$token', component: SetupPage });

const account = createRoute({
  getParentRoute: () => root,
  path: '/a/$account',
  component: AccountLayout,
  beforeLoad: async ({ location }) => ({ session: await signedIn(location.href) }),
});
const accountIndex = createRoute({
  getParentRoute: () => account,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/a/$account/$type', params: { account: params.account, type: 'companies' }, search: {} as ListSearch });
  },
});
const list = createRoute({
  getParentRoute: () => account,
  path: '/$type',
  component: ListPage,
  validateSearch: listSearch,
  params: { parse: ({ type }) => ({ type: isListType(type) ? type : ('' as never) }), stringify: ({ type }) => ({ type }) },
});
const record = createRoute({
  getParentRoute: () => account,
  path: '/$type/$id',
  component: RecordPage,
  params: { parse: ({ type, id }) => ({ id, type: isRecordType(type) ? type : ('' as never) }), stringify: ({ type, id }) => ({ type, id }) },
});
const imports = createRoute({ getParentRoute: () => account, path: '/import', component: ImportPage, validateSearch: (search: Record<string, unknown>): { type?: string } => ({ type: typeof search.type === 'string' ? search.type : undefined }) });
const importRun = createRoute({ getParentRoute: () => account, path: '/import/$importId', component: ImportRunPage });
const organization = createRoute({ getParentRoute: () => account, path: '/organization', component: OrganizationPage });

const settings = createRoute({ getParentRoute: () => account, path: '/settings', component: SettingsLayout });
const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/a/$account/settings/profile', params });
  },
});
const settingsPages = [
  createRoute({ getParentRoute: () => settings, path: '/profile', component: ProfilePage }),
  createRoute({ getParentRoute: () => settings, path: '/security', component: SecurityPage }),
  createRoute({ getParentRoute: () => settings, path: '/account', component: AccountSettingsPage }),
  createRoute({ getParentRoute: () => settings, path: '/users', component: UsersPage }),
  createRoute({ getParentRoute: () => settings, path: '/tokens', component: TokensPage }),
  createRoute({ getParentRoute: () => settings, path: '/properties', component: PropertiesPage }),
  createRoute({ getParentRoute: () => settings, path: '/pipelines', component: PipelinesPage }),
  createRoute({ getParentRoute: () => settings, path: '/disclosures', component: DisclosuresPage }),
] as const;

const tree = root.addChildren([index, signIn, setup, account.addChildren([accountIndex, list, record, imports, importRun, organization, settings.addChildren([settingsIndex, ...settingsPages])])]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: false,
  scrollRestoration: true,
  defaultErrorComponent: CrashPage,
  defaultNotFoundComponent: NotFoundPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
