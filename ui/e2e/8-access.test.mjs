// Who saw what of ours, tokens that work on the organization, and imports that do not guess what a file means.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, accessible, account, api, find, go, manager, open, rep, signedIn } from './lib.mjs';

const mark = `a${process.pid}x${Date.now() % 100_000}`;
const shared = `shared@${mark}.example`;
let browser;
let page;
before(async () => {
  browser = await open();
  page = await browser.person();
  await signedIn(page, manager(), 'Central', 'settings/disclosures');
});
after(() => browser.close());

const row = (text) => page.getByRole('row').filter({ hasText: text });
const answer = async (token, path, { method = 'GET', body = undefined } = {}) => {
  const response = await fetch(BASE.replace('localhost', '127.0.0.1') + path, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
};

describe('what sister companies were shown', () => {
  const who = rep('West');
  before(async () => {
    const theirs = await api('Central', '/crm/v3/objects/contacts', { method: 'POST', body: { properties: { email: shared, firstname: 'Sif', lastname: mark } } });
    for (const text of ['first', 'second']) {
      const associations = [{ to: { id: theirs.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 202 }] }];
      await api('Central', '/crm/v3/objects/notes', { method: 'POST', body: { properties: { hs_timestamp: '2026-11-20T10:00:00Z', hs_note_body: `${text} note of ${mark}` }, associations } });
    }
    await api('West', '/crm/v3/objects/contacts', { method: 'POST', body: { properties: { email: shared, lastname: mark } } });
  });

  test('a look by a person and one by a program are told with who, whose and what', async () => {
    const ours = await find('West', 'contacts', 'email', shared);
    const other = await browser.person();
    await signedIn(other, who, 'West', `contacts/${ours.id}`);
    await other.getByText(`first note of ${mark}`).waitFor();
    await api('West', `/accounts/v1/records/contacts/${ours.id}/timeline?mirrored=true`);
    await go(page, 'Central', 'settings/disclosures');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const looks = row(`Sif ${mark}`);
    await looks.first().waitFor();
    const lines = await looks.allInnerTexts();
    const { results } = await api('Central', '/accounts/v1/disclosures?limit=10');
    const person = results.find((one) => one.recordName === `Sif ${mark}` && one.viewerId);
    assert.ok(lines.some((line) => line.includes(person.viewer) && line.includes('West') && line.includes('2 notes')), lines.join('\n'));
    assert.ok(lines.some((line) => /Service token \d+/.test(line) && line.includes('2 notes')), lines.join('\n'));
    await looks.first().getByText('2 notes').click();
    assert.equal(await looks.first().locator('details[open]').getByText(/^#\d+$/).count(), 2);
    await accessible(page, 'disclosures');
    await looks.first().getByRole('link', { name: `Sif ${mark}` }).click();
    await page.getByRole('heading', { level: 1, name: `Sif ${mark}` }).waitFor();
  });

  test('a record that was erased is named no more', async () => {
    const theirs = await find('Central', 'contacts', 'email', shared);
    await api('Central', '/crm/v3/objects/contacts/gdpr-delete', { method: 'POST', body: { objectId: theirs.id } });
    await go(page, 'Central', 'settings/disclosures');
    await row('Erased record').filter({ hasText: `#${theirs.id}` }).first().waitFor();
    assert.match(await row('Erased record').filter({ hasText: `#${theirs.id}` }).first().innerText(), /West[^]*2 notes/);
    assert.equal(await page.getByText(`Sif ${mark}`).count(), 0);
  });
});

describe('a token on the organization', () => {
  const name = `Connector ${mark}`;
  let token;
  test('gets its scopes from the list, and reads and edits as far as they go', async () => {
    await go(page, 'West', 'settings/tokens');
    await page.getByRole('button', { name: 'New token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New token' });
    await dialog.getByLabel('What it is for').fill(name);
    await dialog.getByRole('checkbox', { name: 'Read the organization and its log' }).check();
    await accessible(page, 'new token for the organization');
    await dialog.getByRole('button', { name: 'Create' }).click();
    token = await page.getByRole('dialog', { name: 'Copy the token now' }).getByRole('textbox').inputValue();
    await page.keyboard.press('Escape');
    await row(name).waitFor();
    const read = await answer(token, '/organizations/v1/current');
    assert.equal(read.status, 200);
    assert.deepEqual([read.body.canEditConnections, read.body.canManage], [false, false]);
    const edit = await answer(token, `/organizations/v1/${read.body.id}/connections`, { method: 'PUT', body: { version: read.body.version, edges: [] } });
    assert.equal(edit.status, 403);
    assert.equal((await answer(token, '/crm/v3/objects/contacts')).status, 403);
  });

  test('is a person’s: whoever speaks for one account stops what leaves it, and lets no more pass', async () => {
    const partner = await browser.person();
    const email = `partner.${mark}@west.example`;
    await go(page, 'West', 'settings/users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a user' });
    await dialog.getByLabel('E-mail').fill(email);
    await dialog.getByLabel('Name').fill(`Partner ${mark}`);
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Super admin' }).click();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    const link = await page.getByRole('dialog', { name: `Set-up link for ${email}` }).getByRole('textbox').inputValue();
    await partner.goto(BASE + new URL(link).pathname);
    await partner.getByLabel('Password', { exact: true }).fill('a sentence nobody guesses 7');
    await partner.getByRole('button', { name: 'Create and sign in' }).click();
    await partner.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    await go(partner, 'West', 'settings/tokens');
    await partner.getByRole('button', { name: 'New token' }).first().click();
    const wish = partner.getByRole('dialog', { name: 'New token' });
    await wish.getByLabel('What it is for').fill('Too much');
    await wish.getByRole('checkbox', { name: 'Change connections' }).check();
    await wish.getByRole('button', { name: 'Create' }).click();
    const hers = await partner.getByRole('dialog', { name: 'Copy the token now' }).getByRole('textbox').inputValue();
    const { body: there } = await answer(hers, '/organizations/v1/current');
    assert.deepEqual([there.canEditConnections, there.canManage], [true, false]);
    const terms = { purpose: 'too much', legalBasis: 'contract' };
    const edges = [{ feature: 'reports', source: account('East').id, destination: account('West').id, on: true, terms }];
    const widened = await answer(hers, `/organizations/v1/${there.id}/connections`, { method: 'PUT', body: { version: there.version, edges } });
    assert.equal(widened.status, 403, JSON.stringify(widened.body));
    assert.deepEqual(partner.problems, []);
  });
});

describe('an import', () => {
  const file = (text) => ({ name: `${mark}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) });
  const choose = async (text, type = 'deals') => {
    await go(page, 'East', `import?type=${type}`);
    await page.locator('input[type=file]').setInputFiles(file(text));
    await page.getByRole('heading', { name: 'Columns and properties' }).waitFor();
  };
  const start = () => page.getByRole('button', { name: /^Import \d/ }).click();
  const finished = async () => {
    await page.waitForURL(/\/import\/\d+/);
    await page.getByText('Finished').waitFor();
  };
  const figure = async (label) => Number((await page.getByText(label, { exact: true }).locator('xpath=following-sibling::*[1]').first().innerText()).replace(/\D/g, ''));
  const pick = async (label, option) => {
    await page.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  };
  const deal = (name) => find('East', 'deals', 'dealname', name).then(({ id }) => api('East', `/crm/v3/objects/deals/${id}?properties=amount,closedate`));
  const proved = `Deal Name;Amount;Close Date;Deal Stage\nOne ${mark};1.234,56;25/03/2026;appointmentscheduled\nTwo ${mark};2.500;04/03/2026;appointmentscheduled\n`;

  test('of a file with decimal commas and days first is read as it was meant', async () => {
    await choose(proved);
    assert.equal(await page.getByRole('combobox', { name: 'Numbers like 1.234' }).inputValue(), 'Decimal comma: 1.234,56');
    assert.equal(await page.getByRole('combobox', { name: 'Dates like 3/4/2026' }).inputValue(), 'Day first: 3 April');
    await accessible(page, 'import that proves its formats');
    await start();
    await finished();
    assert.equal(await figure('New'), 2);
    const [one, two] = [await deal(`One ${mark}`), await deal(`Two ${mark}`)];
    assert.deepEqual([one.properties.amount, two.properties.amount], ['1234.56', '2500']);
    assert.match(two.properties.closedate, /^2026-03-0[34]T/);
  });

  test('of the same file again is warned of, refused, and goes on for who says so', async () => {
    await choose(proved);
    await page.getByText(/This very file was already imported/).waitFor();
    await pick('Recognise records by', 'Nothing, every row is new');
    await start();
    const refused = page.getByRole('alert').filter({ hasText: 'This file was already imported' });
    await refused.waitFor();
    await accessible(page, 'a file that was imported before');
    await refused.getByRole('button', { name: 'Import again all the same' }).click();
    await finished();
    assert.equal(await figure('New'), 2);
  });

  test('of a file that proves nothing refuses what could mean two things, until somebody chooses', async () => {
    const open = `Deal Name;Amount;Close Date;Deal Stage\nThree ${mark};1.234;03/04/2026;appointmentscheduled\n`;
    await choose(open);
    assert.equal(await page.getByText('The file does not tell. Rows that could mean two things are refused.').count(), 2);
    await start();
    await finished();
    assert.deepEqual([await figure('New'), await figure('Rejected')], [0, 1]);
    await choose(open);
    await pick('Numbers like 1.234', 'Decimal comma: 1.234,56');
    await pick('Dates like 3/4/2026', 'Month first: March 4');
    await start();
    await finished();
    assert.equal(await figure('New'), 1);
    assert.equal((await deal(`Three ${mark}`)).properties.amount, '1234');
  });
});

test('nothing broke on the way', () => assert.deepEqual(page.problems, []));
