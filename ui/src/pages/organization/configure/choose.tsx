/** Accounts on the left, what the chosen one shares with each other one on the right, and the drawing of it all. */
import { Alert, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconArrowRight, IconRestore, IconSearch, IconTemplate, IconUsers } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Member } from '../../../api/types';
import { AccountMark } from '../../../components/account-mark';
import { useT } from '../../../i18n';
import { useHere } from '../../../lib/account';
import { Drawing } from '../drawing';
import { type Arrow, type EdgeKey, featuresOf, keyOf, openKeys } from '../edges';
import { namesOf } from '../words';
import { type Arrows, type Draft, amendedKeys, begun, changesOf, missingKeys, termsOf, withReasons, withTerms } from './draft';
import { type Marks, Pair } from './pair';
import { TermsEditor } from './terms-editor';

/** With more members than this the accounts are searched, and a pair opens when it is wanted. */
const FEW = 8;
/** Pairs shown at once of a large organization. */
const PAIRS = 20;

interface Props { draft: Draft; arrows: Arrows; setDraft: (draft: Draft) => void; cancel: () => void; next: () => void; templates?: () => void }

export function Choose({ draft, arrows, setDraft, cancel, next, templates }: Props) {
  const t = useT();
  const { account } = useHere();
  const { members } = draft.organization;
  const [chosen, setChosen] = useState(() => String((members.find((member) => String(member.accountId) === String(account.id)) ?? members[0])?.accountId ?? ''));
  const [asked, setAsked] = useState<{ keys: EdgeKey[]; thenNext: boolean }>();
  const before = useMemo(() => openKeys(arrows), [arrows]);
  const features = featuresOf(draft.organization);
  const name = namesOf(members);
  const changes = useMemo(() => changesOf(draft, arrows), [draft, arrows]);
  const missing = useMemo(() => missingKeys(draft, arrows), [draft, arrows]);
  const pending = useMemo(() => new Set([...draft.open].filter((key) => !before.has(key))), [draft.open, before]);
  const wished = useMemo(() => [...arrows].map(([key, arrow]): Arrow => (arrow.state === 'blocked' ? arrow : { ...arrow, state: draft.open.has(key) ? 'on' : 'off' })), [arrows, draft.open]);
  const touched = useMemo(() => new Set(changes.flatMap((change) => [change.source, change.destination])), [changes]);
  // Asked by every line that is shown: of a large organization they are thousands, looked at once.
  const marks = useMemo<Marks>(() => ({ missing: new Set(missing), amended: new Set(amendedKeys(draft, arrows)) }), [missing, draft, arrows]);
  // Reasons that are missing are asked for once, for all of them; lists of fields differ by account and are asked for one by one.
  const goOn = () => (missing.length === 0 ? next() : setAsked({ keys: missing, thenNext: true }));
  return (
    <div className="card">
      <div className="org-side">
        <Accounts members={members} chosen={chosen} choose={setChosen} touched={touched}>
          <Stack gap={6} mt="md" px={4}>
            {templates && <Button size="xs" variant="light" justify="flex-start" leftSection={<IconTemplate size={15} />} onClick={templates}>{t('conf.start')}</Button>}
            {changes.length > 0 && <Button size="xs" variant="subtle" color="gray" justify="flex-start" leftSection={<IconRestore size={15} />} onClick={() => setDraft(begun(draft.organization))}>{t('conf.reset')}</Button>}
          </Stack>
        </Accounts>
        <div style={{ padding: 18, minWidth: 0 }}>
          <Title order={2} mb="sm">{t('conf.with', { account: name(chosen) })}</Title>
          <Alert color="orange" className="notice" mb="md" icon={<IconUsers size={18} />}>{t('conf.notice')}</Alert>
          <div className="org-two">
            <Pairs key={chosen} draft={draft} arrows={arrows} before={before} setDraft={setDraft} chosen={chosen} features={features} marks={marks} editTerms={(key) => setAsked({ keys: [key], thenNext: false })} />
            <Drawing organization={draft.organization} arrows={wished} features={features} chosen={chosen} pending={pending} height={340} />
          </div>
        </div>
      </div>
      <div className="org-bar">
        <div role="status">
          <Text size="sm" c={changes.length > 0 ? undefined : 'dimmed'} fw={changes.length > 0 ? 600 : 400}>{changes.length > 0 ? t('conf.nChanges', { count: changes.length }) : t('conf.noChanges')}</Text>
          {missing.length > 0 && <Text size="xs" c="var(--mantine-color-error)" style={{ display: 'flex', gap: 5 }}><IconAlertTriangle size={14} aria-hidden="true" />{t('conf.missing', { count: missing.length })}</Text>}
        </div>
        <Group gap="sm">
          <Button variant="default" onClick={cancel}>{t('act.cancel')}</Button>
          <Button rightSection={<IconArrowRight size={16} />} disabled={changes.length === 0} onClick={goOn}>{t('act.next')}</Button>
        </Group>
      </div>
      {asked && (
        <TermsEditor
          draft={draft}
          arrows={arrows}
          keys={asked.keys}
          terms={termsOf(draft, arrows, asked.keys[0]!)}
          close={() => setAsked(undefined)}
          save={(keys, terms) => {
            const after = asked.keys.length > 1 ? withReasons(draft, arrows, keys, terms) : withTerms(draft, keys, terms);
            setDraft(after);
            setAsked(undefined);
            if (asked.thenNext && missingKeys(after, arrows).length === 0) next();
          }}
        />
      )}
    </div>
  );
}

