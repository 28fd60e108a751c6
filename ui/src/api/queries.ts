/** What the pages read, as queries. Everything account-scoped has the account's id in its key, so switching never shows another's data. */
import { QueryClient, infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ApiError, call } from './client';
import type { AccountSettings, Association, Billing, Candidate, CompanyInfo, CrmRecord, Filter, ImportJob, ObjectType, Organization, Owner, Page, Passkey, Pipeline, Property, Session, SessionRow, TimelinePage, Token, User, Why } from './types';

export type AccountRef = string | number;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (n, problem) => n < 2 && (!(problem instanceof ApiError) || problem.status === 0 || problem.status >= 502),
    },
  },
});

export const LIMITS = { owners: 500, associations: 500, batch: 100, timeline: 50, quick: 6 } as const;

export const sessionQuery = queryOptions({ queryKey: ['session'], queryFn: () => call<Session>('/identity/v1/session'), staleTime: 60_000, retry: false });
export const passkeysQuery = queryOptions({ queryKey: ['passkeys'], queryFn: () => call<Page<Passkey>>('/identity/v1/passkeys') });
export const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: () => call<Page<SessionRow>>('/identity/v1/sessions') });

const LONG = 5 * 60_000;

export const propertiesQuery = (account: AccountRef, type: string) =>
  queryOptions({ queryKey: ['a', account, 'properties', type], queryFn: () => call<Page<Property>>(`/crm/v3/properties/${type}`, { account }).then((page) => page.results.filter((property) => !property.hidden)), staleTime: LONG });

export const ownersQuery = (account: AccountRef) =>
  queryOptions({
    queryKey: ['a', account, 'owners'],
    queryFn: async () => {
      const pages = [false, true].map((archived) => call<Page<Owner>>('/crm/v3/owners', { account, query: { limit: LIMITS.owners, archived } }).catch(() => ({ results: [] as Owner[] })));
      const [active, archived] = await Promise.all(pages);
      const known = new Set(active!.results.map((owner) => owner.id));
      return [...active!.results, ...archived!.results.filter((owner) => !known.has(owner.id))];
    },
    staleTime: LONG,
  });

export const pipelinesQuery = (account: AccountRef, type: string) =>
  queryOptions({ queryKey: ['a', account, 'pipelines', type], queryFn: () => call<Page<Pipeline>>(`/crm/v3/pipelines/${type}`, { account }).then((page) => page.results), staleTime: LONG });

export interface SearchRequest { filters: Filter[]; query: string; sort: string; properties: string[]; page: number; size: number }

export function searchBody(request: SearchRequest) {
  const descending = request.sort.startsWith('-');
  return {
    filterGroups: request.filters.length > 0 ? [{ filters: request.filters }] : [],
    ...(request.query ? { query: request.query } : {}),
    sorts: request.sort ? [{ propertyName: request.sort.replace(/^-/, ''), direction: descending ? 'DESCENDING' : 'ASCENDING' }] : [],
    properties: request.properties,
    limit: request.size,
    ...(request.page > 1 ? { after: String((request.page - 1) * request.size) } : {}),
  };
}

export const searchQuery = (account: AccountRef, type: string, request: SearchRequest) =>
  queryOptions({
    queryKey: ['a', account, 'records', type, 'search', request],
    queryFn: ({ signal }) => call<Page<CrmRecord>>(`/crm/v3/objects/${type}/search`, { method: 'POST', account, body: searchBody(request), signal }),
    placeholderData: keepPreviousData,
  });

