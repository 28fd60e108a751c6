// Who belongs to the group: a person leaves every account in one act, and a directory brings people in.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, accessible, api, go, manager, open, prove as confirmed, withPasskey, withoutPasskey } from './lib.mjs';

const mark = `p${process.pid}x${Date.now() % 100_000}`;
const PASSKEY = 'People key';
let browser;
let boss;

const prove = () => confirmed(boss);
const status = async (name, email) => (await api(name, '/accounts/v1/users')).results.find((user) => user.email === email)?.status;

before(async () => {
  browser = await open();
  boss = await browser.person();
  await withPasskey(boss, manager(), 'West', PASSKEY);
});
after(async () => {
  await withoutPasskey(boss, 'West', PASSKEY);
  await browser.close();
});

describe('off-boarding', () => {
  const email = `leaver.${mark}@group.example`;
  before(async () => {
    for (const name of ['West', 'East']) await api(name, '/accounts/v1/users', { method: 'POST', body: { email, name: 'Leaver', role: 'standard', seats: ['sales'] } });
  });

  test('begins in the list of users and says account by account what would happen', async () => {
    await go(boss, 'West', 'settings/users');
    await boss.getByLabel('Search users').fill(email);
    await boss.getByRole('button', { name: `Actions for ${email}` }).click();
    await boss.getByRole('menuitem', { name: 'Off-board from every account …' }).click();
    await boss.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    const rows = boss.getByRole('row').filter({ hasText: 'Invitation withdrawn' });
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    assert.equal(await status('West', email), 'invited', 'looking does nothing');
    await accessible(boss, 'what off-boarding would do');
  });

  test('asks for a second factor and takes her out everywhere', async () => {
    await boss.getByRole('button', { name: 'Off-board', exact: true }).click();
    const dialog = boss.getByRole('dialog', { name: `Off-board ${email}?` });
    await dialog.waitFor();
    await accessible(boss, 'confirming an off-boarding');
    await dialog.getByRole('button', { name: 'Off-board', exact: true }).click();
    await prove();
    await boss.getByText(`${email} is off-boarded`).waitFor();
    assert.deepEqual([await status('West', email), await status('East', email)], [undefined, undefined]);
    await boss.getByLabel('E-mail address').fill(`nobody.${mark}@group.example`);
    await boss.getByRole('button', { name: 'See what would happen' }).click();
    await boss.getByRole('alert').getByText('No user of a member account has this address.').waitFor();
    assert.deepEqual(boss.problems, []);
  });
});

describe('a directory', () => {
  const consent = () => boss.getByRole('switch', { name: /The organization’s directory adds/ }).press('Space');
  const name = `Journey ${mark}`;
  const email = `newcomer.${mark}@group.example`;
  let token;
  const scim = async (method, path, body) => {
    const response = await fetch(`${BASE.replace('localhost', '127.0.0.1')}/scim/v2${path}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' }, body: body && JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.status === 204 ? null : response.json();
  };

  test('gets a token that is shown once', async () => {
    await go(boss, 'West', 'settings/sso');
    const section = boss.getByRole('region', { name: 'Provisioning by the directory (SCIM)' });
    await section.getByRole('button', { name: 'New token' }).click();
    const dialog = boss.getByRole('dialog', { name: 'New token' });
    await dialog.getByLabel('What it is for').fill(name);
    await dialog.getByRole('button', { name: 'New token' }).click();
    await prove();
    token = await boss.getByRole('dialog', { name: 'Copy the token now' }).getByRole('textbox').inputValue();
    assert.match(token, /^scim-/);
    await boss.keyboard.press('Escape');
    await section.getByRole('row', { name: new RegExp(name) }).getByText('Never').waitFor();
    await accessible(boss, 'single sign-on with provisioning');
  });

  test('brings people in by a group that the account lets in', async () => {
    const person = await scim('POST', '/Users', { userName: email, displayName: 'Newcomer' });
    const team = await scim('POST', '/Groups', { displayName: `Team ${mark}`, members: [{ value: person.id }] });
    await consent();
    await prove();
    const row = boss.getByRole('row', { name: new RegExp(`Team ${mark}`) });
    await row.getByText('Nothing').waitFor();
    await boss.getByRole('button', { name: `Give access by Team ${mark}` }).click();
    const dialog = boss.getByRole('dialog', { name: `Give access by Team ${mark}` });
    await dialog.getByRole('combobox', { name: 'They become' }).waitFor();
    await accessible(boss, 'what a group gives');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await prove();
    await row.getByText('Nothing').waitFor({ state: 'detached' });
    assert.equal(await status('West', email), 'invited');
    await scim('DELETE', `/Groups/${team.id}`);
    assert.equal(await status('West', email), undefined);
    await scim('DELETE', `/Users/${person.id}`);
    assert.deepEqual(boss.problems, []);
  });

  test('is refused once its token is deleted', async () => {
    await go(boss, 'West', 'settings/sso');
    await consent();
    await prove();
    await boss.getByRole('button', { name: `Delete ${name}` }).click();
    await boss.getByRole('dialog', { name: `Delete ${name}` }).getByRole('button', { name: 'Remove' }).click();
    await boss.getByText('Token deleted').waitFor();
    const refused = await fetch(`${BASE.replace('localhost', '127.0.0.1')}/scim/v2/Users`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(refused.status, 401);
    assert.equal(await status('West', email), undefined);
  });
});
