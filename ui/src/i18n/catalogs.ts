/** A build step: cuts the table of messages into one catalog per language, so that a browser loads one and not four. */
import { join } from 'node:path';
import { type Plugin, runnerImport } from 'vite';

const LANGUAGES = ['en', 'it', 'da', 'nl'];
const PREFIX = 'virtual:catalog/';
const TABLE = join(import.meta.dirname, 'messages/index.ts');

export function catalogs(): Plugin {
  return {
    name: 'message-catalogs',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const at = LANGUAGES.indexOf(id.slice(PREFIX.length + 1));
      const { module, dependencies } = await runnerImport<{ messages: Record<string, string[]> }>(TABLE, { configFile: false, logLevel: 'error' });
      for (const file of dependencies) this.addWatchFile(file);
      const catalog = Object.fromEntries(Object.entries(module.messages).map(([key, row]) => [key, row[at]]));
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(catalog))});`;
    },
  };
}
