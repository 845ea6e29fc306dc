// Exactly once: ten fast clicks, two tabs, and an answer that never arrives each end in one coupon, and the panel says so.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Stage, balance, eventually, openPanel, panel, place } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());
afterEach(() => giveBack('parsa'));

const coupons = (member) => stage.asMember(member, 'GET', '/v1/me').then((a) => a.body.redemptions.filter((r) => r.state === 'open'));
const tickets = (page) => panel(page).locator('[data-redemption]');

/** Opens the rewards and asks for the first one that is in reach; stops before "yes". */
async function choose(page) {
  await openPanel(page);
  await place(page, 'rewards');
  const reward = panel(page).locator('[data-reward]:has(.btn.plain)').first();
  const id = await reward.getAttribute('data-reward');
  await reward.locator('.btn.plain').click();
  return { id, yes: panel(page).locator(`[data-reward="${id}"] .confirm .btn.main`) };
}

async function oneCoupon(page, member) {
  await eventually(() => tickets(page).count(), 1, 'coupons on screen');
  const open = await coupons(member);
  assert.equal(open.length, 1, 'one coupon at the server');
  assert.equal(await tickets(page).locator('.code').innerText(), open[0].code, 'the panel shows that one');
  await place(page, 'home');
  const me = await stage.asMember(member, 'GET', '/v1/me');
  const has = me.body.facts.lots.reduce((sum, lot) => sum + lot.remaining, 0);
  await eventually(() => balance(page), has, 'the balance');
}

/** Leaves the member as they were. */
async function giveBack(member) {
  for (const { id } of await coupons(member)) {
    await stage.asMember(member, 'DELETE', `/v1/me/redemptions/${id}`, undefined, crypto.randomUUID());
  }
}

/** Clicks two buttons at one moment, whatever the first click makes of the second button. */
async function together(...buttons) {
  const found = await Promise.all(buttons.map((button) => button.elementHandle()));
  await Promise.all(found.map((button) => button.evaluate((it) => it.click())));
}

test('ten fast clicks make one coupon', async () => {
  const page = await stage.visit('parsa');
  const { yes } = await choose(page);
  await yes.evaluate((button) => { for (let i = 0; i < 10; i += 1) button.click(); });
  await oneCoupon(page, 'parsa');
  await page.context().close();
});

test('two tabs that ask at the same moment make one coupon, and both show it', async () => {
  const first = await stage.visit('parsa');
  const second = await stage.visit('parsa', { context: first.context() });
  const a = await choose(first);
  const b = await choose(second);
  assert.equal(a.id, b.id);
  await together(a.yes, b.yes);
  await oneCoupon(first, 'parsa');
  await oneCoupon(second, 'parsa');
  await first.context().close();
});

test('two devices that ask at the same moment make one coupon; the other one is told why', async () => {
  const first = await stage.visit('parsa');
  const second = await stage.visit('parsa');
  const a = await choose(first);
  const b = await choose(second);
  await together(a.yes, b.yes);
  await eventually(async () => (await coupons('parsa')).length, 1, 'coupons at the server');
  await oneCoupon(first, 'parsa');
  await oneCoupon(second, 'parsa');
  await first.context().close();
  await second.context().close();
});

for (const after of ['a retry', 'a reload']) {
  test(`a redemption whose answer is cut off is told truly after ${after}`, async () => {
    const page = await stage.visit('parsa');
    let cut = 0;
    await page.route('**/v1/me/redemptions', async (route) => {
      if (route.request().method() !== 'POST' || cut > 0) return route.continue();
      cut += 1;
      // The server does it; the answer never reaches the page.
      await route.fetch();
      await route.abort('connectionreset');
    });
    const { yes } = await choose(page);
    await yes.click();
    await eventually(() => cut, 1, 'the cut');
    if (after === 'a reload') {
      await page.reload();
      await openPanel(page);
      await place(page, 'rewards');
    }
    assert.doesNotMatch(await panel(page).innerText(), /نشد/, 'it never says "failed" when it does not know');
    await oneCoupon(page, 'parsa');
    await page.context().close();
  });
}
