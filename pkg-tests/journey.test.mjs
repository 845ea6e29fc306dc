// A shopper's whole way through a real shop page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, balance, buy, eventually, numberIn, openPanel, panel, picture, place } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

const barAt = (page) => panel(page).getByRole('progressbar').getAttribute('aria-valuenow').then(Number);

test('an order in the shop shows its points and moves the tier bar without a reload', async () => {
  const page = await stage.visit('navid');
  await page.evaluate(() => { window.sameDocument = true; });
  await openPanel(page);
  const points = await eventually(() => balance(page), (n) => n > 0, 'the balance');
  const pendingBefore = await panel(page).locator('.chip').allInnerTexts();
  const bar = await barAt(page);
  await picture(page, 'journey-1-before');
  await page.keyboard.press('Escape');

  const order = await buy(page);
  await openPanel(page);
  const reward = () => Promise.all([balance(page), panel(page).locator('.chip').allInnerTexts(), barAt(page)]);
  await eventually(reward, ([now, chips]) => now > points || chips.join() !== pendingBefore.join(), 'points of the order');
  await eventually(() => barAt(page), (now) => now > bar, 'the tier bar');
  await place(page, 'history');
  assert.match(await panel(page).locator('.item').first().innerText(), new RegExp(order.slice(0, 4)));
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'the page was never reloaded');
  await picture(page, 'journey-2-after');
  assert.deepEqual(page.words, [], 'nothing in the console');
  await page.context().close();
});

test('a reward is redeemed, its code shown and applied in the basket; another is cancelled and the points return', async () => {
  const page = await stage.visit('parsa');
  await page.locator('[data-add]').first().click();
  await page.locator('[data-add]').nth(1).click();
  await openPanel(page);
  const had = await eventually(() => balance(page), (n) => n > 0, 'the balance');
  await place(page, 'rewards');
  const rewards = panel(page).locator('[data-reward]:has(.btn.plain)');
  const [first, second] = await rewards.evaluateAll((all) => all.map((r) => r.dataset.reward).filter((id) => !/donat|mahak/.test(id)).slice(0, 2));
  const costs = Object.fromEntries((await stage.asProgram()).rewards.map((reward) => [reward.id, reward.cost]));

  const redeem = async (id) => {
    await panel(page).locator(`[data-reward="${id}"] .btn.plain`).click();
    await panel(page).locator(`[data-reward="${id}"] .confirm .btn.main`).click();
    await panel(page).locator('[data-redemption]').first().waitFor();
  };
  await redeem(first);
  await eventually(() => panel(page).locator('[data-redemption]').count(), 1, 'coupons in hand');
  const code = await panel(page).locator('[data-redemption] .code').first().innerText();
  assert.ok(code.length >= 8, `a code is shown: ${code}`);
  await picture(page, 'journey-3-code');

  await redeem(second);
  await eventually(() => panel(page).locator('[data-redemption]').count(), 2, 'coupons in hand');
  await place(page, 'home');
  await eventually(() => balance(page), had - costs[first] - costs[second], 'the balance after two rewards');

  await place(page, 'rewards');
  const mine = panel(page).locator('[data-redemption]').filter({ hasNotText: code });
  await mine.locator('.btn.quiet').last().click();
  await mine.locator('.confirm .btn.main').click();
  await eventually(() => panel(page).locator('[data-redemption]').count(), 1, 'coupons in hand');
  await place(page, 'home');
  await eventually(() => balance(page), had - costs[first], 'the balance after giving one back');

  await place(page, 'rewards');
  await panel(page).locator('[data-redemption] .btn.main').first().click();
  await page.locator(`[data-coupon="${code}"][data-applied=true]`).waitFor();
  await picture(page, 'journey-4-applied');
  await page.keyboard.press('Escape');
  await buy(page, { basketFilled: true });
  const coupon = await eventually(() => stage.asShop('GET', `/v1/coupons/${code}`).then((a) => a.body.coupon.state), 'used', 'the coupon');
  assert.equal(coupon, 'used');
  await openPanel(page);
  await place(page, 'rewards');
  await eventually(() => panel(page).locator('[data-redemption]').count(), 0, 'coupons in hand');
  assert.match(stage.vafa('check'), /\S/);
  assert.deepEqual(page.words, [], 'nothing in the console');
  await page.context().close();
});

test('points about to end are told with their date', async () => {
  const page = await stage.visit('elham');
  await openPanel(page);
  const chip = panel(page).locator('.chip.amber');
  assert.ok((await numberIn(chip.first())) > 0);
  assert.match(await chip.first().innerText(), /روز دیگر می‌سوزد/);
  assert.deepEqual(page.words, [], 'nothing in the console');
  await page.context().close();
});
