// Account & billing and the outbox: what the account pays, from when, and who was written to about it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessible, go, manager, open, rep, signedIn } from './lib.mjs';

let browser, page;
before(async () => {
  browser = await open();
  page = await browser.person();
  await signedIn(page, manager(), 'East', 'settings/billing');
});
after(() => browser.close());

describe('account and billing', () => {
  test('an order is reviewed before it is placed, and says from when it holds', async () => {
    await page.getByRole('heading', { level: 1, name: 'Subscription and invoices' }).waitFor();
    await page.getByText('No invoices yet').waitFor();
    await accessible(page, 'billing without a subscription');
    await page.getByRole('button', { name: 'Begin a subscription' }).click();
    const dialog = page.getByRole('dialog', { name: 'Begin a subscription' });
    await dialog.getByText('Annual', { exact: true }).click();
    await accessible(page, 'ordering');
    await dialog.getByRole('button', { name: 'Review' }).click();
    await dialog.getByText('Nothing is to be paid for this.').waitFor();
    await accessible(page, 'reviewing an order');
    await dialog.getByRole('button', { name: 'Place the order' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change plan' }).waitFor();
    await page.getByRole('switch', { name: 'Renew at the end of the term' }).waitFor();
  });

  test('renewal is turned off after a warning, and on again with one press', async () => {
    const renewal = page.getByRole('switch', { name: 'Renew at the end of the term' });
    await renewal.click({ force: true });
    const asked = page.getByRole('dialog', { name: 'Turn renewal off?' });
    await accessible(page, 'turning renewal off');
    await asked.getByRole('button', { name: 'Turn off' }).click();
    await page.getByText(/^This subscription ends on/).waitFor();
    await accessible(page, 'a subscription that ends');
    await renewal.click({ force: true });
    await page.getByText(/^This subscription ends on/).waitFor({ state: 'detached' });
  });

  test('the tiers are no longer changed past the orders', async () => {
    await go(page, 'East', 'settings/account');
    await page.getByRole('link', { name: 'Open Account & billing' }).click();
    await page.getByRole('heading', { level: 1, name: 'Subscription and invoices' }).waitFor();
  });
});

describe('the outbox', () => {
  test('shows the letter about the order, as it reads', async () => {
    await go(page, 'East', 'settings/outbox');
    const subject = page.getByRole('button', { name: 'Order for East' }).first();
    await subject.waitFor();
    await accessible(page, 'outbox');
    await subject.click();
    const dialog = page.getByRole('dialog', { name: 'Order for East' });
    const frame = dialog.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'Order for East' }).waitFor();
    assert.equal(await dialog.locator('iframe').getAttribute('sandbox'), '', 'nothing in a letter may run');
    await dialog.getByRole('tab', { name: 'Plain text' }).click();
    await dialog.getByText(/The subscription of East was changed/).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('letters are found by what became of them', async () => {
    await page.getByText('Sent', { exact: true }).first().click();
    await page.getByText('No letter is in this state').waitFor();
  });
});

test('who is no Super Admin sees neither', async () => {
  const other = await browser.person();
  await signedIn(other, rep('West'), 'West', 'settings/billing');
  await other.getByRole('alert').waitFor();
  await go(other, 'West', 'settings/outbox');
  await other.getByRole('alert').waitFor();
  await accessible(other, 'outbox that is not hers');
});

test('nothing broke on the way', () => assert.deepEqual(page.problems, []));
