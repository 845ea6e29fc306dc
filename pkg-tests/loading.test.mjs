// What the widget costs before anybody wants it, and what is left of it where it cannot run: a shop that works.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Stage, cdn, eventually, launcher, openPanel, panel, place } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

/** What belongs to the open panel: none of it may be asked for before somebody is about to need it. */
const isEngine = (url) => url.includes('/v1/assets/') && !isElements(url);
/** What draws `<vafa-earn>` on the shop's own products and basket. */
const isElements = (url) => /\/elements-\w+\.js$/.test(url);
/** `…/v1/assets/engine-3fa9c01b.wasm` → `engine.wasm`. */
const plain = (url) => url.replace(/^.*\/(.+)-\w+(\.\w+)$/, '$1$2');
/** What an open panel takes, and what the place in it does. */
const PANEL = ['base.css', 'engine.js', 'engine.wasm', 'fa-panel.json', 'fa.json', 'panel.css', 'panel.wasm'];
const PLACE = {
  guest: ['fa-guest.json', 'guest.css', 'guest.wasm'],
  // Home leads with a gift, which it does not wait for.
  neda: ['fa-gifts.json', 'gifts.css', 'gifts.wasm'],
};
const isWasm = (url) => /\/engine-\w+\.wasm$/.test(url);

