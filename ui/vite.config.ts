import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { catalogs } from './src/i18n/catalogs.ts';

// In development the pages come from Vite and everything else from a running server.
const server = process.env.CONSORTIO_URL ?? 'http://127.0.0.1:7300';
const ours = ['/identity', '/accounts', '/organizations', '/crm', '/account-info', '/healthz', '/openapi.json', '/docs'];

const mantine = (...components: string[]) => `@mantine/core/esm/components/(${components.join('|')})/`;
const modules = (...tests: string[]) => new RegExp(tests.join('|'));
/**
 * What several pages share, in a few files by when it is needed: at the door, in every page behind it, in forms and dialogs.
 * The lists decide about sizes only; what is on none of them still loads, from a file with the pages that share it.
 */
const groups = [
  {
    name: 'base', priority: 3, minShareCount: 2,
    test: modules(
      'node_modules/(react|react-dom|scheduler|use-sync-external-store|clsx|@mantine/hooks|@simplewebauthn|@tabler/icons-react|@tanstack/[a-z-]+|@mantine/core/esm/core)/',
      mantine('Input', 'InputBase', 'TextInput', 'PasswordInput', 'NativeSelect', 'Button', 'ActionIcon', 'UnstyledButton', 'CloseButton', 'Loader', 'List', 'Title', 'Text', 'Group', 'Stack', 'Center', 'ThemeIcon', 'Divider', 'Anchor', 'Skeleton', 'Transition'),
      'Combobox/(ComboboxChevron|Combobox.module|get-parsed)', 'vite/preload-helper',
      '/src/(api|i18n|theme)/', '/src/pages/(index|error-pages)', '/src/lib/(errors|objects|scheme|methods|list-state)', '/src/components/(states|logo|code-field)',
    ),
  },
  {
    name: 'forms', priority: 2, minShareCount: 2,
    test: modules(
      mantine('Combobox', 'Select', 'MultiSelect', 'Textarea', 'Pill', 'PillsInput', 'Drawer', 'Alert', 'Switch', 'SimpleGrid', 'Progress', 'Chip', 'Tabs'),
      '/src/components/(property-editor|field|bulk|record-form)', '/src/lib/(moments|bulk|undo)',
    ),
  },
  { name: 'inside', priority: 1, minShareCount: 3 },
];

export default defineConfig({
  plugins: [react(), catalogs()],
  server: { proxy: Object.fromEntries(ours.map((path) => [path, { target: server }])) },
  build: {
    outDir: 'dist',
    // A strict Content-Security-Policy refuses data: fonts and scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
    target: 'es2022',
    rolldownOptions: {
      output: {
        codeSplitting: { groups, includeDependenciesRecursively: false },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
