/** A search field over a list, worked by arrow keys and Enter: quick find and the account switcher. */
import { ScrollArea, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useT } from '../i18n';
import { Dialog } from './dialog';

export interface Pick { key: string; group?: string; mark: ReactNode; label: string; hint?: string; current?: boolean; act: () => void }

interface Props { title: string; placeholder: string; query: string; onQuery: (query: string) => void; picks: Pick[]; nothing: string; close: () => void }

export function PickList({ title, placeholder, query, onQuery, picks, nothing, close }: Props) {
  const t = useT();
  const id = useId();
  const [at, setAt] = useState(0);
  const active = Math.min(at, Math.max(0, picks.length - 1));
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => { list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }); }, [active]);
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && picks.length > 0) {
      event.preventDefault();
      setAt((active + step + picks.length) % picks.length);
    } else if (event.key === 'Enter' && picks[active]) {
      event.preventDefault();
      picks[active].act();
    }
  };
  let group: string | undefined;
  return (
    <Dialog onClose={close} withCloseButton={false} padding={0} size={560} yOffset="10vh" attributes={{ content: { 'aria-label': title } }} transitionProps={{ duration: 0 }} styles={{ content: { overflow: 'hidden' } }}>
      <VisuallyHidden component="h2">{title}</VisuallyHidden>
      <TextInput
        data-autofocus
        autoFocus
        size="md"
        value={query}
        onChange={(event) => { onQuery(event.currentTarget.value); setAt(0); }}
        onKeyDown={keys}
        placeholder={placeholder}
        aria-label={placeholder}
        leftSection={<IconSearch size={17} />}
        variant="unstyled"
        px="xs"
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={picks[active] ? `${id}-${active}` : undefined}
        autoComplete="off"
      />
      <ScrollArea.Autosize mah="56vh" viewportProps={{ tabIndex: 0 }} style={{ borderTop: '1px solid var(--co-line)' }}>
        <div ref={list} role="listbox" id={id} aria-label={title} className="picks">
          {picks.map((pick, i) => {
            const head = pick.group && pick.group !== group ? pick.group : undefined;
            group = pick.group;
            return (
              <div key={pick.key} role="presentation">
                {head && <div className="pick-group" role="presentation">{head}</div>}
                <div id={`${id}-${i}`} role="option" aria-selected={i === active} tabIndex={-1} className="pick" onClick={pick.act} onMouseMove={() => setAt(i)}>
                  {pick.mark}
                  <span className="truncate" style={{ fontWeight: 550 }}>{pick.label}</span>
                  {pick.hint && <Text span size="xs" c="dimmed" ml="auto" className="truncate" style={{ flexShrink: 2 }}>{pick.hint}</Text>}
                  {pick.current && <Text span size="xs" c="dimmed" ml={pick.hint ? 8 : 'auto'}>✓<VisuallyHidden>{t('account.current')}</VisuallyHidden></Text>}
                </div>
              </div>
            );
          })}
        </div>
        {picks.length === 0 && <Text size="sm" c="dimmed" p="lg" ta="center" role="status">{nothing}</Text>}
      </ScrollArea.Autosize>
    </Dialog>
  );
}
