// Connections as people set them: templates, reasons, terms, the review with its counts, and what the other side loses at once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessible, configure as configuring, done as finish, find, go, manager, open, rep, review as reviewing, shownFrom, signedIn } from './lib.mjs';

let browser;
let boss;
let west;
let company;

/** What West's rep is shown of Cancity, by its origin. Her page stays open between looks. */
const look = async () => {
  await go(west, 'West', `companies/${company.id}`);
  return shownFrom(west);
};
const configure = (way) => configuring(boss, 'West', way);
const review = () => reviewing(boss);
const done = () => finish(boss);
const everyone = async () => {
  await configure('One-click set-up');
  if (await boss.getByText('Nothing changed yet').isVisible()) return;
  await review();
  await done();
};

before(async () => {
  browser = await open();
  boss = await browser.person();
  west = await browser.person();
  await signedIn(boss, manager(), 'West');
  await signedIn(west, rep('West'), 'West');
  company = await find('West', 'companies', 'name', 'Cancity');
});
after(async () => browser.close());

describe('beginning', () => {
  test('scenario 32: three accounts are offered a manual, a one-click and a template set-up', async () => {
    await configure();
    for (const name of [/^Manual set-up/, /^One-click set-up/, /^Hub and spoke/, /^Nothing shared/]) await boss.getByRole('radio', { name }).waitFor();
    await accessible(boss, 'where to begin');
    await everyone();
    assert.deepEqual(await look(), ['Central', 'East']);
  });

  test('hub and spoke: the hub sees the others, and they see nothing', async () => {
    await configure();
    await boss.getByRole('radio', { name: /^Hub and spoke/ }).click();
    await boss.getByRole('combobox', { name: 'The hub' }).click();
    await boss.getByRole('option', { name: 'Central' }).click();
    await boss.getByRole('combobox', { name: 'Direction' }).click();
    await boss.getByRole('option', { name: 'The hub sees the others' }).click();
    await accessible(boss, 'hub and spoke');
    await boss.getByRole('button', { name: 'Use this' }).click();
    await review();
    await boss.getByText('Central will no longer share with West').waitFor();
    await boss.getByText('East and West will no longer share').waitFor();
    await accessible(boss, 'review of a hub');
    assert.deepEqual(await look(), ['Central', 'East'], 'nothing applies before Done');
    await done();
    assert.deepEqual(await look(), []);
  });
});

describe('terms', () => {
  test('one click again: the review counts whom both know', async () => {
    await configure('One-click set-up');
    await review();
    await boss.getByText(/West will see what East did with [\d,]+ (people|person) and [\d,]+ compan/).waitFor();
    await boss.getByRole('heading', { name: 'On which terms' }).waitFor();
    await done();
    assert.deepEqual(await look(), ['Central', 'East']);
  });

  test('narrowed terms are reviewed, and hold at the next look', async () => {
    await configure('Manual set-up');
    await boss.getByRole('button', { name: 'Terms: Data mirroring, Central to West' }).click();
    const dialog = boss.getByRole('dialog', { name: /Terms: Central/ });
    await dialog.getByRole('textbox', { name: /^Purpose/ }).fill('Notes only, for the hand-over of 2027');
    for (const type of ['Calls', 'E-mails', 'Meetings', 'Tasks', 'Deals']) await dialog.getByRole('checkbox', { name: type }).uncheck();
    await dialog.getByRole('combobox', { name: /^Legal basis/ }).click();
    await boss.getByRole('option', { name: 'Legitimate interests (f)' }).click();
    await accessible(boss, 'terms');
    await dialog.getByRole('button', { name: 'Keep these terms' }).click();
    await boss.getByText('1 change, not applied yet').waitFor();
    await review();
    await boss.getByText('Central will share with West on other terms').waitFor();
    await boss.getByText('Notes only, for the hand-over of 2027').waitFor();
    await done();
    await look();
    const kinds = await west.getByRole('article').filter({ hasText: 'From Central' }).evaluateAll((all) => [...new Set(all.map((one) => one.getAttribute('aria-label').split(':')[0]))]);
    assert.ok(kinds.every((kind) => kind === 'Note'), kinds.join());
  });

  test('scenario 35: somebody else was faster, and nothing is overwritten', async () => {
    await configure('Manual set-up');
    await boss.getByRole('switch', { name: 'Data mirroring between West and East' }).uncheck({ force: true });
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
    await accessible(boss, 'conflict');
    await boss.getByRole('button', { name: 'Reload and drop my changes' }).click();
    await boss.getByText('Nothing changed yet').waitFor();
    assert.equal(await boss.getByRole('switch', { name: 'Data mirroring between West and East' }).isChecked(), true);
    assert.deepEqual(await look(), ['Central', 'East']);
  });
});

describe('cutting', () => {
  test('scenario 36: an open record page of the other account loses the data at once', async () => {
    await look();
    await go(boss, 'West', 'organization');
    for (const pair of ['Central – West', 'East – West']) {
      await boss.getByRole('button', { name: `Cut connection: ${pair}` }).click();
      await boss.getByRole('dialog').getByRole('button', { name: 'Cut connection' }).click();
      await boss.getByRole('dialog').waitFor({ state: 'detached' });
    }
    // Nobody touches her page; what came from elsewhere goes by itself, and her own stays.
    await west.waitForFunction(() => !document.querySelector('.origin'));
    assert.ok((await west.getByRole('region', { name: 'Timeline' }).getByRole('article').count()) > 0);
  });

  test('on a phone and in the dark everything is still there', async () => {
    await boss.setViewportSize({ width: 390, height: 844 });
    await boss.emulateMedia({ colorScheme: 'dark' });
    await configure('Manual set-up');
    await accessible(boss, 'configure on a phone');
    await boss.setViewportSize({ width: 1440, height: 900 });
    await boss.emulateMedia({ colorScheme: 'light' });
  });

  test('the group is connected again for whoever looks next', async () => {
    await everyone();
    assert.deepEqual(await look(), ['Central', 'East']);
    assert.deepEqual([...boss.problems, ...west.problems], []);
  });
});
