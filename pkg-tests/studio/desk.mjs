// The studio in a browser: a server without any club, or the demo's with people who work there.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stage, cdn, end, freePort, openBrowser, server, start, studio } from '../stage.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const PASSWORD = 'four plain long words';
export const words = Object.fromEntries(['fa', 'en'].map((lang) => [
  lang, JSON.parse(readFileSync(new URL(`../../crates/studio/locales/${lang}.json`, import.meta.url), 'utf8')),
]));
/** What a browser of this language says that it is. */
export const LOCALES = { fa: 'fa-IR', en: 'en-GB' };

/** Each visitor comes from an address of their own, as the proxy in front tells: tries to log in are counted by it. */
let visitors = 0;
const from = () => ({ 'x-forwarded-for': `10.0.0.${(visitors += 1)}` });

/** A page of the studio at a server; what the browser complains about is kept. */
async function visit(site, path, { lang = 'fa', context, viewport = { width: 1280, height: 900 }, ...options } = {}) {
  const own = context ?? (await site.browser.newContext({ viewport, locale: LOCALES[lang], extraHTTPHeaders: from(), ...options }));
  own.setDefaultTimeout(15_000);
  const page = await own.newPage();
  page.words = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) page.words.push(message.text()); });
  page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
  await page.goto(`${site.api}${path}`);
  await page.locator('#boot').waitFor({ state: 'detached' });
  return page;
}

/** A server without any club. */
export class Empty {
  static async open() {
    const site = new Empty();
    site.folder = mkdtempSync(join(tmpdir(), 'vafa-studio-'));
    const port = await freePort();
    site.api = `http://localhost:${port}`;
    site.log = [];
    site.process = await start(server, [
      'serve', '--database', join(site.folder, 'vafa.db'), '--listen', `127.0.0.1:${port}`, '--studio', studio, '--assets', cdn, '--behind-proxy',
    ], `http://127.0.0.1:${port}/readyz`, site.log);
    site.browser = await openBrowser();
    return site;
  }

  /** The code that the server has printed. */
  get code() {
    return /with the code ([\w-]+)/.exec(Buffer.concat(this.log).toString())[1];
  }

  visit(path, options) {
    return visit(this, path, options);
  }

  async close() {
    await this.browser?.close();
    if (this.process) await end(this.process, 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The demo's club, and an account of it for each role. */
export class Desk {
  /** `options` are the stage's. */
  static async open(options = {}) {
    const desk = new Desk();
    desk.stage = await Stage.open({ ...options, desk: true });
    desk.browser = desk.stage.browser;
    desk.api = desk.stage.api.replace('127.0.0.1', 'localhost');
    for (const role of ['owner', 'editor', 'viewer']) {
      execFileSync(server, [
        'staff', '--database', desk.stage.database, '--program', 'demo', 'add', '--email', `${role}@shop.example`, '--role', role,
      ], { input: PASSWORD, stdio: ['pipe', 'ignore', 'inherit'] });
    }
    return desk;
  }

  visit(path, options) {
    return visit(this, path, options);
  }

  /** A page of somebody who has logged in by the form. */
  async enter(role, path = '/studio', { lang = 'fa', ...options } = {}) {
    const page = await this.visit(path, { lang, ...options });
    await logIn(page, lang, `${role}@shop.example`);
    await page.locator('#main h1').first().waitFor();
    return page;
  }

  close() {
    return this.stage.close();
  }
}

/** Fills the login's form and sends it. */
export async function logIn(page, lang, email, password = PASSWORD) {
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: words[lang]['login.send'], exact: true }).click();
}

/** What axe finds on the page. */
export async function faults(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
  });
}

/** How far the page is wider than the window. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What axe finds, and what sticks out, in each light and at each width. */
export async function looks(page, each = async () => {}) {
  const found = [];
  for (const light of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: light, reducedMotion: 'reduce' });
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const at = `${light} ${width}`;
      found.push(...(await faults(page)).map((fault) => `${at}: ${fault}`));
      if (await overflow(page) > 0) found.push(`${at}: wider than the window by ${await overflow(page)}`);
      await each(light, width);
    }
  }
  return found;
}

/** What the keyboard is on. */
export const focused = (page) => page.evaluate(() => {
  const it = document.activeElement;
  return { id: it.id, tag: it.localName, name: it.getAttribute('aria-label') ?? it.textContent.trim(), shown: it.matches(':focus-visible') };
});

/** Presses Tab, or another key that goes on, until the keyboard is there; it has to be seen wherever it comes by. */
export async function tabTo(page, wanted, key = 'Tab') {
  const seen = [];
  for (let presses = 0; presses < 80; presses += 1) {
    const now = await focused(page);
    if (wanted(now)) return now;
    // Within a frame it is the frame's own page that shows it.
    if (presses > 0 && !['body', 'iframe'].includes(now.tag) && !now.shown) throw new Error(`the focus is not seen on ${JSON.stringify(now)}`);
    seen.push(JSON.stringify(now));
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never leads there:\n${seen.join('\n')}`);
}
