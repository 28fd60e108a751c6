import { Button, Group, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconMapOff, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useT } from '../i18n';
import { describe } from '../lib/errors';

interface EmptyProps { icon: ReactNode; title: string; text?: string; children?: ReactNode; compact?: boolean; /** The title is the heading of the page. */ page?: boolean }

/** What is not here, and what to do about it. */
export function Empty({ icon, title, text, children, compact, page }: EmptyProps) {
  return (
    <Stack align="center" gap={6} py={compact ? 'lg' : 56} px="md" ta="center">
      <ThemeIcon variant="light" size={compact ? 36 : 48} radius="xl" mb={4} aria-hidden="true">{icon}</ThemeIcon>
      <Text component={page ? 'h1' : 'p'} m={0} fw={600} size={compact ? 'sm' : page ? 'lg' : 'md'}>{title}</Text>
      {text && <Text size="sm" c="dimmed" maw={440}>{text}</Text>}
      {children && <Group mt="sm" justify="center">{children}</Group>}
    </Stack>
  );
}

/** The provider by which an account wants to be entered, when that is what is wrong. */
function ssoOf(problem: unknown): { id: string; label: string } | null {
  if (!(problem instanceof ApiError) || problem.code !== 'SIGN_ON_REQUIRED') return null;
  const [id, label] = [problem.context.providerId?.[0], problem.context.label?.[0]];
  return id && label ? { id, label } : null;
}

export function Problem({ problem, retry, compact, page }: { problem: unknown; retry?: () => void; compact?: boolean; page?: boolean }) {
  const t = useT();
  const status = problem instanceof ApiError ? problem.status : 0;
  const icon = status === 403 ? <IconLock size={22} /> : status === 404 ? <IconMapOff size={22} /> : <IconAlertTriangle size={22} />;
  const title = status === 403 ? t('error.forbiddenTitle') : status === 404 ? t('error.recordGoneTitle') : t('error.title');
  const required = ssoOf(problem);
  return (
    <div role="alert">
      <Empty icon={icon} title={title} text={describe(problem, t)} compact={compact} page={page}>
        {required && <Button component="a" href={`/sign-in/with/${required.id}?next=${encodeURIComponent(location.pathname + location.search)}`}>{t('signIn.continueWith', { label: required.label })}</Button>}
        {retry && <Button variant="default" leftSection={<IconRefresh size={15} />} onClick={retry}>{t('act.retry')}</Button>}
      </Empty>
    </div>
  );
}

export function Loading({ rows = 6, height = 18 }: { rows?: number; height?: number }) {
  const t = useT();
  return (
    <Stack gap="sm" p="md" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, i) => <Skeleton key={i} height={height} width={`${92 - ((i * 17) % 40)}%`} radius="sm" />)}
    </Stack>
  );
}

interface HeaderProps { title: string; text?: ReactNode; children?: ReactNode }

export function PageHeader({ title, text, children }: HeaderProps) {
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Title order={1}>{title}</Title>
        {text && <Text c="dimmed" size="sm" mt={2} maw={720}>{text}</Text>}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
