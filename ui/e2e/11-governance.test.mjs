// Who may do what in an organization: roles that an account hands out, changes that wait for a second person, and the whole as a file.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { accessible, begin, giveReasons, go, manager, open, prove, rep, signedIn, withPasskey, withoutPasskey } from './lib.mjs';

const PASSKEY = 'Governance key';
let browser;
let boss;
/** A rep of West, who is nobody's Super Admin. */
let clerk;

const organization = async (page, name = 'West') => {
  await go(page, name, 'organization');
  await page.getByRole('region', { name: 'Member accounts' }).waitFor();
};
const saveRules = async () => {
  await boss.getByRole('button', { name: 'Save the rules' }).click();
  await prove(boss);
};
const give = async (role, to) => {
  await go(boss, 'West', 'organization/roles');
  await boss.getByRole('button', { name: 'Give a role' }).first().click();
  const dialog = boss.getByRole('dialog', { name: 'Give a role' });
  // The list of addresses waits until something is typed: opened, it would lie over the roles.
  assert.equal(await boss.getByRole('option').count(), 0);
  await dialog.getByLabel('E-mail address').fill(rep('West').email);
  await dialog.getByText('Somebody who is a user of any member account.').click();
  await dialog.getByRole('radio', { name: role }).check();
  await dialog.getByRole('combobox', { name: 'For which account' }).click();
  await boss.getByRole('option', { name: to }).click();
  await accessible(boss, 'giving a role');
  await dialog.getByRole('button', { name: 'Give a role' }).click();
  await prove(boss);
  await dialog.waitFor({ state: 'detached' });
  await boss.getByRole('row').filter({ hasText: rep('West').email }).filter({ hasText: role }).filter({ hasText: to }).waitFor();
};

before(async () => {
  browser = await open();
  boss = await browser.person();
  clerk = await browser.person();
  await withPasskey(boss, manager(), 'West', PASSKEY);
  await signedIn(clerk, rep('West'), 'West');
});
after(async () => {
  await withoutPasskey(boss, 'West', PASSKEY);
  await browser.close();
});

describe('roles', () => {
  test('without them in the rules there are none to give', async () => {
    await go(boss, 'West', 'organization/roles');
    await boss.getByText('Roles are switched off').waitFor();
    assert.equal(await boss.getByRole('button', { name: 'Give a role' }).count(), 0);
    await go(boss, 'West', 'organization/policies');
    await boss.getByRole('switch', { name: 'Roles of the organization' }).check({ force: true });
    await saveRules();
    await boss.getByText('Nothing changed').waitFor();
  });

  test('a rep does not see the organization before she holds one', async () => {
    await go(clerk, 'West', 'organization');
    await clerk.getByText('You may not see this').waitFor();
  });

  test('a Super Admin hands one out with a second factor, for one account at a time', async () => {
    await go(boss, 'West', 'organization/roles');
    await boss.getByText('Nobody holds a role yet').waitFor();
    await accessible(boss, 'no roles yet');
    await give('Connection Manager', 'West');
    await give('Connection Manager', 'East');
    await accessible(boss, 'roles');
  });

  test('scenario 80: she changes edges of accounts that delegated to her, sees the others and leaves them alone', async () => {
    await clerk.reload();
    await organization(clerk);
    assert.equal(await clerk.getByRole('button', { name: 'More actions' }).count(), 0);
    assert.equal(await clerk.getByRole('button', { name: /^Remove/ }).count(), 0);
    await clerk.getByRole('button', { name: 'Configure connections' }).click();
    await begin(clerk, 'Manual set-up');
    const hers = clerk.getByRole('region', { name: 'West – East' });
    const others = clerk.getByRole('region', { name: 'West – Central' });
    await others.getByText('Not yours to change').waitFor();
    const mirroring = (pair) => pair.getByRole('switch', { name: /^Data mirroring/ });
    assert.equal(await mirroring(others).isDisabled(), true);
    assert.equal(await others.getByRole('checkbox', { name: 'One-way connection' }).first().isDisabled(), true);
    assert.equal(await mirroring(hers).isEnabled(), true);
    assert.equal(await hers.getByText('Not yours to change').count(), 0);
    await accessible(clerk, 'configure with a role');
    await mirroring(hers).press('Space');
    await clerk.getByRole('button', { name: 'Next' }).click();
    await clerk.getByText('East and West will no longer share').waitFor();
    await clerk.getByRole('button', { name: 'Done' }).click();
    await clerk.getByRole('row', { name: /East – West/ }).getByText('Off').first().waitFor();
  });

  test('one click fills in hers only', async () => {
    await clerk.getByRole('button', { name: 'Configure connections' }).click();
    await begin(clerk, 'One-click set-up');
    await clerk.getByRole('button', { name: 'Next' }).click();
    await giveReasons(clerk);
    await clerk.getByText('East and West will share with each other').first().waitFor();
    assert.equal(await clerk.getByText(/Central and|and Central/).count(), 0);
    await clerk.getByRole('button', { name: 'Done' }).click();
    await clerk.getByRole('row', { name: /East – West/ }).getByText('Both ways').first().waitFor();
  });
});

