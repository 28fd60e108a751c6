// Ways in: password, authenticator app, recovery code, passkey; and out again. The person is one no other journey uses.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { BASE, accessible, go, open, signIn, signedIn, totp, virtualAuthenticator, demo, account } from './lib.mjs';

const one = demo.users.filter((user) => user.accounts.length === 1 && [user.accounts[0]].some((at) => at === 'East' || at.name === 'East' || at === account('East').id || at.id === account('East').id)).at(-1);
const STEP_MS = 30_000;

let browser;
before(async () => { browser = await open(); });
after(() => browser.close());

const isIn = (page) => page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
const signOut = async (page) => {
  await page.getByRole('button', { name: 'Your menu' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
};
const section = (page, name) => page.getByRole('region', { name, exact: true });

describe('with a password', () => {
  test('a wrong one is refused without saying what was wrong', async () => {
    const page = await browser.person();
    await signIn(page, { ...one, password: 'not this one at all' });
    await page.getByRole('alert').getByText('E-mail or password is not right.').waitFor();
    assert.equal(await page.getByLabel('Password', { exact: true }).evaluate((field) => field === document.activeElement), true);
  });

  test('by keys alone, to the page that was asked for', async () => {
    const page = await browser.person();
    await go(page, 'East', 'deals');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'email');
    await page.keyboard.type(one.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(one.password);
    await page.keyboard.press('Enter');
    await isIn(page);
    assert.match(page.url(), /\/deals/);
    await signOut(page);
    await go(page, 'East', 'deals');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(page.problems, []);
  });
});

describe('with an authenticator app', () => {
  let page;
  let secret;
  let codes;
  before(async () => {
    page = await browser.person();
    await signedIn(page, one, 'East', 'settings/security');
  });

  test('it is set up from the QR code’s key, and shows recovery codes once', async () => {
    await section(page, 'Authenticator app').getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
    secret = await dialog.getByLabel('Or type this key by hand').inputValue();
    await accessible(page, 'set-up of the authenticator app');
    await dialog.getByLabel('Code').fill('000000');
    await dialog.getByText('This code is not right, or was used already.').waitFor();
    await dialog.getByLabel('Code').fill(totp(secret));
    const kept = page.getByRole('dialog', { name: 'Recovery codes' });
    await kept.waitFor();
    codes = await kept.getByRole('listitem').allInnerTexts();
    assert.ok(codes.length >= 8, `${codes.length} codes`);
    const [file] = await Promise.all([page.waitForEvent('download'), kept.getByRole('button', { name: 'Download' }).click()]);
    const text = readFileSync(await file.path(), 'utf8');
    for (const code of codes) assert.ok(text.includes(code), code);
    await kept.getByRole('button', { name: 'I have kept them' }).click();
    await section(page, 'Authenticator app').getByText(`${codes.length} codes left`).waitFor();
    await signOut(page);
  });

  test('a sign-in then asks for its six digits', async () => {
    await signIn(page, one);
    await page.getByRole('heading', { name: 'Confirm it is you' }).waitFor();
    await page.getByLabel('Code').fill('111111');
    await page.getByText('This code is not right, or was used already.').waitFor();
    await page.getByLabel('Code').fill(totp(secret, Date.now() + STEP_MS));
    await isIn(page);
    await signOut(page);
  });

  test('a recovery code does instead, once', async () => {
    await signIn(page, one);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0]);
    await page.keyboard.press('Enter');
    await isIn(page);
    await signOut(page);
    await signIn(page, one);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0]);
    await page.keyboard.press('Enter');
    await page.getByText('This code is not right, or was used already.').waitFor();
    await page.getByLabel('Recovery code').fill(codes[1]);
    await page.keyboard.press('Enter');
    await isIn(page);
  });

  test('it is switched off again with a fresh proof', async () => {
    await go(page, 'East', 'settings/security');
    await section(page, 'Authenticator app').getByRole('button', { name: 'Switch off' }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm with your second factor' });
    await dialog.getByRole('button', { name: 'Use a recovery code' }).click();
    await dialog.getByLabel('Recovery code').fill(codes[2]);
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await section(page, 'Authenticator app').getByRole('button', { name: 'Set up' }).waitFor();
    assert.deepEqual(page.problems, []);
  });
});

