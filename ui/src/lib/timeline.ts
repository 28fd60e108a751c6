/** What the timeline shows of an item, and which items it shows. Pure. */
import type { TimelineItem, TimelinePage, TimelineSource } from '../api/types';
import { pluralType } from './objects';

export interface TimelineFilter { kinds: ReadonlySet<string>; origins: ReadonlySet<string> }

export const OWN = 'own';

export const originOf = (item: TimelineItem): string => (item.origin ? String(item.origin.accountId) : OWN);
export const kindOfItem = (item: TimelineItem): string => (item.kind === 'deal' ? 'deals' : pluralType(item.objectType));

/** An empty set hides nothing: "all" is the absence of a choice. */
export function shown(items: TimelineItem[], filter: TimelineFilter): TimelineItem[] {
  return items.filter((item) => (filter.kinds.size === 0 || filter.kinds.has(kindOfItem(item))) && (filter.origins.size === 0 || filter.origins.has(originOf(item))));
}

/** What each source has shown on all the pages read so far. */
export function allSources(pages: TimelinePage[]): TimelineSource[] {
  const found = new Map<string, TimelineSource>();
  for (const source of pages.flatMap((page) => page.sources ?? [])) {
    const known = found.get(String(source.accountId));
    found.set(String(source.accountId), known ? { ...known, nItems: known.nItems + source.nItems, nMatches: Math.max(known.nMatches, source.nMatches), ambiguous: known.ambiguous || source.ambiguous } : source);
  }
  return [...found.values()];
}

export interface Month { key: string; items: TimelineItem[] }

/** Newest first, cut into months of the reader's clock. */
export function byMonth(items: TimelineItem[]): Month[] {
  const months: Month[] = [];
  for (const item of items) {
    const date = new Date(item.at);
    const key = Number.isNaN(date.getTime()) ? '' : `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
    const last = months.at(-1);
    if (last?.key === key) last.items.push(item);
    else months.push({ key, items: [item] });
  }
  return months;
}

/** Server text may be HTML from an e-mail client: shown as text, never as markup. */
export function plain(body: string | null): string {
  if (!body) return '';
  if (!/<[a-z/!]/i.test(body)) return body.trim();
  return body
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, '')
    .replace(/<br\s*\/?>|<\/(p|div|li|tr|h\d)>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
