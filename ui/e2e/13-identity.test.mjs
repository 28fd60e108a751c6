// Coming into accounts: what one asks, who is let in, working as another user, resets, and the history of it all.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, accessible, account, api, go, manager, open, prove as confirmed, rep, signIn, signedIn, withPasskey, withoutPasskey } from './lib.mjs';

const PASSKEY = 'Identity key';
let browser;
let boss;

const row = (name) => boss.getByRole('row').filter({ hasText: name });
const prove = () => confirmed(boss);
const choose = async (email, item) => {
  await row(email).getByRole('button', { name: /^Actions for/ }).click();
  await boss.getByRole('menuitem', { name: item }).click();
};

before(async () => {
  browser = await open();
  boss = await browser.person();
  await withPasskey(boss, manager(), 'East', PASSKEY);
});
after(async () => {
  await withoutPasskey(boss, 'East', PASSKEY);
  await browser.close();
});

describe('the accounts of a person', () => {
  test('one is pinned, and is on top of the switcher', async () => {
    await go(boss, 'East', 'settings/accounts');
    await boss.getByRole('button', { name: 'Pin West' }).click();
    await boss.getByRole('button', { name: 'Unpin West' }).waitFor();
    await accessible(boss, 'your accounts');
    await boss.getByRole('button', { name: /^Switch account/ }).click();
    const options = boss.getByRole('option');
    await options.first().waitFor();
    assert.match(await options.first().innerText(), /West/);
    await accessible(boss, 'account switcher with pins');
    await boss.keyboard.press('Escape');
    await boss.getByRole('button', { name: 'Unpin West' }).click();
    await boss.getByRole('button', { name: 'Pin West' }).waitFor();
  });
});

describe('a sign-in policy', () => {
  const alone = () => boss.getByRole('checkbox', { name: 'Password alone' });
  const save = async () => {
    await boss.getByRole('button', { name: 'Save' }).click();
    await prove();
    await boss.getByText('Saved').first().waitFor();
  };
  test('asks for more than a password: whoever has no more is led through it before she is in', async () => {
    await go(boss, 'East', 'settings/sign-in');
    await alone().uncheck();
    await accessible(boss, 'sign-in policy');
    await save();
    const page = await browser.person();
    await signIn(page, rep('East'), `/a/${account('East').id}/companies`);
    await page.getByRole('heading', { level: 1, name: 'East asks for more' }).waitFor();
    await page.getByRole('region', { name: 'Authenticator app' }).waitFor();
    await accessible(page, 'the gate of an account');
    assert.equal(await page.getByRole('navigation', { name: 'Main navigation' }).count(), 0);
    await go(boss, 'East', 'settings/sign-in');
    await alone().check();
    await save();
    await page.reload();
    await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    assert.deepEqual(page.problems, []);
  });
});

describe('another user', () => {
  const user = () => rep('East');
  test('is seen through her own eyes, under a banner, and nothing about people can be changed', async () => {
    await go(boss, 'East', 'settings/users');
    await choose(user().email, 'Log in as this user');
    const dialog = boss.getByRole('dialog', { name: /^Log in as/ });
    await dialog.waitFor();
    await accessible(boss, 'log in as');
    await dialog.getByRole('button', { name: 'Log in as this user' }).click();
    await prove();
    const banner = boss.getByRole('region', { name: 'Logged in as another user' });
    await banner.waitFor();
    await accessible(boss, 'logged in as another user');
    await go(boss, 'East', 'settings/users');
    await row(user().email).first().waitFor();
    assert.equal(await boss.getByRole('button', { name: 'Add a user' }).count(), 0);
    assert.equal(await boss.getByRole('link', { name: 'Profile' }).count(), 0);
    await banner.getByRole('button', { name: 'Stop' }).click();
    await banner.waitFor({ state: 'detached' });
    await boss.getByRole('button', { name: 'Add a user' }).waitFor();
  });

  test('gets a link to choose a new password, which opens no session', async () => {
    await go(boss, 'East', 'settings/users');
    await choose(user().email, 'Reset password');
    await boss.getByRole('dialog').getByRole('button', { name: 'Reset password' }).click();
    await prove();
    const once = boss.getByRole('dialog', { name: `Link for ${user().email}` });
    const link = await once.getByRole('textbox').inputValue();
    await once.getByRole('button', { name: 'Close' }).last().click();
    const page = await browser.person();
    await page.goto(BASE + new URL(link).pathname);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await accessible(page, 'choose a new password');
    await page.getByLabel('New password').fill(user().password);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await signedIn(page, user(), 'East');
  });
});

