// Settings: people come and go, programs get tokens, accounts get properties and pipelines of their own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, accessible, account, api, go, manager, open, rep, signedIn } from './lib.mjs';

const mark = `s${process.pid}x${Date.now() % 100_000}`;
let browser;
let page;
before(async () => {
  browser = await open();
  page = await browser.person();
  await signedIn(page, manager(), 'West', 'settings/users');
});
after(() => browser.close());

const row = (name) => page.getByRole('row').filter({ hasText: name });

describe('users', () => {
  const email = `${mark}@west.example`;
  let link;
  test('one is invited by a link that is shown once', async () => {
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await dialog.getByLabel('E-mail').fill(email);
    await dialog.getByLabel('Name').fill(`Invited ${mark}`);
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Partner admin' }).click();
    await accessible(page, 'new user');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    const once = page.getByRole('dialog', { name: `Set-up link for ${email}` });
    link = await once.getByRole('textbox').inputValue();
    assert.match(link, /\/setup\/.+/);
    await once.getByRole('button', { name: 'Close' }).last().click();
    await row(email).waitFor();
  });

  test('the invited person chooses a password and is in; as Partner Admin she sees the organization and changes nothing', async () => {
    const guest = await browser.person();
    await guest.goto(BASE + new URL(link).pathname);
    await guest.getByLabel('Password', { exact: true }).fill('a sentence nobody guesses 7');
    await accessible(guest, 'set-up by invitation');
    await guest.getByRole('button', { name: 'Create and sign in' }).click();
    await guest.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    await guest.goto(`${BASE}/a/${account('West').id}/organization`);
    await guest.getByRole('heading', { name: 'Member accounts' }).waitFor();
    await guest.getByText(/You can see this and change nothing/).waitFor();
    for (const name of ['Configure connections', 'Add accounts', 'More actions']) assert.equal(await guest.getByRole('button', { name }).count(), 0, name);
    assert.equal(await guest.getByRole('button', { name: /^(Cut|Remove)/ }).count(), 0);
    await guest.goto(BASE + new URL(link).pathname);
    await guest.getByText('This link does not work any more').waitFor();
  });

  test('deactivated she is out at once, and can then be removed', async () => {
    await go(page, 'West', 'settings/users');
    await row(email).getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Deactivate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
    await row(email).getByText('Deactivated').waitFor();
    // The dialog gives the focus back when it has gone, which closes a menu opened before.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await row(email).getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row(email).waitFor({ state: 'detached' });
  });
});

