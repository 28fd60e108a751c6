// A file comes in with good and bad rows: the good ones become records, the bad ones come back with their reasons.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { accessible, api, find, go, manager, open, signedIn } from './lib.mjs';

const mark = `i${process.pid}x${Date.now() % 100_000}`;
const mail = (name) => `${name}@${mark}.example`;
// A spreadsheet's file: a BOM, semicolons, CRLF, umlauts; a ragged row, a broken address, an empty one, and one twice.
const FILE = `\ufeffE-mail;First name;Last name;Shoe size\r\n${mail('anna')};Anna;Sørensen;38\r\n${mail('bo')};Bo;Ægidius;44\r\nnot an address;Carl;Broken;41\r\n${mail('dora')};"Dora ""D"";";Quoted;37\r\n${mail('erik')};Erik;Ragged;43;one;too;many\r\n`;
const asFile = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

let browser;
let page;
before(async () => {
  browser = await open();
  page = await browser.person();
  await signedIn(page, manager(), 'West', 'import?type=contacts');
});
after(() => browser.close());

const choose = (file) => page.locator('input[type=file]').setInputFiles(file);
const figure = async (label) => Number((await page.getByText(label, { exact: true }).locator('xpath=following-sibling::*[1]').first().innerText()).replace(/\D/g, ''));

describe('a file from a spreadsheet', () => {
  test('what is no table is refused in words', async () => {
    await choose({ name: 'people.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') });
    await page.getByRole('alert').getByText(/is a spreadsheet/).waitFor();
    await choose({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) });
    await page.getByRole('alert').getByText(/is empty/).waitFor();
  });

  test('is recognised, and every column says where it goes', async () => {
    await choose(asFile('people.csv', FILE));
    await page.getByRole('heading', { name: 'Columns and properties' }).waitFor();
    await page.getByText(/separated by semicolons, UTF-8/).waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Property for the column E-mail' }).inputValue(), 'E-mail');
    assert.equal(await page.getByRole('combobox', { name: 'Property for the column First name' }).inputValue(), 'First name');
    assert.equal(await page.getByRole('combobox', { name: 'Property for the column Shoe size' }).inputValue(), 'Leave out');
    await accessible(page, 'mapping');
  });

  test('a property chosen twice keeps it from starting, and says so', async () => {
    const field = page.getByRole('combobox', { name: 'Property for the column Shoe size' });
    await field.fill('First name');
    await page.getByRole('option', { name: 'First name', exact: true }).click();
    await page.getByText('“First name” is chosen for more than one column.').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Import \d/ }).isDisabled(), true);
    await field.fill('Leave');
    await page.getByRole('option', { name: 'Leave out' }).click();
    assert.equal(await page.getByRole('button', { name: /^Import \d/ }).isDisabled(), false);
  });

  test('good rows go in, bad rows are counted', async () => {
    await page.getByRole('button', { name: /^Import \d/ }).click();
    await page.waitForURL(/\/import\/\d+/);
    await page.getByText('Finished').waitFor();
    assert.equal(await figure('New'), 3);
    assert.equal(await figure('Rejected'), 2);
    await accessible(page, 'result of an import');
    const anna = await find('West', 'contacts', 'email', mail('anna'));
    assert.equal(anna.properties.lastname ?? (await api('West', `/crm/v3/objects/contacts/${anna.id}?properties=lastname`)).properties.lastname, 'Sørensen');
  });

  test('bad rows come back as a file with the reason beside each', async () => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the rejected rows' }).click()]);
    const text = readFileSync(await file.path(), 'utf8');
    assert.match(text, /not an address/);
    assert.match(text, /Ragged/);
    assert.equal(text.trim().split('\r\n').length, 3, text);
  });

  test('the same file again updates instead of doubling', async () => {
    await go(page, 'West', 'import?type=contacts');
    await choose(asFile('people.csv', FILE.replace('Anna;Sørensen', 'Annika;Sørensen')));
    await page.getByRole('button', { name: /^Import \d/ }).click();
    await page.waitForURL(/\/import\/\d+/);
    await page.getByText('Finished').waitFor();
    assert.equal(await figure('New'), 0);
    assert.equal(await figure('Updated') >= 1, true);
    const anna = await find('West', 'contacts', 'email', mail('anna'));
    assert.equal((await api('West', `/crm/v3/objects/contacts/${anna.id}?properties=firstname`)).properties.firstname, 'Annika');
  });

  test('it stands in the list of earlier imports', async () => {
    await page.getByRole('link', { name: 'All imports' }).click();
    await page.getByRole('region', { name: 'Earlier imports' }).getByRole('link', { name: 'people.csv' }).first().waitFor();
  });
});

describe('a long file', () => {
  test('shows how far it is and can be stopped; what is in stays in', async () => {
    await go(page, 'West', 'import?type=contacts');
    const rows = Array.from({ length: 150_000 }, (_, i) => `p${i}@${mark}-long.example,P${i},Long`);
    const path = join(browser.folder, 'long.csv');
    writeFileSync(path, `Email,First Name,Last Name\n${rows.join('\n')}\n`);
    await choose(path);
    await page.getByRole('button', { name: 'Import the file' }).click();
    await page.waitForURL(/\/import\/\d+/, { timeout: 60_000 });
    await page.getByRole('progressbar').first().waitFor();
    await page.getByRole('button', { name: 'Stop the import' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop the import' }).click();
    await page.getByText(/Stopped after/).waitFor({ timeout: 60_000 });
  });
});

test('nothing broke on the way', () => assert.deepEqual(page.problems, []));
