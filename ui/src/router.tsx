/** Every page and its address. An account's pages are under /a/{account}, so a link always opens the right account. */
import { Outlet, createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ApiError } from './api/client';
import { queryClient, sessionQuery } from './api/queries';
import type { Session } from './api/types';
import { arrive, enter } from './i18n/choice';
import { type ListSearch, listSearch } from './lib/list-state';
import { isListType, isRecordType } from './lib/objects';
import * as pages from './pages';
import { CrashPage, NoAccountPage, NotFoundPage } from './pages/error-pages';


const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

/** The session, or a detour over the sign-in page that leads back here. */
async function signedIn(href: string): Promise<Session> {
  try {
    const session = await queryClient.ensureQueryData(sessionQuery);
    await enter(session.person.locale);
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

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: lazyRouteComponent(pages.signIn, 'SignInPage'), beforeLoad: arrive, validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: typeof search.next === 'string' ? search.next : undefined }) });
const signInWith = createRoute({ getParentRoute: () => root, path: '/sign-in/with/$provider', component: lazyRouteComponent(pages.signOn, 'SignInWithPage'), beforeLoad: arrive, validateSearch: (search: Record<string, unknown>): { next?: string; email?: string } => ({ next: typeof search.next === 'string' ? search.next : undefined, email: typeof search.email === 'string' ? search.email : undefined }) });
const signInBack = createRoute({ getParentRoute: () => root, path: '/sign-in/back', component: lazyRouteComponent(pages.signOn, 'SignInBackPage'), beforeLoad: arrive });
const setup = createRoute({ getParentRoute: () => root, path: '/setup/$token', component: lazyRouteComponent(pages.setup, 'SetupPage'), beforeLoad: arrive });

const account = createRoute({
  getParentRoute: () => root,
  path: '/a/$account',
  component: lazyRouteComponent(pages.layout, 'AccountLayout'),
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
  component: lazyRouteComponent(pages.list, 'ListPage'),
  validateSearch: listSearch,
  params: { parse: ({ type }) => ({ type: isListType(type) ? type : ('' as never) }), stringify: ({ type }) => ({ type }) },
});
const record = createRoute({
  getParentRoute: () => account,
  path: '/$type/$id',
  component: lazyRouteComponent(pages.record, 'RecordPage'),
  params: { parse: ({ type, id }) => ({ id, type: isRecordType(type) ? type : ('' as never) }), stringify: ({ type, id }) => ({ type, id }) },
});
const imports = createRoute({ getParentRoute: () => account, path: '/import', component: lazyRouteComponent(pages.importing, 'ImportPage'), validateSearch: (search: Record<string, unknown>): { type?: string } => ({ type: typeof search.type === 'string' ? search.type : undefined }) });
const importRun = createRoute({ getParentRoute: () => account, path: '/import/$importId', component: lazyRouteComponent(pages.importing, 'ImportRunPage') });
const organization = createRoute({ getParentRoute: () => account, path: '/organization', component: lazyRouteComponent(pages.organization, 'OrganizationPage') });
const organizationPolicies = createRoute({ getParentRoute: () => account, path: '/organization/policies', component: lazyRouteComponent(pages.organization, 'PoliciesPage') });
const organizationRoles = createRoute({ getParentRoute: () => account, path: '/organization/roles', component: lazyRouteComponent(pages.organization, 'RolesPage') });
const organizationPeople = createRoute({ getParentRoute: () => account, path: '/organization/people', component: lazyRouteComponent(pages.organization, 'PeoplePage'), validateSearch: (search: Record<string, unknown>): { email?: string } => ({ email: typeof search.email === 'string' ? search.email : undefined }) });
const organizationApprovals = createRoute({ getParentRoute: () => account, path: '/organization/approvals', component: lazyRouteComponent(pages.organization, 'ApprovalsPage') });

const settings = createRoute({ getParentRoute: () => account, path: '/settings', component: lazyRouteComponent(pages.settings, 'SettingsLayout') });
const settingsIndex = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/a/$account/settings/profile', params });
  },
});
const settingsPages = [
  createRoute({ getParentRoute: () => settings, path: '/profile', component: lazyRouteComponent(pages.settings, 'ProfilePage') }),
  createRoute({ getParentRoute: () => settings, path: '/security', component: lazyRouteComponent(pages.settings, 'SecurityPage') }),
  createRoute({ getParentRoute: () => settings, path: '/accounts', component: lazyRouteComponent(pages.settings, 'AccountsPage') }),
  createRoute({ getParentRoute: () => settings, path: '/sign-in', component: lazyRouteComponent(pages.settings, 'SignInPolicyPage') }),
  createRoute({ getParentRoute: () => settings, path: '/history', component: lazyRouteComponent(pages.settings, 'SecurityHistoryPage') }),
  createRoute({ getParentRoute: () => settings, path: '/account', component: lazyRouteComponent(pages.settings, 'AccountSettingsPage') }),
  createRoute({ getParentRoute: () => settings, path: '/company', component: lazyRouteComponent(pages.settings, 'CompanyPage') }),
  createRoute({ getParentRoute: () => settings, path: '/billing', component: lazyRouteComponent(pages.settings, 'BillingPage') }),
  createRoute({ getParentRoute: () => settings, path: '/users', component: lazyRouteComponent(pages.settings, 'UsersPage') }),
  createRoute({ getParentRoute: () => settings, path: '/sso', component: lazyRouteComponent(pages.settings, 'SsoPage') }),
  createRoute({ getParentRoute: () => settings, path: '/tokens', component: lazyRouteComponent(pages.settings, 'TokensPage') }),
  createRoute({ getParentRoute: () => settings, path: '/properties', component: lazyRouteComponent(pages.settings, 'PropertiesPage') }),
  createRoute({ getParentRoute: () => settings, path: '/pipelines', component: lazyRouteComponent(pages.settings, 'PipelinesPage') }),
  createRoute({ getParentRoute: () => settings, path: '/disclosures', component: lazyRouteComponent(pages.settings, 'DisclosuresPage') }),
  createRoute({ getParentRoute: () => settings, path: '/outbox', component: lazyRouteComponent(pages.settings, 'OutboxPage') }),
] as const;

const tree = root.addChildren([index, signIn, signInWith, signInBack, setup, account.addChildren([accountIndex, list, record, imports, importRun, organization, organizationPolicies, organizationRoles, organizationPeople, organizationApprovals, settings.addChildren([settingsIndex, ...settingsPages])])]);

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