describe('a forgotten password', () => {
  test('is answered alike for everybody, and says what to do when nothing arrives', async () => {
    const page = await browser.person();
    for (const email of [rep('East').email, 'nobody@consortio.example']) {
      await page.goto(`${BASE}/sign-in`);
      await page.getByRole('button', { name: 'Forgot your password?' }).click();
      await page.getByRole('heading', { level: 1, name: 'Forgot your password?' }).waitFor();
      await accessible(page, 'forgotten password');
      await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Look into your mail' }).waitFor();
      await page.getByText(`If ${email} signs in here`).waitFor();
    }
    await accessible(page, 'a letter is on its way');
    await page.getByRole('button', { name: 'Back to sign-in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    assert.deepEqual(page.problems, []);
  });
});

describe('a lost second factor', () => {
  const PHONE = 'Phone';
  const user = () => rep('East');
  let hers;
  let name;
  const saveRules = async () => {
    await boss.getByRole('button', { name: 'Save the rules' }).click();
    await prove();
    await boss.getByText('Nothing changed').waitFor();
  };
  before(async () => {
    const { results } = await api('East', `/crm/v3/owners?email=${encodeURIComponent(user().email)}`);
    name = `${results[0].firstName} ${results[0].lastName}`;
    hers = await browser.person();
    await withPasskey(hers, user(), 'East', PHONE);
    await go(boss, 'West', 'organization/policies');
    await boss.getByRole('switch', { name: 'Roles of the organization' }).check({ force: true });
    await boss.getByRole('radio', { name: /^Two organization admins too/ }).check();
    await saveRules();
  });
  after(async () => {
    await withoutPasskey(hers, 'East', PHONE);
    await go(boss, 'West', 'organization/policies');
    await boss.getByRole('switch', { name: 'Behave as HubSpot documents' }).check({ force: true });
    await saveRules();
  });

  test('is asked for by an organization admin, and the person sees it on every page and stops it', async () => {
    await go(boss, 'East', 'organization/roles');
    await boss.getByRole('button', { name: 'Give a role' }).first().click();
    const giving = boss.getByRole('dialog', { name: 'Give a role' });
    await giving.getByLabel('E-mail address').fill(manager().email);
    await giving.getByText('Somebody who is a user of any member account.').click();
    await giving.getByRole('radio', { name: 'Organization Admin' }).check();
    await giving.getByRole('button', { name: 'Give a role' }).click();
    await prove();
    await giving.waitFor({ state: 'detached' });

    await go(boss, 'East', 'organization/approvals');
    await boss.getByRole('button', { name: 'Reset a second factor' }).click();
    const asking = boss.getByRole('dialog', { name: 'Reset somebody’s second factor' });
    await accessible(boss, 'asking for a reset');
    await asking.getByRole('textbox').fill(user().email);
    await asking.getByRole('button', { name: 'Reset a second factor' }).click();
    await prove();
    await asking.waitFor({ state: 'detached' });
    const waiting = boss.getByRole('group', { name: `Second factor of ${name}` });
    await waiting.getByText('You asked for this').waitFor();
    assert.equal(await waiting.getByRole('button', { name: 'Agree' }).count(), 0);
    await accessible(boss, 'a reset that waits');

    await go(hers, 'East', 'companies');
    const banner = hers.getByRole('region', { name: 'Your second factor is to be reset' });
    await banner.waitFor();
    await accessible(hers, 'notice of a reset');
    await banner.getByRole('button', { name: 'I did not ask for this: stop it' }).click();
    await banner.waitFor({ state: 'detached' });
    await boss.reload();
    await boss.getByText(`Stopped by ${name}`).waitFor();
    assert.deepEqual(hers.problems, []);
  });
});

describe('the security history', () => {
  test('tells what happened, by kind and person', async () => {
    await go(boss, 'East', 'settings/history');
    await boss.getByText('Logged in as this user').first().waitFor();
    await boss.getByText('Sign-in policy changed').first().waitFor();
    await accessible(boss, 'security history');
    await boss.getByRole('combobox', { name: 'Kind' }).click();
    await boss.getByRole('option', { name: 'Passwords and factors' }).click();
    await boss.getByText('Link for a new password').first().waitFor();
    assert.equal(await boss.getByText('Logged in as this user').count(), 0);
    const saved = boss.waitForEvent('download');
    await boss.getByRole('button', { name: 'Download CSV' }).click();
    assert.equal((await saved).suggestedFilename(), 'security-history.csv');
    await boss.getByText('Mine', { exact: true }).click();
    await boss.getByText('Passkey added').first().waitFor();
    assert.deepEqual(boss.problems, []);
  });
});
