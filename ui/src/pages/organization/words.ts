/** The sentences of the organization pages that several of them say. */
import type { Member } from '../../api/types';
import { type Translate, maybeT } from '../../i18n';
import type { Arrow, Change, Way } from './edges';

export type NameOf = (id: string | number) => string;

export function namesOf(members: Pick<Member, 'accountId' | 'name'>[]): NameOf {
  const names = new Map(members.map((member) => [String(member.accountId), member.name]));
  return (id) => names.get(String(id)) ?? `#${id}`;
}

/** Whether she may open, or at least stop, what passes between two members. */
export function mayChange(members: Member[], a: string, b: string, closing: boolean): boolean {
  const [one, other] = [a, b].map((id) => members.find((member) => String(member.accountId) === id));
  const manages = one?.manages !== false && other?.manages !== false;
  return manages || (closing && (one?.stops === true || other?.stops === true));
}

/** What an account's number looks like. */
export const isAccountNumber = (text: string): boolean => /^[1-9]\d{0,15}$/.test(text);

export const featureName = (feature: string): string => maybeT(`org.feature.${feature}`) ?? feature;

export function wayWords(way: Way, a: string, b: string, name: NameOf, t: Translate): string {
  if (way === 'off' || way === 'both') return t(`org.dir.${way}`);
  const [source, destination] = way === 'out' ? [a, b] : [b, a];
  return t('org.dir.one', { source: name(source), destination: name(destination) });
}

export function blockedWords(arrow: Arrow, name: NameOf, t: Translate): string {
  return maybeT(`org.blocked.${arrow.reason ?? ''}`, { source: name(arrow.source), destination: name(arrow.destination) }) ?? t('org.blocked.other');
}

export function changeWords(change: Pick<Change, 'source' | 'destination'> & { kind: string; words?: string }, name: NameOf): string {
  return maybeT(`change.${change.kind}`, { source: name(change.source), destination: name(change.destination) }) ?? change.words ?? change.kind;
}
