import { Select } from '@mantine/core';
import { LANGUAGES, LANGUAGE_NAMES, type Language, useLanguage, useT } from '../i18n';

const CHOICES = LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }));

export function LanguageSelect({ onChange }: { onChange: (language: Language) => void }) {
  const t = useT();
  return <Select label={t('language.label')} w={300} maw="100%" data={CHOICES} value={useLanguage()} allowDeselect={false} onChange={(value) => value && onChange(value as Language)} />;
}