export const archivedQuery = (account: AccountRef, type: string, properties: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ['a', account, 'records', type, 'archived'],
    queryFn: ({ pageParam }) => call<Page<CrmRecord>>(`/accounts/v1/records/${type}/archived`, { account, query: { limit: LIMITS.batch, after: pageParam, properties: [...properties] } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.after,
  });

export const recordQuery = (account: AccountRef, type: string, id: string, properties: string[]) =>
  queryOptions({
    queryKey: ['a', account, 'records', type, 'one', id],
    queryFn: () => call<CrmRecord>(`/crm/v3/objects/${type}/${id}`, { account, query: { properties } }),
    enabled: properties.length > 0,
  });

export const historyQuery = (account: AccountRef, type: string, id: string, property: string) =>
  queryOptions({
    queryKey: ['a', account, 'records', type, 'one', id, 'history', property],
    queryFn: () => call<CrmRecord>(`/crm/v3/objects/${type}/${id}`, { account, query: { propertiesWithHistory: property } }).then((record) => record.propertiesWithHistory?.[property] ?? []),
  });

export interface Associated { record: CrmRecord; types: Association['associationTypes'] }

export const associatedQuery = (account: AccountRef, type: string, id: string, to: ObjectType, properties: readonly string[]) =>
  queryOptions({
    queryKey: ['a', account, 'records', type, 'one', id, 'associated', to],
    queryFn: async (): Promise<Associated[]> => {
      const links = await call<Page<Association>>(`/crm/v4/objects/${type}/${id}/associations/${to}`, { account, query: { limit: LIMITS.associations } });
      const ids = links.results.map((link) => String(link.toObjectId));
      if (ids.length === 0) return [];
      const chunks: string[][] = [];
      for (let i = 0; i < ids.length; i += LIMITS.batch) chunks.push(ids.slice(i, i + LIMITS.batch));
      const pages = await Promise.all(chunks.map((chunk) => call<Page<CrmRecord>>(`/crm/v3/objects/${to}/batch/read`, { method: 'POST', account, body: { inputs: chunk.map((one) => ({ id: one })), properties } })));
      const records = new Map(pages.flatMap((page) => page.results).map((record) => [record.id, record]));
      return links.results.flatMap((link) => {
        const record = records.get(String(link.toObjectId));
        return record ? [{ record, types: link.associationTypes }] : [];
      });
    },
  });

export const timelineQuery = (account: AccountRef, type: string, id: string, before: string | undefined) => ({
  queryKey: ['a', account, 'records', type, 'one', id, 'timeline', before ?? ''],
  queryFn: () => call<TimelinePage>(`/accounts/v1/records/${type}/${id}/timeline`, { account, query: { limit: LIMITS.timeline, before, mirrored: true } }),
});

export const whyQuery = (account: AccountRef, type: string, id: string, connectionId: AccountRef, origin: AccountRef) =>
  queryOptions({
    queryKey: ['a', account, 'records', type, 'one', id, 'why', connectionId, origin],
    queryFn: () => call<Why>(`/accounts/v1/records/${type}/${id}/timeline/why`, { account, query: { connectionId: String(connectionId) } }),
  });

export const importsQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'imports'], queryFn: () => call<Page<ImportJob>>('/accounts/v1/imports', { account }).then((page) => page.results) });
export const importQuery = (account: AccountRef, id: string) =>
  queryOptions({
    queryKey: ['a', account, 'imports', id],
    queryFn: () => call<ImportJob>(`/accounts/v1/imports/${id}`, { account }),
    // Live hints come when they come; a running import is also looked at every second.
    refetchInterval: (query) => (query.state.data && !isFinished(query.state.data.state) ? 1000 : false),
  });

export function isFinished(state: string): boolean {
  return ['done', 'completed', 'failed', 'cancelled', 'canceled'].includes(state.toLowerCase());
}

export const settingsQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'settings'], queryFn: () => call<AccountSettings>('/accounts/v1/settings', { account }) });
export const companyQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'company'], queryFn: () => call<CompanyInfo>('/accounts/v1/company', { account }) });
export const subscriptionQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'subscription'], queryFn: () => call<Billing>('/accounts/v1/subscription', { account }) });
export interface SeatCount { seat: 'core' | 'sales' | 'service' | 'view_only'; bought: number | null; used: number; available: number | null }
export const seatsQuery = (account: AccountRef) =>
  queryOptions({ queryKey: ['a', account, 'seats'], queryFn: () => call<Page<SeatCount>>('/accounts/v1/seats', { account }).then((page) => page.results) });
export const usersQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'users'], queryFn: () => call<Page<User>>('/accounts/v1/users', { account }).then((page) => page.results) });
export const tokensQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'tokens'], queryFn: () => call<Page<Token>>('/accounts/v1/tokens', { account }).then((page) => page.results) });

export const organizationQuery = (account: AccountRef) =>
  queryOptions({
    queryKey: ['a', account, 'organization'],
    queryFn: async () => {
      try {
        return await call<Organization>('/organizations/v1/current', { account });
      } catch (problem) {
        if (problem instanceof ApiError && problem.status === 404) return null;
        throw problem;
      }
    },
  });
export const candidatesQuery = (account: AccountRef) => queryOptions({ queryKey: ['a', account, 'candidates'], queryFn: () => call<Page<Candidate>>('/organizations/v1/candidates', { account }).then((page) => page.results) });
