/** What will change in plain words, who becomes visible to whom, on which terms. It applies, all at once, with Done. */
import { Alert, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconArrowLeft, IconBan, IconCheck, IconEye, IconFileText, IconScissors, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ApiError, call } from '../../../api/client';
import { organizationQuery, queryClient } from '../../../api/queries';
import type { Terms } from '../../../api/types';
import { Problem } from '../../../components/states';
import { maybeT, useLanguage, useT } from '../../../i18n';
import { useHere } from '../../../lib/account';
import { describe } from '../../../lib/errors';
import { day, list, number } from '../../../lib/format';
import { toastDone } from '../../../lib/toast';
import { refreshAfterEdit } from '../connections';
import { type Arrow, type EdgeKey, editBody, fromKey, keyOf } from '../edges';
import { type NameOf, blockedWords, changeWords, featureName, namesOf } from '../words';
import { type Arrows, CUSTOMERS, type Draft, TYPES, begun, changesOf, groupedTerms, isUsed, newKeys, reapplied, sentTerms } from './draft';

interface Visible { source: string; destination: string; nPeople: number; nCompanies: number; atLeast: boolean }
interface PlannedChange { kind: string; feature: string; source: string; destination: string; amended?: string[]; words?: string }
interface Planned { changes: PlannedChange[]; nPeopleVisible: Visible[] }
/** Lines shown at once. */
const LINES = 50;
const NARROWS = new Set(['cut', 'narrow_to_one_way']);

export function Review({ draft, arrows, setDraft, back, done }: { draft: Draft; arrows: Arrows; setDraft: (draft: Draft) => void; back: () => void; done: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { organization } = draft;
  const name = namesOf(organization.members);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [stale, setStale] = useState(false);
  const body = useMemo(() => editBody(organization.version, draft.open, sentTerms(draft, arrows)), [organization.version, draft, arrows]);
  // As one text: the library looks at every leaf of a key, and a large organization has a hundred thousand.
  const asked = useMemo(() => JSON.stringify(body), [body]);
  const plan = useQuery({
    queryKey: ['a', account.id, 'organization-plan', asked],
    queryFn: () => call<Planned>(`/organizations/v1/${organization.id}/connections/plan`, { method: 'POST', account: account.id, body }),
    staleTime: 0, gcTime: 0, retry: false,
  });
  const conflict = stale || (plan.error instanceof ApiError && plan.error.status === 409);
  const apply = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await call<object>(`/organizations/v1/${organization.id}/connections`, { method: 'PUT', account: account.id, body });
      await refreshAfterEdit(account.id);
      const waits = 'proposedAt' in answer;
      toastDone(waits ? t('conf.proposed') : t('conf.applied'));
      done();
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 409) setStale(true);
      else setError(describe(problem, t));
      setBusy(false);
    }
  };
  const load = async (keep: boolean) => {
    const now = await queryClient.fetchQuery({ ...organizationQuery(account.id), staleTime: 0 });
    if (!now) return done();
    setDraft(keep ? reapplied(draft, now) : begun(now));
    setStale(false);
    setBusy(false);
    if (!keep) back();
  };
  const local = useMemo(() => changesOf(draft, arrows), [draft, arrows]);
  const changes: PlannedChange[] = plan.data?.changes.length ? plan.data.changes.map((one) => ({ ...one, source: String(one.source), destination: String(one.destination) })) : local;
  return (
    <div className="card">
      <div style={{ padding: 20, maxWidth: 820 }}>
        <Title order={2}>{t('conf.reviewTitle')}</Title>
        <Text size="sm" c="dimmed" mb="md">{t('conf.reviewText')}</Text>
        {conflict && (
          <Alert color="orange" icon={<IconAlertTriangle size={18} />} title={t('conf.staleTitle')} role="alert" mb="md">
            <Text size="sm">{t('conf.stale')}</Text>
            <Group gap="xs" mt="sm">
              <Button size="xs" onClick={() => void load(true)}>{t('conf.reapply')}</Button>
              <Button size="xs" variant="default" onClick={() => void load(false)}>{t('conf.reload')}</Button>
            </Group>
          </Alert>
        )}
        {plan.isPending && <Stack gap="sm"><Skeleton h={44} /><Skeleton h={44} /></Stack>}
        {plan.isError && !conflict && <Problem problem={plan.error} compact retry={() => void plan.refetch()} />}
        {(plan.isSuccess || conflict) && (
          <>
            <Changes changes={changes} draft={draft} name={name} />
            {plan.data && <VisiblePeople visible={plan.data.nPeopleVisible} name={name} />}
            <TermsList draft={draft} arrows={arrows} name={name} />
            <BlockedList draft={draft} arrows={arrows} name={name} />
            {changes.some((change) => !NARROWS.has(change.kind)) && <Alert color="orange" className="notice" mt="md" icon={<IconUsers size={18} />}>{t('conf.notice')}</Alert>}
          </>
        )}
        {error && <Alert color="red" mt="md" role="alert">{error}</Alert>}
      </div>
      <div className="org-bar">
        <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={back} disabled={busy}>{t('act.back')}</Button>
        <Button leftSection={<IconCheck size={16} />} loading={busy} disabled={conflict || plan.isPending || plan.isError || local.length === 0} onClick={() => void apply()}>{t('act.done')}</Button>
      </div>
    </div>
  );
}

