import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, accessible, find, go, manager, open, signedIn } from './lib.mjs';

let browser;
before(async () => { browser = await open(); });
after(() => browser.close());

const PAGES = ['contacts', 'companies', 'deals', 'deals?view=board', 'tickets', 'tasks', 'import', 'organization', 'organization/policies', 'settings/profile', 'settings/security', 'settings/account', 'settings/company', 'settings/users', 'settings/tokens', 'settings/properties', 'settings/pipelines', 'settings/disclosures', 'settings/billing', 'settings/outbox', 'companies?view=archived', 'organization/roles', 'organization/people', 'organization/approvals', 'settings/accounts', 'settings/sign-in', 'settings/sso', 'settings/history'];

/** The page has come to rest: its code is there, and nothing is loading any more. */
async function settled(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root, [aria-busy="true"]'));
}

/** In the dark only colours differ, so they alone are judged again. */
async function inBoth(page, where) {
  await accessible(page, where);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  await accessible(page, `${where}, dark`, ['color-contrast', 'link-in-text-block']);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('html[data-mantine-color-scheme=light]').waitFor();
}

for (const width of [1440, 390]) {
  describe(`every page is accessible, light and dark, ${width} wide`, () => {
    let page;
    before(async () => {
      page = await browser.person({ colorScheme: 'light', viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      await page.goto(`${BASE}/sign-in`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });
    test('sign-in', () => inBoth(page, 'sign-in'));
    test('everything behind it', async (t) => {
      await page.getByLabel('E-mail', { exact: true }).fill(manager().email);
      await page.getByLabel('Password', { exact: true }).fill(manager().password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.waitForURL(/\/a\//);
      for (const path of PAGES) {
        await t.test(path, async () => {
          await go(page, 'West', path);
          await settled(page);
          await inBoth(page, path);
        });
      }
      await t.test('a company with mirrored items', async () => {
        const company = await find('West', 'companies', 'name', 'Cancity');
        await go(page, 'West', `companies/${company.id}`);
        await settled(page);
        await inBoth(page, 'company');
      });
      await t.test('a page that does not exist', async () => {
        await go(page, 'West', 'nonsense');
        await settled(page);
        await inBoth(page, 'not found');
      });
      assert.deepEqual(page.problems, []);
    });
  });
}

describe('dialogs', () => {
  test('are accessible and give the focus back', async (t) => {
    const page = await browser.person({ reducedMotion: 'reduce' });
    await signedIn(page, manager(), 'West', 'deals');
    await settled(page);
    const dialogs = { help: '?', find: 'Control+k', accounts: '.', create: 'c' };
    for (const [name, key] of Object.entries(dialogs)) {
      await t.test(name, async () => {
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
        await accessible(page, name);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      });
    }
    await t.test('filter', async () => {
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByLabel('Property').first().fill('Amount');
      await page.getByRole('option', { name: 'Amount', exact: true }).click();
      await page.getByLabel('Condition').first().waitFor();
      await accessible(page, 'filter');
      await page.keyboard.press('Escape');
    });
  });
});
