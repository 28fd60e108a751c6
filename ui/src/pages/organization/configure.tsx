/** Two steps: choose, then review. Nothing applies before Done, and a choice made on an older state is a conflict, never an overwrite. */
import { Alert, Badge, Button, Checkbox, Group, SegmentedControl, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconArrowLeft, IconArrowRight, IconBan, IconBolt, IconCheck, IconEye, IconRestore, IconScissors, IconUsers } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError, call } from '../../api/client';
import { organizationQuery, queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { PageHeader, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { number } from '../../lib/format';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { Drawing } from './drawing';
import { type Arrow, type EdgeKey, type Way, arrowsOf, changesBetween, differs, editBody, everything, featuresOf, keyOf, openKeys, rebase, wayOf, withWay } from './edges';
import { type NameOf, blockedWords, changeWords, featureName, namesOf, wayWords } from './words';

/** The organization as it was when she began, and what she wishes. */
interface Draft { organization: Organization; open: ReadonlySet<EdgeKey> }

export function Configure({ organization, close }: { organization: Organization; close: () => void }) {
  const t = useT();
  const [draft, setDraft] = useState<Draft>(() => ({ organization, open: openKeys(arrowsOf(organization)) }));
  const [step, setStep] = useState<'choose' | 'review'>('choose');
  const heading = useRef<HTMLHeadingElement>(null);
  const arrows = useMemo(() => arrowsOf(draft.organization), [draft.organization]);
  useEffect(() => { heading.current?.focus(); }, [step]);
  return (
    <>
      <PageHeader title={t('org.configure')} text={`${organization.name} · ${t(step === 'choose' ? 'conf.choose' : 'conf.review')} (${step === 'choose' ? 1 : 2}/2)`} />
      <h2 ref={heading} tabIndex={-1} className="visually-hidden">{t(step === 'choose' ? 'conf.choose' : 'conf.review')}</h2>
      {step === 'choose' ? (
        <Choose draft={draft} arrows={arrows} setOpen={(open) => setDraft({ ...draft, open })} cancel={close} next={() => setStep('review')} />
      ) : (
        <Review draft={draft} arrows={arrows} setDraft={setDraft} back={() => setStep('choose')} done={close} />
      )}
    </>
  );
}

interface ChooseProps { draft: Draft; arrows: Map<EdgeKey, Arrow>; setOpen: (open: ReadonlySet<EdgeKey>) => void; cancel: () => void; next: () => void }

function Choose({ draft, arrows, setOpen, cancel, next }: ChooseProps) {
  const t = useT();
  const { account } = useHere();
  const { members } = draft.organization;
  const [chosen, setChosen] = useState(() => String((members.find((member) => String(member.accountId) === String(account.id)) ?? members[0])?.accountId ?? ''));
  const before = useMemo(() => openKeys(arrows), [arrows]);
  const features = featuresOf(draft.organization);
  const name = namesOf(members);
  const changes = changesBetween(before, draft.open);
  const pending = new Set([...draft.open].filter((key) => !before.has(key)));
  const wished = useMemo(() => [...arrows].map(([key, arrow]): Arrow => (arrow.state === 'blocked' ? arrow : { ...arrow, state: draft.open.has(key) ? 'on' : 'off' })), [arrows, draft.open]);
  const touched = (id: string) => changes.filter((change) => change.source === id || change.destination === id).length;
  return (
    <div className="card">
      <div className="org-side">
        <nav aria-label={t('conf.accounts')}>
          <Text size="xs" fw={600} c="dimmed" px={10} pb={6}>{t('conf.accounts')}</Text>
          <div className="org-accounts">
            {members.map((member) => {
              const id = String(member.accountId);
              return (
                <button key={id} type="button" className="org-account" aria-current={id === chosen || undefined} onClick={() => setChosen(id)}>
                  <AccountMark id={id} name={member.name} size={26} />
                  <span className="truncate">{member.name}</span>
                  {touched(id) > 0 && <Badge size="xs" color="orange" ml="auto">{t('conf.changed')}</Badge>}
                </button>
              );
            })}
          </div>
          <Stack gap={6} mt="md" px={4}>
            <Button size="xs" variant="light" justify="flex-start" leftSection={<IconBolt size={15} />} onClick={() => setOpen(everything(arrows))}>{t('conf.oneClick')}</Button>
            <Text size="xs" c="dimmed" px={2}>{t('conf.oneClickText')}</Text>
            <Button size="xs" variant="subtle" color="gray" justify="flex-start" leftSection={<IconScissors size={15} />} onClick={() => setOpen(new Set())}>{t('conf.allOff')}</Button>
            {changes.length > 0 && <Button size="xs" variant="subtle" color="gray" justify="flex-start" leftSection={<IconRestore size={15} />} onClick={() => setOpen(before)}>{t('conf.reset')}</Button>}
          </Stack>
        </nav>
        <div style={{ padding: 18, minWidth: 0 }}>
          <Title order={2} mb="sm">{t('conf.with', { account: name(chosen) })}</Title>
          <Alert color="orange" className="notice" mb="md" icon={<IconUsers size={18} />}>{t('conf.notice')}</Alert>
          <div className="org-two">
            <div>
              {members.filter((member) => String(member.accountId) !== chosen).map((member) => {
                const other = String(member.accountId);
                return (
                  <section key={other} className="org-pair" aria-label={`${name(chosen)} – ${member.name}`}>
                    <h3><AccountMark id={other} name={member.name} size={24} />{member.name}</h3>
                    {features.map((feature) => <FeatureToggle key={feature} feature={feature} a={chosen} b={other} arrows={arrows} before={before} open={draft.open} setOpen={setOpen} name={name} />)}
                  </section>
                );
              })}
            </div>
            <Drawing members={members} arrows={wished} features={features} chosen={chosen} pending={pending} height={340} />
          </div>
        </div>
      </div>
      <div className="org-bar">
        <Text size="sm" role="status" c={changes.length > 0 ? undefined : 'dimmed'} fw={changes.length > 0 ? 600 : 400}>{changes.length > 0 ? t('conf.nChanges', { count: changes.length }) : t('conf.noChanges')}</Text>
        <Group gap="sm">
          <Button variant="default" onClick={cancel}>{t('act.cancel')}</Button>
          <Button rightSection={<IconArrowRight size={16} />} disabled={!differs(before, draft.open)} onClick={next}>{t('act.next')}</Button>
        </Group>
      </div>
    </div>
  );
}

interface ToggleProps { feature: string; a: string; b: string; arrows: Map<EdgeKey, Arrow>; before: ReadonlySet<EdgeKey>; open: ReadonlySet<EdgeKey>; setOpen: (open: ReadonlySet<EdgeKey>) => void; name: NameOf }

function FeatureToggle({ feature, a, b, arrows, before, open, setOpen, name }: ToggleProps) {
  const t = useT();
  const out = arrows.get(keyOf(feature, a, b));
  const back = arrows.get(keyOf(feature, b, a));
  const blocked = [out, back].filter((arrow): arrow is Arrow => arrow?.state === 'blocked');
  const closed = blocked.length === 2 || out?.reason === 'FEATURE_NOT_AVAILABLE';
  const way = wayOf(open, feature, a, b);
  const set = (next: Way) => setOpen(withWay(open, arrows, feature, a, b, next));
  const oneWay = way === 'out' || way === 'back';
  const possible: Way = blocked.length === 0 ? 'both' : out?.state === 'blocked' ? 'back' : 'out';
  const changed = wayOf(before, feature, a, b) !== way;
  const words = { feature: featureName(feature), a: name(a), b: name(b) };
  return (
    <div className="org-toggle">
      <Switch
        label={<Group gap={8} component="span"><Text span fw={560} size="sm">{words.feature}</Text>{changed && <Badge size="xs" color="orange">{t('conf.changed')}</Badge>}</Group>}
        description={maybeT(`org.featureText.${feature}`)}
        aria-label={t('conf.switch', words)}
        checked={way !== 'off'}
        disabled={closed}
        onChange={(event) => set(event.currentTarget.checked ? possible : 'off')}
      />
      {blocked.map((arrow) => <Text key={arrow.source} size="xs" mt={8} c="var(--mantine-color-error)" style={{ display: 'flex', gap: 6 }}><IconBan size={15} aria-hidden="true" style={{ flexShrink: 0 }} />{blockedWords(arrow, name, t)}</Text>)}
      {out?.reason === 'FEATURE_NOT_AVAILABLE' && out.state !== 'blocked' && <Text size="xs" mt={6} c="dimmed">{t('org.blocked.FEATURE_NOT_AVAILABLE')}</Text>}
      {way !== 'off' && (
        <Stack gap={8} mt={10} pl={52}>
          <Checkbox size="xs" label={t('conf.oneWay')} checked={oneWay} disabled={blocked.length > 0} onChange={(event) => set(event.currentTarget.checked ? 'out' : 'both')} />
          {oneWay && blocked.length === 0 && (
            <SegmentedControl
              size="xs"
              orientation="vertical"
              aria-label={t('conf.whichWay', words)}
              value={way}
              onChange={(next) => set(next as Way)}
              data={(['out', 'back'] as const).map((value) => ({ value, label: wayWords(value, a, b, name, t) }))}
            />
          )}
          {oneWay && blocked.length > 0 && <Text size="xs">{wayWords(way, a, b, name, t)}</Text>}
        </Stack>
      )}
    </div>
  );
}

interface Visible { source: string | number; destination: string | number; nPeople?: number; n?: number; count?: number }
interface Planned { changes?: { kind: string; feature: string; source: string | number; destination: string | number; words?: string }[]; nPeopleVisible?: Visible[] }

function Review({ draft, arrows, setDraft, back, done }: { draft: Draft; arrows: Map<EdgeKey, Arrow>; setDraft: (draft: Draft) => void; back: () => void; done: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { organization, open } = draft;
  const name = namesOf(organization.members);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [stale, setStale] = useState(false);
  const body = useMemo(() => editBody(organization.version, open), [organization.version, open]);
  const plan = useQuery({
    queryKey: ['a', account.id, 'organization-plan', body],
    queryFn: () => call<Planned>(`/organizations/v1/${organization.id}/connections/plan`, { method: 'POST', account: account.id, body }),
    staleTime: 0, gcTime: 0, retry: false,
  });
  const conflict = stale || (plan.error instanceof ApiError && plan.error.status === 409);
  const apply = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await call(`/organizations/v1/${organization.id}/connections`, { method: 'PUT', account: account.id, body });
      await refreshAfterEdit(account.id);
      toastDone(t('conf.applied'));
      done();
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 409) setStale(true);
      else setError(describe(problem, t));
      setBusy(false);
    }
  };
  const loadNow = async () => {
    const now = await queryClient.fetchQuery({ ...organizationQuery(account.id), staleTime: 0 });
    if (!now) return done();
    setDraft({ organization: now, open: rebase(openKeys(arrows), open, arrowsOf(now)) });
    setStale(false);
    setBusy(false);
  };
  const local = changesBetween(openKeys(arrows), open);
  const changes = plan.data?.changes?.length ? plan.data.changes.map((one) => ({ ...one, source: String(one.source), destination: String(one.destination) })) : local;
  return (
    <div className="card">
      <div style={{ padding: 20, maxWidth: 760 }}>
        <Title order={2}>{t('conf.reviewTitle')}</Title>
        <Text size="sm" c="dimmed" mb="md">{t('conf.reviewText')}</Text>
        {conflict && (
          <Alert color="orange" icon={<IconAlertTriangle size={18} />} title={t('conf.staleTitle')} role="alert" mb="md">
            <Text size="sm">{t('conf.staleText')}</Text>
            <Button mt="sm" size="xs" onClick={() => void loadNow()}>{t('conf.staleLoad')}</Button>
          </Alert>
        )}
        {plan.isPending && <Stack gap="sm"><Skeleton h={44} /><Skeleton h={44} /></Stack>}
        {plan.isError && !conflict && <Problem problem={plan.error} compact retry={() => void plan.refetch()} />}
        {(plan.isSuccess || conflict) && (
          <>
            <ul className="org-changes">
              {changes.map((change) => (
                <li key={`${change.kind}${change.feature}${change.source}${change.destination}`}>
                  {change.kind === 'cut' || change.kind === 'narrow_to_one_way' ? <IconScissors size={19} aria-hidden="true" color="var(--mantine-color-error)" /> : <IconEye size={19} aria-hidden="true" color="var(--mantine-color-anchor)" />}
                  <div><Text size="sm" fw={560}>{changeWords(change, name)}</Text><Text size="xs" c="dimmed">{featureName(change.feature)}</Text></div>
                </li>
              ))}
            </ul>
            {plan.data?.nPeopleVisible && <VisiblePeople visible={plan.data.nPeopleVisible} name={name} />}
            {changes.some((change) => change.kind !== 'cut' && change.kind !== 'narrow_to_one_way') && <Alert color="orange" className="notice" mt="md" icon={<IconUsers size={18} />}>{t('conf.notice')}</Alert>}
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

function VisiblePeople({ visible, name }: { visible: Visible[]; name: NameOf }) {
  const t = useT();
  const language = useLanguage();
  const lines = visible.map((one) => ({ source: name(one.source), destination: name(one.destination), n: one.nPeople ?? one.n ?? one.count ?? 0 })).filter((one) => one.n > 0);
  return (
    <>
      <Title order={3} mt="md" mb={4}>{t('conf.visibleTitle')}</Title>
      {lines.length === 0 ? <Text size="sm" c="dimmed">{t('conf.visibleNone')}</Text> : (
        <ul className="org-changes">
          {lines.map((one) => <li key={one.source + one.destination}><IconUsers size={19} aria-hidden="true" className="quiet" /><Text size="sm">{t('conf.visible', { source: one.source, destination: one.destination, count: one.n, n: number(one.n, language) })}</Text></li>)}
        </ul>
      )}
    </>
  );
}
