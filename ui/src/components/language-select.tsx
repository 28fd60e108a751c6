import { Select } from '@mantine/core';
import { LANGUAGES, LANGUAGE_NAMES, type Language, setLanguage, useLanguage, useT } from '../i18n';

export function LanguageSelect({ compact, onChange }: { compact?: boolean; onChange?: (language: Language) => void }) {
  const t = useT();
  const language = useLanguage();
  return (
    <Select
      label={compact ? undefined : t('language.label')}
      aria-label={t('language.label')}
      size={compact ? 'xs' : 'sm'}
      w={compact ? 125 : 260}
      data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
      value={language}
      allowDeselect={false}
      onChange={(value) => {
        if (!value) return;
        setLanguage(value as Language);
        onChange?.(value as Language);
      }}
    />
  );
}
