/** The organization as a file: down, and up again with a look at what it would change. */
import { Alert, Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconDownload, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { ApiError, call } from '../../api/client';
import type { Organization } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { type Translate, useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { download } from '../../lib/download';
import { describe } from '../../lib/errors';
import { useProved } from '../../lib/proved';
import { toastDone } from '../../lib/toast';
import { refreshAfterEdit } from './connections';
import { ImpactStatement, useImpact } from './impact';
import './policy.css';

interface Step { kind: string; words: string }
interface Chosen { name: string; toml: string; steps: Step[] }

/** The server says what is wrong with a file in words that name the thing; the line goes before them. */
export function fault(problem: unknown, t: Translate): string {
  const detail = problem instanceof ApiError ? problem.details.find((one) => one.in === 'file') : undefined;
  const line = detail && problem instanceof ApiError ? problem.context.line?.[0] : undefined;
  if (!detail) return describe(problem, t);
  return line && line !== '0' ? t('file.line', { line, message: detail.message }) : detail.message;
}

export function FileDialog({ organization, close }: { organization: Organization; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const proved = useProved();
  const [chosen, setChosen] = useState<Chosen>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const impact = useImpact();
  const path = `/organizations/v1/${organization.id}/file`;
  const during = async (act: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    await act().catch((problem: unknown) => setError(fault(problem, t)));
    setBusy(false);
  };
  const look = (file: File | null) => file && during(async () => {
    setChosen(undefined);
    const toml = await file.text();
    const { steps } = await call<{ steps: Step[] }>(`${path}/plan`, { method: 'POST', account: account.id, toml });
    setChosen({ name: file.name, toml, steps });
  });
  const joins = chosen?.steps.some((step) => step.kind === 'add_member') ?? false;
  const apply = ({ toml }: Chosen) => during(async () => {
    const outcome = await proved((stepUp) => call<{ waiting: string[] }>(`${path}/apply`, { method: 'POST', account: account.id, stepUp, toml, query: joins ? { acknowledgedTextVersion: impact.version } : undefined }));
    if (!outcome.done) return;
    await refreshAfterEdit(account.id);
    const count = outcome.value.waiting.length;
    toastDone(count > 0 ? t('file.waiting', { count }) : t('file.applied'));
    close();
  });
  return (
    <Dialog onClose={close} title={t('file.title')} size="lg">
      <Stack>
        <Text size="sm">{t('file.text')}</Text>
        <Group gap="xs">
          <Button variant="default" leftSection={<IconDownload size={16} />} disabled={busy} onClick={() => void during(() => download(path, account.id, `organization-${organization.id}.toml`))}>{t('file.download')}</Button>
          <FileButton onChange={(file) => void look(file)} accept=".toml,application/toml,text/plain">
            {(props) => <Button {...props} variant="default" leftSection={<IconUpload size={16} />} loading={busy}>{t(chosen ? 'file.other' : 'file.choose')}</Button>}
          </FileButton>
        </Group>
        {error && <Alert color="red" role="alert" style={{ whiteSpace: 'pre-wrap' }}>{error}</Alert>}
        {chosen && chosen.steps.length === 0 && <Alert color="spruce" role="status" icon={<IconCheck size={18} />}>{t('file.same', { file: chosen.name })}</Alert>}
        {chosen && chosen.steps.length > 0 && (
          <div role="status">
            <Text size="sm" fw={600}>{t('file.would', { file: chosen.name, count: chosen.steps.length })}</Text>
            <ol className="appr-changes" lang="en">{chosen.steps.map((step) => <li key={step.words}><Text span size="sm">{step.words}</Text></li>)}</ol>
            <Text size="xs" c="dimmed">{t('file.order')}</Text>
          </div>
        )}
        {joins && <ImpactStatement impact={impact} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('act.close')}</Button>
          {chosen && chosen.steps.length > 0 && <Button loading={busy} disabled={joins && !impact.version} onClick={() => void apply(chosen)}>{t('file.apply')}</Button>}
        </Group>
      </Stack>
    </Dialog>
  );
}
