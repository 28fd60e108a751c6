import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// In development the pages come from Vite and everything else from a running server.
const server = process.env.CONSORTIO_URL ?? 'http://127.0.0.1:7300';
const ours = ['/identity', '/accounts', '/organizations', '/crm', '/account-info', '/healthz', '/openapi.json', '/docs'];

export default defineConfig({
  plugins: [react()],
  server: { proxy: Object.fromEntries(ours.map((path) => [path, { target: server }])) },
  build: {
    outDir: 'dist',
    // A strict Content-Security-Policy refuses data: fonts and scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1200,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
