/** The dialog while a deed on many records runs: how far it is, a way to stop, and in the end what was refused. */
import { Anchor, Button, Group, Progress as Bar, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { queryClient } from '../api/queries';
import type { ListType } from '../api/types';
import { useLanguage, useT } from '../i18n';
import { useHere } from '../lib/account';
import { type Chosen, type Deed, type Progress, nChosen, pagesOf, run } from '../lib/bulk';
import { describe } from '../lib/errors';
import { number } from '../lib/format';
import { Dialog } from './dialog';

const FAILURES_SHOWN = 20;

interface Props {
  type: ListType;
  title: string;
  chosen: Chosen;
  deed: Deed;
  /** Everything went through, or she closed the dialog. */
  finished: (progress: Progress) => void;
}

export function BulkRun({ type, title, chosen, deed, finished }: Props) {
  const t = useT();
  const language = useLanguage();
  const { account } = useHere();
  const [progress, setProgress] = useState<Progress>({ done: [], failures: [] });
  const [state, setState] = useState<'running' | 'stopping' | 'ended'>('running');
  const [problem, setProblem] = useState<string>();
  const stop = useRef(false);
  const begun = useRef(false);
  const total = nChosen(chosen);
  const n = progress.done.length + progress.failures.length;

  useEffect(() => {
    // Never twice, whatever renders again.
    if (begun.current) return;
    begun.current = true;
    let latest: Progress = { done: [], failures: [] };
    const work = async () => {
      try {
        await run(pagesOf(account.id, type, chosen), deed, (next) => { latest = next; setProgress(next); }, () => stop.current);
        if (latest.failures.length === 0 && !stop.current) finished(latest);
      } catch (broken) {
        setProblem(describe(broken, t));
      } finally {
        setState('ended');
        await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
      }
    };
    void work();
  }, [account.id, type, chosen, deed, finished, t]);

  const ended = state === 'ended';
  const halt = () => {
    stop.current = true;
    setState('stopping');
  };
  return (
    <Dialog onClose={() => (ended ? finished(progress) : halt())} closeOnClickOutside={false} title={title}>
      <Stack gap="sm">
        <Bar value={total > 0 ? (Math.min(n, total) / total) * 100 : 100} animated={!ended} aria-label={title} />
        <Text size="sm" className="tabular" role="status">{t('bulk.progress', { n: number(n, language), total: number(Math.max(total, n), language) })}</Text>
        {problem && <Text size="sm" c="var(--mantine-color-error)" role="alert">{problem}</Text>}
        {progress.failures.length > 0 && (
          <div>
            <Text size="sm" fw={600}>{t('bulk.refused', { count: progress.failures.length })}</Text>
            <ul className="bulk-failures">
              {progress.failures.slice(0, FAILURES_SHOWN).map((failure) => (
                <li key={failure.id}>
                  <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/a/$account/$type/$id" params={{ account: String(account.id), type, id: failure.id }} />}>#{failure.id}</Anchor> {failure.message}
                </li>
              ))}
            </ul>
            {progress.failures.length > FAILURES_SHOWN && <Text size="xs" c="dimmed">{t('bulk.refusedMore', { n: number(progress.failures.length - FAILURES_SHOWN, language) })}</Text>}
          </div>
        )}
        <Group justify="flex-end">
          {ended ? <Button onClick={() => finished(progress)} data-autofocus>{t('act.close')}</Button> : <Button variant="default" disabled={state === 'stopping'} onClick={halt}>{t('bulk.stop')}</Button>}
        </Group>
      </Stack>
    </Dialog>
  );
}