describe('two-person approval', () => {
  const approvals = (page) => go(page, 'West', 'organization/approvals');
  const mirroring = (page) => page.getByRole('switch', { name: 'Data mirroring between West and East' });
  const configure = async (page) => {
    await organization(page);
    await page.getByRole('button', { name: 'Configure connections' }).click();
    await begin(page, 'Manual set-up');
  };

  test('is a rule', async () => {
    await go(boss, 'West', 'organization/policies');
    await boss.getByRole('radio', { name: 'A second person' }).check({ force: true });
    await saveRules();
    await boss.getByText('Nothing changed').waitFor();
  });

  test('stopping never waits', async () => {
    await configure(clerk);
    await mirroring(clerk).press('Space');
    await clerk.getByRole('button', { name: 'Next' }).click();
    await clerk.getByRole('button', { name: 'Done' }).click();
    await clerk.getByRole('row', { name: /East – West/ }).getByText('Off').first().waitFor();
  });

  test('letting more pass waits, says so, and whoever proposed it cannot approve it', async () => {
    await configure(clerk);
    await mirroring(clerk).press('Space');
    await clerk.getByRole('button', { name: 'Next' }).click();
    await giveReasons(clerk);
    await clerk.getByRole('button', { name: 'Done' }).click();
    await clerk.getByText('Kept for approval: a second person has to agree').waitFor();
    await clerk.getByText('1 change waits for approval').waitFor();
    await clerk.getByRole('button', { name: 'Look at it' }).click();
    await clerk.getByText('You proposed this; a second person approves it.').waitFor();
    assert.equal(await clerk.getByRole('button', { name: 'Approve and apply' }).count(), 0);
    await accessible(clerk, 'a proposal of one’s own');
  });

  test('the second person sees what it would do, and rejects it with a reason', async () => {
    await organization(boss);
    await boss.getByText('1 change waits for approval').waitFor();
    await boss.getByRole('button', { name: 'Look at it' }).click();
    await boss.getByText(/Data mirroring/).first().waitFor();
    await accessible(boss, 'a proposal');
    await boss.getByRole('button', { name: 'Reject' }).click();
    const dialog = boss.getByRole('dialog', { name: 'Reject the change?' });
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('Not before the audit');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await boss.getByText('Not before the audit').waitFor();
    await approvals(clerk);
    await clerk.getByText('Not before the audit').waitFor();
  });

  test('approved, it applies, and both names are in the log', async () => {
    await configure(clerk);
    await mirroring(clerk).press('Space');
    await clerk.getByRole('button', { name: 'Next' }).click();
    await giveReasons(clerk);
    await clerk.getByRole('button', { name: 'Done' }).click();
    await clerk.getByText('1 change waits for approval').waitFor();
    await approvals(boss);
    await boss.getByRole('button', { name: 'Approve and apply' }).click();
    await boss.getByText('Nothing waits for approval').waitFor();
    await organization(boss);
    assert.equal(await boss.getByRole('row', { name: /East – West/ }).getByText('Off').count(), 0);
    const log = boss.getByRole('region', { name: 'Log of the organization' });
    await log.getByText(/approved change/).first().waitFor();
    await log.getByText(/proposed change/).first().waitFor();
  });

  test('a rule waits as well, with its value in words', async () => {
    await go(boss, 'West', 'organization/policies');
    await boss.getByRole('switch', { name: 'Roles of the organization' }).uncheck({ force: true });
    await saveRules();
    await boss.getByText('Kept for approval: a second person has to agree').first().waitFor();
    await approvals(boss);
    await boss.getByText('Roles of the organization: On → Off').waitFor();
    await boss.getByRole('button', { name: 'Withdraw' }).click();
    await boss.getByText('Nothing waits for approval').waitFor();
  });
});

