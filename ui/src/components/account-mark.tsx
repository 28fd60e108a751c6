import { Avatar } from '@mantine/core';
import { accountColor } from '../theme/theme';

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase();
}

/** The square that stands for an account; its name is always beside it. */
export function AccountMark({ id, name, size = 30 }: { id: string | number; name: string; size?: number }) {
  return (
    <Avatar size={size} radius="md" color={accountColor(id)} variant="filled" autoContrast aria-hidden="true" styles={{ placeholder: { fontSize: size * 0.4, fontWeight: 650 } }}>
      {initials(name).slice(0, 1)}
    </Avatar>
  );
}

const PERSON_COLORS = ['spruce', 'violet', 'orange', 'blue', 'pink', 'cyan'];

export function PersonMark({ name, size = 30, square }: { name: string; size?: number; square?: boolean }) {
  let sum = 0;
  for (const letter of name) sum += letter.codePointAt(0) ?? 0;
  return (
    <Avatar size={size} radius={square ? 'md' : 'xl'} color={PERSON_COLORS[sum % PERSON_COLORS.length]} variant="light" aria-hidden="true" styles={{ placeholder: { fontSize: size * 0.38, fontWeight: 620 } }}>
      {initials(name)}
    </Avatar>
  );
}
