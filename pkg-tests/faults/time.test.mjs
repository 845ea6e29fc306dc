// Faults of time: clocks that are wrong, tokens that end, and a page that comes back after hours in the browser's cache.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Stage, buy } from '../stage.mjs';
import { choose, eventually, giveBack, kept, launcher, leaveWithWish, meetWishes, oneCoupon, openPanel, panel, place, settled, unharmed, visit } from './shopper.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());
afterEach(() => giveBack(stage, 'parsa'));

const DAY = 86_400_000;
const UNKNOWN = 'داریم نتیجه را می‌پرسیم. لازم نیست دوباره بزنی.';

/** The device's clock is off by so much. */
const off = (ms) => (context) => context.addInitScript((by) => {
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given) {
      if (given.length) super(...given);
      else super(Real.now() + by);
    }

    static now() { return Real.now() + by; }
  };
}, ms);

const dates = async (page) => {
  if (!(await panel(page).count())) await openPanel(page);
  await place(page, 'history');
  await panel(page).locator('.list .item').first().waitFor();
  return panel(page).locator('.list').allInnerTexts();
};

for (const [what, ms] of [['a day ahead', DAY], ['a day behind', -DAY], ['years behind', -4_000 * DAY]]) {
  test(`a clock that is ${what}: the same dates, and a lost redemption is found after a reload`, async () => {
    const right = await visit(stage, 'parsa');
    const wanted = await dates(right);
    await right.context().close();
    const page = await visit(stage, 'parsa', { prepare: off(ms) });
    assert.deepEqual(await dates(page), wanted);
    await leaveWithWish(stage, page, 'parsa');
    await settled(page);
    await unharmed(page);
    await page.context().close();
  });
}

test('a wish made before the server has told the time is kept by a clock a day behind', async () => {
  const page = await visit(stage, 'parsa', { prepare: off(-DAY) });
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.evaluate(() => localStorage.removeItem('vafa:demo:v1:skew'));
  let letGo;
  const held = new Promise((done) => { letGo = done; });
  await page.context().route(/\/v1\/me$/, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  let cut = true;
  await meetWishes(page.context(), (route) => (cut ? route.abort('connectionreset') : route.continue()));
  await page.reload();
  await (await choose(page)).click();
  await eventually(() => panel(page).locator('.strip').innerText().catch(() => ''), UNKNOWN, 'what the panel says');
  letGo();
  await eventually(() => kept(page, 'skew'), (skew) => skew > DAY / 2, 'the clock that the server has told');
  cut = false;
  await oneCoupon(stage, page, 'parsa');
  await page.context().close();
});

test('a clock that is set by a day while the page is open changes nothing', async () => {
  const page = await visit(stage, 'parsa');
  const wanted = await dates(page);
  await page.evaluate((by) => {
    const real = Date.now;
    Date.now = () => real() + by;
  }, DAY);
  await page.evaluate(() => window.vafa.refresh());
  await eventually(() => dates(page), (found) => JSON.stringify(found) === JSON.stringify(wanted), 'the dates');
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page);
  await page.context().close();
});

/** A token that has ended already, or ends in so many seconds. */
function token(sub, life) {
  const { kid, secret } = stage.keys.signing_key;
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + life;
  const words = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part({ iss: stage.keys.program, aud: 'vafa', sub, iat: exp - 300, exp })}`;
  return `${words}.${createHmac('sha256', Buffer.from(secret, 'base64url')).update(words).digest('base64url')}`;
}

test('a token that ends in the middle is renewed by the page’s function, unseen', async () => {
  const page = await visit(stage, 'guest');
  await page.waitForLoadState('networkidle');
  let minted = 0;
  await page.exposeFunction('mint', () => {
    minted += 1;
    return token('parsa', 290 + minted); // no two are alike, though they come within a second
  });
  await page.evaluate(() => window.vafa.identify(() => window.mint()));
  const yes = await choose(page);
  // The one at hand is refused from now on: the server has another key meanwhile.
  let refused = 0;
  await meetWishes(page.context(), (route, n) => {
    if (n) return route.continue();
    refused += 1;
    return route.fulfill({ status: 401, json: { code: 'token_expired', status: 401 } });
  });
  const before = minted;
  await yes.click();
  await oneCoupon(stage, page, 'parsa');
  assert.equal(refused, 1);
  assert.equal(minted, before + 1, 'one new token');
  await unharmed(page);
  await page.context().close();
});

test('a plain token that has ended: nothing is lost, and the page’s new token finishes what was begun', async () => {
  const page = await visit(stage, 'guest');
  // The shop itself says that nobody is there, once it knows.
  await page.waitForLoadState('networkidle');
  await page.evaluate((given) => window.vafa.identify(given), token('parsa', 300));
  const yes = await choose(page);
  let ended = true;
  await page.context().route(/\/v1\/me(\/|$)/, (route) => (ended ? route.fulfill({ status: 401, json: { code: 'token_expired', status: 401 } }) : route.continue()));
  await yes.click();
  await eventually(() => page.words.filter((line) => line.includes('the API refuses the member token')).length, 1, 'the sentence for the developer');
  assert.equal((await kept(page, 'outbox')).filter(({ kind }) => kind === 'redeem').length, 1, 'the wish is kept');
  ended = false;
  await page.evaluate((given) => window.vafa.identify(given), token('parsa', 299));
  await oneCoupon(stage, page, 'parsa');
  await settled(page);
  await unharmed(page, { lines: 1 });
  await page.context().close();
});

test('a page that comes back out of the browser’s cache knows what happened meanwhile', async () => {
  const own = new Stage();
  Object.assign(own, stage);
  // Playwright switches that cache off.
  own.browser = await chromium.launch({
    executablePath: process.env.VAFA_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--no-first-run'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const page = await visit(own, 'parsa');
    await page.evaluate(() => {
      window.sameDocument = true;
      addEventListener('pageshow', (event) => { window.persisted = event.persisted; });
    });
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    await settled(page);
    await page.goto(`${stage.shop}/demo/icon.svg`);
    const { status } = await stage.asMember('parsa', 'POST', '/v1/me/redemptions', { reward_id: 'rwd_50k' }, 'elsewhere-1');
    assert.ok(status < 300, `redeemed elsewhere: ${status}`);
    await page.goBack({ waitUntil: 'commit' });
    assert.deepEqual(await page.evaluate(() => [window.sameDocument, window.persisted]), [true, true], 'it is the same document');
    await panel(page).waitFor();
    await place(page, 'rewards');
    await eventually(() => panel(page).locator('[data-redemption]').count(), 1, 'coupons on screen');
    // Tabs still hear each other.
    await giveBack(stage, 'parsa');
    const other = await visit(own, 'parsa', { context: page.context() });
    await (await choose(other)).click();
    await eventually(() => panel(page).locator('[data-redemption]').count(), 1, 'coupons on screen');
    await oneCoupon(stage, page, 'parsa');
    await unharmed(page);
    await page.context().close();
  } finally {
    await own.browser.close();
  }
});

test('an order that the shop announces by a clock a day ahead is found, with its points', async () => {
  const page = await visit(stage, 'neda', { prepare: off(DAY) });
  await buy(page);
  await openPanel(page);
  await place(page, 'history');
  await eventually(() => panel(page).locator('.list .item').count(), (n) => n > 1, 'entries');
  assert.equal(await launcher(page).count(), 1);
  await page.context().close();
});
