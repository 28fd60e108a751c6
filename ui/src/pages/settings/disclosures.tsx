import { Button, Group } from '@mantine/core';
import { IconEyeCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../api/client';
import type { Disclosure, Page } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { Empty, Loading, Problem } from '../../components/states';
import { useLanguage, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { moment, number } from '../../lib/format';
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
            <table className="grid">
              <thead><tr><th scope="col">{t('disclosures.when')}</th><th scope="col">{t('disclosures.who')}</th><th scope="col">{t('disclosures.from')}</th><th scope="col">{t('disclosures.what')}</th><th scope="col" className="num">{t('disclosures.items')}</th></tr></thead>
              <tbody>
                {rows.map((row, i) => {
                  const type = pluralType(row.objectType);
                  const words = isListType(type) ? t(OBJECTS[type].one) : row.objectType;
                  return (
                    <tr key={`${row.at}-${i}`}>
                      <td>{moment(row.at, language)}</td>
                      <td style={{ fontWeight: 560 }}>{row.viewer}</td>
                      <td><Group gap={8} wrap="nowrap"><AccountMark id={row.viewerAccount} name={row.viewerAccount} size={22} />{row.viewerAccount}</Group></td>
                      <td>{isListType(type) ? <Link className="row-link" to="/a/$account/$type/$id" params={{ account: String(account.id), type, id: String(row.recordId) }}>{`${words} #${row.recordId}`}</Link> : `${words} #${row.recordId}`}</td>
                      <td className="num">{number(row.nItems, language)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
        {pages.hasNextPage && <Group justify="center" p="sm"><Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('act.loadMore')}</Button></Group>}
      </section>
    </SettingsPage>
  );
}
