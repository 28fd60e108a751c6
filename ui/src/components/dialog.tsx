/** A dialog that is open as long as it is there. */
import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useT } from '../i18n';

/** Where the focus is now; of an entry of a menu, which will be gone, what opened the menu. */
function whence(): Element | null {
  const here = document.activeElement;
  const menu = here?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return menu ? document.getElementById(menu) : here;
}

/** The library gives the focus back when a dialog is closed, and ours are taken away instead: keyboards would be thrown to the top of the page. */
function useFocusBack() {
  const [from] = useState(whence);
  useEffect(() => () => {
    setTimeout(() => {
      if (document.activeElement && document.activeElement !== document.body) return;
      const back = from instanceof HTMLElement && from !== document.body && from.isConnected ? from : document.getElementById('main');
      back?.focus({ preventScroll: true });
    });
  }, [from]);
}

export function Dialog(props: Omit<ModalProps, 'opened'>) {
  const t = useT();
  useFocusBack();
  return <Modal opened closeButtonProps={{ 'aria-label': t('act.close') }} {...props} />;
}
