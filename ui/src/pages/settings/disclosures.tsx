import { Button, Group, Text } from '@mantine/core';
import { IconEyeCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client';
import type { Disclosure, Page } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Empty, Loading, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { moment } from '../../lib/format';
import { OBJECTS, isListType, pluralType } from '../../lib/objects';
import { SettingsPage } from './parts';

export function DisclosuresPage() {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const pages = useInfiniteQuery({
    queryKey: ['a', account.id, 'disclosures'],
    queryFn: ({ pageParam }) => call<Page<Disclosure>>('/accounts/v1/disclosures', { account: account.id, query: { after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.paging?.next?.after,
  });
  const rows = pages.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <SettingsPage title={t('settings.disclosures')} text={t('disclosures.text')}>
      <section className="card">
        {pages.isPending && <Loading />}
        {pages.isError && <Problem problem={pages.error} retry={() => void pages.refetch()} />}
        {pages.data && rows.length === 0 && <Empty icon={<IconEyeCheck size={22} />} title={t('disclosures.none')} text={t('disclosures.noneText')} />}
        {rows.length > 0 && (
          <div className="grid-scroll" tabIndex={0} role="region" aria-label={t('settings.disclosures')}>
            <table className="grid grid-stack">
              <thead><tr><th scope="col">{t('disclosures.when')}</th><th scope="col">{t('disclosures.who')}</th><th scope="col">{t('disclosures.from')}</th><th scope="col">{t('disclosures.whose')}</th><th scope="col">{t('disclosures.shown')}</th></tr></thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td>{moment(row.at, language)}</td>
                    <td data-label={t('disclosures.who')}><div style={{ fontWeight: 560 }}>{row.viewer || t('disclosures.whoToken', { id: row.tokenId ?? '' })}</div>{row.tokenId && row.viewer && <Text size="xs" c="dimmed">{t('disclosures.whoToken', { id: row.tokenId })}</Text>}</td>
                    <td data-label={t('disclosures.from')}><Group gap={8} wrap="nowrap"><AccountMark id={row.viewerAccount} name={row.viewerAccount} size={22} />{row.viewerAccount}</Group></td>
                    <td data-label={t('disclosures.whose')}><Whose row={row} account={account.id} /></td>
                    <td data-label={t('disclosures.shown')}><What row={row} account={account.id} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {pages.hasNextPage && <Group justify="center" p="sm"><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
      </section>
    </SettingsPage>
  );
}

interface Of { row: Disclosure; account: string | number }

/** The record by its name as it is now; an erased one has none any more. */
function Whose({ row, account }: Of) {
  const t = useT();
  const type = pluralType(row.objectType);
  const words = isListType(type) ? t(OBJECTS[type].one) : row.objectType;
  if (row.recordErased) return <><Text size="sm" fs="italic" c="dimmed">{t('disclosures.erased')}</Text><Text size="xs" c="dimmed">{`${words} #${row.recordId}`}</Text></>;
  const name = row.recordName ?? `${words} #${row.recordId}`;
  return (
    <>
      {isListType(type) ? <Link className="row-link" to="/a/$account/$type/$id" params={{ account: String(account), type, id: String(row.recordId) }}>{name}</Link> : name}
      {row.recordName && <Text size="xs" c="dimmed">{`${words} #${row.recordId}`}</Text>}
    </>
  );
}

/** Counts by type; the records themselves on request. */
function What({ row, account }: Of) {
  const t = useT();
  const counted = row.items.map((items) => maybeT(`disclosed.${items.objectType}`, { count: items.n }) ?? `${items.n} ${items.objectType}`).join(', ');
  // Looks from before items were told have their number only.
  if (row.items.length === 0) return <Text size="sm" c="dimmed">{row.nItems > 0 ? row.nItems : t('disclosures.nothing')}</Text>;
  return (
    <details className="disclosed">
      <summary>{counted}</summary>
      {row.items.map(({ objectType, ids }) => (
        <Text key={objectType} size="xs" c="dimmed">
          {ids.map((id) => {
            const type = pluralType(objectType);
            return isListType(type) ? <Link key={id} className="row-link" to="/a/$account/$type/$id" params={{ account: String(account), type, id }}>{`#${id}`}</Link> : <span key={id}>{`#${id}`}</span>;
          })}
        </Text>
      ))}
      {row.masked.length > 0 && <Text size="xs" c="dimmed">{t('disclosures.masked', { names: row.masked.join(', ') })}</Text>}
    </details>
  );
}
