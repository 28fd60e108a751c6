/** The properties of a type as the reader sees them: labels and options in her language, owners and stages by name. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../api/client';
import { ownersQuery, pipelinesQuery, propertiesQuery } from '../api/queries';
import type { Operator, Owner, Pipeline, Property, PropertyOption } from '../api/types';
import { type Key, maybeT, useLanguage, useT } from '../i18n';
import { useHere } from './account';
import * as format from './format';

export interface Option { value: string; label: string; group?: string }
export type Kind = 'text' | 'long' | 'number' | 'money' | 'date' | 'datetime' | 'bool' | 'choice' | 'choices' | 'owner' | 'email' | 'phone' | 'url' | 'domain' | 'duration';

const MONEY = new Set(['amount', 'annualrevenue', 'amount_in_home_currency', 'recent_deal_amount', 'total_revenue', 'hs_forecast_amount', 'hs_projected_amount']);
const STAGES: Record<string, string> = { dealstage: 'pipeline', hs_pipeline_stage: 'hs_pipeline' };

export function kindOf(property: Property): Kind {
  const { name, type, fieldType } = property;
  if (name === 'hubspot_owner_id' || property.referencedObjectType === 'OWNER') return 'owner';
  if (name === 'email') return 'email';
  if (name === 'domain') return 'domain';
  if (name === 'hs_call_duration') return 'duration';
  if (name === 'website' || name === 'linkedin_company_page') return 'url';
  if (type === 'bool') return 'bool';
  if (type === 'enumeration') return fieldType === 'checkbox' ? 'choices' : 'choice';
  if (MONEY.has(name)) return 'money';
  if (type === 'number') return 'number';
  if (type === 'date') return 'date';
  if (type === 'datetime') return name === 'closedate' ? 'date' : 'datetime';
  if (fieldType === 'phonenumber' || name === 'phone' || name === 'mobilephone') return 'phone';
  return fieldType === 'textarea' || fieldType === 'html' ? 'long' : 'text';
}

export function writable(property: Property): boolean {
  return !property.calculated && !property.modificationMetadata?.readOnlyValue;
}

export function ownerName(owner: Owner): string {
  return [owner.firstName, owner.lastName].filter(Boolean).join(' ') || owner.email || owner.id;
}

const TEXT: Operator[] = ['CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN', 'EQ', 'NEQ', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY'];
const NUMBER: Operator[] = ['GTE', 'LTE', 'EQ', 'NEQ', 'GT', 'LT', 'BETWEEN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY'];
const DATE: Operator[] = ['GTE', 'LT', 'BETWEEN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY'];
const CHOICE: Operator[] = ['IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY'];

export function operatorsFor(kind: Kind): Operator[] {
  if (kind === 'number' || kind === 'money' || kind === 'duration') return NUMBER;
  if (kind === 'date' || kind === 'datetime') return DATE;
  if (kind === 'choice' || kind === 'choices' || kind === 'owner') return CHOICE;
  return kind === 'bool' ? ['EQ', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY'] : TEXT;
}

/** Dates have words of their own: "from" and "before" rather than "at least" and "less than". */
export function operatorKey(operator: Operator, kind: Kind): Key {
  return (kind === 'date' || kind === 'datetime') && (operator === 'GTE' || operator === 'LT') ? `op.date.${operator}` : `op.${operator}`;
}

/** The properties that exist once per stage say which by the quoted part of their label. */
const DERIVED = [['hs_v2_date_entered_', 'entered'], ['hs_v2_date_exited_', 'exited'], ['hs_v2_latest_time_in_', 'time'], ['hs_lifecyclestage_', 'became']] as const;

export function derivedLabel(name: string, property: Property | undefined): string | undefined {
  const [prefix, kind] = DERIVED.find(([start]) => name.startsWith(start)) ?? [];
  if (!prefix || !property) return undefined;
  const lifecycle = name.slice(prefix.length).replace(/_date$/, '');
  const stage = kind === 'became' ? maybeT(`opt.lifecyclestage.${lifecycle}`) ?? lifecycle : stageOf(property.label, name.slice(prefix.length));
  return stage ? maybeT(`prop.stage.${kind}`, { stage }) : undefined;
}

/** The label names the stage, the name ends in its id (with what follows the first `_` told apart by pipeline). */
function stageOf(label: string, id: string): string | undefined {
  const stage = /"(.+)"/.exec(label)?.[1];
  return stage && (maybeT(`stage.${id}.${stage}`) ?? maybeT(`stage.${id.split('_')[0]}.${stage}`) ?? stage);
}

export interface Schema {
  ready: boolean;
  problem: unknown;
  all: Property[];
  get: (name: string) => Property | undefined;
  label: (name: string) => string;
  kind: (name: string) => Kind;
  /** What may be chosen; for a stage, of the pipeline in `values` when it is known. */
  options: (name: string, values?: Record<string, string | null>) => Option[];
  show: (name: string, value: string | null | undefined, values?: Record<string, string | null>) => string;
  owner: (id: string | null | undefined) => Owner | undefined;
  ownerByUser: (userId: number | string | undefined) => Owner | undefined;
  pipelines: Pipeline[];
}

