import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Suspense, lazy } from 'react';
import { queryClient } from './api/queries';
import { schemeManager } from './lib/scheme';
import { router } from './router';
import { surfaces, theme } from './theme/theme';

// The first message comes after the first page; until then the store keeps what is said.
const Notifications = lazy(() => import('@mantine/notifications').then((all) => ({ default: all.Notifications })));
const scheme = schemeManager();

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={surfaces} colorSchemeManager={scheme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Suspense><Notifications position="bottom-right" zIndex={400} limit={4} /></Suspense>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
