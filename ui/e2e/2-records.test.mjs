import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, account, api, find, go, manager, open, rep, signedIn } from './lib.mjs';

let browser;
let page;
before(async () => {
  browser = await open();
  page = await browser.person();
  await signedIn(page, rep('West'), 'West');
});
after(() => browser.close());

const rows = () => page.locator('tbody a[data-row]');
/** Unique per run, so that a second run on the same data still finds its own. */
const mark = `e2e${process.pid}x${Date.now() % 100_000}`;

describe('a rep works with her list of companies', () => {
  test('searches, and the address keeps the search', async () => {
    await page.getByLabel('Search this list').fill('cancity');
    await page.waitForURL(/q=cancity/);
    await page.getByText('1 record', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Cancity', exact: true }).waitFor();
    assert.equal(await rows().count(), 1);
    await page.reload();
    await page.getByRole('link', { name: 'Cancity', exact: true }).waitFor();
    assert.equal(await page.getByLabel('Search this list').inputValue(), 'cancity');
    await page.getByRole('button', { name: 'Clear' }).first().click();
    await page.waitForURL((url) => !url.search.includes('cancity'));
    await page.getByText('1 record', { exact: true }).waitFor({ state: 'detached' });
  });

  test('filters by a property, sees it in words, and takes it off again', async () => {
    const before = await page.getByRole('status').filter({ hasText: 'record' }).innerText();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByLabel('Property').first().fill('Employees');
    await page.getByRole('option', { name: 'Employees', exact: true }).click();
    await page.getByLabel('Value').fill('5000');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Employees is at least 5,000').waitFor();
    await page.waitForFunction((old) => ![...document.querySelectorAll('[role=status]')].some((node) => node.textContent === old), before);
    await page.getByRole('button', { name: /Remove filter: Employees/ }).click();
    await page.getByText(before, { exact: true }).waitFor();
  });

  test('sorts by a column in both directions', async () => {
    const column = page.getByRole('columnheader', { name: 'Employees' });
    await column.getByRole('button').click();
    await page.waitForURL(/sort=numberofemployees/);
    assert.equal(await column.getAttribute('aria-sort'), 'ascending');
    await column.getByRole('button').click();
    await page.waitForURL(/sort=-numberofemployees/);
    assert.equal(await column.getAttribute('aria-sort'), 'descending');
  });

  test('chooses another column', async () => {
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByLabel('Find a column').fill('City');
    await page.getByRole('checkbox', { name: 'City', exact: true }).check();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'City', exact: true }).waitFor();
  });

  test('turns the page', async () => {
    await go(page, 'West', 'companies');
    const first = await rows().first().innerText();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL(/page=2/);
    await page.waitForFunction((old) => document.querySelector('tbody a[data-row]')?.textContent !== old, first);
  });
});

