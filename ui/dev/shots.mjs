// node dev/shots.mjs BASE OUT PATH[:name] ... ; options by environment: W, SCHEME, LANG_, FULL
import { chromium } from 'playwright-core';
const [base, out, ...paths] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const W = Number(process.env.W ?? 1440), H = Number(process.env.H ?? (W < 500 ? 844 : 900));
const cx = await b.newContext({ viewport: { width: W, height: H }, colorScheme: process.env.SCHEME ?? 'light', locale: process.env.LANG_ ?? 'en' });
const p = await cx.newPage();
p.on('console', (m) => m.type() === 'error' && console.log('console:', m.text()));
p.on('pageerror', (e) => console.log('pageerror:', e.message));
if (process.env.EMAIL !== '') await p.request.post(base + '/identity/v1/sign-in', { data: { email: process.env.EMAIL ?? 'a@b.example', password: process.env.PASS ?? 'x' }, headers: { 'X-Consortio-Csrf': '1' } });
for (const s of paths) { const [path, name] = s.split('@'); await p.goto(base + path); await p.waitForTimeout(1100); if (process.env.DO) await eval(`(async()=>{${process.env.DO}})()`); await p.screenshot({ path: `${out}/${name}.png`, fullPage: !!process.env.FULL }); console.log(name); }
await b.close();
