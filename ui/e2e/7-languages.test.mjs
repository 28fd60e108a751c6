// Every page in every language: a heading, the language told to the browser, and no key or placeholder showing through.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BASE, go, manager, open } from './lib.mjs';

const WORDS = {
  it: { signIn: 'Accedi', email: 'E-mail', password: 'Password', companies: 'Aziende', organization: 'Connessioni', language: 'Italiano' },
  da: { signIn: 'Log ind', email: 'E-mail', password: 'Adgangskode', companies: 'Virksomheder', organization: 'Forbindelser', language: 'Dansk' },
  nl: { signIn: 'Inloggen', email: 'E-mail', password: 'Wachtwoord', companies: 'Bedrijven', organization: 'Verbindingen', language: 'Nederlands' },
};
const PAGES = ['companies', 'deals', 'import', 'organization', 'settings/profile', 'settings/security', 'settings/account', 'settings/users', 'settings/tokens', 'settings/properties', 'settings/pipelines', 'settings/disclosures', 'settings/billing', 'settings/outbox', 'organization/roles', 'organization/people', 'organization/approvals', 'organization/policies', 'settings/accounts', 'settings/company', 'settings/sign-in', 'settings/sso', 'settings/history'];
const KEY = /\b(?:act|state|error|org|conf|import|settings|security|users|tokens|scope|pipelines|properties|nav|list|reason|code)\.[a-z][A-Za-z.]+\b|\{\{\w+\}\}/;

let browser;
before(async () => { browser = await open(); });
after(() => browser.close());

/** Through her profile, as people do: the choice is the person's, not the browser's. */
async function speak(page, name) {
  await go(page, 'West', 'settings/profile');
  await page.getByRole('combobox', { name: /^(Language|Lingua|Sprog|Taal)$/ }).click();
  const saved = page.waitForResponse((response) => response.url().endsWith('/identity/v1/person') && response.request().method() === 'PATCH');
  await page.getByRole('option', { name }).click();
  assert.ok((await saved).ok());
}

for (const [language, words] of Object.entries(WORDS)) {
  describe(`in ${words.language}`, () => {
    let page;
    before(async () => {
      page = await browser.person({ locale: language });
      await page.addInitScript((wished) => localStorage.setItem('consortio-language', wished), language);
    });
    test('she signs in', async () => {
      await page.goto(`${BASE}/sign-in`);
      await page.getByRole('heading', { level: 1, name: words.signIn }).waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
      await page.getByLabel(words.email, { exact: true }).fill(manager().email);
      await page.getByLabel(words.password, { exact: true }).fill(manager().password);
      await page.getByRole('button', { name: words.signIn, exact: true }).click();
      await page.waitForURL(/\/a\//);
    });
    test('she chooses her language, and it stays with her', async () => {
      await speak(page, words.language);
      await page.reload();
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
    });
    after(() => speak(page, 'English'));
    for (const path of PAGES) {
      test(path, async () => {
        await go(page, 'West', path);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
        const shown = await page.locator('body').innerText();
        assert.equal(KEY.exec(shown)?.[0], undefined);
        if (path === 'companies') await page.getByRole('heading', { level: 1, name: words.companies }).waitFor();
        if (path === 'organization') await page.getByRole('heading', { name: words.organization, exact: true }).waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.lang), language);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), false, 'the page is wider than the window');
      });
    }
  });
}

test('a language chosen on the sign-in page holds for the session, and her profile’s language afterwards', async () => {
  const page = await browser.person({ locale: 'nl' });
  const lang = () => page.evaluate(() => document.documentElement.lang);
  const enter = async (words) => {
    await page.getByLabel('E-mail', { exact: true }).fill(manager().email);
    await page.getByLabel(words.password, { exact: true }).fill(manager().password);
    await page.getByRole('button', { name: words.signIn, exact: true }).click();
    await page.waitForURL(/\/a\//);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
  };
  await page.goto(`${BASE}/sign-in`);
  await page.getByRole('heading', { level: 1, name: WORDS.nl.signIn }).waitFor();
  await page.getByRole('combobox', { name: 'Taal' }).selectOption('Dansk');
  await page.getByRole('heading', { level: 1, name: WORDS.da.signIn }).waitFor();
  await enter(WORDS.da);
  assert.equal(await lang(), 'da');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: WORDS.da.companies }).waitFor();
  await page.getByRole('button', { name: 'Din menu' }).click();
  await page.getByRole('menuitem', { name: 'Log ud' }).click();
  await page.getByRole('heading', { level: 1, name: WORDS.da.signIn }).waitFor();
  await enter(WORDS.da);
  assert.equal(await lang(), 'en');
});
