/** The drawing in words: one row per pair and feature, and the scissors. */
import { Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowNarrowRight, IconArrowsLeftRight, IconBan, IconMinus, IconScissors, IconSearch, IconSnowflake } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { day } from '../../lib/format';
import { toastDone } from '../../lib/toast';
import { type Arrow, type EdgeKey, editBody, keyOf, openKeys, pairsOf, wayOf } from './edges';
import { blockedWords, featureName, mayChange, namesOf, wayWords } from './words';

/** With more members than this the table is searched, and lists only pairs that share. */
const FEW = 8;
/** Pairs listed at once. */
const ROWS = 50;

interface Props { organization: Organization; arrows: Map<EdgeKey, Arrow>; features: string[] }

export function ConnectionsTable({ organization, arrows, features }: Props) {
  const t = useT();
  const language = useLanguage();
  const [cutting, setCutting] = useState<[string, string] | null>(null);
  const name = namesOf(organization.members);
  const open = openKeys(arrows);
  const [wanted, setWanted] = useState('');
  const [nShown, setShown] = useState(ROWS);
  const many = organization.members.length > FEW;
  const isOpen = ([a, b]: [string, string]) => features.some((feature) => wayOf(open, feature, a, b) !== 'off');
  const isMeant = (pair: [string, string]) => pair.some((id) => name(id).toLowerCase().includes(wanted.trim().toLowerCase()));
  // Of many members only those that share are listed: the rest is the same word a thousand times.
  const all = pairsOf(organization.members).filter((pair) => !many || (isOpen(pair) && isMeant(pair)));
  const pairs = all.slice(0, nShown);
  // A feature nobody uses takes no line of a pair that uses another.
  const linesOf = (pair: [string, string]) => {
    const [a, b] = pair;
    const used = features.filter((feature) => wayOf(open, feature, a, b) !== 'off' || feature === features[0]);
    return many ? used.filter((feature) => wayOf(open, feature, a, b) !== 'off') : used;
  };
  return (
    <div>
      {many && <TextInput size="sm" mb="sm" maw={320} aria-label={t('conf.search')} placeholder={t('conf.search')} leftSection={<IconSearch size={15} aria-hidden="true" />} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />}
      <div className="grid-scroll" tabIndex={0} role="group" aria-label={t('org.connections')}>
        <table className="grid grid-stack org-table" data-single={features.length === 1 || undefined}>
          <thead>
            <tr>
              <th scope="col">{t('org.pair')}</th><th scope="col" className="org-feature">{t('org.feature')}</th><th scope="col">{t('org.direction')}</th><th scope="col" className="mantine-visible-from-sm">{t('org.opened')}</th>
              {organization.canEditConnections && <th scope="col"><span className="visually-hidden">{t('org.cut')}</span></th>}
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair) => (
              <Fragment key={pair.join()}>
                {linesOf(pair).map((feature, i) => {
                  const [a, b] = pair;
                  const both = [arrows.get(keyOf(feature, a, b)), arrows.get(keyOf(feature, b, a))].filter((arrow): arrow is Arrow => arrow !== undefined);
                  const opened = both.find((arrow) => arrow.state === 'on' && arrow.openedAt);
                  const blocked = both.filter((arrow) => arrow.state === 'blocked');
                  return (
                    <tr key={feature}>
                      {i === 0 && <th scope="rowgroup" rowSpan={linesOf(pair).length}>{name(a)} – {name(b)}</th>}
                      <td className="org-feature">{featureName(feature)}</td>
                      <td data-label={featureName(feature)} style={{ whiteSpace: 'normal' }}>
                        <WayBadge way={wayOf(open, feature, a, b)} words={wayWords(wayOf(open, feature, a, b), a, b, name, t)} />
                        {both.some((arrow) => arrow.state === 'on' && arrow.frozen) && <Badge color="blue" ml={6} leftSection={<IconSnowflake size={13} aria-hidden="true" style={{ display: 'block' }} />}>{t('org.state.frozen')}</Badge>}
                        {both.some((arrow) => arrow.state === 'on' && arrow.reviewDue) && <Badge size="xs" color="orange" ml={6}>{t('org.reviewDue')}</Badge>}
                        {blocked.map((arrow) => <Text key={arrow.source} size="xs" c="dimmed" mt={3} style={{ display: 'flex', gap: 5, minWidth: 170 }}><IconBan size={14} aria-hidden="true" style={{ flexShrink: 0, marginTop: 1 }} />{blockedWords(arrow, name, t)}</Text>)}
                      </td>
                      <td className="mantine-visible-from-sm">{opened ? <><Text size="xs">{opened.openedBy}</Text><Text size="xs" c="dimmed">{opened.openedAt ? day(opened.openedAt, language) : ''}</Text></> : <Text span size="xs" c="dimmed">–</Text>}</td>
                      {organization.canEditConnections && i === 0 && (
                        <td rowSpan={linesOf(pair).length} className="grid-act">
                          {isOpen(pair) && mayChange(organization.members, a, b, true) && <Button variant="subtle" color="red" size="compact-sm" leftSection={<IconScissors size={14} />} aria-label={`${t('org.cut')}: ${name(a)} – ${name(b)}`} onClick={() => setCutting(pair)}>{t('org.cutShort')}</Button>}
                        </td>
                      )}
                    </tr>
                  );
                })}
              </Fragment>
            ))}
            {pairs.length === 0 && <tr><td colSpan={5}><Text size="sm" c="dimmed">{t('org.nothingOpen')}</Text></td></tr>}
          </tbody>
        </table>
      </div>
      {pairs.length < all.length && <Button mt="sm" size="xs" variant="default" onClick={() => setShown(nShown + ROWS)}>{t('org.moreRows', { n: all.length - pairs.length })}</Button>}
      {cutting && <CutDialog organization={organization} arrows={arrows} pair={cutting} close={() => setCutting(null)} />}
    </div>
  );
}

