// The server is killed without a last word, again and again: what was acknowledged stays, the page mends itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, balance, buy, eventually, openPanel, panel, place } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

test('an open page recovers by itself, and an action asked for meanwhile happens once', async () => {
  const page = await stage.visit('parsa');
  await openPanel(page);
  const had = await eventually(() => balance(page), (n) => n > 0, 'the balance');
  await place(page, 'rewards');
  const reward = panel(page).locator('[data-reward]:has(.btn.plain)').first();
  const id = await reward.getAttribute('data-reward');
  await stage.killApi();
  await reward.locator('.btn.plain').click();
  await panel(page).locator(`[data-reward="${id}"] .confirm .btn.main`).click();
  await eventually(() => panel(page).locator('.strip').innerText().catch(() => ''), 'داریم نتیجه را می‌پرسیم. لازم نیست دوباره بزنی.', 'what the panel says');
  await stage.startApi();
  await eventually(() => panel(page).locator('[data-redemption]').count(), 1, 'coupons on screen');
  await place(page, 'home');
  await eventually(() => balance(page), (n) => n < had, 'the balance');
  stage.vafa('check');
  await page.context().close();
});

test('an order placed while the club is down arrives when it is back', async () => {
  const page = await stage.visit('neda');
  await openPanel(page);
  const had = await balance(page);
  await page.keyboard.press('Escape');
  await stage.killApi();
  await buy(page);
  await stage.startApi();
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > had, 'the balance', 45_000);
  stage.vafa('check');
  await page.context().close();
});

test('killed ten times under load, the server keeps all it acknowledged and its sums', async () => {
  const acknowledged = [];
  let calls = 0;
  for (let round = 0; round < 10; round += 1) {
    let alive = true;
    const load = async (lane) => {
      for (let i = 0; alive; i += 1) {
        const id = `crash-${round}-${lane}-${i}`;
        calls += 1;
        const answer = await stage.asShop('PUT', `/v1/orders/${id}`, {
          member: ['navid', 'elham', 'parsa', 'neda'][lane], status: 'paid', currency: 'IRR',
          items: [{ sku: 'tea', quantity: 1, unit_price: 1_000_000, discount: 0 }],
        }).catch(() => null);
        if (answer?.status < 300) acknowledged.push(id);
      }
    };
    const lanes = [0, 1, 2, 3].map(load);
    const goal = acknowledged.length + 5 + round * 3;
    await eventually(() => acknowledged.length, (n) => n >= goal, 'acknowledged orders');
    await stage.killApi();
    alive = false;
    await Promise.all(lanes);
    await stage.startApi();
  }
  stage.vafa('check');
  const kept = new Set((await stage.query("SELECT order_id AS id FROM orders")).map((row) => row.id));
  const lost = acknowledged.filter((id) => !kept.has(id));
  console.log(`${calls} orders sent, ${acknowledged.length} acknowledged, ${lost.length} lost in 10 kills`);
  assert.deepEqual(lost, []);
  const [{ sum }] = await stage.query(`SELECT COALESCE(SUM(issued + available + pending + held + redeemed + expired + debt), 0) AS sum
    FROM entries`);
  assert.equal(sum, 0, 'all entries sum to nothing');
});
