// The engine falls: by a panic of its own, or because the platform under it was taken away. The shop lives, a link is
// left, the next page begins anew.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Stage } from '../stage.mjs';
import { choose, eventually, giveBack, isPlainLink, kept, launcher, meetWishes, oneCoupon, openPanel, ours, panel, place, unharmed, visit } from './shopper.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());
afterEach(() => giveBack(stage, 'parsa'));

/** Runs in the page: from now on the engine can make no elements. It expects that it can, and panics. The shop's own code can. */
const breakPlatform = () => {
  const real = Document.prototype.createElement;
  Document.prototype.createElement = function createElement(...given) {
    if (/wasm-function/.test(new Error().stack)) throw new DOMException('The page is out of elements', 'NotSupportedError');
    return real.apply(this, given);
  };
};

/** Takes the platform away and acts at once, so that nothing else is drawn between. `act` gets the bar's buttons. */
const fall = (page, act) => page.evaluate(`(() => {
  const { shadowRoot } = document.querySelector('vafa-widget[floating]');
  const tabs = Object.fromEntries([...shadowRoot.querySelectorAll('[role=tab]')].map((tab) => [tab.dataset.view, tab]));
  (${breakPlatform})();
  (${act})(tabs);
})()`);

/** What brings the engine to draw, on each of the ways into it. */
const WAYS = {
  'in a call of the page’s': () => window.vafa.open('earn'),
  'in a click of the shopper’s': (tabs) => tabs.earn.click(),
  'in what follows an answer': () => window.vafa.setLanguage('en'),
};

for (const [where, act] of Object.entries(WAYS)) {
  test(`a panic ${where}: one sentence, a plain link, a shop that works, and a new beginning on the next page`, async () => {
    const page = await visit(stage, 'parsa');
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    const heard = page.evaluate(() => new Promise((done) => { window.addEventListener('vafa:error', (event) => done(event.detail.message)); }));
    await fall(page, act);
    assert.match(await heard, /unreachable|out of elements/);
    await isPlainLink(page);
    assert.deepEqual([await kept(page, 'me'), await kept(page, 'program')], [null, null], 'what may have been the cause is not read again');
    // None of these reaches it any more.
    await page.evaluate(() => {
      for (const [name, ...args] of [['refresh'], ['close'], ['order', { id: '1' }], ['ask', 'srv_order'], ['setLanguage', 'fa'], ['identify', null]]) window.vafa.push([name, ...args]);
      dispatchEvent(new Event('online'));
    });
    await unharmed(page, { lines: 1 });
    await page.reload();
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    await unharmed(page, { lines: 1 });
    assert.match(ours(page)[0], /cannot run here/);
    await page.context().close();
  });
}

test('a panic while a redemption is on its way: the next page shows the one coupon', async () => {
  const page = await visit(stage, 'parsa');
  let letGo;
  const held = new Promise((done) => { letGo = done; });
  const asked = await meetWishes(page.context(), async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer }).catch(() => {});
  });
  await (await choose(page)).click();
  await eventually(asked, 1, 'the wish');
  // The second finds an engine that has fallen.
  await fall(page, (tabs) => { window.vafa.open('home'); tabs.home.click(); });
  await isPlainLink(page);
  letGo();
  await unharmed(page, { lines: 1 });
  await page.reload();
  await oneCoupon(stage, page, 'parsa');
  await page.context().close();
});

test('an engine that fell in one tab takes no other one with it, and keeps nothing from it', async () => {
  const page = await visit(stage, 'parsa');
  const other = await visit(stage, 'parsa', { context: page.context() });
  await openPanel(other);
  await panel(other).locator('.balance').waitFor();
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await fall(page, (tabs) => { window.vafa.open('earn'); tabs.earn.click(); });
  await isPlainLink(page);
  await (await choose(other)).click();
  await oneCoupon(stage, other, 'parsa');
  await unharmed(other);
  await unharmed(page, { lines: 1 });
  await page.context().close();
});

test('an error of the page’s own, in what it hears or answers, is no fault of the engine', async () => {
  const page = await visit(stage, 'parsa');
  await page.evaluate(() => {
    window.vafa.push(
      ['on', 'opened', () => { throw new Error('the page’s own'); }],
      ['hook', 'redeem', () => { throw new Error('the page’s own hook'); }],
    );
  });
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  assert.deepEqual(page.words.filter((line) => line.startsWith('uncaught')), ['uncaught: the page’s own'], 'the page’s error stays the page’s');
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  assert.equal(await launcher(page).count(), 1);
  await place(page, 'home');
  await page.context().close();
});
