// Signing in by a real identity provider (npm oidc-provider) on this machine: found by the address, confirmed once, required, left again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Provider } from 'oidc-provider';
import { BASE, accessible, account, manager, open, prove, rep, signIn, signedIn, withPasskey, withoutPasskey } from './lib.mjs';

const DATA = process.env.DATA ?? join(dirname(process.env.DEMO_JSON), 'data');
const BINARY = process.env.CONSORTIO ?? join(import.meta.dirname, '../../target/debug/consortio');
const CLIENT = { client_id: 'consortio-crm', client_secret: 'a secret of the journey, long enough' };
const PASSKEY = 'Key of the sign-on journey';
const DOMAIN = rep('West').email.split('@')[1];

let browser;
let issuer;
let server;
let provider;
/** What the provider says of somebody, by the name she types there. */
const people = new Map();

const cli = (...args) => JSON.parse(execFileSync(BINARY, [...args, '--data', DATA, '--json'], { env: { ...process.env, CONSORTIO_ALLOW_PRIVATE_ADDRESSES: 'true', CONSORTIO_PUBLIC_URL: BASE }, encoding: 'utf8' }));

/** Types a name and any password on the provider's own page, and lets it tell us who she is. */
async function atProvider(page, name) {
  await page.waitForURL((url) => url.href.startsWith(issuer));
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('anything');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
}

before(async () => {
  server = createServer((request, response) => handle(request, response));
  let handle = (_, response) => response.end();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://localhost:${server.address().port}`;
  const oidc = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [`${BASE}/sign-in/back`], grant_types: ['authorization_code'], response_types: ['code'] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    cookies: { keys: ['of the journey'] },
    findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ sub, email_verified: true, ...people.get(sub) }) }),
  });
  handle = oidc.callback();
  browser = await open();
});

after(async () => {
  if (provider) {
    cli('sso', 'require', '--account', 'West', '--off');
    cli('sso', 'remove', '--account', 'West', provider);
  }
  await browser.close();
  server.close();
});

describe('single sign-on', () => {
  test('a Super Admin adds a provider with a second factor, tests it and names a domain', async () => {
    const page = await browser.person();
    await withPasskey(page, manager(), 'West', PASSKEY);

    await page.goto(`${BASE}/a/${account('West').id}/settings/sso`);
    await page.getByRole('button', { name: 'Add provider' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add provider' });
    await dialog.getByLabel('Name on the button').fill('Journey ID');
    await dialog.getByLabel('Issuer').fill(issuer);
    await dialog.getByLabel('Client ID').fill(CLIENT.client_id);
    await dialog.getByLabel('Client secret', { exact: true }).fill(CLIENT.client_secret);
    await accessible(page, 'adding a provider');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await prove(page);
    const card = page.getByRole('article', { name: 'Journey ID' });
    await card.getByRole('button', { name: 'Test connection' }).click();
    await card.getByText(/publishes \d+ keys/).waitFor();
    await card.getByLabel('Domain', { exact: true }).fill(DOMAIN);
    await card.getByRole('button', { name: 'Add domain' }).click();
    await card.getByText('Not proved').waitFor();
    await accessible(page, 'single sign-on with a provider');
    await page.screenshot({ path: join(browser.folder, 'sso.png') });
    [{ id: provider }] = cli('sso', 'list', '--account', 'West').providers;
    cli('sso', 'verify-domain', '--account', 'West', provider, DOMAIN);
    await page.reload();
    await card.getByText('Proved', { exact: true }).waitFor();
    assert.deepEqual(page.problems, []);

    await withoutPasskey(page, 'West', PASSKEY);
  });

  test('somebody types her address, goes to the provider and is in', async () => {
    const page = await browser.person();
    const user = rep('West');
    people.set('rep', { email: user.email, name: user.name });
    await page.goto(`${BASE}/sign-in`);
    await page.getByLabel('E-mail', { exact: true }).fill('somebody@nowhere.example');
    assert.equal(await page.getByRole('link', { name: /Continue with/ }).count(), 0);
    await page.getByLabel('E-mail', { exact: true }).fill(user.email);
    const link = page.getByRole('link', { name: 'Continue with Journey ID' });
    await link.waitFor();
    await accessible(page, 'the sign-in page with a provider');
    await link.click();
    await atProvider(page, 'rep');
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    assert.ok(page.url().startsWith(BASE), page.url());
    assert.ok(!page.url().includes('code='), 'the code stays in the address');
    await page.goto(`${BASE}/a/${account('West').id}/settings/security`);
    await page.getByText('Single sign-on').first().waitFor();
    assert.deepEqual(page.problems, []);
  });

  test('somebody who works elsewhere too confirms once by her own password', async () => {
    const user = manager();
    people.set('boss', { email: user.email.replace(/@.*/, `@${DOMAIN}`), name: user.name });
    if (user.email.endsWith(`@${DOMAIN}`)) people.set('boss', { email: user.email, name: user.name });
    const page = await browser.person();
    await page.goto(`${BASE}/sign-in/with/${provider}`);
    await atProvider(page, 'boss');
    if (!user.email.endsWith(`@${DOMAIN}`)) {
      await page.getByText('nobody has given you access here').waitFor();
      return;
    }
    await page.getByRole('heading', { name: 'Confirm once that it is you' }).waitFor();
    await accessible(page, 'confirming a provider');
    await page.getByLabel('Password', { exact: true }).fill(user.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Journey ID may sign you in from now on').waitFor();
    const again = await browser.person();
    await again.goto(`${BASE}/sign-in/with/${provider}`);
    await atProvider(again, 'boss');
    await again.getByRole('navigation', { name: 'Main navigation' }).waitFor();
  });

  test('a stranger, and somebody whose address is not verified, are told why they do not come in', async () => {
    people.set('stranger', { email: `stranger@${DOMAIN}` });
    people.set('unverified', { email: `x@${DOMAIN}`, email_verified: false });
    for (const [name, words] of [['stranger', 'nobody has given you access here'], ['unverified', 'does not vouch for your e-mail address']]) {
      const page = await browser.person();
      await page.goto(`${BASE}/sign-in/with/${provider}`);
      await atProvider(page, name);
      await page.getByRole('heading', { name: 'You could not be signed in' }).waitFor();
      await page.getByText(words).waitFor();
      await accessible(page, 'a sign-in that was refused');
      await page.getByRole('link', { name: 'Sign in another way' }).click();
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    }
  });

  test('an account that asks for single sign-on shows the way to it', async () => {
    cli('sso', 'require', '--account', 'West', '--exempt', manager().email);
    const page = await browser.person();
    await signIn(page, rep('West'), `/a/${account('West').id}/companies`);
    const link = page.getByRole('link', { name: 'Continue with Journey ID' }).first();
    await link.waitFor();
    await link.click();
    await atProvider(page, 'rep');
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    const exempt = await browser.person();
    await signedIn(exempt, manager(), 'West');
  });
});