function Changes({ changes, draft, name }: { changes: PlannedChange[]; draft: Draft; name: NameOf }) {
  const t = useT();
  const language = useLanguage();
  const icon = (kind: string) => {
    if (NARROWS.has(kind)) return <IconScissors size={19} aria-hidden="true" color="var(--mantine-color-error)" />;
    return kind === 'amend' ? <IconFileText size={19} aria-hidden="true" color="var(--mantine-color-anchor)" /> : <IconEye size={19} aria-hidden="true" color="var(--mantine-color-anchor)" />;
  };
  return (
    <Lines all={changes}>
      {(change) => (
        <li key={`${change.kind}${change.feature}${change.source}${change.destination}`}>
          {icon(change.kind)}
          <div>
            <Text size="sm" fw={560}>{changeWords(change, name)}</Text>
            <Text size="xs" c="dimmed">{featureName(change.feature)}{change.amended && change.amended.length > 0 ? ` · ${list(change.amended.map((part) => maybeT(`part.${part}`) ?? part), language)}` : ''}</Text>
            {!isUsed(draft.organization, change.feature) && !NARROWS.has(change.kind) && <Text size="xs" c="dimmed">{t('conf.notUsed')}</Text>}
          </div>
        </li>
      )}
    </Lines>
  );
}

/** The first of many lines, and more when asked for: thousands at once would hold up the page, and nobody reads them. */
function Lines<T>({ all, children }: { all: T[]; children: (one: T) => React.ReactNode }) {
  const t = useT();
  const language = useLanguage();
  const [nShown, setShown] = useState(LINES);
  return (
    <>
      <ul className="org-changes">{all.slice(0, nShown).map(children)}</ul>
      {all.length > nShown && <Button mt={4} size="xs" variant="default" onClick={() => setShown(nShown + LINES)}>{t('conf.moreLines', { n: number(all.length - nShown, language) })}</Button>}
    </>
  );
}

function VisiblePeople({ visible, name }: { visible: Visible[]; name: NameOf }) {
  const t = useT();
  const language = useLanguage();
  const lines = visible.filter((one) => one.nPeople + one.nCompanies > 0 || one.atLeast);
  const counted = (key: 'conf.people' | 'conf.companies', count: number, atLeast: boolean) => {
    const what = t(key, { count, n: number(count, language) });
    return atLeast ? t('conf.atLeast', { what }) : what;
  };
  return (
    <>
      <Title order={3} mt="md" mb={4}>{t('conf.visibleTitle')}</Title>
      {lines.length === 0 ? <Text size="sm" c="dimmed">{t('conf.visibleNone')}</Text> : (
        <Lines all={lines}>
          {(one) => (
            <li key={`${one.source}>${one.destination}`}>
              <IconUsers size={19} aria-hidden="true" className="quiet" />
              <Text size="sm">{t('conf.seen', { source: name(one.source), destination: name(one.destination), people: counted('conf.people', one.nPeople, one.atLeast), companies: counted('conf.companies', one.nCompanies, one.atLeast) })}</Text>
            </li>
          )}
        </Lines>
      )}
    </>
  );
}

