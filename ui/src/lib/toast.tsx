import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { type Translate, maybeT } from '../i18n';
import { describe } from './errors';

export function toastDone(message: string) {
  notifications.show({ message, color: 'spruce', icon: <IconCheck size={16} />, autoClose: 4000, withBorder: true, closeButtonProps: { 'aria-label': maybeT('act.close') } });
}

export function toastProblem(problem: unknown, t: Translate) {
  notifications.show({ message: describe(problem, t), color: 'red', icon: <IconAlertTriangle size={16} />, autoClose: 9000, withBorder: true, closeButtonProps: { 'aria-label': maybeT('act.close') } });
}
