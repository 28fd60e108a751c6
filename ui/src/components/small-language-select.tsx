import { NativeSelect } from '@mantine/core';
import { LANGUAGES, LANGUAGE_NAMES, type Language, useLanguage, useT } from '../i18n';

const CHOICES = LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }));

/** The language of the sign-in page, which is to be there at once: the browser's own list. */
export function SmallLanguageSelect({ onChange }: { onChange: (language: Language) => void }) {
  const t = useT();
  return <NativeSelect aria-label={t('language.label')} size="xs" w={125} data={CHOICES} value={useLanguage()} onChange={(event) => onChange(event.currentTarget.value as Language)} />;
}
