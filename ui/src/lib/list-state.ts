/** The state of a list lives in its address, in a form a person can read: `?q=acme&f=amount~GTE~1000*dealstage~IN~won|lost&sort=-amount`. */
import type { Filter, Operator } from '../api/types';

export interface ListSearch { q?: string; f?: string; sort?: string; page?: number; size?: number; cols?: string; view?: 'board' | 'archived' }

export const OPERATORS: readonly Operator[] = ['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN'];
export const PAGE_SIZES = [25, 50, 100] as const;
export const DEFAULT_SIZE = 25;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);

/** What a pasted or mistyped address means; what it cannot mean is left out. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  const page = Number(search.page);
  const size = Number(search.size);
  return {
    q: text(search.q),
    f: text(search.f),
    sort: text(search.sort),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
    size: (PAGE_SIZES as readonly number[]).includes(size) && size !== DEFAULT_SIZE ? size : undefined,
    cols: text(search.cols),
    view: search.view === 'board' || search.view === 'archived' ? search.view : undefined,
  };
}

// The three separators are escaped in values, so any text survives.
const escape = (value: string) => value.replace(/[%~*|]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
const unescape = (value: string) => value.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

export function writeFilters(filters: Filter[]): string | undefined {
  if (filters.length === 0) return undefined;
  return filters
    .map((filter) => {
      const values = filter.values ? filter.values.map(escape).join('|') : filter.value === undefined ? undefined : escape(filter.value);
      return [filter.propertyName, filter.operator, values, filter.highValue === undefined ? undefined : escape(filter.highValue)].filter((part) => part !== undefined).join('~');
    })
    .join('*');
}

export function readFilters(text: string | undefined): Filter[] {
  if (!text) return [];
  return text.split('*').flatMap((part): Filter[] => {
    const [propertyName, operator, value, high] = part.split('~');
    if (!propertyName || !OPERATORS.includes(operator as Operator)) return [];
    const filter: Filter = { propertyName, operator: operator as Operator };
    if (operator === 'IN' || operator === 'NOT_IN') {
      const values = (value ?? '').split('|').filter(Boolean).map(unescape);
      return values.length > 0 ? [{ ...filter, values }] : [];
    }
    if (operator === 'HAS_PROPERTY' || operator === 'NOT_HAS_PROPERTY') return [filter];
    if (value === undefined) return [];
    if (operator === 'BETWEEN') return high === undefined ? [] : [{ ...filter, value: unescape(value), highValue: unescape(high) }];
    return [{ ...filter, value: unescape(value) }];
  });
}

/** Pressing a column: ascending, then descending, then as it was. */
export function nextSort(current: string, column: string): string | undefined {
  if (current === column) return `-${column}`;
  if (current === `-${column}`) return undefined;
  return column;
}

const KEPT = (account: string | number, type: string) => `consortio-columns-${account}-${type}`;

export function keptColumns(account: string | number, type: string): string[] | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEPT(account, type)) ?? 'null') as unknown;
    return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : null;
  } catch {
    return null;
  }
}

export function keepColumns(account: string | number, type: string, columns: string[]) {
  try {
    localStorage.setItem(KEPT(account, type), JSON.stringify(columns));
  } catch {
    // Without storage the address keeps the choice.
  }
}
