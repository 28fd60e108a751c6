import { Anchor, Badge, Group, Text } from '@mantine/core';
import { useLanguage } from '../i18n';
import { day } from '../lib/format';
import type { Schema } from '../lib/schema';
import { PersonMark } from './account-mark';

/** Colours for values that mean good, bad or urgent; the word stands beside the colour. */
const TONES: Record<string, string> = {
  won: 'spruce', closedwon: 'spruce', lost: 'red', closedlost: 'red', HIGH: 'orange', URGENT: 'red', COMPLETED: 'spruce', customer: 'spruce', IN_PROGRESS: 'blue', WAITING: 'orange',
};
const BADGES = new Set(['dealstage', 'hs_pipeline_stage', 'lifecyclestage', 'hs_ticket_priority', 'hs_task_status', 'hs_task_priority', 'hs_lead_status']);
const safeUrl = (value: string) => (/^https?:\/\//i.test(value) ? value : `https://${value}`);

interface Props { schema: Schema; name: string; value: string | null | undefined; values?: Record<string, string | null>; plain?: boolean; /** In a list: the day alone, the time of day on pointing. */ brief?: boolean }

export function PropertyValue({ schema, name, value, values, plain, brief }: Props) {
  const language = useLanguage();
  if (!value) return <Text span size="sm" c="dimmed">–</Text>;
  const shown = schema.show(name, value, values);
  if (BADGES.has(name)) return <Badge color={TONES[value] ?? TONES[shown.toLowerCase()] ?? 'gray'} size="md" maw="100%">{shown}</Badge>;
  const kind = schema.kind(name);
  if (brief && kind === 'datetime') return <span title={shown} className="tabular">{day(value, language)}</span>;
  if (kind === 'owner') return <Group gap={7} wrap="nowrap" style={{ minWidth: 0, display: 'inline-flex' }}><PersonMark name={shown} size={22} /><span className="truncate">{shown}</span></Group>;
  if (!plain && kind === 'email') return <Anchor size="sm" href={`mailto:${value}`}>{value}</Anchor>;
  if (!plain && kind === 'phone') return <Anchor size="sm" href={`tel:${value}`}>{value}</Anchor>;
  if (!plain && (kind === 'url' || kind === 'domain')) return <Anchor size="sm" href={safeUrl(value)} target="_blank" rel="noreferrer noopener">{value}</Anchor>;
  return <>{shown}</>;
}

export const isNumeric = (schema: Schema, name: string) => ['money', 'number', 'duration'].includes(schema.kind(name)) && name !== 'hs_object_id' && !name.endsWith('_year');
