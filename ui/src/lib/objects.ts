/** What the pages need to know about each type of record, as data. */
import type { ActivityType, CrmRecord, ListType, ObjectType } from '../api/types';
import type { Key, Translate } from '../i18n';

export interface ObjectInfo {
  label: Key;
  one: Key;
  /** The properties that make the name; the first column of the list. */
  name: readonly string[];
  /** Sorted by this when the name column is. */
  nameSort: string;
  columns: readonly string[];
  sort: string;
  create: readonly string[];
  facts: readonly string[];
  about: readonly string[];
  associations: readonly ListType[];
  shortcut: string;
}

export const OBJECTS: Record<ListType, ObjectInfo> = {
  contacts: {
    label: 'nav.contacts', one: 'one.contacts', name: ['firstname', 'lastname', 'email'], nameSort: 'lastname', shortcut: 'c',
    columns: ['email', 'phone', 'jobtitle', 'company', 'lifecyclestage', 'hubspot_owner_id', 'notes_last_contacted'], sort: '-createdate',
    create: ['email', 'firstname', 'lastname', 'jobtitle', 'phone', 'lifecyclestage', 'hubspot_owner_id'],
    facts: ['email', 'phone', 'lifecyclestage', 'hubspot_owner_id'],
    about: ['firstname', 'lastname', 'email', 'phone', 'mobilephone', 'jobtitle', 'company', 'lifecyclestage', 'hs_lead_status', 'hubspot_owner_id', 'city', 'country', 'notes_last_contacted', 'notes_next_activity_date', 'num_notes', 'lastmodifieddate'],
    associations: ['companies', 'deals', 'tickets'],
  },
  companies: {
    label: 'nav.companies', one: 'one.companies', name: ['name', 'domain'], nameSort: 'name', shortcut: 'o',
    columns: ['domain', 'industry', 'country', 'numberofemployees', 'total_revenue', 'hubspot_owner_id', 'notes_last_contacted'], sort: 'name',
    create: ['name', 'domain', 'industry', 'phone', 'city', 'country', 'hubspot_owner_id'],
    facts: ['domain', 'industry', 'country', 'hubspot_owner_id'],
    about: ['name', 'domain', 'industry', 'phone', 'city', 'country', 'numberofemployees', 'annualrevenue', 'founded_year', 'lifecyclestage', 'hubspot_owner_id', 'description', 'notes_last_contacted', 'notes_next_activity_date', 'num_notes', 'total_revenue', 'recent_deal_amount', 'hs_lastmodifieddate'],
    associations: ['contacts', 'deals', 'companies', 'tickets'],
  },
  deals: {
    label: 'nav.deals', one: 'one.deals', name: ['dealname'], nameSort: 'dealname', shortcut: 'd',
    columns: ['amount', 'dealstage', 'closedate', 'hubspot_owner_id', 'pipeline', 'createdate'], sort: '-createdate',
    create: ['dealname', 'pipeline', 'dealstage', 'amount', 'closedate', 'hubspot_owner_id'],
    facts: ['amount', 'dealstage', 'closedate', 'hubspot_owner_id'],
    about: ['dealname', 'amount', 'deal_currency_code', 'pipeline', 'dealstage', 'closedate', 'dealtype', 'hubspot_owner_id', 'description', 'notes_last_contacted', 'notes_next_activity_date', 'createdate', 'hs_lastmodifieddate'],
    associations: ['companies', 'contacts', 'tickets'],
  },
  tickets: {
    label: 'nav.tickets', one: 'one.tickets', name: ['subject'], nameSort: 'subject', shortcut: 't',
    columns: ['hs_pipeline_stage', 'hs_ticket_priority', 'hs_ticket_category', 'hubspot_owner_id', 'createdate'], sort: '-createdate',
    create: ['subject', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority', 'content', 'hubspot_owner_id'],
    facts: ['hs_pipeline_stage', 'hs_ticket_priority', 'hubspot_owner_id', 'createdate'],
    about: ['subject', 'content', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority', 'hs_ticket_category', 'hubspot_owner_id', 'createdate', 'hs_lastmodifieddate'],
    associations: ['contacts', 'companies', 'deals'],
  },
  tasks: {
    label: 'nav.tasks', one: 'one.tasks', name: ['hs_task_subject'], nameSort: 'hs_task_subject', shortcut: 'k',
    columns: ['hs_task_status', 'hs_task_priority', 'hs_timestamp', 'hs_task_type', 'hubspot_owner_id'], sort: '-hs_timestamp',
    create: ['hs_task_subject', 'hs_timestamp', 'hs_task_status', 'hs_task_priority', 'hs_task_type', 'hs_task_body', 'hubspot_owner_id'],
    facts: ['hs_task_status', 'hs_task_priority', 'hs_timestamp', 'hubspot_owner_id'],
    about: ['hs_task_subject', 'hs_task_body', 'hs_task_status', 'hs_task_priority', 'hs_task_type', 'hs_timestamp', 'hubspot_owner_id', 'hs_createdate', 'hs_lastmodifieddate'],
    associations: ['contacts', 'companies', 'deals', 'tickets'],
  },
};

export const LIST_TYPES = Object.keys(OBJECTS) as ListType[];
export const isListType = (type: string): type is ListType => type in OBJECTS;
export const isRecordType = isListType;

const SINGULAR: Record<string, ObjectType> = { contact: 'contacts', company: 'companies', deal: 'deals', ticket: 'tickets', task: 'tasks', note: 'notes', call: 'calls', email: 'emails', meeting: 'meetings' };

/** The server may say `contact`, `contacts` or `CONTACT`. */
export function pluralType(type: string): ObjectType {
  const low = type.toLowerCase();
  return SINGULAR[low] ?? (low as ObjectType);
}

export function recordName(type: ListType, record: Pick<CrmRecord, 'properties' | 'id'>, t: Translate): string {
  const p = record.properties;
  if (type === 'contacts') {
    const full = [p.firstname, p.lastname].filter(Boolean).join(' ');
    return full || p.email || t('record.unnamed', { id: record.id });
  }
  for (const name of OBJECTS[type].name) if (p[name]) return p[name];
  return t('record.unnamed', { id: record.id });
}

/** HubSpot's association type ids from an activity to a record. */
export const ACTIVITY_TO: Record<ActivityType, Partial<Record<ObjectType, number>>> = {
  notes: { contacts: 202, companies: 190, deals: 214, tickets: 228 },
  calls: { contacts: 194, companies: 182, deals: 206, tickets: 220 },
  emails: { contacts: 198, companies: 186, deals: 210, tickets: 224 },
  meetings: { contacts: 200, companies: 188, deals: 212, tickets: 226 },
  tasks: { contacts: 204, companies: 192, deals: 216, tickets: 230 },
};
export const PARENT_OF = 13;
export const CHILD_OF = 14;