describe('with a passkey', () => {
  let page;
  before(async () => {
    page = await browser.person();
    await virtualAuthenticator(page);
    await signedIn(page, one, 'East', 'settings/security');
  });
  const add = async (name) => {
    await section(page, 'Passkeys').getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByRole('textbox').fill(name);
    await dialog.getByRole('button', { name: 'Add a passkey' }).click();
  };

  test('it gets a name and stands in the list', async () => {
    await add('Journey laptop');
    // The first factor of any kind brings recovery codes.
    await page.getByRole('dialog', { name: 'Recovery codes' }).getByRole('button', { name: 'I have kept them' }).click();
    await section(page, 'Passkeys').getByText('Journey laptop').waitFor();
    await accessible(page, 'security with a passkey');
    await page.getByRole('button', { name: 'Your menu' }).click();
    // The device may have signed her in again before the sign-in page could be seen.
    await Promise.all([page.waitForURL(/sign-in/, { waitUntil: 'commit' }), page.getByRole('menuitem', { name: 'Sign out' }).click()]);
  });

  test('it is the whole sign-in, without a password', async () => {
    // The e-mail field offers passkeys by itself; a device that always agrees may be faster than the click.
    await Promise.race([isIn(page), page.getByRole('button', { name: 'Sign in with a passkey' }).click().catch(() => undefined)]);
    await isIn(page);
  });

  test('another one, long after a factor was shown, asks for one again first', async () => {
    // The server asks for it after a quarter of an hour, which nobody waits for here: the refusal is played, the proof is real.
    const proofs = [];
    await page.route('**/passkeys/register/begin', async (route) => {
      const proof = route.request().headers()['x-consortio-step-up'];
      proofs.push(Boolean(proof));
      if (proof) return route.continue();
      const refusal = { status: 'error', category: 'STEP_UP_NEEDED', message: 'a fresh second factor is needed', context: { act: ['factor.add'], subject: ['self'] } };
      return route.fulfill({ status: 403, contentType: 'application/json', body: JSON.stringify(refusal) });
    });
    await go(page, 'East', 'settings/security');
    await add('Another');
    const proving = page.getByRole('dialog').filter({ hasText: 'add another way to sign in' });
    await proving.getByRole('button', { name: 'Confirm' }).click();
    await proving.waitFor({ state: 'detached' });
    // The device holds one already and refuses a second: the dialog stays and says so.
    await page.getByRole('dialog', { name: 'Add a passkey' }).getByText('The passkey was not made').waitFor();
    assert.deepEqual(proofs, [false, true]);
    await page.unroute('**/passkeys/register/begin');
  });

  test('it is removed with a proof by itself', async () => {
    await go(page, 'East', 'settings/security');
    await section(page, 'Passkeys').getByRole('button', { name: 'Remove passkey Journey laptop' }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm with your second factor' });
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await section(page, 'Passkeys').getByText('No passkey yet.').waitFor();
    assert.deepEqual(page.problems, []);
  });
});

describe('sessions', () => {
  test('another browser’s session is ended from here', async () => {
    const [here, there] = [await browser.person(), await browser.person()];
    await signedIn(there, one, 'East', 'companies');
    await signedIn(here, one, 'East', 'settings/security');
    const list = section(here, 'Where you are signed in');
    await list.getByText('This session').waitFor();
    const n = await list.getByRole('button', { name: 'End this session' }).count();
    assert.ok(n >= 1);
    for (let i = n; i > 0; i -= 1) {
      await list.getByRole('button', { name: 'End this session' }).first().click();
      await here.waitForFunction((left) => document.querySelectorAll('button[aria-label="End this session"]').length < left, i);
    }
    await there.goto(`${BASE}/`);
    await there.getByRole('heading', { name: 'Sign in' }).waitFor();
    await here.reload();
    await list.getByText('This session').waitFor();
  });
});
