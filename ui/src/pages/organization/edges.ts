/** Connections as the page thinks of them: per pair of accounts and feature, which way it goes. Pure. */
import type { Edge, Member, Organization, Terms } from '../../api/types';

export type Id = string;
export const FEATURES = ['mirroring', 'asset_copying', 'workflows', 'reports'] as const;
export type Way = 'off' | 'both' | 'out' | 'back';
/** One feature in one direction, as `feature|source|destination`. */
export type EdgeKey = string;
export interface Arrow { feature: string; source: Id; destination: Id; state: 'on' | 'off' | 'blocked'; frozen: boolean; reason?: string; openedBy?: string | null; openedAt?: string | null; terms?: Terms; approvedBy?: string | null; approvedAt?: string | null; reviewDue?: boolean }

export const keyOf = (feature: string, source: Id, destination: Id): EdgeKey => `${feature}|${source}|${destination}`;
/** Taken apart once: fifty members have ten thousand keys, and every change asks for all of them. */
const apart = new Map<EdgeKey, { feature: string; source: Id; destination: Id }>();
export function fromKey(key: EdgeKey): { readonly feature: string; readonly source: Id; readonly destination: Id } {
  const known = apart.get(key);
  if (known) return known;
  const [feature, source, destination] = key.split('|') as [string, Id, Id];
  const parts = { feature, source, destination };
  apart.set(key, parts);
  return parts;
}

/** The features the server speaks of, in the order people know them; mirroring when it speaks of none yet. */
export function featuresOf(organization: Organization): string[] {
  if (organization.features) return organization.features.map((one) => one.feature);
  const named = new Set(organization.connections.flatMap((connection) => connection.edges.map((edge) => edge.feature)));
  const known = FEATURES.filter((feature) => named.has(feature)) as string[];
  const others = [...named].filter((feature) => !known.includes(feature));
  return known.length + others.length > 0 ? [...known, ...others] : ['mirroring'];
}

export function pairsOf(members: Pick<Member, 'accountId'>[]): [Id, Id][] {
  const ids = members.map((member) => String(member.accountId));
  return ids.flatMap((a, i) => ids.slice(i + 1).map((b): [Id, Id] => [a, b]));
}

/** Members that are suspended or in their grace, or all of them while nothing holds the organization up: their arrows stay as they are and carry nothing. */
export const frozenOf = (organization: Organization): Set<Id> => new Set(organization.members.filter((member) => organization.graceUntil || member.frozenUntil || member.status === 'suspended').map((member) => String(member.accountId)));

/** Every feature in every direction between all members; what the server does not name is off, or barred by what a member is. */
export function arrowsOf(organization: Organization): Map<EdgeKey, Arrow> {
  const arrows = new Map<EdgeKey, Arrow>();
  const frozen = frozenOf(organization);
  const isFrozen = (source: Id, destination: Id) => frozen.has(source) || frozen.has(destination);
  const barred = new Map(organization.members.flatMap((member) => (member.barred ?? []).map((one) => [`${one.as}|${one.feature}|${member.accountId}`, one.reason])));
  for (const feature of featuresOf(organization)) {
    for (const [a, b] of pairsOf(organization.members)) {
      for (const [source, destination] of [[a, b], [b, a]] as const) {
        const reason = barred.get(`source|${feature}|${source}`) ?? barred.get(`destination|${feature}|${destination}`);
        arrows.set(keyOf(feature, source, destination), { feature, source, destination, state: reason ? 'blocked' : 'off', frozen: isFrozen(source, destination), reason });
      }
    }
  }
  for (const edge of organization.connections.flatMap((connection) => connection.edges)) arrows.set(keyOf(edge.feature, String(edge.source), String(edge.destination)), arrowOf(edge, isFrozen(String(edge.source), String(edge.destination))));
  return arrows;
}

function arrowOf(edge: Edge, frozen: boolean): Arrow {
  return { feature: edge.feature, source: String(edge.source), destination: String(edge.destination), state: edge.state, frozen, reason: edge.reason ?? undefined, openedBy: edge.openedBy, openedAt: edge.openedAt, terms: edge.terms ?? undefined, approvedBy: edge.approvedBy, approvedAt: edge.approvedAt, reviewDue: edge.reviewDue };
}

export const openKeys = (arrows: Map<EdgeKey, Arrow>): Set<EdgeKey> => new Set([...arrows].filter(([, arrow]) => arrow.state === 'on').map(([key]) => key));

export function wayOf(open: ReadonlySet<EdgeKey>, feature: string, a: Id, b: Id): Way {
  const out = open.has(keyOf(feature, a, b));
  const back = open.has(keyOf(feature, b, a));
  return out && back ? 'both' : out ? 'out' : back ? 'back' : 'off';
}

/** The set with one pair's feature going another way; blocked directions stay out. */
export function withWay(open: ReadonlySet<EdgeKey>, arrows: Map<EdgeKey, Arrow>, feature: string, a: Id, b: Id, way: Way): Set<EdgeKey> {
  const next = new Set(open);
  for (const [key, wished] of [[keyOf(feature, a, b), way === 'both' || way === 'out'], [keyOf(feature, b, a), way === 'both' || way === 'back']] as const) {
    if (wished && arrows.get(key)?.state !== 'blocked') next.add(key);
    else next.delete(key);
  }
  return next;
}

