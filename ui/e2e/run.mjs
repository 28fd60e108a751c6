// Journeys in a real Chromium against a running server with the sample group.
//   npm run e2e -- --base http://127.0.0.1:7373        (DEMO_JSON names the output of `consortio demo --json`)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const at = process.argv.indexOf('--base');
const given = at > 0 ? process.argv[at + 1] : process.env.CONSORTIO_URL;
if (!given) {
  console.error('usage: npm run e2e -- --base http://127.0.0.1:7373 [name of one journey]');
  process.exit(2);
}
// Passkeys belong to a name, never to a number: the browser goes to localhost.
const base = given.replace('127.0.0.1', 'localhost').replace(/\/$/, '');
const only = process.argv.slice(2).filter((arg, i, all) => !arg.startsWith('--') && all[i - 1] !== '--base');
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.mjs') && (only.length === 0 || only.some((part) => name.includes(part)))).sort();
const folder = mkdtempSync(join(tmpdir(), 'consortio-journeys-'));
const first = join(folder, 'first-failure');
const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout', `--test-reporter=${join(import.meta.dirname, 'first-failure.mjs')}`, `--test-reporter-destination=${first}`];
const run = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...reporters, ...files.map((name) => join(import.meta.dirname, name))], { stdio: 'inherit', env: { ...process.env, BASE: base } });
// The last thing in the output, where whoever looks for the cause looks first.
if (run.status !== 0) process.stdout.write(readFileSync(first, 'utf8'));
rmSync(folder, { recursive: true, force: true });
process.exit(run.status ?? 1);
