// The heart of it: accounts are joined, connected, seen through, narrowed, cut; at every moment a rep sees what the connections allow, and no more.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessible, begin, configure as configuring, done as finish, find, go, manager, open, prove as confirmed, rep, review as reviewing, shownFrom, signedIn, withPasskey, withoutPasskey } from './lib.mjs';

let browser;
let boss;
let west;
let company;
const PASSKEY = 'Journey key';

const heading = (name) => boss.getByRole('heading', { level: 1, name });
const prove = () => confirmed(boss);
const origins = async (page) => {
  await go(page, 'West', `companies/${company.id}`);
  return shownFrom(page);
};
const configure = (way = 'Manual set-up') => configuring(boss, 'West', way);
const switchOf = (other) => boss.getByRole('switch', { name: `Data mirroring between West and ${other}` });
const review = () => reviewing(boss);
const done = () => finish(boss);

before(async () => {
  browser = await open();
  boss = await browser.person();
  west = await browser.person();
  await withPasskey(boss, manager(), 'West', PASSKEY);
  await signedIn(west, rep('West'), 'West');
  company = await find('West', 'companies', 'name', 'Cancity');
  // The sample group may come joined already; the journey begins before that.
  await go(boss, 'West', 'organization');
  await boss.locator('main h1, #main h1').first().waitFor();
  const more = boss.getByRole('button', { name: 'More actions' });
  const none = boss.getByText('This account is not part of an organization');
  await more.or(none).first().waitFor();
  if (await more.isVisible()) await remove();
});
after(async () => {
  await withoutPasskey(boss, 'West', PASSKEY);
  await boss.getByText('No passkey yet.').waitFor();
  await browser.close();
});

async function remove() {
  await boss.getByRole('button', { name: 'More actions' }).click();
  await boss.getByRole('menuitem', { name: 'Delete organization' }).click();
  const dialog = boss.getByRole('dialog', { name: /Delete the organization/ });
  assert.equal(await dialog.getByRole('button', { name: 'Delete organization' }).isDisabled(), true);
  await dialog.getByRole('textbox').fill(await dialog.getByRole('textbox').getAttribute('placeholder'));
  await dialog.getByRole('button', { name: 'Delete organization' }).click();
  await prove();
  await boss.getByText('This account is not part of an organization').waitFor();
}

describe('before there is an organization', () => {
  test('a rep sees her own company’s story only', async () => {
    assert.deepEqual(await origins(west), []);
  });
});

describe('creating', () => {
  test('the statement is read before the accounts are chosen', async () => {
    await boss.getByRole('button', { name: 'Create organization' }).click();
    const next = boss.getByRole('button', { name: 'Next' });
    await boss.getByText(/stay separate businesses/).waitFor();
    assert.equal(await next.isDisabled(), true);
    await boss.getByRole('checkbox').check();
    await accessible(boss, 'impact statement');
    await next.click();
  });

  test('without a name or accounts it says what is missing', async () => {
    await boss.getByRole('button', { name: 'Create organization' }).click();
    await boss.getByText('Give the organization a name.').waitFor();
    await boss.getByText('Choose at least one account.').waitFor();
  });

  test('a second factor later it exists, and nothing is shared', async () => {
    await boss.getByLabel('Name of the organization').fill('Journey Group');
    await boss.getByRole('checkbox', { name: 'Central' }).check();
    await boss.getByRole('checkbox', { name: 'East' }).check();
    await accessible(boss, 'choosing accounts');
    await boss.getByRole('button', { name: 'Join 2 accounts' }).click();
    await prove();
    await boss.getByRole('dialog', { name: 'Journey Group is created' }).getByRole('button', { name: 'Do it later' }).click();
    await heading('Journey Group').waitFor();
    await boss.getByText('Nothing is shared yet').waitFor();
    assert.deepEqual(await origins(west), []);
  });
});

describe('connecting', () => {
  test('nothing applies before Done', async () => {
    await configure();
    await boss.getByText(/pass personal data between legal entities/).waitFor();
    await switchOf('Central').check({ force: true });
    // New connections begin one-way; this one is meant both ways.
    await boss.getByRole('region', { name: 'West – Central' }).getByRole('checkbox', { name: 'One-way connection' }).uncheck();
    await boss.getByText('1 change, not applied yet').waitFor();
    await accessible(boss, 'configure');
    await review();
    await boss.getByText('Central and West will share with each other').waitFor();
    await boss.getByText('Who becomes visible to whom').waitFor();
    await accessible(boss, 'review');
    assert.deepEqual(await origins(west), []);
  });

  test('after Done a rep sees the sister’s items, marked and read-only', async () => {
    await done();
    assert.deepEqual(await origins(west), ['Central']);
    const item = west.getByRole('article').filter({ hasText: 'From Central' }).first();
    await item.getByText('Read-only').waitFor();
  });

  test('“Why do I see this?” names the connection and who opened it', async () => {
    const item = west.getByRole('article').filter({ hasText: 'From Central' }).first();
    await item.getByRole('button', { name: 'Why do I see this?' }).click();
    await west.getByText('Central shares this with West through a connection of your organization.').waitFor();
    await west.getByText('Opened by').waitFor();
    await west.getByText('Central can see that you looked.').waitFor();
    await west.keyboard.press('Escape');
  });

  test('the source sees who looked', async () => {
    await go(boss, 'Central', 'settings/disclosures');
    const row = boss.getByRole('region', { name: 'Who saw our data' }).getByRole('row').nth(1);
    await row.getByText('West').waitFor();
  });

  test('one click opens everything between all', async () => {
    await configure('One-click set-up');
    await boss.getByText('2 changes, not applied yet').waitFor();
    await review();
    await done();
    assert.deepEqual(await origins(west), ['Central', 'East']);
    await accessible(boss, 'organization');
  });
});

