import { MantineProvider } from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import 'dayjs/locale/da';
import 'dayjs/locale/it';
import 'dayjs/locale/nl';
import { queryClient } from './api/queries';
import { useLanguage } from './i18n';
import { schemeManager } from './lib/scheme';
import { router } from './router';
import { surfaces, theme } from './theme/theme';

const scheme = schemeManager();

export function App() {
  const language = useLanguage();
  return (
    <MantineProvider theme={theme} cssVariablesResolver={surfaces} colorSchemeManager={scheme} defaultColorScheme="auto">
      <DatesProvider settings={{ locale: language, firstDayOfWeek: language === 'en' ? 0 : 1 }}>
        <QueryClientProvider client={queryClient}>
          <Notifications position="bottom-right" zIndex={400} limit={4} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </DatesProvider>
    </MantineProvider>
  );
}

