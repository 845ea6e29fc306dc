// Faults between the page and the servers: what is slow, damaged, refused, not JSON, or never answered.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Stage } from '../stage.mjs';
import { choose, eventually, gate, giveBack, isPlainLink, isRead, launcher, meetWishes, oneCoupon, openPanel, ours, panel, settled, unharmed, visit } from './shopper.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());
afterEach(() => giveBack(stage, 'parsa'));

const strip = async (page) => (await panel(page).locator('.strip').allInnerTexts()).join();
const UNKNOWN = 'داریم نتیجه را می‌پرسیم. لازم نیست دوباره بزنی.';
/** A page whose clock can be put forward: nobody has to sit through what the widget waits for. */
const patient = (context) => context.clock.install();
/** Puts it forward; what is due meanwhile happens. What a test waits by a real clock besides counts too. */
const wait = (page, ms = 15_000) => page.clock.fastForward(ms);
const html = (status, headers) => ({ status, headers, contentType: 'text/html; charset=utf-8', body: '<!doctype html><title>Bad</title><h1>Not what you asked for</h1>' });

test('a loader that takes its time holds nothing up, and what was called meanwhile is done when it comes', async () => {
  const slow = gate();
  const page = await visit(stage, 'neda', {
    prepare: (context) => context.route('**/v1/vafa.js', async (route) => {
      await slow.opened;
      await route.continue();
    }),
    // The load event waits for every script.
    until: 'domcontentloaded',
  });
  await unharmed(page);
  assert.equal(await page.locator('vafa-widget').count(), 0);
  await page.evaluate(() => { window.vafa.push(['on', 'opened', (view) => { window.heard = view; }], ['open', 'history']); });
  slow.open();
  await panel(page).locator('[data-view=history][aria-selected=true]').waitFor();
  assert.equal(await page.evaluate(() => window.heard), 'history');
  await unharmed(page);
  await page.context().close();
});

test('an engine that takes its time leaves a busy launcher and a shop that works, and opens when it comes', async () => {
  const slow = gate();
  const page = await visit(stage, 'neda', {
    prepare: (context) => context.route(/\/engine-\w+\.wasm$/, async (route) => {
      await slow.opened;
      await route.continue();
    }),
  });
  // The launcher is drawn anew when the shop has said who is there.
  await page.locator('[data-demo-as=neda][aria-pressed=true]').waitFor();
  await launcher(page).click();
  await eventually(() => launcher(page).getAttribute('aria-busy'), 'true', 'the launcher is busy');
  // What else there is to draw waits: a new launcher would not be busy.
  const busy = await launcher(page).elementHandle();
  for (const lang of ['en', 'fa', 'en']) await page.evaluate((code) => window.vafa.setLanguage(code), lang);
  assert.equal(await busy.evaluate((button) => button.isConnected && getComputedStyle(button).cursor), 'progress');
  await unharmed(page);
  slow.open();
  await panel(page).locator('.balance').waitFor();
  await page.locator('vafa-widget [part=launcher][lang=en]').waitFor();
  assert.equal(await page.locator('vafa-widget [part=launcher]').getAttribute('aria-busy'), null);
  await unharmed(page);
  await page.context().close();
});

/** The same length, another content. */
async function altered(route) {
  const whole = await route.fetch();
  const body = Buffer.from(await whole.body());
  body[body.length >> 1] ^= 1;
  await route.fulfill({ response: whole, body });
}

for (const [name, file] of [['engine.wasm', /\/engine-\w+\.wasm$/], ['base.css', /\/base-\w+\.css$/], ['fa.json', /\/fa-\w+\.json$/]]) {
  test(`${name} with another content than was built: fetched past the cache; then a plain link`, async () => {
    let bad = 1;
    const prepare = (context) => context.route(file, (route) => (bad-- > 0 ? altered(route) : route.continue()));
    const once = await visit(stage, 'neda', { prepare });
    await openPanel(once);
    await panel(once).locator('.balance').waitFor();
    assert.ok(bad < 0, 'fetched again');
    await unharmed(once);
    await once.context().close();

    bad = Infinity;
    const page = await visit(stage, 'neda', { prepare });
    await launcher(page).click();
    await isPlainLink(page);
    await unharmed(page, { lines: 1 });
    assert.match(ours(page)[0], new RegExp(`${name.replace('.', '\\.')} is damaged`));
    await page.context().close();
  });
}

const AGAIN = { status: 503, headers: { 'Retry-After': '1' }, json: { code: 'unavailable', status: 503 } };
const CUT = { status: 200, contentType: 'application/json', body: '{"points":' };
const READS = {
  'a 500': { status: 500, json: { code: 'internal', status: 500 } },
  'a 503 that says when to come again': AGAIN,
  'a proxy’s 502': html(502),
  'a proxy’s 404': html(404),
  'a captive portal’s page': html(200),
  'a body that is cut': CUT,
  'a body of another shape': { status: 200, json: { hello: ['world'] } },
};

test('whatever comes instead of the member’s documents: said, nobody is called a stranger, and mended by itself', async (t) => {
  const page = await visit(stage, 'parsa', { prepare: patient });
  let bad;
  await page.context().route(isRead, (route) => (bad ? route.fulfill(bad) : route.continue()));
  bad = html(404);
  await openPanel(page);
  await panel(page).getByText('باشگاه در دسترس نیست').waitFor();
  assert.equal(await panel(page).getByRole('button', { name: 'عضو شو' }).count(), 0, 'no member is asked to join');
  bad = null;
  await panel(page).locator('.balance').waitFor();
  for (const [what, answer] of Object.entries(READS)) {
    await t.test(what, async () => {
      bad = answer;
      await page.evaluate(() => window.vafa.refresh());
      await eventually(() => strip(page), 'ارتباط قطع است؛ آخرین وضعیتی که داریم را می‌بینی.', 'what the panel says');
      assert.equal(await panel(page).locator('.balance').count(), 1, 'what was known stays');
      bad = null;
      await wait(page, 10_000);
      await eventually(() => strip(page), '', 'what the panel says', 10_000);
    });
  }
  await unharmed(page);
  await page.context().close();
});

