import { SegmentedControl, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconFileSpreadsheet, IconLock } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { type DragEvent, useEffect, useId, useRef, useState } from 'react';
import type { ImportPreview } from '../../api/types';
import { Empty, Loading, PageHeader } from '../../components/states';
import { useT } from '../../i18n';
import { mayImport, useHere } from '../../lib/account';
import { describe } from '../../lib/errors';
import { OBJECTS } from '../../lib/objects';
import { EarlierImports } from './earlier';
import '../settings/settings.css';
import { IMPORT_TYPES, type ImportType, estimateRows, sampleOf } from './mapping';
import { MappingForm } from './mapping-form';
import { upload } from '../../lib/upload';

export { ImportRunPage } from './run';

export interface Chosen { file: File; type: ImportType; preview: ImportPreview; nRows: number; exact: boolean }

const isImportType = (type: string | undefined): type is ImportType => IMPORT_TYPES.includes(type as ImportType);

export function ImportPage() {
  const t = useT();
  const { account } = useHere();
  const { type: wished } = useSearch({ from: '/a/$account/import' });
  const [type, setType] = useState<ImportType>(isImportType(wished) ? wished : 'contacts');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => { document.title = `${t('import.title')} · ${account.name}`; }, [t, account.name]);

  const read = async (file: File, as: ImportType) => {
    setProblem(null);
    if (/\.(xlsx?|ods|numbers)$/i.test(file.name)) return setProblem(t('import.spreadsheet', { file: file.name }));
    if (file.size === 0) return setProblem(t('import.emptyFile', { file: file.name }));
    setReading(file.name);
    try {
      const { blob, share } = await sampleOf(file);
      const form = new FormData();
      form.append('objectType', as);
      form.append('file', blob, file.name);
      const preview = await upload<ImportPreview>('/accounts/v1/imports/preview', form, account.id, () => undefined);
      setChosen({ file, type: as, preview, nRows: estimateRows(preview.nRows, share), exact: share >= 1 });
    } catch (refusal) {
      setProblem(describe(refusal, t));
    } finally {
      setReading(null);
    }
  };

  if (!mayImport(account)) return <div className="page"><Empty page icon={<IconLock size={22} />} title={t('error.forbiddenTitle')} text={t('error.forbiddenText')} /></div>;
  return (
    <div className="page" style={{ maxWidth: 1160, margin: 0 }}>
      <PageHeader title={t('import.title')} text={t('import.text')} />
      <Stack gap="lg">
        {chosen ? (
          <MappingForm key={`${chosen.file.name}-${chosen.file.lastModified}-${chosen.type}`} chosen={chosen} another={() => setChosen(null)} />
        ) : (
          <section className="card" style={{ padding: 20 }}>
            <Stack gap="md">
              <div>
                <Text size="sm" fw={560} mb={4} id="import-what">{t('import.what')}</Text>
                <SegmentedControl
                  aria-labelledby="import-what"
                  value={type}
                  onChange={(value) => setType(value as ImportType)}
                  data={IMPORT_TYPES.map((value) => ({ value, label: t(OBJECTS[value].label) }))}
                />
              </div>
              {reading ? <div><Text size="sm" mb="xs">{t('import.reading')}: {reading}</Text><Loading rows={3} /></div> : <DropZone take={(file) => void read(file, type)} refuse={setProblem} />}
              {problem && <Text size="sm" c="var(--mantine-color-error)" role="alert">{problem}</Text>}
            </Stack>
          </section>
        )}
        {!chosen && <EarlierImports />}
      </Stack>
    </div>
  );
}

function DropZone({ take, refuse }: { take: (file: File) => void; refuse: (reason: string) => void }) {
  const t = useT();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const { files } = event.dataTransfer;
    if (files.length > 1) refuse(t('import.oneFile'));
    else if (files[0]) take(files[0]);
  };
  return (
    <label
      htmlFor={id}
      className="drop"
      data-over={over || undefined}
      style={{ display: 'block', cursor: 'pointer' }}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileSpreadsheet size={34} stroke={1.4} aria-hidden="true" style={{ color: 'var(--mantine-color-anchor)' }} />
      <Text fw={600} mt={6}>{t('import.drop')}</Text>
      <Text component="span" size="sm" className="drop-choose" td="underline" c="var(--mantine-color-anchor)">{t('import.choose')}</Text>
      <Text size="xs" c="dimmed" mt={8}>{t('import.hint')}</Text>
      <VisuallyHidden>
        <input
          ref={input}
          id={id}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file) take(file);
          }}
        />
      </VisuallyHidden>
    </label>
  );
}