export function differs(a: ReadonlySet<EdgeKey>, b: ReadonlySet<EdgeKey>): boolean {
  return a.size !== b.size || [...a].some((key) => !b.has(key));
}

export type ChangeKind = 'connect_two_way' | 'connect_one_way' | 'widen_to_two_way' | 'narrow_to_one_way' | 'reverse' | 'cut';
export interface Change { kind: ChangeKind; feature: string; source: Id; destination: Id }

/** What changes, one line per pair and feature: the same rule as the server's review. */
export function changesBetween(before: ReadonlySet<EdgeKey>, after: ReadonlySet<EdgeKey>): Change[] {
  const touched = new Map<string, [string, Id, Id]>();
  for (const key of [...before, ...after]) {
    if (before.has(key) === after.has(key)) continue;
    const { feature, source, destination } = fromKey(key);
    const [low, high] = Number(source) < Number(destination) ? [source, destination] : [destination, source];
    touched.set(keyOf(feature, low, high), [feature, low, high]);
  }
  return [...touched.values()].map(([feature, a, b]) => changeOf(feature, a, b, wayOf(before, feature, a, b), wayOf(after, feature, a, b)));
}

function changeOf(feature: string, a: Id, b: Id, was: Way, is: Way): Change {
  const there = { feature, source: a, destination: b };
  const back = { feature, source: b, destination: a };
  if (is === 'off') return { kind: 'cut', ...there };
  if (was === 'off') return is === 'both' ? { kind: 'connect_two_way', ...there } : { kind: 'connect_one_way', ...(is === 'out' ? there : back) };
  if (is === 'both') return { kind: 'widen_to_two_way', ...(was === 'out' ? there : back) };
  if (was === 'both') return { kind: 'narrow_to_one_way', ...(is === 'out' ? there : back) };
  return { kind: 'reverse', ...(is === 'out' ? there : back) };
}

/** The body of an edit: every direction that shall be open, with its terms where they are new. What is not named is closed. */
export function editBody(version: number, open: ReadonlySet<EdgeKey>, terms: ReadonlyMap<EdgeKey, Terms> = new Map()) {
  const id = (value: Id) => (/^\d+$/.test(value) ? Number(value) : value);
  return { version, edges: [...open].sort().map((key) => { const { feature, source, destination } = fromKey(key); return { feature, source: id(source), destination: id(destination), on: true, ...(terms.has(key) && { terms: terms.get(key) }) }; }) };
}

/** Choices made on an older state, carried to the newer one: what she changed stays changed, the rest is as it is now. */
export function rebase(base: ReadonlySet<EdgeKey>, mine: ReadonlySet<EdgeKey>, now: Map<EdgeKey, Arrow>): Set<EdgeKey> {
  const next = openKeys(now);
  for (const key of mine) if (!base.has(key) && now.has(key) && now.get(key)!.state !== 'blocked') next.add(key);
  for (const key of base) if (!mine.has(key)) next.delete(key);
  return next;
}

/** Places on an ellipse, so many times as wide as high; the first on top, two stand side by side. */
export function circle(n: number, radius: number, width = 1.25): { x: number; y: number }[] {
  if (n === 1) return [{ x: 0, y: 0 }];
  const turn = n === 2 ? Math.PI : -Math.PI / 2;
  return Array.from({ length: n }, (_, i) => ({ x: Math.round(radius * width * Math.cos(turn + (2 * Math.PI * i) / n)), y: Math.round(radius * Math.sin(turn + (2 * Math.PI * i) / n)) }));
}

export interface Point { x: number; y: number }

/** Where a line from the middle of a box towards a point leaves the box. */
export function leave(center: Point, towards: Point, width: number, height: number, gap: number): Point {
  const dx = towards.x - center.x;
  const dy = towards.y - center.y;
  const length = Math.hypot(dx, dy) || 1;
  const share = Math.min((width / 2) / Math.abs(dx || 1e-9), (height / 2) / Math.abs(dy || 1e-9));
  return { x: center.x + dx * share + (dx / length) * gap, y: center.y + dy * share + (dy / length) * gap };
}

/** The line of one arrow, beside those of the same pair. `at` is its place among `of` parallels. */
export function lane(from: Point, to: Point, at: number, of: number, width: number, height: number, step: number): { from: Point; to: Point; middle: Point } {
  // The pair is looked at from its smaller end, so that both directions count their lanes from the same side.
  const flip = from.x > to.x || (from.x === to.x && from.y > to.y) ? -1 : 1;
  const dx = (to.x - from.x) * flip;
  const dy = (to.y - from.y) * flip;
  const length = Math.hypot(dx, dy) || 1;
  const offset = (at - (of - 1) / 2) * step;
  const side = { x: (-dy / length) * offset, y: (dx / length) * offset };
  const a = leave(from, to, width, height, 5);
  const b = leave(to, from, width, height, 7);
  const start = { x: a.x + side.x, y: a.y + side.y };
  const end = { x: b.x + side.x, y: b.y + side.y };
  return { from: start, to: end, middle: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } };
}
