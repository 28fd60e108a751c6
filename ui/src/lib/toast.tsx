import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { type Translate, maybeT } from '../i18n';
import { describe } from './errors';

export function toastDone(message: string) {
  notifications.show({ message, color: 'spruce', icon: <IconCheck size={16} />, autoClose: 4000, withBorder: true, closeButtonProps: { 'aria-label': maybeT('act.close') } });
}

/** Long enough to notice a slip and reach for the button. */
const UNDO_MS = 10_000;

export function toastUndo(message: string, label: string, undo: () => void) {
  const id = notifications.show({
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{message}</span>
        <Button size="compact-sm" variant="light" onClick={() => { notifications.hide(id); undo(); }}>{label}</Button>
      </Group>
    ),
    color: 'spruce', icon: <IconCheck size={16} />, autoClose: UNDO_MS, withBorder: true, closeButtonProps: { 'aria-label': maybeT('act.close') },
  });
}

export function toastProblem(problem: unknown, t: Translate) {
  notifications.show({ message: describe(problem, t), color: 'red', icon: <IconAlertTriangle size={16} />, autoClose: 9000, withBorder: true, closeButtonProps: { 'aria-label': maybeT('act.close') } });
}
