/** The way back from an archiving, offered for some seconds in the message that reports it. */
import { useCallback } from 'react';
import { queryClient } from '../api/queries';
import type { ListType } from '../api/types';
import { useT } from '../i18n';
import { useHere } from './account';
import { batches, restoring } from './bulk';
import { toastDone, toastProblem, toastUndo } from './toast';

/** More than this is taken back from the page of archived records. */
export const UNDO_MAX = 1000;
const BATCH = 100;

export function useUndoArchive(type: ListType): (message: string, ids: string[]) => void {
  const t = useT();
  const { account } = useHere();
  return useCallback((message, ids) => {
    if (ids.length > UNDO_MAX) return toastDone(message);
    const undo = async () => {
      try {
        const deed = restoring(account.id, type);
        const failures = [];
        for (const batch of batches(ids, BATCH)) failures.push(...(await deed(batch)));
        if (failures[0]) throw new Error(failures[0].message);
        toastDone(t('archive.restored', { count: ids.length, n: ids.length }));
      } catch (problem) {
        toastProblem(problem, t);
      } finally {
        await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'records'] });
      }
    };
    toastUndo(message, t('act.undo'), () => void undo());
  }, [account.id, type, t]);
}