/** Each set of terms once, with the directions it is for. */
function TermsList({ draft, arrows, name }: { draft: Draft; arrows: Arrows; name: NameOf }) {
  const t = useT();
  const language = useLanguage();
  const groups = useMemo(() => groupedTerms(draft, arrows), [draft, arrows]);
  if (groups.length === 0) return null;
  const edgeWords = (key: EdgeKey) => { const { feature, source, destination } = fromKey(key); return `${featureName(feature)}: ${name(source)} → ${name(destination)}`; };
  return (
    <>
      <Title order={3} mt="md" mb={4}>{t('conf.termsTitle')}</Title>
      <ul className="org-changes">
        {groups.map(({ keys, terms }) => (
          <li key={keys[0]}>
            <IconFileText size={19} aria-hidden="true" className="quiet" />
            <div>
              <Text size="sm" fw={560}>{terms.purpose || t('terms.noReason')}</Text>
              <Text size="xs" c="dimmed">{termsWords(terms, language, t)}</Text>
              <Text size="xs" c="dimmed">{keys.length > 4 ? t('conf.sameTerms', { n: keys.length }) : keys.map(edgeWords).join(' · ')}</Text>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function termsWords(terms: Terms, language: ReturnType<typeof useLanguage>, t: ReturnType<typeof useT>): string {
  const words = (all: readonly string[], some: string[]) => (all.every((one) => some.includes(one)) ? undefined : list(all.filter((one) => some.includes(one)).map((one) => maybeT(`type.${one}`) ?? one), language));
  const narrowed = [words(CUSTOMERS, terms.customers), words(TYPES, terms.types)].filter(Boolean);
  return [
    terms.legalBasis && `${maybeT(`basis.${terms.legalBasis}`)}${terms.legalBasisText ? `: ${terms.legalBasisText}` : ''}`,
    narrowed.length > 0 ? narrowed.join(', ') : t('terms.everything'),
    terms.dealPipelines && `${t('terms.pipelines')}: ${terms.dealPipelines.join(', ')}`,
    terms.fields && `${t('terms.fields')}: ${terms.fields.join(', ')}`,
    terms.masked.length > 0 && `${t('terms.masked')}: ${terms.masked.join(', ')}`,
    terms.reviewOn && `${t('terms.review')} ${day(terms.reviewOn, language)}`,
  ].filter(Boolean).join(' · ');
}

/** Directions of the pairs and features she opens that stay closed, with the reason. */
function BlockedList({ draft, arrows, name }: { draft: Draft; arrows: Arrows; name: NameOf }) {
  const t = useT();
  const blocked = useMemo(() => {
    const back = newKeys(draft, arrows).map((key) => { const { feature, source, destination } = fromKey(key); return keyOf(feature, destination, source); });
    return back.map((key) => arrows.get(key)).filter((arrow): arrow is Arrow => arrow?.state === 'blocked');
  }, [draft, arrows]);
  if (blocked.length === 0) return null;
  return (
    <>
      <Title order={3} mt="md" mb={4}>{t('conf.blocked', { count: blocked.length })}</Title>
      <Lines all={blocked}>
        {(arrow) => (
          <li key={keyOf(arrow.feature, arrow.source, arrow.destination)}>
            <IconBan size={19} aria-hidden="true" className="quiet" />
            <div><Text size="sm">{featureName(arrow.feature)}: {name(arrow.source)} → {name(arrow.destination)}</Text><Text size="xs" c="dimmed">{blockedWords(arrow, name, t)}</Text></div>
          </li>
        )}
      </Lines>
    </>
  );
}
