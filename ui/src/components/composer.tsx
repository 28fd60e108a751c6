/** Writes what happened: a note, call, e-mail, meeting or task, linked to the record in the same request. */
import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { IconCalendarEvent, IconChecklist, IconMail, IconNote, IconPhone } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { call } from '../api/client';
import { queryClient } from '../api/queries';
import type { ActivityType, CrmRecord, ListType } from '../api/types';
import { type Key, useT } from '../i18n';
import { may, useHere } from '../lib/account';
import { byField } from '../lib/errors';
import { useHotkeys } from '../lib/hotkeys';
import { ACTIVITY_TO } from '../lib/objects';
import { useSchema } from '../lib/schema';
import { toastDone } from '../lib/toast';
import { Field } from './field';

export const ACTIVITY_ICONS = { notes: IconNote, calls: IconPhone, emails: IconMail, meetings: IconCalendarEvent, tasks: IconChecklist } as const;
const KINDS = Object.keys(ACTIVITY_ICONS) as ActivityType[];

interface Draft { title: string; body: string; at: string; until: string; choice: string; minutes: string; owner: string | null }

/** The properties of the activity as the server wants them. */
export function activityProperties(kind: ActivityType, draft: Draft, now: string): Record<string, string> {
  const at = draft.at || now;
  const owner: Record<string, string> = draft.owner ? { hubspot_owner_id: draft.owner } : {};
  switch (kind) {
    case 'notes': return { ...owner, hs_timestamp: at, hs_note_body: draft.body };
    case 'calls': return { ...owner, hs_timestamp: at, hs_call_title: draft.title, hs_call_body: draft.body, hs_call_direction: draft.choice || 'OUTBOUND', hs_call_status: 'COMPLETED', ...(Number(draft.minutes) > 0 ? { hs_call_duration: String(Math.round(Number(draft.minutes) * 60000)) } : {}) };
    case 'emails': return { ...owner, hs_timestamp: at, hs_email_subject: draft.title, hs_email_text: draft.body, hs_email_direction: draft.choice || 'EMAIL' };
    case 'meetings': return { ...owner, hs_timestamp: at, hs_meeting_title: draft.title, hs_meeting_body: draft.body, hs_meeting_start_time: at, hs_meeting_end_time: draft.until || at, hs_meeting_outcome: at > now ? 'SCHEDULED' : 'COMPLETED' };
    case 'tasks': return { ...owner, hs_timestamp: at, hs_task_subject: draft.title, hs_task_body: draft.body, hs_task_status: 'NOT_STARTED', hs_task_priority: draft.choice || 'NONE', hs_task_type: 'TODO' };
  }
}

const CHOICES: Partial<Record<ActivityType, { label: Key; options: { value: string; label: Key }[] }>> = {
  calls: { label: 'compose.direction', options: [{ value: 'OUTBOUND', label: 'compose.outbound' }, { value: 'INBOUND', label: 'compose.inbound' }] },
  emails: { label: 'compose.direction', options: [{ value: 'EMAIL', label: 'compose.sent' }, { value: 'INCOMING_EMAIL', label: 'compose.received' }] },
  tasks: { label: 'compose.priority', options: [{ value: 'NONE', label: 'compose.noPriority' }, { value: 'LOW', label: 'compose.low' }, { value: 'MEDIUM', label: 'compose.medium' }, { value: 'HIGH', label: 'compose.high' }] },
};

const EMPTY: Draft = { title: '', body: '', at: '', until: '', choice: '', minutes: '', owner: null };

