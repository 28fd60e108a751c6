/** What an entry of the organization's log says: who did what; or what came about by itself, why, and what set it off. */
import { type Translate, type Vars, maybeT } from '../../i18n';
import { moment } from '../../lib/format';
import { type Value, graceDays } from './policy';
import { type NameOf, featureName } from './words';

export interface Entry { seq: number; at: string; actor: string; actorName?: string | null; forName?: string | null; recordName?: string | null; recordErased?: boolean; act: string; subject?: string | null; detail?: Detail | null }
interface Detail {
  edge?: Record<string, unknown>;
  account?: unknown;
  feature?: unknown;
  source?: unknown;
  destination?: unknown;
  act?: string;
  code?: string;
  message?: string;
  reason?: string;
  until?: string;
  role?: string;
  proposal?: number;
  what?: string;
  before?: unknown;
  after?: unknown;
  cause?: { cause?: string; accountId?: unknown; force?: unknown } | null;
  view?: { nItems?: number; items?: { type: string; n: number }[] };
}
/** Without `who` it came about by itself, and nobody stands before it as if it were her deed. */
export interface Told { who?: string; what: string }

export function who(entry: Entry, t: Translate): string {
  const directory = /^provisioner:(\d+)$/.exec(entry.actor)?.[1];
  if (directory) return t('securityLog.directory', { name: entry.actorName ?? directory });
  const token = /^token:(\d+)$/.exec(entry.actor)?.[1];
  if (token) {
    const named = t('org.log.token', { name: entry.actorName ?? token });
    return entry.forName ? t('org.log.for', { token: named, person: entry.forName }) : named;
  }
  if (entry.actorName) return entry.actorName;
  return entry.actor === 'system' ? t('org.log.system') : entry.actor;
}

export function told(entry: Entry, name: NameOf, language: string, t: Translate): Told {
  const vars = varsOf(entry, name, language);
  const byItself = maybeT(`org.auto.${entry.act}.${entry.detail?.reason ?? ''}`, vars) ?? maybeT(`org.auto.${entry.act}`, vars);
  if (byItself === undefined) return { who: who(entry, t), what: deed(entry, vars, t) };
  const after = setOffBy(entry, name, t);
  return { what: after ? `${byItself} (${after})` : byItself };
}

/** "account:5" and the edge in the detail, as names. */
function varsOf({ subject, detail }: Entry, name: NameOf, language: string): Vars {
  const edge = detail?.edge ?? detail ?? {};
  const id = (value: unknown) => (value === undefined || value === null ? '' : name(String(value)));
  return {
    account: id(detail?.account ?? /^account:(\d+)$/.exec(subject ?? '')?.[1]),
    feature: edge.feature ? featureName(String(edge.feature)) : '',
    source: id(edge.source),
    destination: id(edge.destination),
    count: detail?.view?.nItems ?? 0,
    role: detail?.role ? (maybeT(`org.role.${detail.role}`) ?? detail.role) : '',
    proposal: detail?.proposal ?? '',
    until: detail?.until ? moment(detail.until, language) : '',
  };
}

function deed(entry: Entry, vars: Vars, t: Translate): string {
  const { act, detail } = entry;
  if (act === 'directory_changed') return maybeT(`org.directory.${detail?.what ?? ''}`) ?? t('org.log.directory_changed');
  if (act === 'refused') {
    const tried = { what: maybeT(`org.tried.${detail?.act ?? ''}`) ?? detail?.act ?? '', account: vars.account ?? '' };
    const why = refusal(detail);
    return why ? t('org.log.refusedWhy', { ...tried, why }) : t('org.log.refused', tried);
  }
  const said = maybeT(`org.log.${act}`, vars) ?? act;
  const more = detailsOf(act, detail, vars, t);
  return more ? `${said}: ${more}` : said;
}

function detailsOf(act: string, detail: Entry['detail'], vars: Vars, t: Translate): string | undefined {
  if (act === 'policy_changed') return rules(detail, t);
  if (act === 'edge_refused') return maybeT(`org.log.blocked.${detail?.reason ?? ''}`, vars);
  return act.endsWith('_refused') ? refusal(detail, 'offBoarding.code') : undefined;
}

/** The words of a refusal's code; where there are none, or they need what the log does not keep, what the server said. */
function refusal(detail: Entry['detail'], ...first: string[]): string | undefined {
  if (!detail?.code) return detail?.message;
  const known = [...first, 'org.log.code', 'code', 'reason'].map((table) => maybeT(`${table}.${detail.code}`)).find(Boolean);
  return known !== undefined && !known.includes('{{') ? known : (detail.message || detail.code);
}

const isValues = (values: unknown): values is Record<string, Value> => typeof values === 'object' && values !== null;

/** Which rules changed, each from what to what. */
function rules(detail: Entry['detail'], t: Translate): string {
  const before = isValues(detail?.before) ? detail.before : {};
  const after = isValues(detail?.after) ? detail.after : {};
  return Object.entries(after).map(([rule, value]) => {
    const named = maybeT(`policy.${rule}`) ?? rule.replaceAll('_', ' ');
    const was = before[rule];
    return t('org.log.rule', { rule: named, change: `${was === undefined ? '' : `${valueWords(rule, was, t)} → `}${valueWords(rule, value, t)}` });
  }).join('; ');
}

function valueWords(rule: string, value: Value, t: Translate): string {
  const days = graceDays(value);
  if (days !== undefined) return t('policy.graceOf', { days });
  if (typeof value === 'boolean') return t(value ? 'policy.on' : 'policy.off');
  if (value === null || (Array.isArray(value) && value.length === 0)) return t('policy.nothing');
  return Array.isArray(value) ? value.join(', ') : (maybeT(`policy.${rule}.${String(value)}`) ?? String(value));
}

/** What set off a change that came about by itself; empty where it was the day. */
function setOffBy(entry: Entry, name: NameOf, t: Translate): string {
  const { cause, reason } = entry.detail ?? {};
  const byPerson = entry.actor !== 'system';
  if (cause?.cause === 'account_changed') {
    const account = cause.accountId === undefined ? '' : name(String(cause.accountId));
    if (!byPerson) return t('org.log.after.change', { account });
    return t(reason === 'tier' || reason === 'subscription' ? 'org.log.after.subscription' : 'org.log.after.account', { who: who(entry, t), account });
  }
  if (cause?.force !== undefined) return byPerson ? t('org.log.after.rules', { who: who(entry, t) }) : t('org.log.after.rulesChange');
  return byPerson ? t('org.log.after.deed', { who: who(entry, t) }) : '';
}