function Accounts({ members, chosen, choose, touched, children }: { members: Member[]; chosen: string; choose: (id: string) => void; touched: ReadonlySet<string>; children: React.ReactNode }) {
  const t = useT();
  const [wanted, setWanted] = useState('');
  const found = members.filter((member) => member.name.toLowerCase().includes(wanted.trim().toLowerCase()));
  return (
    <nav aria-label={t('conf.accounts')}>
      <Text size="xs" fw={600} c="dimmed" px={10} pb={6}>{t('conf.accounts')}</Text>
      {members.length > FEW && <TextInput size="xs" mb={6} aria-label={t('conf.search')} placeholder={t('conf.search')} leftSection={<IconSearch size={14} aria-hidden="true" />} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />}
      <div className="org-accounts" data-many={members.length > FEW || undefined}>
        {found.map((member) => {
          const id = String(member.accountId);
          return (
            <button key={id} type="button" className="org-account" aria-current={id === chosen || undefined} onClick={() => choose(id)}>
              <AccountMark id={id} name={member.name} size={26} />
              <span className="truncate">{member.name}</span>
              {touched.has(id) && <span className="org-dot" title={t('conf.changed')}><span className="visually-hidden">{t('conf.changed')}</span></span>}
            </button>
          );
        })}
        {found.length === 0 && <Text size="xs" c="dimmed" px={10} py={6} role="status">{t('conf.noAccount')}</Text>}
      </div>
      {children}
    </nav>
  );
}

interface PairsProps { draft: Draft; arrows: Arrows; before: ReadonlySet<EdgeKey>; setDraft: (draft: Draft) => void; chosen: string; features: string[]; marks: Marks; editTerms: (key: EdgeKey) => void }

/** Of many, those that are connected or wished to be come first. */
function Pairs({ draft, arrows, before, setDraft, chosen, features, marks, editTerms }: PairsProps) {
  const t = useT();
  const [all, setAll] = useState(false);
  const [wanted, setWanted] = useState('');
  const others = draft.organization.members.filter((member) => String(member.accountId) !== chosen);
  const many = others.length >= FEW;
  const connected = (id: string) => features.some((feature) => [keyOf(feature, chosen, id), keyOf(feature, id, chosen)].some((key) => draft.open.has(key) || before.has(key)));
  const [first] = useState(() => new Set(others.map((member) => String(member.accountId)).filter(connected)));
  const found = others.filter((member) => member.name.toLowerCase().includes(wanted.trim().toLowerCase())).sort((a, b) => Number(first.has(String(b.accountId))) - Number(first.has(String(a.accountId))));
  const shown = many && !all ? found.slice(0, PAIRS) : found;
  return (
    <div>
      {many && <TextInput size="sm" mb="sm" aria-label={t('conf.search')} placeholder={t('conf.search')} leftSection={<IconSearch size={15} aria-hidden="true" />} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />}
      {shown.map((member) => <Pair key={String(member.accountId)} draft={draft} arrows={arrows} before={before} setDraft={setDraft} a={chosen} b={member} features={features} marks={marks} folded={many} editTerms={editTerms} />)}
      {found.length === 0 && <Text size="sm" c="dimmed" role="status">{t('conf.noAccount')}</Text>}
      {shown.length < found.length && <Button mt="sm" size="xs" variant="default" onClick={() => setAll(true)}>{t('conf.allPairs', { n: found.length })}</Button>}
    </div>
  );
}