describe('service tokens', () => {
  const name = `Token ${mark}`;
  let token;
  const status = async () => (await fetch(`${BASE.replace('localhost', '127.0.0.1')}/crm/v3/objects/contacts?limit=1`, { headers: { Authorization: `Bearer ${token}` } })).status;
  test('one is made with its scopes, shown once, and works', async () => {
    await go(page, 'West', 'settings/tokens');
    await page.getByRole('button', { name: 'New token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New token' });
    await dialog.getByLabel('What it is for').fill(name);
    await dialog.getByRole('checkbox', { name: 'Contacts: Read' }).check();
    await accessible(page, 'new token');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const once = page.getByRole('dialog', { name: 'Copy the token now' });
    token = await once.getByRole('textbox').inputValue();
    assert.match(token, /^pat-/);
    assert.equal(await status(), 200);
    await page.keyboard.press('Escape');
    await row(name).waitFor();
    assert.equal(await page.getByText(token).count(), 0);
  });

  test('deleted it is refused', async () => {
    await page.getByRole('button', { name: `Delete token ${name}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row(name).waitFor({ state: 'detached' });
    assert.equal(await status(), 401);
  });
});

describe('properties and pipelines', () => {
  test('a property of one’s own with options appears and takes values', async () => {
    await go(page, 'West', 'settings/properties');
    await page.getByRole('button', { name: 'New property' }).click();
    const dialog = page.getByRole('dialog', { name: 'New property' });
    await dialog.getByLabel('Label').fill(`Size ${mark}`);
    await dialog.getByRole('combobox', { name: 'Type' }).click();
    await page.getByRole('option', { name: 'One of several' }).click();
    await dialog.getByLabel('Options, one per line').fill('Small\nLarge');
    await accessible(page, 'new property');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await row(`Size ${mark}`).waitFor();
    const made = await api('West', `/crm/v3/properties/contacts/size_${mark}`);
    assert.deepEqual(made.options.map((option) => option.label), ['Small', 'Large']);
  });

  test('a pipeline is made, changed, and keeps the order of its stages', async () => {
    await go(page, 'West', 'settings/pipelines');
    await page.getByRole('button', { name: 'New pipeline for deals' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the pipeline').fill(`Line ${mark}`);
    await dialog.getByLabel('Stage 1', { exact: true }).fill('Asked');
    await dialog.getByLabel('Stage 2', { exact: true }).fill('Sold');
    await accessible(page, 'new pipeline');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: `Edit Line ${mark}` }).click();
    await dialog.getByRole('button', { name: 'Add a stage' }).click();
    await dialog.getByLabel('Stage 3', { exact: true }).fill('Between');
    await dialog.getByRole('button', { name: 'Move Between up' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { results } = await api('West', '/crm/v3/pipelines/deals');
    const made = results.find((one) => one.label === `Line ${mark}`);
    assert.deepEqual([...made.stages].sort((a, b) => a.displayOrder - b.displayOrder).map((stage) => stage.label), ['Asked', 'Between', 'Sold']);
  });
});

describe('how sensitive a property is', () => {
  test('waits for the account to store sensitive data, and says what it does to connections', async () => {
    await go(page, 'West', 'settings/properties');
    await page.getByRole('button', { name: `Sensitivity of Size ${mark}` }).click();
    const dialog = page.getByRole('dialog', { name: `Sensitivity of Size ${mark}` });
    await dialog.getByText(/Marked values never pass/).waitFor();
    await dialog.getByText('This account does not store sensitive data').waitFor();
    assert.equal(await dialog.getByRole('radio', { name: 'Highly sensitive' }).isDisabled(), true);
    assert.equal(await dialog.getByRole('button', { name: 'Save' }).isDisabled(), true);
    await accessible(page, 'sensitivity');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    // The product's own fields have none to set.
    assert.equal(await page.getByRole('button', { name: 'Sensitivity of E-mail', exact: true }).count(), 0);
  });
});

describe('the menu', () => {
  const menu = () => page.getByRole('navigation', { name: 'Settings' });
  test('is grouped, folds, and remembers it', async () => {
    await go(page, 'West', 'settings/users');
    for (const name of ['You', 'Account & billing', 'Users and access', 'Organization', 'Data', 'Operations']) assert.equal(await menu().getByRole('button', { name, exact: true }).getAttribute('aria-expanded'), 'true', name);
    await menu().getByRole('button', { name: 'Data', exact: true }).press('Enter');
    await menu().getByRole('link', { name: 'Pipelines' }).waitFor({ state: 'hidden' });
    await page.reload();
    await menu().getByRole('link', { name: 'Users' }).waitFor();
    assert.equal(await menu().getByRole('link', { name: 'Pipelines' }).isVisible(), false);
    // Where one is, the group is open whatever was folded.
    await go(page, 'West', 'settings/properties');
    await menu().getByRole('link', { name: 'Pipelines' }).waitFor();
    await go(page, 'West', 'settings/users');
    await menu().getByRole('button', { name: 'Data', exact: true }).click();
    await menu().getByRole('link', { name: 'Pipelines' }).waitFor();
  });

  test('leads to the organization', async () => {
    await menu().getByRole('link', { name: 'Multi-account' }).click();
    await page.getByRole('heading', { name: 'Member accounts' }).waitFor();
  });

  test('is one button on a phone, and Escape closes it', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await go(page, 'West', 'settings/users');
    const button = menu().getByRole('button', { name: 'Users and access: Users' });
    await button.click();
    await menu().getByRole('link', { name: 'Outbox' }).waitFor();
    await accessible(page, 'settings menu on a phone');
    await page.keyboard.press('Escape');
    await menu().getByRole('link', { name: 'Outbox' }).waitFor({ state: 'hidden' });
    await button.click();
    await menu().getByRole('link', { name: 'Outbox' }).click();
    await page.getByRole('heading', { level: 1, name: 'Outbox' }).waitFor();
    assert.equal(await menu().getByRole('link', { name: 'Users' }).isVisible(), false);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('what only a super admin may', () => {
  test('is absent for a rep', async () => {
    const other = await browser.person();
    await signedIn(other, rep('West'), 'West', 'settings/properties');
    await other.getByRole('heading', { level: 1, name: 'Properties' }).waitFor();
    assert.equal(await other.getByRole('link', { name: 'Multi-account' }).count(), 0);
    assert.equal(await other.getByRole('button', { name: 'New property' }).count(), 0);
    await go(other, 'West', 'settings/account');
    await other.getByRole('heading', { level: 1, name: 'General' }).waitFor();
    assert.equal(await other.getByRole('button', { name: 'Save' }).count(), 0);
  });
});

test('nothing broke on the way', () => assert.deepEqual(page.problems, []));