export function useSchema(type: string): Schema {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const properties = useQuery(propertiesQuery(account.id, type));
  const staged = type === 'deals' || type === 'tickets';
  const [owners, pipelines] = useQueries({ queries: [ownersQuery(account.id), { ...pipelinesQuery(account.id, type), enabled: staged }] });
  const currency = useAccountCurrency();

  return useMemo(() => {
    const all = properties.data ?? [];
    const byName = new Map(all.map((property) => [property.name, property]));
    const ownersById = new Map((owners.data ?? []).map((owner) => [owner.id, owner]));
    const ownersByUser = new Map((owners.data ?? []).filter((owner) => owner.userId).map((owner) => [String(owner.userId), owner]));
    const lines = (pipelines.data ?? []).map(pipelineInWords);
    const get = (name: string) => byName.get(name);
    const label = (name: string) => {
      const property = byName.get(name);
      if (property && property.hubspotDefined === false) return property.label;
      return maybeT(`prop.${type}.${name}`) ?? maybeT(`prop.${name}`) ?? derivedLabel(name, property) ?? property?.label ?? name;
    };
    const kind = (name: string): Kind => {
      const property = byName.get(name);
      if (!property) return 'text';
      return name in STAGES || name === 'pipeline' || name === 'hs_pipeline' ? 'choice' : kindOf(property);
    };
    const options = (name: string, values?: Record<string, string | null>): Option[] => {
      if (kind(name) === 'owner') return [...ownersById.values()].filter((owner) => !owner.archived).map((owner) => ({ value: owner.id, label: ownerName(owner) }));
      if (name === 'pipeline' || name === 'hs_pipeline') return lines.map((line) => ({ value: line.id, label: line.label }));
      const line = STAGES[name];
      if (line && lines.length > 0) {
        const chosen = lines.filter((one) => !values?.[line] || one.id === values[line]);
        const named = chosen.length > 1;
        return chosen.flatMap((one) => one.stages.map((stage) => ({ value: stage.id, label: stage.label, group: named ? one.label : undefined })));
      }
      const property = byName.get(name);
      return (property?.options ?? []).filter((option) => !option.hidden).map((option) => ({ value: option.value, label: optionLabel(property!, option, language) }));
    };
    const show = (name: string, value: string | null | undefined, values?: Record<string, string | null>): string => {
      if (value === null || value === undefined || value === '') return '';
      switch (kind(name)) {
        case 'owner': {
          const owner = ownersById.get(value);
          return owner ? ownerName(owner) : value;
        }
        case 'bool': return t(value === 'true' ? 'state.yes' : 'state.no');
        case 'date': return format.day(value.slice(0, 10), language);
        case 'datetime': return format.moment(value, language);
        case 'money': return format.money(value, language, values?.deal_currency_code || currency, !values?.deal_currency_code || values.deal_currency_code === currency);
        case 'number': return name === 'hs_object_id' || name.endsWith('_year') ? value : format.number(value, language);
        case 'duration': return format.duration(value, language);
        case 'choice':
        case 'choices': {
          const known = new Map(options(name).map((option) => [option.value, option.label]));
          return value.split(';').map((one) => known.get(one) ?? byName.get(name)?.options.find((option) => option.value === one)?.label ?? one).join(', ');
        }
        default: return value;
      }
    };
    return {
      ready: properties.isSuccess && !owners.isPending && (!staged || !pipelines.isPending),
      problem: properties.error,
      all, get, label, kind, options, show,
      owner: (id) => (id ? ownersById.get(id) : undefined),
      ownerByUser: (userId) => (userId === undefined ? undefined : ownersByUser.get(String(userId))),
      pipelines: lines,
    };
  }, [properties.data, properties.isSuccess, properties.error, owners.data, owners.isPending, pipelines.data, pipelines.isPending, staged, language, t, type, currency]);
}

/** Defaults people may rename: what they called their own is left as it is. */
const RENAMED: Record<string, string> = { 'hs_manual_forecast_category.OMIT': 'Not forecasted', 'hs_manual_forecast_category.CLOSED': 'Closed won' };
const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** An option of the product in the reader's language; one an account made or renamed as the account calls it. */
export function optionLabel(property: Property, option: PropertyOption, language: string): string {
  if (property.hubspotDefined === false) return option.label;
  if (property.name === 'hs_language') return tongue(option.value, language) ?? option.label;
  const fixed = property.modificationMetadata?.readOnlyOptions !== false;
  const original = letters(option.label) === letters(RENAMED[`${property.name}.${option.value}`] ?? option.value);
  const set = property.name === 'hs_analytics_source' || property.name === 'hs_latest_source' ? 'analytics' : property.name;
  return (fixed || original ? maybeT(`opt.${set}.${option.value}`) : undefined) ?? option.label;
}

/** A pipeline the product made, in the reader's language. Its messages are found by id and label, so a renamed one keeps its name. */
export function pipelineInWords(line: Pipeline): Pipeline {
  return {
    ...line,
    label: maybeT(`pipeline.${line.id}.${line.label}`) ?? line.label,
    stages: line.stages.map((stage) => ({ ...stage, label: maybeT(`stage.${stage.id}.${stage.label}`) ?? stage.label })),
  };
}

function tongue(code: string, language: string): string | undefined {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(code);
  } catch {
    return undefined;
  }
}

/** The account's own currency, for amounts that name none. */
export function useAccountCurrency(): string | undefined {
  const { account } = useHere();
  return useQuery({ queryKey: ['a', account.id, 'currency'], queryFn: async () => {
    const details = await call<{ companyCurrency?: string }>('/account-info/v3/details', { account: account.id });
    return details.companyCurrency ?? '';
  }, staleTime: Infinity, retry: false }).data || undefined;
}
