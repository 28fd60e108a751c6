/** One deed on many records, a bounded batch at a time: with progress, a way to stop, and every refusal kept. */
import { type AccountRef, LIMITS, searchBody } from '../api/queries';
import { ApiError, call } from '../api/client';
import type { CrmRecord, Filter, Page } from '../api/types';

/** Rows ticked one by one, or everything a list's search and filters match, whatever page it is on. */
export type Chosen = { ids: string[] } | { filters: Filter[]; query: string; total: number };

export const nChosen = (chosen: Chosen): number => ('ids' in chosen ? chosen.ids.length : chosen.total);

export interface Failure { id: string; message: string }
export interface Progress { done: string[]; failures: Failure[] }
export type Deed = (ids: string[]) => Promise<Failure[]>;

export function batches<T>(all: T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let i = 0; i < all.length; i += size) cut.push(all.slice(i, i + size));
  return cut;
}

/** In the order of ids, each page after the last id of the one before: what the deed takes out of the list moves no later page. */
export async function* pagesOf(account: AccountRef, type: string, chosen: Chosen): AsyncGenerator<string[]> {
  if ('ids' in chosen) {
    yield* batches(chosen.ids, LIMITS.batch);
    return;
  }
  for (let after = '0'; ; ) {
    const filters: Filter[] = [...chosen.filters, { propertyName: 'hs_object_id', operator: 'GT', value: after }];
    const body = searchBody({ filters, query: chosen.query, sort: 'hs_object_id', properties: ['hs_object_id'], page: 1, size: LIMITS.batch });
    const page = await call<Page<CrmRecord>>(`/crm/v3/objects/${type}/search`, { method: 'POST', account, body });
    const last = page.results.at(-1);
    if (!last) return;
    yield page.results.map((record) => record.id);
    after = last.id;
  }
}

/** Runs to the end or until stopped; what broke a page as a whole ends the run and is thrown. */
export async function run(pages: AsyncIterable<string[]>, deed: Deed, report: (progress: Progress) => void, stopped: () => boolean): Promise<Progress> {
  const progress: Progress = { done: [], failures: [] };
  for await (const ids of pages) {
    if (stopped()) break;
    const failures = await deed(ids);
    const failed = new Set(failures.map((failure) => failure.id));
    progress.failures.push(...failures);
    progress.done.push(...ids.filter((id) => !failed.has(id)));
    report({ done: [...progress.done], failures: [...progress.failures] });
    if (stopped()) break;
  }
  return progress;
}

interface BatchReply { errors?: { message: string; context?: { ids?: string[] } }[] }

const failuresOf = (reply: BatchReply): Failure[] => (reply.errors ?? []).flatMap((error) => (error.context?.ids ?? ['']).map((id) => ({ id, message: error.message })));
const inputs = (ids: string[], extra?: object) => ({ inputs: ids.map((id) => ({ id, ...extra })) });

export const setting = (account: AccountRef, type: string, properties: Record<string, string>): Deed => async (ids) =>
  failuresOf(await call<BatchReply>(`/crm/v3/objects/${type}/batch/update`, { method: 'POST', account, body: inputs(ids, { properties }) }));

export const restoring = (account: AccountRef, type: string): Deed => async (ids) =>
  failuresOf(await call<BatchReply>(`/accounts/v1/records/${type}/restore`, { method: 'POST', account, body: inputs(ids) }));

/** A batch that holds one record she may not archive is refused as a whole: then each is tried by itself. */
export const archiving = (account: AccountRef, type: string): Deed => async (ids) => {
  try {
    await call(`/crm/v3/objects/${type}/batch/archive`, { method: 'POST', account, body: inputs(ids) });
    return [];
  } catch (problem) {
    if (!(problem instanceof ApiError) || problem.status !== 403 || ids.length === 1) throw problem;
  }
  const failures: Failure[] = [];
  for (const id of ids) {
    try {
      await call(`/crm/v3/objects/${type}/${id}`, { method: 'DELETE', account });
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 403) throw problem;
      failures.push({ id, message: problem.message });
    }
  }
  return failures;
};