/** A visitor whose requests are listed, and whose document notes its own troubles. */
async function watched(options) {
  const context = await stage.visitor(options);
  const asked = [];
  context.on('request', (request) => asked.push(request.url()));
  await context.addInitScript(() => {
    window.violations = [];
    window.shifts = [];
    document.addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile} ${e.sample}`));
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) window.shifts.push({ value, of: sources.map(({ node }) => node?.nodeName) });
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return { context, asked };
}

/** When the page has nothing more to do of itself. */
async function idle(page) {
  await page.waitForLoadState('load');
  await page.waitForLoadState('networkidle');
  // Chromium may keep a page that was clicked in from ever being idle.
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(done, { timeout: 1_000 }); }));
}

/** Two things into the basket, and a look into it. */
async function shopWorks(page) {
  await page.locator('#nav-home').click();
  await page.locator('[data-add]').first().click();
  await page.locator('[data-add]').nth(1).click();
  await page.locator('#nav-basket[data-count="2"]').click();
  await page.locator('[data-line]').nth(1).waitFor();
  await page.locator('[data-to-checkout]').waitFor();
}

const ours = (page) => page.words.filter((line) => line.includes('[vafa]'));

/** At most one clear line of ours, and nothing thrown at the shop. */
function quiet(page, lines) {
  assert.deepEqual(page.words.filter((line) => line.startsWith('uncaught')), [], 'uncaught errors');
  assert.equal(ours(page).length, lines, `lines of ours: ${page.words.join('\n')}`);
}

const plainLink = (page) => page.locator('vafa-widget a[href][part=launcher]');

/** The launcher has become a link, which leads where the merchant said. */
async function isPlainLink(page) {
  await plainLink(page).waitFor();
  assert.equal(new URL(await plainLink(page).getAttribute('href')).pathname, '/account');
  assert.equal(await page.locator('vafa-widget button').count(), 0, 'no button is left');
  assert.equal(await panel(page).count(), 0);
}

/** A shopper who wants the panel and clicks until something else is offered. */
async function insist(page) {
  await eventually(async () => {
    if (await plainLink(page).count()) return true;
    // Between two tries the launcher may be gone for a moment.
    await launcher(page).click({ timeout: 1_000 }).catch(() => {});
    return false;
  }, true, 'the plain link');
}

for (const [who, files] of Object.entries(PLACE)) {
  test(`nothing of the engine is asked for before intent, and one WASM after it: ${who}`, async () => {
    const { context, asked } = await watched();
    const page = await stage.visit(who, { context });
    await launcher(page).waitFor();
    await page.mouse.move(900, 100);
    await page.mouse.wheel(0, 3_000);
    await idle(page);
    await shopWorks(page);
    await idle(page);
    assert.ok(asked.some((url) => url.endsWith('/v1/vafa.js')));
    assert.deepEqual(asked.filter(isEngine), [], 'before intent');

    await launcher(page).hover();
    await eventually(() => asked.filter(isWasm).length, 1, 'WASM requests after the hover');
    await openPanel(page);
    await panel(page).getByRole('heading').first().waitFor();
    await idle(page);
    await eventually(() => asked.filter(isEngine).map(plain).sort().join(' '), [...PANEL, ...files].sort().join(' '), 'the files');
    quiet(page, 0);
    await context.close();
  });
}

test('a touch and the keyboard are intent too', async () => {
  for (const [options, act] of [
    [{ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } }, (page) => launcher(page).tap()],
    [{}, (page) => launcher(page).focus()],
  ]) {
    const { context, asked } = await watched(options);
    const page = await stage.visit('guest', { context });
    await launcher(page).waitFor();
    await idle(page);
    assert.deepEqual(asked.filter(isEngine), [], 'before intent');
    await act(page);
    await eventually(() => asked.filter(isWasm).length, 1, 'WASM requests');
    await context.close();
  }
});

test('who has opened the panel has its files fetched at idle, once a day and no more', async () => {
  const { context, asked } = await watched();
  const visit = async () => {
    asked.length = 0;
    const page = await stage.visit('neda', { context });
    await launcher(page).waitFor();
    await idle(page);
    // What comes at idle comes after what was idle before it.
    await idle(page);
    return page;
  };
  const first = await visit();
  assert.deepEqual(asked.filter(isEngine), [], 'before the first opening');
  await openPanel(first);
  await panel(first).locator('.balance').waitFor();
  await first.close();
  const second = await visit();
  await eventually(() => asked.filter(isWasm).length, 1, 'the engine, at idle');
  assert.equal(await second.evaluate(() => window.vafa.explain().engine), 'idle', 'nothing of it runs');
  await second.waitForLoadState('networkidle');
  await second.close();
  const third = await visit();
  assert.deepEqual(asked.filter(isEngine), [], 'later that day');
  // The day after.
  await third.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.endsWith(':load'));
    localStorage.setItem(key, JSON.stringify(JSON.parse(localStorage.getItem(key)).replace(/\d+$/, (day) => day % 28 + 1)));
  });
  await third.close();
  await visit();
  await eventually(() => asked.filter(isWasm).length, 1, 'the engine, on another day');
  await context.close();
});

test('nothing on the page moves: neither when the launcher comes nor when the panel opens and closes', async () => {
  const { context } = await watched();
  const page = await stage.visit('neda', { context });
  await launcher(page).waitFor();
  await idle(page);
  const moved = () => page.evaluate(() => window.shifts.filter(({ of }) => of.some((name) => !name || name.startsWith('VAFA') || name === '#text')));
  const before = await page.evaluate(() => window.shifts.length);
  assert.deepEqual(await moved(), [], 'by the launcher');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await idle(page);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  await idle(page);
  assert.deepEqual((await page.evaluate(() => window.shifts)).slice(before), [], 'by the panel');
  await context.close();
});

for (const percent of [10, 50, 99]) {
  test(`WASM cut off at ${percent} %: a plain link`, async () => {
    const { context, asked } = await watched();
    await context.route(isWasmUrl, async (route) => {
      const whole = await route.fetch();
      const body = await whole.body();
      await route.fulfill({ response: whole, body: body.subarray(0, Math.floor((body.length * percent) / 100)) });
    });
    const page = await stage.visit('neda', { context });
    await launcher(page).click();
    await isPlainLink(page);
    assert.ok(asked.filter(isWasm).length <= 2, 'tried past the cache once, no more');
    await shopWorks(page);
    await isPlainLink(page);
    quiet(page, 1);
    assert.match(ours(page)[0], /engine\.wasm is damaged/);
    await context.close();
  });
}

test('WASM of a wrong type is compiled all the same', async () => {
  const { context } = await watched();
  await context.route(isWasmUrl, async (route) => {
    const whole = await route.fetch();
    await route.fulfill({ response: whole, headers: { ...whole.headers(), 'content-type': 'text/plain' } });
  });
  const page = await stage.visit('neda', { context });
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  quiet(page, 0);
  await context.close();
});

test('WASM that is not there: tried again by who asks again, then a plain link', async () => {
  const { context } = await watched();
  await context.route(isWasmUrl, (route) => route.fulfill({ status: 404, body: 'no such file' }));
  const page = await stage.visit('neda', { context });
  await insist(page);
  await isPlainLink(page);
  await shopWorks(page);
  quiet(page, 1);
  await context.close();
});

test('storage that throws takes nothing away', async () => {
  const { context } = await watched();
  await context.addInitScript(() => {
    const refuse = () => { throw new DOMException('The page may not store', 'SecurityError'); };
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: refuse });
  });
  const page = await stage.visit('neda', { context });
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.keyboard.press('Escape');
  await shopWorks(page);
  quiet(page, 0);
  await context.close();
});

test('the loader is not there: the shop never notices', async () => {
  const { context } = await watched();
  await context.route('**/v1/vafa.js', (route) => route.fulfill({ status: 404, body: 'no such file' }));
  const page = await stage.visit('neda', { context });
  await shopWorks(page);
  assert.equal(await page.locator('vafa-widget').count(), 0);
  quiet(page, 0);
  await context.close();
});

test('the API goes down between page and intent: a plain link in the end; comes back: the panel', async () => {
  const { context } = await watched();
  const lasting = await stage.visit('neda', { context });
  const patient = await context.newPage();
  patient.words = [];
  await patient.goto(stage.shop);
  await launcher(lasting).waitFor();
  await launcher(patient).waitFor();
  await stage.killApi();
  try {
    const newcomer = await stage.visit('neda');
    await shopWorks(newcomer);
    assert.equal(await newcomer.locator('vafa-widget').count(), 0, 'no loader, no widget');
    quiet(newcomer, 0);
    await newcomer.context().close();

    await patient.bringToFront();
    await launcher(patient).click();
    await eventually(() => patient.evaluate(() => window.vafa.explain().engine), 'idle', 'the engine, after a try in vain');

    await lasting.bringToFront();
    await insist(lasting);
    await isPlainLink(lasting);
    await shopWorks(lasting);
    quiet(lasting, 1);
  } finally {
    await stage.startApi();
  }
  await patient.bringToFront();
  await openPanel(patient);
  await panel(patient).locator('.balance').waitFor();
  await context.close();
});

test('what ships builds no code and no markup from strings', () => {
  const files = [join(cdn, 'vafa.js'), ...readdirSync(join(cdn, 'assets')).filter((name) => name.endsWith('.js')).map((name) => join(cdn, 'assets', name))];
  assert.equal(files.length, 3, `the door, the engine and the small elements: ${files}`);
  for (const file of files) {
    const found = readFileSync(file, 'utf8').match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(|new Function|Function\(["'`]/g);
    assert.equal(found, null, `${file}: ${found}`);
  }
});

