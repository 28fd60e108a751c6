import { Drawer, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { useT } from '../i18n';

/** The navigation of narrow windows. */
export function NavigationDrawer({ opened, close, children }: { opened: boolean; close: () => void; children: ReactNode }) {
  const t = useT();
  return (
    <Drawer opened={opened} onClose={close} size={264} withCloseButton={false} padding={0} title={<VisuallyHidden>{t('nav.main')}</VisuallyHidden>} styles={{ header: { minHeight: 0, padding: 0 }, body: { height: '100%' }, content: { overflow: 'hidden' } }}>
      {children}
    </Drawer>
  );
}
