// Roles, two-person approval and the organization as a file, as people meet them. The journey leaves things as they were.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { accessible, go, manager, open, rep, signedIn, text, virtualAuthenticator } from './lib.mjs';

let browser;
let boss;
let west;
const PASSKEY = 'Roles key';

const prove = async () => {
  const dialog = boss.getByRole('dialog', { name: 'Confirm with your second factor' });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Confirm' }).click();
};
const row = (page) => page.getByRole('row', { name: new RegExp(rep('West').email) });
const rule = async (value) => {
  await go(boss, 'Central', 'organization/policies');
  const choice = boss.getByRole('radiogroup', { name: 'Who approves changes' }).getByRole('radio', { name: value });
  await choice.check();
  await boss.getByRole('button', { name: 'Save the rules' }).click();
  await prove();
};

before(async () => {
  browser = await open();
  boss = await browser.person();
  west = await browser.person();
  await virtualAuthenticator(boss);
  await signedIn(boss, manager(), 'West', 'settings/security');
  const passkeys = boss.getByRole('region', { name: 'Passkeys', exact: true });
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = boss.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByRole('textbox').fill(PASSKEY);
  await dialog.getByRole('button', { name: 'Add a passkey' }).click();
  await passkeys.getByText(PASSKEY).waitFor();
  await signedIn(west, rep('West'), 'West');
});
after(async () => {
  await go(boss, 'West', 'settings/security');
  await boss.getByRole('button', { name: `Remove passkey ${PASSKEY}` }).click();
  await prove();
  await boss.getByText('No passkey yet.').waitFor();
  await browser.close();
});

