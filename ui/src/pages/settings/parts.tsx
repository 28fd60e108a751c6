import { ActionIcon, Button, Code, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { Dialog } from '../../components/dialog';
import { PageHeader } from '../../components/states';
import { maybeT, useT } from '../../i18n';

export function SettingsPage({ title, text, children, actions }: { title: string; text?: string; children: ReactNode; actions?: ReactNode }) {
  const t = useT();
  useEffect(() => { document.title = `${title} · ${t('nav.settings')}`; }, [title, t]);
  return <div><PageHeader title={title} text={text}>{actions}</PageHeader><Stack gap="md">{children}</Stack></div>;
}

export function Section({ title, text, aside, children }: { title: string; text?: string; aside?: ReactNode; children?: ReactNode }) {
  return (
    <section className="card" style={{ padding: 18 }} aria-label={title}>
      <div className="section-head">
        <div><Text component="h2" fw={620} size="md" m={0}>{title}</Text>{text && <Text size="sm" c="dimmed" maw={560}>{text}</Text>}</div>
        {aside && <div style={{ flexShrink: 0 }}>{aside}</div>}
      </div>
      {children && <div style={{ marginTop: 14 }}>{children}</div>}
    </section>
  );
}

/** Something shown once: it can be copied, and it says that it will not come back. */
export function OnceDialog({ title, text, value, close }: { title: string; text: string; value: string; close: () => void }) {
  const t = useT();
  return (
    <Dialog onClose={close} title={title} size="lg" closeOnClickOutside={false}>
      <Stack>
        <Text size="sm">{text}</Text>
        <Group wrap="nowrap" gap="xs">
          <TextInput readOnly value={value} aria-label={title} style={{ flex: 1 }} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }} onFocus={(event) => event.currentTarget.select()} data-autofocus />
          <CopyButton value={value}>{({ copied, copy }) => <Button onClick={copy} leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}>{t(copied ? 'act.copied' : 'act.copy')}</Button>}</CopyButton>
        </Group>
        <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.close')}</Button></Group>
      </Stack>
    </Dialog>
  );
}

/** A value to enter elsewhere. */
export function Copied({ value }: { value: string }) {
  const t = useT();
  return (
    <Group gap={4} wrap="nowrap" style={{ minWidth: 0 }}>
      <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
      <CopyButton value={value}>{({ copied, copy }) => <ActionIcon aria-label={t(copied ? 'act.copied' : 'act.copy')} onClick={copy}>{copied ? <IconCheck size={15} /> : <IconCopy size={15} />}</ActionIcon>}</CopyButton>
    </Group>
  );
}

interface ConfirmProps { title: string; text: string; act: string; busy?: boolean; confirm: () => void; close: () => void; color?: string }

export function ConfirmDialog({ title, text, act, busy, confirm, close, color = 'red' }: ConfirmProps) {
  const t = useT();
  return (
    <Dialog onClose={close} title={title}>
      <Text size="sm">{text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close} data-autofocus>{t('act.cancel')}</Button>
        <Button color={color} loading={busy} onClick={confirm}>{act}</Button>
      </Group>
    </Dialog>
  );
}

/** "Marketing Enterprise": products and tiers are proper names, written alike in every language. */
export function subscriptionName(one: { product: string; tier: string }): string {
  return `${maybeT(`product.${one.product.toLowerCase()}`) ?? one.product} ${maybeT(`tier.${one.tier.toLowerCase()}`) ?? one.tier}`;
}
