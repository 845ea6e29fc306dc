// Rewards of every kind: chosen by a slider, paid into the wallet, waiting for a consent, used up; and a club that
// has credit and tiers, and no points.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, balance, eventually, openPanel, panel, place } from './stage.mjs';

const words = (fa, en) => ({ fa, en });
const more = [
  { id: 'rwd_wallet', title: words('اعتبار خرید', 'Shopping credit'), terms: {}, kind: { wallet_credit: 100000 }, cost: 100, units: { min: 1, max: 9 }, coupon_days: 30 },
  { id: 'rwd_draw', title: words('بلیت قرعه‌کشی یلدا', 'Ticket for the Yalda draw'), kind: { lottery_ticket: 'yalda' }, cost: 50, coupon_days: 30 },
  { id: 'rwd_tasting', title: words('یک عصر چای‌نوشی', 'An evening of tasting'), kind: { vip_service: 'tasting' }, cost: 100, per_member: 1, period: 'year', coupon_days: 30 },
  { id: 'rwd_news', title: words('هدیهٔ خبرخوان‌ها', 'A gift for readers'), kind: 'free_shipping', cost: 10, consent: 'news', coupon_days: 30 },
];

let stage;
before(async () => {
  stage = await Stage.open({ program: (demo) => ({ ...demo, rewards: [...demo.rewards, ...more] }) });
});
after(() => stage.close());

const visit = (who, on = stage) => on.visit(who, { reducedMotion: 'reduce', hasTouch: true });
const reward = (page, id) => panel(page).locator(`[data-reward=${id}]`);
const me = async (who) => (await stage.asMember(who, 'GET', '/v1/me')).body;

test('the slider says what it comes to, takes so many units, and the wallet has them', async () => {
  const page = await visit('parsa');
  await openPanel(page);
  const had = await balance(page);
  await place(page, 'rewards');
  await reward(page, 'rwd_wallet').locator('.btn').click();
  const slider = reward(page, 'rwd_wallet').getByRole('slider');
  await slider.focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await eventually(() => slider.getAttribute('aria-valuetext'), (text) => text.includes('۳۰٬۰۰۰'), 'the amount');
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  await reward(page, 'rwd_wallet').locator('.confirm .btn.main').click();
  await panel(page).locator('.strip.good').waitFor();
  const { redemptions } = await me('parsa');
  assert.deepEqual(redemptions.filter((r) => r.reward_id === 'rwd_wallet').map((r) => [r.units, r.points]), [[3, 300]]);
  await eventually(() => panel(page).locator('.past').innerText(), (text) => text.includes('اعتبار خرید'), 'the codes of the past');
  await place(page, 'home');
  await eventually(() => balance(page), had - 300, 'the balance');
  await panel(page).locator('.chip.green').getByText('۳۰٬۰۰۰').waitFor();
  await place(page, 'history');
  await panel(page).locator('.amount', { hasText: '۳۰٬۰۰۰ تومان' }).waitFor();
  await page.context().close();
});

test('a ticket cannot be put on a basket; a second evening waits for the year', async () => {
  const page = await visit('parsa');
  await openPanel(page);
  await place(page, 'rewards');
  for (const id of ['rwd_draw', 'rwd_tasting']) {
    await reward(page, id).locator('.btn').click();
    await reward(page, id).locator('.confirm .btn.main').click();
    await panel(page).locator('.ticket').first().waitFor();
    await eventually(async () => (await me('parsa')).redemptions.some((r) => r.reward_id === id), true, id);
    await reward(page, id).locator('.lock').waitFor();
  }
  assert.match(await reward(page, 'rwd_tasting').innerText(), /دوباره از/);
  await page.context().close();
});

test('a consent that is missing is given on the spot', async () => {
  const page = await visit('elham');
  await openPanel(page);
  await place(page, 'rewards');
  const row = reward(page, 'rwd_news');
  await row.locator('.btn').click();
  await row.locator('.confirm .btn.main').click();
  await eventually(async () => (await me('elham')).facts.consents, (given) => given?.includes('news'), 'the consent');
  await row.getByRole('button', { name: 'بگیر', exact: true }).waitFor();
  await page.context().close();
});

test('a club without points speaks of none', async (t) => {
  const plain = await Stage.open({
    keep: ({ redemption }) => !redemption,
    program: ({ referral: _, point_value: __, ...rest }) => ({
      ...rest,
      earning: { activities: [] },
      cashback: { id: 'back', brackets: [{ from: 0, rate: 500 }] },
      surveys: [],
      rewards: [],
      offers: [],
      tiers: { ...rest.tiers, levels: rest.tiers.levels.map((level) => ({ ...level, multiplier: 10_000 })) },
    }),
  });
  t.after(() => plain.close());
  const page = await visit('neda', plain);
  await openPanel(page);
  await panel(page).locator('.balance.money').waitFor();
  for (const view of ['home', 'earn', 'rewards']) {
    await place(page, view);
    await panel(page).locator(`[data-view=${view}][aria-selected=true]`).waitFor();
    await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
    const text = await panel(page).locator('.body').innerText();
    assert.doesNotMatch(text, /امتیاز/, view);
      await page.evaluate(() => window.vafa.setLanguage('fa'));
  }
  await page.context().close();
});
