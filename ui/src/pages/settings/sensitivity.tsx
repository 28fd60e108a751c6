/** How delicate the values of a property are, and what that does to connections. It only grows. */
import { Alert, Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client';
import { queryClient, settingsQuery } from '../../api/queries';
import type { ListType, Property, Sensitivity } from '../../api/types';
import { Dialog } from '../../components/dialog';
import { useT } from '../../i18n';
import { useHere } from '../../lib/account';
import { useDeed } from '../../lib/deed';
import { toastDone } from '../../lib/toast';

export const SENSITIVITIES = ['non_sensitive', 'sensitive', 'highly_sensitive'] as const satisfies readonly Sensitivity[];
export const sensitivityOf = (property: Property): Sensitivity => property.dataSensitivity ?? 'non_sensitive';

/** The degrees, of which those below `least` are out of reach. */
export function SensitivityField({ value, least, set }: { value: Sensitivity; least: Sensitivity; set: (value: Sensitivity) => void }) {
  const t = useT();
  const { account } = useHere();
  const settings = useQuery(settingsQuery(account.id));
  const stores = settings.data?.sensitive ?? false;
  const isBelow = (one: Sensitivity) => SENSITIVITIES.indexOf(one) < SENSITIVITIES.indexOf(least);
  return (
    <Stack gap="sm">
      <Radio.Group label={t('sensitivity')} description={t('sensitivity.text')} value={value} onChange={(next) => set(next as Sensitivity)}>
        <Stack gap={10} mt={8}>{SENSITIVITIES.map((one) => <Radio key={one} value={one} label={t(`sensitivity.${one}`)} description={t(`sensitivity.${one}.about`)} disabled={isBelow(one) || (!stores && one !== 'non_sensitive')} />)}</Stack>
      </Radio.Group>
      {settings.data && !stores && <Text size="sm">{t('sensitivity.off')} <Link to="/a/$account/settings/account" params={{ account: String(account.id) }}>{t('settings.account')}</Link></Text>}
    </Stack>
  );
}

export function SensitivityDialog({ type, property, label, close }: { type: ListType; property: Property; label: string; close: () => void }) {
  const t = useT();
  const { account } = useHere();
  const { act, busy, error } = useDeed();
  const is = sensitivityOf(property);
  const [value, setValue] = useState(is);
  const save = () => act(() => call(`/crm/v3/properties/${type}/${property.name}`, { method: 'PATCH', account: account.id, body: { dataSensitivity: value } }), async () => {
    await queryClient.invalidateQueries({ queryKey: ['a', account.id, 'properties', type] });
    toastDone(t('state.saved'));
    close();
  });
  return (
    <Dialog onClose={close} title={t('sensitivity.of', { label })} size="lg">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <SensitivityField value={value} least={is} set={setValue} />
          {value !== is && <Alert color="orange" className="notice">{t('sensitivity.stays')}</Alert>}
          {error && <Alert color="red" role="alert">{error}</Alert>}
          <Group justify="flex-end"><Button variant="default" onClick={close}>{t('act.cancel')}</Button><Button type="submit" loading={busy} disabled={value === is}>{t('act.save')}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}
