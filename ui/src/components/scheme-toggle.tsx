import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useT } from '../i18n';

const SCHEMES = [
  { value: 'light', icon: IconSun, label: 'scheme.light' },
  { value: 'dark', icon: IconMoon, label: 'scheme.dark' },
  { value: 'auto', icon: IconDeviceDesktop, label: 'scheme.auto' },
] as const;

export function SchemeToggle() {
  const t = useT();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = SCHEMES.find((scheme) => scheme.value === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon size="lg" aria-label={t('scheme.label')}><Current size={18} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, icon: Icon, label }) => (
          <Menu.Item key={value} leftSection={<Icon size={16} />} onClick={() => setColorScheme(value)} fw={colorScheme === value ? 650 : undefined} aria-current={colorScheme === value || undefined}>{t(label)}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