describe('narrowing and cutting', () => {
  test('one-way: West gives to East, and sees it no more', async () => {
    await configure();
    const pair = boss.getByRole('region', { name: 'West – East' });
    await pair.getByRole('checkbox', { name: 'One-way connection' }).check();
    await pair.getByText('East sees West').first().click();
    await review();
    await boss.getByText('East will no longer share with West').waitFor();
    await done();
    await boss.getByRole('cell', { name: /East sees West/ }).waitFor();
    assert.deepEqual(await origins(west), ['Central']);
  });

  test('two people editing: the second is told, and overwrites nothing', async () => {
    await configure();
    await switchOf('East').uncheck({ force: true });
    await review();
    await boss.getByText('East and West will no longer share').waitFor();
    const other = await boss.context().newPage();
    await go(other, 'Central', 'organization');
    await other.getByRole('button', { name: 'Cut connection: Central – East' }).click();
    await other.getByRole('dialog').getByRole('button', { name: 'Cut connection' }).click();
    await other.getByText('Connection cut').waitFor();
    await other.close();
    await boss.getByRole('button', { name: 'Done' }).click();
    await boss.getByText('Somebody else changed the connections').waitFor();
    await boss.getByRole('button', { name: 'Reload and reapply my changes' }).click();
    await boss.getByText('East and West will no longer share').waitFor();
    await done();
    assert.deepEqual(await origins(west), ['Central']);
  });

  test('cut: gone at the next look', async () => {
    await go(boss, 'West', 'organization');
    await boss.getByRole('button', { name: 'Cut connection: Central – West' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Cut connection' }).click();
    await boss.getByText('Connection cut').waitFor();
    // Her page is still open from before: it loses the items by itself, and keeps her own.
    await west.waitForFunction(() => !document.querySelector('.origin'));
    assert.ok((await west.getByRole('region', { name: 'Timeline' }).getByRole('article').count()) > 0);
    assert.deepEqual(await origins(west), []);
  });

  test('the log says all of it, with names', async () => {
    const log = boss.getByRole('region', { name: 'Log of the organization' });
    await log.getByText(/closed Data mirroring from/).first().waitFor();
    await log.getByRole('button', { name: 'Show more' }).click();
    await log.getByText(/opened Data mirroring from/).first().waitFor();
  });
});

describe('who may not', () => {
  test('a rep does not see the page at all', async () => {
    await go(west, 'West', 'organization');
    await west.getByText('You may not see this').waitFor();
    assert.equal(await west.getByRole('button', { name: 'Configure connections' }).count(), 0);
  });
});

describe('the end', () => {
  test('a member is removed, then the organization deleted', async () => {
    await go(boss, 'West', 'organization');
    await boss.getByRole('button', { name: 'Remove East' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await boss.getByText('East was removed').waitFor();
    // Whoever adds it again reads again what that means.
    await boss.getByRole('button', { name: 'Add accounts' }).click();
    const dialog = boss.getByRole('dialog', { name: 'Add accounts' });
    await dialog.getByRole('checkbox', { name: 'East' }).check();
    const join = dialog.getByRole('button', { name: 'Join 1 account' });
    assert.equal(await join.isDisabled(), true);
    await dialog.getByRole('checkbox', { name: /^I have read this/ }).check();
    await accessible(boss, 'adding an account');
    await join.click();
    await prove();
    await boss.getByText('1 account added').waitFor();
    await remove();
    await accessible(boss, 'without an organization');
  });

  test('accounts of others are invited while creating, and one may begin alone', async () => {
    await boss.getByRole('button', { name: 'Create organization' }).click();
    await boss.getByRole('checkbox').check();
    await boss.getByRole('button', { name: 'Next' }).click();
    await boss.getByLabel('Name of the organization').fill('Journey Group');
    await boss.getByText(/^Somebody else/).click();
    const number = boss.getByLabel('Number of the account');
    await number.fill('many');
    await boss.getByRole('button', { name: 'Invite', exact: true }).click();
    await boss.getByText('An account has a number, such as 12.').waitFor();
    for (const id of ['998', '999']) {
      await number.fill(id);
      await number.press('Enter');
      await boss.getByText(`Account ${id}`).waitFor();
    }
    await boss.getByRole('button', { name: 'Do not invite account 998' }).click();
    await accessible(boss, 'inviting while creating');
    await boss.getByRole('button', { name: 'Create and invite 1 account' }).click();
    await prove();
    await boss.getByRole('dialog', { name: /is created/ }).getByRole('button', { name: 'Done' }).click();
    await boss.getByRole('region', { name: 'Invited accounts' }).getByText('Account 999').waitFor();
    await remove();
  });

  test('the group is joined again for whoever looks next', async () => {
    await boss.getByRole('button', { name: 'Create organization' }).click();
    await boss.getByRole('checkbox').check();
    await boss.getByRole('button', { name: 'Next' }).click();
    await boss.getByLabel('Name of the organization').fill('Journey Group');
    await boss.getByRole('checkbox', { name: 'Central' }).check();
    await boss.getByRole('checkbox', { name: 'East' }).check();
    await boss.getByRole('button', { name: 'Join 2 accounts' }).click();
    await prove();
    await boss.getByRole('dialog', { name: /is created/ }).getByRole('button', { name: 'Configure now' }).click();
    await begin(boss, 'One-click set-up');
    await review();
    await done();
    assert.deepEqual(await origins(west), ['Central', 'East']);
    assert.deepEqual([...boss.problems, ...west.problems], []);
  });
});
