/** "2026-11-20T10:00" on this clock as the instant the server keeps. */
export function toInstant(local: string): string {
  const date = new Date(local.replace(' ', 'T'));
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

export function toLocal(instant: string): string | null {
  const date = new Date(instant);
  if (!instant || Number.isNaN(date.getTime())) return null;
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}:00`;
}