export function WayBadge({ way, words }: { way: 'off' | 'both' | 'out' | 'back'; words: string }) {
  const Icon = way === 'off' ? IconMinus : way === 'both' ? IconArrowsLeftRight : IconArrowNarrowRight;
  return <Badge color={way === 'off' ? 'gray' : 'spruce'} leftSection={<Icon size={13} aria-hidden="true" style={{ display: 'block' }} />}>{words}</Badge>;
}

function CutDialog({ organization, arrows, pair: [a, b], close }: { organization: Organization; arrows: Map<EdgeKey, Arrow>; pair: [string, string]; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const name = namesOf(organization.members);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const cut = async () => {
    setBusy(true);
    setError(undefined);
    const rest = [...openKeys(arrows)].filter((key) => {
      const { source, destination } = arrows.get(key)!;
      return !((source === a && destination === b) || (source === b && destination === a));
    });
    try {
      await call(`/organizations/v1/${organization.id}/connections`, { method: 'PUT', account: account.id, body: editBody(organization.version, new Set(rest)) });
      await refreshAfterEdit(account.id);
      toastDone(t('org.cutDone'));
      close();
    } catch (problem) {
      setError(describe(problem, t));
      await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'organization'] });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog onClose={close} title={t('org.cutTitle', { a: name(a), b: name(b) })}>
      <Stack>
        <Text size="sm">{t('org.cutText')}</Text>
        {error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{error}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>{t('act.cancel')}</Button>
          <Button color="red" loading={busy} leftSection={<IconScissors size={16} />} onClick={() => void cut()}>{t('org.cut')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** What connections allow is on every record page; the next look asks again, and what was shown before is forgotten. */
export async function refreshAfterEdit(account: string | number) {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] === 'a' && queryKey[2] === 'records' && queryKey.includes('timeline') });
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'a' && (queryKey[2] === 'organization' || queryKey[2] === 'candidates') });
  await queryClient.invalidateQueries({ queryKey: ['a', account, 'orglog'] });
}
