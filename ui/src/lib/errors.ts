/** What a refusal says to a person: our own words where the code is known, the server's sentence otherwise. */
import { ApiError } from '../api/client';
import { type Translate, maybeT } from '../i18n';

/** A sentence of ours for the code or the status, else what the server wrote. */
export function describe(problem: unknown, t: Translate): string {
  if (!(problem instanceof ApiError)) return problem instanceof Error && problem.message ? problem.message : t('error.title');
  if (problem.status === 0) return t('error.network');
  const known = maybeT(`code.${problem.code}`, flat(problem.context));
  if (known) return known;
  if (problem.status === 401) return t('error.signedOut');
  if (problem.status === 413) return problem.message || t('error.tooLarge');
  if (problem.status === 429) return t('error.tooMany', { seconds: problem.retryAfterSeconds ?? 30 });
  if (problem.status >= 500) return t('error.server', { status: problem.status, id: problem.correlationId || '-' });
  if (problem.status === 404) return t('error.gone');
  const details = problem.details.map((detail) => detail.message).filter(Boolean);
  if (problem.message.startsWith('Property values were not valid') && details.length > 0) return details.join(' ');
  if (problem.message) return problem.message;
  if (problem.status === 403) return t('error.forbidden');
  return t('error.title');
}

function flat(context: Record<string, string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(context).map(([name, values]) => [name, Array.isArray(values) ? values.join(', ') : String(values)]));
}

/** The server's complaints sorted by the field they belong to; what belongs to none is under ''. */
export function byField(problem: unknown, t: Translate): Record<string, string> {
  if (!(problem instanceof ApiError)) return { '': describe(problem, t) };
  const found: Record<string, string> = {};
  for (const detail of problem.details) {
    const names = detail.context?.propertyName ?? detail.context?.name ?? (detail.in && detail.in !== 'properties' ? [detail.in] : []);
    for (const name of names) found[name] ??= maybeT(`code.${detail.code ?? ''}`, { name }) ?? detail.message;
  }
  for (const [name, message] of namedInMessage(problem.message)) found[name] ??= message;
  return Object.keys(found).length > 0 ? found : { '': describe(problem, t) };
}

/** HubSpot's older form: a JSON list inside the sentence. */
export function namedInMessage(message: string): [string, string][] {
  const start = message.indexOf('[{');
  if (start < 0) return [];
  try {
    const list = JSON.parse(message.slice(start)) as { name?: string; message?: string }[];
    return list.flatMap((entry) => (entry.name && entry.message ? [[entry.name, entry.message] as [string, string]] : []));
  } catch {
    return [];
  }
}
