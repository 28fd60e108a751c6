/** What she wishes, beside what there is: open directions and the terms that are new. Pure. */
import type { ConnectionRules, Organization, Terms } from '../../../api/types';
import { type Arrow, type Change, type EdgeKey, arrowsOf, changesBetween, fromKey, keyOf, openKeys, rebase } from '../edges';

/** The organization as it was when she began, and what she wishes. */
export interface Draft { organization: Organization; open: ReadonlySet<EdgeKey>; terms: ReadonlyMap<EdgeKey, Terms> }
export type Arrows = Map<EdgeKey, Arrow>;

export const CUSTOMERS = ['contacts', 'companies'] as const;
export const TYPES = ['notes', 'calls', 'emails', 'meetings', 'tasks', 'deals'] as const;
export const BASES = ['consent', 'contract', 'legal_obligation', 'vital_interests', 'public_task', 'legitimate_interests', 'other'] as const;
/** Definitions hold no values: copying them needs no reason. */
export const carriesValues = (feature: string) => feature !== 'asset_copying';

export const usualTerms = (): Terms => ({ purpose: null, legalBasis: null, legalBasisText: null, customers: [...CUSTOMERS], types: [...TYPES], dealPipelines: null, fields: null, masked: [], reviewOn: null });
export const rulesOf = (organization: Organization): ConnectionRules => organization.connectionRules ?? { newConnections: 'two_way', terms: 'optional', sensitive: 'account' };
export const isUsed = (organization: Organization, feature: string): boolean => organization.features?.find((one) => one.feature === feature)?.used ?? true;

export const begun = (organization: Organization): Draft => ({ organization, open: openKeys(arrowsOf(organization)), terms: new Map() });
/** Shared by every direction that has none of its own, so that a large organization has them once. */
const USUAL: Terms = Object.freeze(usualTerms());
export const termsOf = (draft: Draft, arrows: Arrows, key: EdgeKey): Terms => draft.terms.get(key) ?? arrows.get(key)?.terms ?? USUAL;

/** The same whatever order lists were chosen in. Thousands of directions share few terms, so each is written out once. */
const written = new WeakMap<Terms, string>();
function whole(terms: Terms): string {
  const known = written.get(terms) ?? wholeOf(terms);
  written.set(terms, known);
  return known;
}
const wholeOf = (terms: Terms) => JSON.stringify([terms.purpose, terms.legalBasis, terms.legalBasisText, ...[terms.customers, terms.types, terms.dealPipelines, terms.fields, terms.masked].map((list) => list && [...list].sort()), terms.reviewOn]);
export const sameTerms = (a: Terms, b: Terms) => whole(a) === whole(b);

export const isReasoned = (terms: Terms) => Boolean(terms.purpose?.trim() && terms.legalBasis && (terms.legalBasis !== 'other' || terms.legalBasisText?.trim()));

/** Directions that are open, go on, and do so on other terms. */
export const amendedKeys = (draft: Draft, arrows: Arrows): EdgeKey[] =>
  [...draft.terms].filter(([key, terms]) => arrows.get(key)?.state === 'on' && draft.open.has(key) && !sameTerms(terms, arrows.get(key)?.terms ?? usualTerms())).map(([key]) => key);

/** Directions that would open. */
export const newKeys = (draft: Draft, arrows: Arrows): EdgeKey[] => [...draft.open].filter((key) => arrows.get(key)?.state !== 'on');

/** Whether the account that gives here must list the fields. */
export const needsFields = (organization: Organization, key: EdgeKey): boolean => {
  const { feature, source } = fromKey(key);
  return carriesValues(feature) && rulesOf(organization).sensitive === 'fields' && organization.members.some((member) => String(member.accountId) === source && member.sensitive);
};

/** Directions that cannot be applied before somebody says why, or which fields. */
export function missingKeys(draft: Draft, arrows: Arrows): EdgeKey[] {
  const required = rulesOf(draft.organization).terms === 'required';
  return [...newKeys(draft, arrows), ...amendedKeys(draft, arrows)].filter((key) => {
    const terms = termsOf(draft, arrows, key);
    return (required && carriesValues(fromKey(key).feature) && !isReasoned(terms)) || (needsFields(draft.organization, key) && !terms.fields);
  });
}

/** Every line of the review, those of changed terms last. */
export function changesOf(draft: Draft, arrows: Arrows): (Omit<Change, 'kind'> & { kind: string })[] {
  return [...changesBetween(openKeys(arrows), draft.open), ...amendedKeys(draft, arrows).map((key) => ({ kind: 'amend', ...fromKey(key) }))];
}

/** Terms for some directions. */
export function withTerms(draft: Draft, keys: EdgeKey[], terms: Terms): Draft {
  const next = new Map(draft.terms);
  for (const key of keys) next.set(key, terms);
  return { ...draft, terms: next };
}

/** Reasons for several directions at once; each keeps what it was narrowed to. */
export function withReasons(draft: Draft, arrows: Arrows, keys: EdgeKey[], { purpose, legalBasis, legalBasisText, reviewOn }: Terms): Draft {
  const reasoned = new Map<Terms, Terms>();
  const next = new Map(draft.terms);
  for (const key of keys) {
    const is = termsOf(draft, arrows, key);
    if (!reasoned.has(is)) reasoned.set(is, { ...is, purpose, legalBasis, legalBasisText, reviewOn });
    next.set(key, reasoned.get(is)!);
  }
  return { ...draft, terms: next };
}

/** Only what is needed travels: terms of directions that are closed, or that say what is there already, do not. */
export function sentTerms(draft: Draft, arrows: Arrows): Map<EdgeKey, Terms> {
  const sent = new Set([...newKeys(draft, arrows), ...amendedKeys(draft, arrows)]);
  return new Map([...draft.terms].filter(([key]) => sent.has(key)));
}

/** Choices made on an older state, carried to the newer one. */
export const reapplied = (draft: Draft, now: Organization): Draft => ({ organization: now, open: rebase(openKeys(arrowsOf(draft.organization)), draft.open, arrowsOf(now)), terms: draft.terms });

/** Terms that several directions share, said once. */
export function groupedTerms(draft: Draft, arrows: Arrows): { keys: EdgeKey[]; terms: Terms }[] {
  const groups = new Map<string, { keys: EdgeKey[]; terms: Terms }>();
  for (const key of [...newKeys(draft, arrows), ...amendedKeys(draft, arrows)].sort()) {
    if (!carriesValues(fromKey(key).feature)) continue;
    const terms = termsOf(draft, arrows, key);
    const group = groups.get(whole(terms)) ?? { keys: [], terms };
    group.keys.push(key);
    groups.set(whole(terms), group);
  }
  return [...groups.values()];
}

/** The set with the edges of a template. */
export const filledWith = (edges: { feature: string; source: string | number; destination: string | number }[]): Set<EdgeKey> =>
  new Set(edges.map((edge) => keyOf(edge.feature, String(edge.source), String(edge.destination))));