describe('an organization as a file', () => {
  let file;
  const dialog = () => boss.getByRole('dialog', { name: 'Organization as a file' });
  const openDialog = async () => {
    await organization(boss);
    await boss.getByRole('button', { name: 'More actions' }).click();
    await boss.getByRole('menuitem', { name: 'Organization as a file' }).click();
    await dialog().waitFor();
  };
  const choose = async (name, text) => {
    const path = join(browser.folder, name);
    await writeFile(path, text);
    const chooser = boss.waitForEvent('filechooser');
    await dialog().getByRole('button', { name: /^Choose/ }).click();
    await (await chooser).setFiles(path);
  };

  test('what is written is what is: read again it changes nothing', async () => {
    await openDialog();
    await accessible(boss, 'as a file');
    const saved = boss.waitForEvent('download');
    await dialog().getByRole('button', { name: 'Download the file' }).click();
    file = await readFile(await (await saved).path(), 'utf8');
    assert.match(file, /\[\[member\]\]/);
    assert.match(file, /connection_manager/);
    await choose('same.toml', file);
    await dialog().getByText('Everything is as same.toml says.').waitFor();
    assert.equal(await dialog().getByRole('button', { name: 'Apply the file' }).count(), 0);
  });

  test('a mistake is named with its line', async () => {
    await choose('wrong.toml', file.replace('role = "connection_manager"', 'role = "queen"'));
    await dialog().getByRole('alert').getByText(/queen/).waitFor();
    await accessible(boss, 'a file with a mistake');
  });

  test('a changed one says in words what it would do, and does it with one second factor', async () => {
    // Instead of her two roles she speaks for every account.
    const roles = /\n\[\[role\]\]\n(?:[^\n[]+\n)+/g;
    assert.equal(file.match(roles)?.length, 2);
    const everywhere = ['Central', 'East', 'West'].map((name) => `\n[[role]]\naccount = "${name}"\nperson = "${rep('West').email}"\nrole = "organization_admin"\n`);
    await choose('more.toml', file.replace(roles, '') + everywhere.join(''));
    await dialog().getByText('more.toml would change 5 things:').waitFor();
    assert.equal(await dialog().getByRole('listitem').count(), 5);
    await accessible(boss, 'what a file would change');
    await dialog().getByRole('button', { name: 'Apply the file' }).click();
    await prove(boss);
    await dialog().waitFor({ state: 'detached' });
    await go(boss, 'West', 'organization/roles');
    await boss.getByRole('row').filter({ hasText: 'Organization Admin' }).nth(2).waitFor();
    await accessible(boss, 'roles');
  });
});

describe('who speaks for every account', () => {
  test('is the second person also for the rules, which are as they were', async () => {
    await go(boss, 'West', 'organization/policies');
    await boss.getByRole('switch', { name: 'Behave as HubSpot documents' }).check({ force: true });
    await saveRules();
    await boss.getByText('Kept for approval: a second person has to agree').first().waitFor();
    await go(clerk, 'West', 'organization/approvals');
    await clerk.getByText('Roles of the organization: On → Off').waitFor();
    await clerk.getByRole('button', { name: 'Approve and apply' }).click();
    // With the rule goes her right to look.
    await go(clerk, 'West', 'organization');
    await clerk.getByText('You may not see this').waitFor();
    await go(boss, 'West', 'organization/roles');
    await boss.getByText('Roles are switched off').waitFor();
    assert.deepEqual([...boss.problems, ...clerk.problems], []);
  });
});