for (const [when, done, answers] of [
  ['before', false, [html(404), { status: 403, json: { message: 'blocked by a wall' } }, READS['a 500']]],
  ['after', true, [html(502), CUT, AGAIN, html(200)]],
]) {
  test(`whatever comes instead of a redemption’s outcome, ${when} the server did it: asked again, one coupon`, async () => {
    const page = await visit(stage, 'parsa');
    const asked = await meetWishes(page.context(), async (route, n) => {
      if (n >= answers.length) return route.continue();
      if (done) await route.fetch();
      return route.fulfill(answers[n]);
    });
    const yes = await choose(page);
    await yes.click();
    await eventually(() => strip(page), UNKNOWN, 'what the panel says');
    await oneCoupon(stage, page, 'parsa', 45_000);
    assert.equal(asked(), answers.length + 1);
    await settled(page);
    await unharmed(page);
    await page.context().close();
  });
}

test('a server that says when to come again is left alone until then, however often somebody asks', async () => {
  const page = await visit(stage, 'parsa');
  const at = [];
  await meetWishes(page.context(), (route, n) => {
    at.push(Date.now());
    return n ? route.continue() : route.fulfill({ status: 429, headers: { 'Retry-After': '4' }, json: { code: 'rate_limited', status: 429 } });
  });
  const yes = await choose(page);
  await yes.click();
  await eventually(() => strip(page), UNKNOWN, 'what the panel says');
  // Each of these begins to send at once, or would.
  for (let i = 0; i < 5; i += 1) await page.evaluate(() => window.vafa.refresh());
  assert.equal(at.length, 1);
  await oneCoupon(stage, page, 'parsa');
  assert.equal(at.length, 2);
  assert.ok(at[1] - at[0] >= 4_000, `came again after ${at[1] - at[0]} ms`);
  await unharmed(page);
  await page.context().close();
});

test('a redemption that is never answered is asked for again, one coupon', async () => {
  const page = await visit(stage, 'parsa', { prepare: patient });
  const held = gate();
  const asked = await meetWishes(page.context(), async (route, n) => {
    if (n) return route.continue();
    await route.fetch();
    await held.opened;
    return route.abort().catch(() => {});
  });
  const yes = await choose(page);
  await yes.click();
  await eventually(asked, 1, 'how often it was sent');
  await wait(page);
  await eventually(() => strip(page), UNKNOWN, 'what the panel says', 15_000);
  await oneCoupon(stage, page, 'parsa');
  assert.equal(asked(), 2);
  held.open();
  await unharmed(page);
  await page.context().close();
});

test('a server that takes requests and never answers is one that does not answer: said, and mended when it does', async () => {
  const held = gate();
  let mute = true;
  let asked = 0;
  const page = await visit(stage, 'parsa', { prepare: patient });
  await page.context().route(isRead, async (route) => {
    asked += 1;
    if (mute) await held.opened;
    await route.continue().catch(() => {});
  });
  await openPanel(page);
  await eventually(() => asked, 2, 'requests for the member and the program');
  await wait(page);
  await panel(page).getByText('باشگاه در دسترس نیست').waitFor();
  await unharmed(page);
  mute = false;
  await openPanel(page);
  await wait(page);
  await panel(page).locator('.balance').waitFor({ timeout: 45_000 });
  held.open();
  await page.context().close();
});

test('a page’s function that never gives a token: the panel opens, and says that nothing came', async () => {
  const page = await visit(stage, 'guest', { prepare: patient });
  await page.evaluate(() => window.vafa.identify(() => { window.asked = true; return new Promise(() => {}); }));
  await openPanel(page);
  await page.waitForFunction(() => window.asked);
  await wait(page);
  await panel(page).getByText('باشگاه در دسترس نیست').waitFor();
  await unharmed(page);
  await page.context().close();
});

test('a browser that goes offline in the middle finds its coupon when it is back', async () => {
  const page = await visit(stage, 'parsa');
  const yes = await choose(page);
  await page.context().setOffline(true);
  await yes.click();
  await eventually(() => strip(page), UNKNOWN, 'what the panel says');
  await page.context().setOffline(false);
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page);
  await page.context().close();
});

for (const [what, leave] of [
  ['closed', (page) => page.close()],
  ['crashed', async (page) => {
    const crashed = page.waitForEvent('crash');
    const session = await page.context().newCDPSession(page);
    session.send('Page.crash').catch(() => {});
    await crashed;
  }],
  ['left for another page', (page) => page.goto(`${stage.shop}/basket`)],
]) {
  test(`a tab that is ${what} between sending and answer: the next page shows the one coupon`, async () => {
    const page = await visit(stage, 'parsa');
    const done = gate();
    await meetWishes(page.context(), async (route, n) => {
      if (n) return route.continue();
      await route.fetch();
      done.open();
      return new Promise(() => {}); // the answer is on its way for ever
    });
    const yes = await choose(page);
    await yes.click();
    await done.opened;
    await leave(page);
    const next = await visit(stage, 'parsa', { context: page.context() });
    await oneCoupon(stage, next, 'parsa');
    await settled(next);
    await unharmed(next);
    await page.context().close();
  });
}
