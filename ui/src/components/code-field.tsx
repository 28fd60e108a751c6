import { TextInput } from '@mantine/core';
import { useT } from '../i18n';

interface Props { method: 'totp' | 'recovery'; value: string; onChange: (value: string) => void; onFull?: (value: string) => void; error?: string; label?: string }

/** One field for six digits: pastes, password managers and screen readers cope with it better than with six boxes. */
export function CodeField({ method, value, onChange, onFull, error, label }: Props) {
  const t = useT();
  const digits = method === 'totp';
  return (
    <TextInput
      label={label ?? t(digits ? 'signIn.code' : 'signIn.recoveryCode')}
      description={t(digits ? 'signIn.totpText' : 'signIn.recoveryText')}
      value={value}
      error={error}
      onChange={(event) => {
        const next = digits ? event.currentTarget.value.replace(/\D/g, '').slice(0, 6) : event.currentTarget.value;
        onChange(next);
        if (digits && next.length === 6 && next !== value) onFull?.(next);
      }}
      inputMode={digits ? 'numeric' : 'text'}
      autoComplete="one-time-code"
      name="code"
      size="md"
      styles={{ input: { fontVariantNumeric: 'tabular-nums', letterSpacing: digits ? '0.3em' : '0.05em', fontSize: 18 } }}
      data-autofocus
      autoFocus
      required
      withAsterisk={false}
    />
  );
}
