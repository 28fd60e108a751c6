/** Dates, numbers and money as the reader's language writes them. Values come from the server as strings. */

/** The reader's own country where the browser names one for the language: English dates are not all American. */
export function regional(language: string): string {
  const tags = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return tags.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? language;
}

/** 0 is Sunday. */
export function firstDayOfWeek(language: string): 0 | 1 | 6 {
  const locale = new Intl.Locale(regional(language)) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  const day = (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? (language === 'en' ? 7 : 1);
  return day === 7 ? 0 : day === 6 ? 6 : 1;
}

export function number(value: string | number, language: string, digits = 2): string {
  const n = Number(value);
  return Number.isFinite(n) ? new Intl.NumberFormat(regional(language), { maximumFractionDigits: digits }).format(n) : String(value);
}

/** `own`: the account's own currency, whose plain sign nobody takes for another's. */
export function money(value: string | number, language: string, currency: string | null | undefined, own = false): string {
  const n = Number(value);
  if (!Number.isFinite(n)) return String(value);
  const whole = Number.isInteger(n);
  try {
    return new Intl.NumberFormat(regional(language), { style: 'currency', currency: currency || 'USD', currencyDisplay: own ? 'narrowSymbol' : 'symbol', minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: 2 }).format(n);
  } catch {
    return `${number(n, language)} ${currency ?? ''}`.trim();
  }
}

function parsed(value: string): Date | null {
  const date = /^\d+$/.test(value) ? new Date(Number(value)) : new Date(value.length === 10 ? `${value}T00:00:00Z` : value);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** A calendar day: the same for every reader, whatever her time zone. */
export function day(value: string, language: string): string {
  const date = parsed(value);
  return date ? new Intl.DateTimeFormat(regional(language), { dateStyle: 'medium', timeZone: value.length === 10 ? 'UTC' : undefined }).format(date) : value;
}

export function moment(value: string, language: string): string {
  const date = parsed(value);
  return date ? new Intl.DateTimeFormat(regional(language), { dateStyle: 'medium', timeStyle: 'short' }).format(date) : value;
}

export function clock(value: string, language: string): string {
  const date = parsed(value);
  return date ? new Intl.DateTimeFormat(regional(language), { timeStyle: 'short' }).format(date) : value;
}

export function month(value: string, language: string): string {
  const date = parsed(value);
  if (!date) return value;
  const text = new Intl.DateTimeFormat(regional(language), { month: 'long', year: 'numeric' }).format(date);
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [['second', 60], ['minute', 60], ['hour', 24], ['day', 7], ['week', 4.35], ['month', 12], ['year', Infinity]];

/** "3 days ago", "in 2 hours". `now` is an argument so that a test can choose it. */
export function ago(value: string, language: string, now: number): string {
  const date = parsed(value);
  if (!date) return value;
  const formatter = new Intl.RelativeTimeFormat(regional(language), { numeric: 'auto' });
  let left = (date.getTime() - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(left) < size) return formatter.format(Math.round(left), unit);
    left /= size;
  }
  return value;
}

/** Milliseconds as "1 h 5 min", in the reader's words for the units. */
export function duration(ms: string | number, language: string): string {
  const minutes = Math.max(0, Math.round(Number(ms) / 60000));
  const unit = (n: number, name: string) => new Intl.NumberFormat(regional(language), { style: 'unit', unit: name, unitDisplay: 'short' }).format(n);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return unit(rest, 'minute');
  return rest === 0 ? unit(hours, 'hour') : `${unit(hours, 'hour')} ${unit(rest, 'minute')}`;
}

export function list(values: string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(values);
}

export function bytes(n: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i += 1;
  }
  return new Intl.NumberFormat(regional(language), { style: 'unit', unit: units[i], unitDisplay: 'short', maximumFractionDigits: n < 10 && i > 0 ? 1 : 0 }).format(n);
}
