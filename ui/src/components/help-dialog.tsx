import { Table } from '@mantine/core';
import { useT } from '../i18n';
import { LIST_TYPES, OBJECTS } from '../lib/objects';
import { Dialog } from './dialog';

export function HelpDialog({ close }: { close: () => void }) {
  const t = useT();
  const rows: [string[], string][] = [
    [['Ctrl', 'K'], t('help.find')],
    [['/'], t('help.search')],
    [['c'], t('help.create')],
    [['n'], t('help.note')],
    [['j', 'k'], t('help.rows')],
    [['x'], t('help.select')],
    [['.'], t('help.account')],
    ...LIST_TYPES.map((type): [string[], string] => [['g', OBJECTS[type].shortcut], t('help.goto', { page: t(OBJECTS[type].label) })]),
    [['g', 'i'], t('help.goto', { page: t('nav.import') })],
    [['g', 'n'], t('help.goto', { page: t('nav.organization') })],
    [['g', 's'], t('help.goto', { page: t('nav.settings') })],
    [['?'], t('help.help')],
  ];
  return (
    <Dialog onClose={close} title={t('help.title')}>
      <Table>
        <Table.Tbody>
          {rows.map(([keys, words]) => (
            <Table.Tr key={keys.join(' ')}>
              <Table.Td w={100}>{keys.map((key) => <kbd key={key} style={{ marginRight: 4 }}>{key}</kbd>)}</Table.Td>
              <Table.Td>{words}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}