/** For Playwright's routes. */
function isWasmUrl(url) {
  return isWasm(url.pathname);
}

/** All that the demo shop needs, besides what its own server sends. */
const SHOP = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'";

test('a policy that does not let WASM run: a plain link, one line', async () => {
  const strict = await Stage.open({ csp: SHOP });
  try {
    const page = await strict.visit('neda');
    await launcher(page).click();
    await isPlainLink(page);
    await shopWorks(page);
    await isPlainLink(page);
    quiet(page, 1);
    await plainLink(page).click();
    await page.waitForURL('**/account');
  } finally {
    await strict.close();
  }
});

test('under a strict policy with Trusted Types that lets WASM run, all of the panel works and breaks no rule', async () => {
  const csp = `${SHOP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")}; require-trusted-types-for 'script'; trusted-types 'none'`;
  const strict = await Stage.open({ csp });
  const usual = stage;
  try {
    stage = strict;
    const { context } = await watched();
    const page = await strict.visit('parsa', { context });
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    for (const view of ['earn', 'refer', 'history', 'rewards']) {
      await place(page, view);
      await panel(page).locator(`[data-view=${view}][aria-selected=true]`).waitFor();
    }
    await panel(page).locator('[data-reward] .btn.plain').first().click();
    await panel(page).locator('.confirm .btn.main').click();
    await panel(page).locator('[data-redemption] .code').waitFor();
    assert.equal(await panel(page).evaluate((drawn) => getComputedStyle(drawn).position), 'fixed', 'the style sheet is in force');
    await page.evaluate(() => window.vafa.setLanguage('en'));
    await panel(page).getByRole('tab', { name: 'Rewards' }).waitFor();
    await page.keyboard.press('Escape');
    await shopWorks(page);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
    assert.deepEqual(page.words.filter((line) => /Content Security Policy|Trusted/.test(line)), []);
    quiet(page, 0);
  } finally {
    stage = usual;
    await strict.close();
  }
});