export function Composer({ type, record }: { type: ListType; record: CrmRecord }) {
  const t = useT();
  const { account, session } = useHere();
  const schema = useSchema(type);
  const [kind, setKind] = useState<ActivityType>('notes');
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const begin = (next: ActivityType) => {
    setKind(next);
    setOpen(true);
    setErrors({});
    setTimeout(() => text.current?.focus(), 30);
  };
  const kinds = KINDS.filter((one) => may(account, 'edit', one));
  useHotkeys(kinds.includes('notes') ? { n: () => begin('notes') } : {});
  const me = schema.options('hubspot_owner_id').find((option) => schema.owner(option.value)?.email?.toLowerCase() === session.person.email.toLowerCase());

  const save = async () => {
    setBusy(true);
    setErrors({});
    const associationTypeId = ACTIVITY_TO[kind][type];
    try {
      const properties = activityProperties(kind, { ...draft, owner: me?.value ?? null }, new Date().toISOString());
      await call(`/crm/v3/objects/${kind}`, {
        method: 'POST', account: account.id,
        body: { properties, associations: associationTypeId ? [{ to: { id: record.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] }] : [] },
      });
      toastDone(t(`compose.done.${kind}`));
      setDraft(EMPTY);
      setOpen(false);
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records', type, 'one', record.id] });
    } catch (problem) {
      setErrors(byField(problem, t));
    } finally {
      setBusy(false);
    }
  };

  const titled = kind !== 'notes';
  const choice = CHOICES[kind];
  const complaint = Object.values(errors)[0];
  if (kinds.length === 0) return null;
  return (
    <section className="card" style={{ marginBottom: 14 }} aria-label={t('compose.title')}>
      <div style={{ padding: 8, overflowX: 'auto' }}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('compose.title')}
          value={open ? kind : ''}
          onChange={(value) => begin(value as ActivityType)}
          data={kinds.map((value) => {
            const Icon = ACTIVITY_ICONS[value];
            return { value, label: <Group gap={6} wrap="nowrap" justify="center"><Icon className="compose-icon" size={15} stroke={1.7} aria-hidden="true" /><span>{t(`kind.${value}`)}</span></Group> };
          })}
        />
      </div>
      {!open && <button type="button" className="compose-open" onClick={() => begin(kinds[0]!)}>{t('compose.prompt')}</button>}
      {open && (
        <form style={{ padding: '4px 12px 12px' }} onSubmit={(event) => { event.preventDefault(); void save(); }} onKeyDown={(event) => { if (event.key === 'Escape') setOpen(false); if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(); }}>
          <Stack gap="xs">
            {titled && <TextInput label={t(`compose.subject.${kind}`)} value={draft.title} onChange={(event) => change({ title: event.currentTarget.value })} required withAsterisk={false} />}
            <Textarea ref={text} label={titled ? t('compose.text') : undefined} aria-label={t('compose.text')} placeholder={kind === 'notes' ? t('compose.prompt') : undefined} value={draft.body} onChange={(event) => change({ body: event.currentTarget.value })} autosize minRows={3} maxRows={14} required={kind === 'notes'} withAsterisk={false} />
            <Group gap="xs" grow preventGrowOverflow={false}>
              <Field of="moment" label={t(kind === 'tasks' ? 'compose.due' : 'compose.when')} placeholder={t('compose.now')} value={draft.at} onChange={(at) => change({ at })} />
              {kind === 'meetings' && <Field of="moment" label={t('compose.until')} value={draft.until} onChange={(until) => change({ until })} />}
              {kind === 'calls' && <TextInput label={t('compose.minutes')} inputMode="numeric" value={draft.minutes} onChange={(event) => change({ minutes: event.currentTarget.value.replace(/[^\d]/g, '') })} />}
              {choice && <Select label={t(choice.label)} data={choice.options.map((option) => ({ value: option.value, label: t(option.label) }))} value={draft.choice || choice.options[0]!.value} onChange={(value) => value && change({ choice: value })} allowDeselect={false} />}
            </Group>
            {complaint && <Text size="sm" c="var(--mantine-color-error)" role="alert">{complaint}</Text>}
            <Group justify="flex-end" gap="xs" mt={4}>
              <Button variant="default" onClick={() => setOpen(false)}>{t('act.cancel')}</Button>
              <Button type="submit" loading={busy}>{t(`compose.save.${kind}`)}</Button>
            </Group>
          </Stack>
        </form>
      )}
    </section>
  );
}
