// What the journeys share: a browser, people who sign in, one-time codes, and the accessibility check.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const BASE = process.env.BASE;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 30_000);

export const demo = JSON.parse(readFileSync(process.env.DEMO_JSON, 'utf8'));
export const account = (name) => {
  const found = demo.accounts.find((one) => one.name === name);
  assert.ok(found, `the sample group has no account ${name}`);
  return found;
};
const idOf = (one) => (typeof one === 'object' ? one.id : one);
const holds = (user, name) => user.accounts.some((one) => one === name || one.name === name || idOf(one) === account(name).id);
/** Somebody who works in every account, and somebody who works in this one only. */
export const manager = () => demo.users.find((user) => ['Central', 'East', 'West'].every((name) => holds(user, name)));
export const rep = (name) => demo.users.find((user) => user.accounts.length === 1 && holds(user, name));

/** One browser per file, one fresh context per person. */
export async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'consortio-e2e-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  const contexts = [];
  const person = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Copenhagen', acceptDownloads: true, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    contexts.push(context);
    const page = Object.assign(await context.newPage(), { problems: /** @type {string[]} */ ([]) });
    page.on('pageerror', (error) => page.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && /Content.Security.Policy|violates/i.test(message.text()) && page.problems.push(message.text()));
    return page;
  };
  const close = async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { person, close, folder };
}

/** Signs in through the page, the way people do. */
export async function signIn(page, user, path = '/') {
  await page.goto(BASE + path);
  await page.getByLabel('E-mail', { exact: true }).fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signed in and on the list of companies of the account. */
export async function signedIn(page, user, accountName, path = 'companies') {
  const to = `/a/${account(accountName).id}/${path}`;
  await signIn(page, user, to);
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
}

export const go = (page, accountName, path) => page.goto(`${BASE}/a/${account(accountName).id}/${path}`);

/** The API as a program sees it, to set up and to check what is left. */
export async function api(accountName, path, { method = 'GET', body = undefined } = {}) {
  const response = await fetch(BASE.replace('localhost', '127.0.0.1') + path, {
    method,
    headers: { Authorization: `Bearer ${account(accountName).token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : null;
}

export async function find(accountName, type, property, value) {
  const page = await api(accountName, `/crm/v3/objects/${type}/search`, { method: 'POST', body: { filterGroups: [{ filters: [{ propertyName: property, operator: 'EQ', value }] }], limit: 1 } });
  assert.ok(page.results[0], `${accountName} has no ${type} with ${property} ${value}`);
  return page.results[0];
}

/** RFC 6238 with the usual six digits and thirty seconds. */
export function totp(secret, atMs = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/[\s=]/g, '').toUpperCase()].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Where configuring connections begins, with more than two accounts. */
export async function begin(page, way) {
  await page.getByRole('radio', { name: new RegExp(`^${way}`) }).click();
  await page.getByRole('button', { name: 'Use this' }).click();
}

/** Says why, if the organization asks for it before the review. */
export async function giveReasons(page) {
  const asked = page.getByRole('dialog', { name: /Why is this shared|Terms:/ });
  const reviewed = page.getByRole('heading', { name: 'What will change' });
  await asked.or(reviewed).first().waitFor();
  if (!(await asked.isVisible())) return;
  await asked.getByRole('textbox', { name: /^Purpose/ }).fill('One service for the customers of the group');
  await asked.getByRole('combobox', { name: /^Legal basis/ }).click();
  await page.getByRole('option', { name: 'Contract (b)' }).click();
  await accessible(page, 'reasons');
  await asked.getByRole('button', { name: 'Keep these terms' }).click();
  await reviewed.waitFor();
}

/** A passkey device inside the browser that always agrees. */
export async function virtualAuthenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { devtools, authenticatorId };
}

const secondFactor = (page) => page.getByRole('dialog', { name: 'Confirm with your second factor' });

/** Shows the second factor that is asked for. The dialog starts with the passkey by itself when that is the only one. */
export async function prove(page) {
  await secondFactor(page).waitFor();
  await secondFactor(page).getByRole('button', { name: 'Confirm' }).click();
  await secondFactor(page).waitFor({ state: 'detached' });
}

/** Signs her in and gives her a passkey of this journey. */
export async function withPasskey(page, user, accountName, name) {
  await virtualAuthenticator(page);
  await signedIn(page, user, accountName, 'settings/security');
  const passkeys = page.getByRole('region', { name: 'Passkeys', exact: true });
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' });
  await dialog.getByRole('textbox').fill(name);
  await dialog.getByRole('button', { name: 'Add a passkey' }).click();
  const kept = page.getByRole('button', { name: 'I have kept them' });
  await passkeys.getByText(name).or(kept).first().waitFor();
  if (await kept.isVisible()) await kept.click();
}

export async function withoutPasskey(page, accountName, name) {
  await go(page, accountName, 'settings/security');
  await page.getByRole('button', { name: `Remove passkey ${name}` }).click();
  await prove(page);
}

/** Which sister companies a rep is shown on the page of a company that is open. */
export async function shownFrom(page) {
  await page.getByRole('region', { name: 'Timeline' }).getByRole('article').first().waitFor();
  // The first page of a long timeline need not hold an item of every sister; the line above it names them all.
  const labels = (await page.locator('.origin').allInnerTexts()).map((label) => label.trim().replace('From ', ''));
  const lines = await page.getByRole('list', { name: 'Sister companies' }).getByRole('listitem').allInnerTexts();
  const counted = lines.filter((line) => /\d+ items?/.test(line)).map((line) => line.split('\n')[0].trim());
  return [...new Set([...labels, ...counted])].sort();
}

/** The beginning of configuring connections from an account, and what follows if a way is named. */
export async function configure(page, accountName, way) {
  await go(page, accountName, 'organization');
  await page.getByRole('button', { name: 'Configure connections' }).click();
  await page.getByRole('radio', { name: /^Manual set-up/ }).waitFor();
  if (!way) return;
  await begin(page, way);
  await page.getByRole('heading', { name: `${accountName} with…` }).waitFor();
}

export async function review(page) {
  await page.getByRole('button', { name: 'Next' }).click();
  await giveReasons(page);
}

export async function done(page) {
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Configure connections' }).waitFor();
}

/** What moves comes to rest: what fades in or out has, for a moment, no colour that could be judged. Pointing at a message keeps it. */
async function settled(page) {
  const message = page.locator('.mantine-Notification-root').first();
  if (await message.count()) await message.hover({ timeout: 1_000 }).catch(() => {});
  // A dialog is there some frames before it starts to fade in: one frame without movement is no rest yet.
  await page.evaluate(async (frames) => {
    const moves = () => document.getAnimations().some((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity);
    for (let still = 0; still < frames; still = moves() ? 0 : still + 1) await new Promise(requestAnimationFrame);
  }, 6);
}

const JUDGED = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** No accessibility rule of WCAG 2.2 A and AA, or none of `rules`, is broken on the page as it stands. */
export async function accessible(page, where, rules) {
  await settled(page);
  const { violations } = await (rules ? new AxeBuilder({ page }).withRules(rules) : new AxeBuilder({ page }).withTags(JUDGED)).analyze();
  const words = violations.map((one) => `${one.id} (${one.impact}): ${one.help}\n${one.nodes.slice(0, 4).map((node) => `    ${node.target.join(' ')}  ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`).join('\n')}`);
  assert.equal(violations.length, 0, `${where}\n  ${words.join('\n  ')}`);
}

export const text = (locator) => locator.first().waitFor();
