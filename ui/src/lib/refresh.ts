/** After a change of herself or her account: the session is read again, and with it every page that shows it. */
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { queryClient, sessionQuery } from '../api/queries';

export function useRefreshSession(): () => Promise<void> {
  const router = useRouter();
  return useCallback(async () => {
    // No page observes the session's query, so marking it stale would fetch nothing.
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await router.invalidate();
  }, [router]);
}