describe('a rep creates and edits', () => {
  const name = `Journey ${mark}`;
  test('a mistake in the new company is said at its field', async () => {
    await go(page, 'West', 'contacts');
    await rows().first().waitFor();
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('not an address');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('This is not an e-mail address.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('a company is created and opens', async () => {
    await go(page, 'West', 'companies');
    await page.getByRole('button', { name: 'New company' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Domain').fill(`${mark}.example`);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    const record = await find('West', 'companies', 'domain', `${mark}.example`);
    assert.equal(record.properties.name, name);
  });

  test('a property is edited in place, and its history tells', async () => {
    await page.getByRole('button', { name: /Edit City/ }).first().click();
    await page.getByLabel('City').fill('Aarhus');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit City: Aarhus' }).first().waitFor();
    await page.getByRole('button', { name: 'Edit City: Aarhus' }).first().click();
    await page.getByLabel('City').fill('Aalborg');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit City: Aalborg' }).first().waitFor();
    await page.getByRole('button', { name: 'History of City' }).first().click();
    const history = page.getByRole('region', { name: 'History of City' });
    await history.getByText('Aarhus').waitFor();
    await history.getByText('Aalborg').waitFor();
    await page.keyboard.press('Escape');
    const record = await find('West', 'companies', 'domain', `${mark}.example`);
    const read = await api('West', `/crm/v3/objects/companies/${record.id}?properties=city`);
    assert.equal(read.properties.city, 'Aalborg');
  });

  test('a note is written and stands on the timeline', async () => {
    await page.keyboard.press('n');
    await page.getByLabel('Text').fill(`Agreed on ${mark}`);
    await page.getByRole('button', { name: 'Save note' }).click();
    await page.getByRole('article').getByText(`Agreed on ${mark}`).waitFor();
  });

  test('a contact is linked and unlinked', async () => {
    const contacts = page.getByRole('region', { name: 'Contacts' });
    await contacts.getByRole('button', { name: 'Link: Contacts' }).click();
    const dialog = page.getByRole('dialog');
    const choice = dialog.locator('ul button').first();
    await choice.waitFor();
    await choice.click();
    await dialog.waitFor({ state: 'detached' });
    await contacts.getByRole('listitem').first().waitFor();
    await contacts.getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Remove the link' }).click();
    await contacts.getByText('None linked').waitFor();
  });

  test('what another person writes appears by itself', async () => {
    const record = await find('West', 'companies', 'domain', `${mark}.example`);
    await api('West', `/crm/v3/objects/companies/${record.id}`, { method: 'PATCH', body: { properties: { country: 'Danmark' } } });
    await page.getByRole('button', { name: 'Edit Country: Danmark' }).first().waitFor();
  });

  test('she may not archive, so no button offers it', async () => {
    assert.equal(await page.getByRole('button', { name: 'More actions' }).count(), 0);
  });

  test('a manager may, and the company leaves the list', async () => {
    const record = await find('West', 'companies', 'domain', `${mark}.example`);
    const boss = await browser.person();
    await signedIn(boss, manager(), 'West', `companies/${record.id}`);
    await boss.getByRole('button', { name: 'More actions' }).click();
    await boss.getByRole('menuitem', { name: 'Archive' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await boss.waitForURL(/companies$/);
    await boss.getByLabel('Search this list').fill(name);
    await boss.getByText('Nothing matches').waitFor();
    await page.getByText('This record is not here').waitFor();
  });

  test('and undoes it from the message', async () => {
    const boss = await browser.person();
    await signedIn(boss, manager(), 'West', 'companies?view=archived');
    await boss.getByLabel('Search the archive').fill(name);
    await boss.getByRole('button', { name: `Restore ${name}` }).click();
    await boss.getByText('1 record restored').waitFor();
    await boss.getByText('Nothing matches').or(boss.getByText('The archive is empty')).first().waitFor();
    const record = await find('West', 'companies', 'domain', `${mark}.example`);
    await go(boss, 'West', `companies/${record.id}`);
    await boss.getByRole('button', { name: 'More actions' }).click();
    await boss.getByRole('menuitem', { name: 'Archive' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await boss.getByRole('button', { name: 'Undo' }).click();
    await boss.getByText('1 record restored').waitFor();
    await find('West', 'companies', 'domain', `${mark}.example`);
    assert.deepEqual(boss.problems, []);
  });
});

describe('everything a list matches', () => {
  const N = 130;
  const left = async () => (await api('West', '/crm/v3/objects/contacts/search', { method: 'POST', body: { query: mark, filterGroups: [{ filters: [{ propertyName: 'lastname', operator: 'EQ', value: mark }] }], limit: 1 } })).total;
  let boss;
  before(async () => {
    const inputs = Array.from({ length: N }, (_, i) => ({ properties: { firstname: `Many ${i}`, lastname: mark, email: `m${i}.${mark}@ex.example` } }));
    for (const part of [inputs.slice(0, 100), inputs.slice(100)]) await api('West', '/crm/v3/objects/contacts/batch/create', { method: 'POST', body: { inputs: part } });
    boss = await browser.person();
    await signedIn(boss, manager(), 'West', `contacts?f=lastname~EQ~${mark}`);
  });
  const choose = async () => {
    await boss.getByRole('checkbox', { name: 'Select all rows of this page' }).check();
    const bar = boss.getByRole('region', { name: 'Selected rows' });
    await bar.getByRole('button', { name: `Select all ${N}` }).click();
    await bar.getByText(`${N} selected`).waitFor();
    return bar;
  };

  test('is changed, in batches', async () => {
    const bar = await choose();
    await bar.getByRole('button', { name: 'Edit property' }).click();
    const dialog = boss.getByRole('dialog');
    await dialog.getByLabel('Property').fill('Job title');
    await boss.getByRole('option', { name: 'Job title', exact: true }).click();
    await dialog.getByLabel('New value').fill(`Chief ${mark}`);
    await dialog.getByRole('button', { name: `Change ${N} records` }).click();
    await boss.getByText(`Job title changed on ${N} records`).waitFor();
    await bar.waitFor({ state: 'detached' });
    const changed = await api('West', '/crm/v3/objects/contacts/search', { method: 'POST', body: { filterGroups: [{ filters: [{ propertyName: 'jobtitle', operator: 'EQ', value: `Chief ${mark}` }] }], limit: 1 } });
    assert.equal(changed.total, N);
  });

  test('is archived and taken back', async () => {
    const bar = await choose();
    await bar.getByRole('button', { name: 'Archive' }).click();
    await boss.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
    await boss.getByText(`${N} records archived`).waitFor();
    assert.equal(await left(), 0);
    await boss.getByRole('button', { name: 'Undo' }).click();
    await boss.getByText(`${N} records restored`).waitFor();
    assert.equal(await left(), N);
  });

  test('names what was refused', async () => {
    await boss.route('**/batch/update', (route) => route.fulfill({ status: 207, contentType: 'application/json', body: JSON.stringify({ status: 'COMPLETE', results: [], numErrors: 1, errors: [{ status: 'error', category: 'VALIDATION_ERROR', message: 'This one is kept', context: { ids: [route.request().postDataJSON().inputs[0].id] } }] }) }));
    const bar = await choose();
    await bar.getByRole('button', { name: 'Edit property' }).click();
    const dialog = boss.getByRole('dialog');
    await dialog.getByLabel('Property').fill('Job title');
    await boss.getByRole('option', { name: 'Job title', exact: true }).click();
    await dialog.getByRole('button', { name: `Change ${N} records` }).click();
    await dialog.getByText('2 records were refused').waitFor();
    await dialog.getByText('This one is kept').first().waitFor();
    await boss.unroute('**/batch/update');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await api('West', '/crm/v3/objects/contacts/search', { method: 'POST', body: { filterGroups: [{ filters: [{ propertyName: 'lastname', operator: 'EQ', value: mark }] }], limit: 200 } }).then(async ({ results }) => {
      for (const part of [results.slice(0, 100), results.slice(100)]) await api('West', '/crm/v3/objects/contacts/batch/archive', { method: 'POST', body: { inputs: part.map(({ id }) => ({ id })) } });
    });
  });
});

describe('many at once', () => {
  test('a property is changed on a selection', async () => {
    await go(page, 'West', 'contacts');
    await rows().first().waitFor();
    const ids = await rows().evaluateAll((links) => links.slice(0, 2).map((link) => link.dataset.row));
    for (const id of ids) await page.locator(`tr:has(a[data-row="${id}"]) input[type=checkbox]`).check();
    const bar = page.getByRole('region', { name: 'Selected rows' });
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Edit property' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Property').fill('Job title');
    await page.getByRole('option', { name: 'Job title', exact: true }).click();
    await dialog.getByLabel('New value').fill(`Buyer ${mark}`);
    await dialog.getByRole('button', { name: 'Change 2 records' }).click();
    await bar.waitFor({ state: 'detached' });
    for (const id of ids) assert.equal((await api('West', `/crm/v3/objects/contacts/${id}?properties=jobtitle`)).properties.jobtitle, `Buyer ${mark}`);
  });
});

describe('without a mouse', () => {
  test('from the list to a record and back by keys alone', async () => {
    await go(page, 'West', 'companies');
    await rows().first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const at = await page.evaluate(() => document.activeElement?.getAttribute('data-row'));
    assert.ok(at, 'j moves to a row');
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('x');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`companies/${at}$`));
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForURL(/\/deals$/);
  });

  test('finds a record from anywhere', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('cancity');
    await page.getByRole('option', { name: /Cancity/ }).first().waitFor();
    await page.getByRole('option', { name: 'Cancity', exact: false }).filter({ hasText: '.example' }).last().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/(contacts|companies|deals)\/\d+/);
  });

  test('the first Tab offers to skip the navigation', async () => {
    await page.goto(`${BASE}/a/${account('West').id}/tasks`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
  });

  test('a deal moves to another stage of the board through its menu', async () => {
    await go(page, 'West', 'deals?view=board');
    const column = page.getByRole('region', { name: 'Engaging' });
    const card = column.getByRole('article').first();
    await card.waitFor();
    const name = await card.getByRole('link').innerText();
    const id = (await card.getByRole('link').getAttribute('href')).split('/').at(-1);
    await card.getByRole('button', { name: `Move ${name} to another stage` }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Prospecting' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Prospecting' }).locator(`a[href$="/${id}"]`).waitFor();
  });
});

test('nothing broke and nothing was refused by the policy on the way', () => assert.deepEqual(page.problems, []));