describe('roles', () => {
  test('to a rep the organization is not there', async () => {
    await go(west, 'West', 'organization');
    await text(west.getByRole('heading', { level: 1 }));
    assert.equal(await west.getByRole('link', { name: 'Organization', exact: true }).count(), 0);
  });

  test('a super admin makes her a privacy officer, with a second factor', async () => {
    await go(boss, 'West', 'organization/roles');
    await boss.getByText('Nobody holds a role yet').waitFor();
    await accessible(boss, 'no roles');
    await boss.getByRole('button', { name: 'Give a role' }).click();
    const dialog = boss.getByRole('dialog', { name: 'Give a role' });
    await dialog.getByLabel('E-mail address').fill(rep('West').email);
    await boss.keyboard.press('Escape');
    await dialog.getByRole('radio', { name: 'Privacy Officer' }).check();
    await accessible(boss, 'giving a role');
    await dialog.getByRole('button', { name: 'Give a role' }).click();
    await prove();
    await row(boss).getByText('Privacy Officer').waitFor();
    await accessible(boss, 'roles');
  });

  test('a stranger’s address is refused in words', async () => {
    await boss.getByRole('button', { name: 'Give a role' }).click();
    const dialog = boss.getByRole('dialog', { name: 'Give a role' });
    await dialog.getByLabel('E-mail address').fill('nobody@nowhere.example');
    await boss.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Give a role' }).click();
    await dialog.getByRole('alert').getByText('No active user of a member account has this address.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test('she sees the organization, what of the log is hers, and no way to give roles', async () => {
    await go(west, 'West', 'organization');
    await west.getByRole('link', { name: 'Organization', exact: true }).waitFor();
    await west.getByRole('heading', { name: 'Log of the organization' }).waitFor();
    await accessible(west, 'the organization of a privacy officer');
    await west.getByRole('link', { name: 'Roles' }).click();
    await row(west).waitFor();
    assert.equal(await west.getByRole('button', { name: 'Give a role' }).count(), 0);
  });
});

describe('two-person approval', () => {
  test('the rule is switched on', async () => {
    await rule('A second person');
    await boss.getByText('The rules are changed').waitFor();
  });

  test('a change that lets more pass waits', async () => {
    await go(boss, 'West', 'organization');
    await boss.getByRole('button', { name: /Cut connection: .*West/ }).first().click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Cut connection' }).click();
    await boss.getByText('Connection cut').waitFor();
    await boss.getByRole('button', { name: 'Configure connections' }).click();
    await boss.getByRole('switch', { name: /^Data mirroring between West and/, checked: false }).first().click();
    await boss.getByRole('button', { name: 'Next' }).click();
    await boss.getByRole('button', { name: 'Done' }).click();
    await boss.getByText('1 change waits for approval').waitFor();
    await accessible(boss, 'the overview while a change waits');
    await boss.getByRole('button', { name: 'Look at it' }).click();
    await boss.getByText('You proposed this; a second person approves it.').waitFor();
    assert.equal(await boss.getByRole('button', { name: 'Approve and apply' }).count(), 0);
    await accessible(boss, 'one’s own proposal');
  });

  test('the second person approves it', async () => {
    await go(west, 'West', 'organization/approvals');
    await accessible(west, 'somebody else’s proposal');
    await west.getByRole('button', { name: 'Approve and apply' }).click();
    await west.getByText('Approved and applied').waitFor();
    await west.getByText('Nothing waits for approval').waitFor();
    await west.getByRole('heading', { name: 'Decided' }).waitFor();
  });

  test('the rule goes back, which waits too, and she may not approve that', async () => {
    await rule('Whoever makes it');
    await boss.getByText('Kept for approval: a second person has to agree').waitFor();
    await go(west, 'West', 'organization/approvals');
    await west.getByText('Whoever approves this needs a right in the accounts it is about.').waitFor();
    await go(boss, 'West', 'organization/approvals');
    await boss.getByRole('button', { name: 'Withdraw' }).click();
    await boss.getByText('Nothing waits for approval').waitFor();
  });
});

describe('the organization as a file', () => {
  const dialog = () => boss.getByRole('dialog', { name: 'Organization as a file' });
  const path = () => join(browser.folder, 'organization.toml');
  const openDialog = async () => {
    await go(boss, 'Central', 'organization');
    await boss.getByRole('button', { name: 'More actions' }).click();
    await boss.getByRole('menuitem', { name: 'Organization as a file' }).click();
    await dialog().waitFor();
  };
  const choose = async (toml) => {
    await writeFile(path(), toml);
    await dialog().locator('input[type=file]').setInputFiles(path());
  };

  test('it is downloaded, and nothing differs from it', async () => {
    await openDialog();
    const [download] = await Promise.all([boss.waitForEvent('download'), dialog().getByRole('button', { name: 'Download the file' }).click()]);
    await download.saveAs(path());
    const toml = await readFile(path(), 'utf8');
    assert.match(toml, /\[\[member\]\]/);
    assert.match(toml, /role = "privacy_officer"/);
    await choose(toml);
    await dialog().getByText(/Everything is as/).waitFor();
    await accessible(boss, 'a file that changes nothing');
  });

  test('an unknown key is refused by name and line', async () => {
    const toml = await readFile(path(), 'utf8');
    await choose(toml.replace('[policy]', '[policy]\nshoe_size = 42'));
    await dialog().getByRole('alert').getByText(/^Line \d+: there is no rule "shoe_size"/).waitFor();
  });

  test('what it would change is shown, then done: the role ends', async () => {
    const toml = (await readFile(path(), 'utf8')).replace('shoe_size = 42\n', '');
    await choose(toml.replace(/\n\[\[role\]\]\n(.+\n)+/, '\n'));
    await dialog().getByText('organization.toml would change 1 thing:').waitFor();
    await dialog().getByText(/^the role privacy_officer of .* ends$/).waitFor();
    await accessible(boss, 'a file that changes something');
    await dialog().getByRole('button', { name: 'Apply the file' }).click();
    await prove();
    await boss.getByText('The organization is as the file says').waitFor();
    await go(west, 'West', 'companies');
    await west.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    assert.equal(await west.getByRole('link', { name: 'Organization', exact: true }).count(), 0);
  });
});
