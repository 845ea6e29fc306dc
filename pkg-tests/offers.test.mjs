// Gifts, plans and partners: what can be taken and for how long, taken once, and why the rest cannot.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HOUR, offer, offers as shown, words } from './gallery/club.mjs';
import { Stage, balance, eventually, openPanel, panel, picture } from './stage.mjs';

const offers = [
  ...shown,
  offer('off_wallet', 'اعتبار هدیه', 'Credit for you', { wallet_credit: 500_000 }, { priority: 7 }),
  offer('off_others', 'برای دیگران', 'For others', { points: 10 }, { audience: { segments: ['seg_others'] } }),
];
const perk = (fa, en) => ({ text: words(fa, en) });
const memberships = [
  { id: 'monthly', name: words('بهارِ ماهانه', 'Bahar monthly'), price: 990_000, months: 1, perks: ['free_shipping'], buy: '/club?plan=monthly', notice_days: 5 },
  { id: 'yearly', name: words('بهارِ سالانه', 'Bahar yearly'), price: 9_900_000, months: 12, multiplier: 15_000, perks: ['free_shipping', 'support_line', perk('یک چای تازه هر فصل', 'a fresh tea each season')], buy: 'https://shop.example/plans' },
  { id: 'odd', name: words('بهارِ فصلی', 'Bahar seasonal'), price: 2_700_000, months: 3, perks: [] },
];
const partners = [
  { id: 'gallery', name: words('گالری سفال ماه', 'Mah Pottery'), link: 'https://gallery.example/' },
  { id: 'books', name: words('کتاب‌فروشی دماوند', 'Damavand Books') },
];
const coupon = {
  id: 'rwd_gallery', title: words('۲۰٪ تخفیف سفال', '20% off pottery'), kind: { partner_coupon: { partner: 'gallery', codes: 'shared' } }, cost: 0, coupon_days: 30,
};

let stage;
before(async () => {
  stage = await Stage.open({
    program: (demo) => ({ ...demo, offers, memberships, partners, rewards: [...demo.rewards, coupon] }),
  });
  const loaded = await stage.asShop('POST', '/v1/partners/gallery/codes?shared=true', { codes: [{ code: 'SOFAL-20' }] });
  assert.equal(loaded.status, 200, JSON.stringify(loaded.body));
});
after(() => stage.close());

const body = (page) => panel(page).locator('.body');
const gift = (page, id) => body(page).locator(`[data-offer=${id}]`);
async function go(page, view) {
  await openPanel(page);
  await panel(page).locator(`[data-more=${view}]`).click();
  await body(page).locator('.top').waitFor();
}

test('home shows the first gift, and its countdown is right whatever the device’s clock says', async () => {
  const seen = [];
  for (const off of [0, -24 * HOUR, 24 * HOUR]) {
    const context = await stage.visitor();
    // The device's clock is a day off; its timers go on as they are.
    await context.addInitScript((ms) => {
      const Own = Date;
      const now = () => Own.now() + ms;
      window.Date = new Proxy(Own, {
        construct: (target, args) => (args.length ? new target(...args) : new target(now())),
        get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
      });
    }, off);
    const page = await stage.visit('navid', { context });
    await openPanel(page);
    await body(page).locator('[data-offer]').waitFor();
    assert.equal(await body(page).locator('[data-offer]').count(), 1, 'one gift on home');
    await eventually(() => gift(page, 'off_points').locator('.timer').innerText(), (text) => /^۲۶ ساعت/.test(text), `the countdown ${off} ms off`);
    seen.push(await gift(page, 'off_points').innerText());
    if (!off) await picture(page, 'offers-1-home');
    await context.close();
  }
  assert.match(seen[0], /چای مهمان ما[^]*۷۰ امتیاز هدیه[^]*مانده[^]*برای تو که زود آمدی/);
});

test('a countdown goes on by itself into the next day, and ends with the gift', async () => {
  const context = await stage.visitor();
  // Before anything is loaded: the door keeps the timers that it finds.
  await context.clock.install({ time: Date.now() });
  const page = await stage.visit('navid', { context });
  const end = Date.parse(offers[0].ends_at);
  // Every answer tells the time, the program’s as well.
  await page.route(/\/v1\/(me|events|programs)/, async (route) => {
    const answer = await route.fetch();
    const date = new Date(await page.evaluate(() => Date.now())).toUTCString();
    await route.fulfill({ response: answer, headers: { ...answer.headers(), date, 'access-control-expose-headers': 'Date' } });
  });
  await openPanel(page);
  const timer = gift(page, 'off_points').locator('.timer');
  await timer.waitFor();
  // What a timer changes in its last moment is drawn in the next one.
  const after = (read) => async () => { await page.clock.runFor(100); return read(); };
  const shown = after(() => timer.innerText());
  await page.clock.pauseAt(new Date(end - 61 * 60_000 + 500));
  await page.clock.runFor(60_000);
  await eventually(shown, (text) => text === '۵۹ دقیقه مانده' || text === '۱ ساعت مانده', 'an hour before');
  await page.clock.runFor(58 * 60_000);
  await eventually(shown, (text) => /^[۱۲] دقیقه مانده$/.test(text), 'a minute before');
  assert.match(await timer.getAttribute('class'), /amber/);
  await page.clock.runFor(60_000);
  await eventually(shown, (text) => /^(کمتر از یک|۱) دقیقه مانده$/.test(text), 'in the last minute');
  await page.clock.runFor(2 * 60_000);
  await eventually(after(() => gift(page, 'off_points').count()), 0, 'a gift that has ended');
  await gift(page, 'off_reward').waitFor();
  await page.context().close();
});

test('a gift is taken once; the panel says what it brought, and why others cannot be taken', async () => {
  const page = await stage.visit('elham');
  await openPanel(page);
  const before = await balance(page);
  await panel(page).locator('[data-more=offers]').click();
  const texts = {
    off_later: /از .* /, off_platinum: /برای سطح پلاتینی|پلاتینی/, off_gone: /تمام شد/, off_hundredth: /با خرید شمارهٔ ۱۰۰/,
  };
  for (const [id, wanted] of Object.entries(texts)) assert.match(await gift(page, id).innerText(), wanted, id);
  assert.equal(await gift(page, 'off_others').count(), 0, 'nothing is said of gifts for others');
  assert.match(await gift(page, 'off_double').innerText(), /۲ برابر[^]*خودکار/);
  assert.equal(await gift(page, 'off_double').getByRole('button').count(), 0);
  assert.match(await gift(page, 'off_reward').innerText(), /۵ روز مانده/);
  assert.equal(await gift(page, 'off_wallet').locator('.timer').count(), 0, 'no end, no countdown');
  await picture(page, 'offers-2-list');

  const take = (id) => gift(page, id).getByRole('button', { name: 'بگیر' });
  await take('off_points').evaluate((button) => { for (let i = 0; i < 10; i += 1) button.click(); });
  await panel(page).locator('.strip.good').getByText('۷۰ امتیاز هدیه گرفتی').waitFor();
  await gift(page, 'off_points').getByText('نوش جان').waitFor();
  await take('off_wallet').click();
  await panel(page).locator('.strip.good').getByText('۵۰٬۰۰۰ تومان به اعتبارت').waitFor();
  await take('off_reward').click();
  await panel(page).locator('.strip.good').getByText('هدیه مال تو شد').waitFor();
  await gift(page, 'off_reward').getByRole('button', { name: 'ببین' }).click();
  const me = (await stage.asMember('elham', 'GET', '/v1/me')).body;
  const open = me.redemptions.filter((r) => r.state === 'open');
  assert.equal(open.length, 1, 'one coupon');
  assert.equal(await body(page).locator('[data-redemption] .code').innerText(), open[0].code);
  assert.deepEqual(me.facts.offers.map((t) => t.offer).sort(), ['off_points', 'off_reward', 'off_wallet']);
  await panel(page).locator('[data-view=home]').click();
  await eventually(() => balance(page), before + 70, 'the balance');
  await page.context().close();
});

test('a gift that is gone at the same moment is refused in words', async () => {
  const page = await stage.visit('parsa');
  await go(page, 'offers');
  await gift(page, 'off_points').getByRole('button', { name: 'بگیر' }).waitFor();
  await page.context().route('**/v1/me', (route) => route.abort());
  const elsewhere = await stage.asMember('parsa', 'POST', '/v1/me/offers/off_points/take', undefined, crypto.randomUUID());
  assert.equal(elsewhere.status, 201);
  await gift(page, 'off_points').getByRole('button', { name: 'بگیر' }).click();
  await panel(page).locator('.strip.bad').getByText('این هدیه را گرفته‌ای').waitFor();
  await page.context().close();
});

test('the server hears once that a gift was seen', async () => {
  const page = await stage.visit('neda');
  const told = () => stage.query("SELECT offer FROM events JOIN members USING (tenant, member) WHERE kind = 'offer_shown' AND external_id = 'neda'");
  await openPanel(page);
  // On a first visit the gift stands where it moves nothing: at the end.
  await gift(page, 'off_points').scrollIntoViewIfNeeded();
  await eventually(async () => (await told()).map((e) => e.offer), (all) => all.join() === 'off_points', 'what was told');
  await page.keyboard.press('Escape');
  await go(page, 'offers');
  await gift(page, 'off_double').scrollIntoViewIfNeeded();
  await eventually(async () => (await told()).map((e) => e.offer).sort().join(), 'off_double,off_points,off_reward,off_wallet', 'what was told');
  await page.context().close();
});

test('plans: what they cost and bring, where they are bought, how the member’s own stands', async () => {
  const page = await stage.visit('navid');
  await go(page, 'membership');
  const plan = (id) => body(page).locator(`[data-plan=${id}]`);
  assert.match(await plan('monthly').innerText(), /۹۹٬۰۰۰ تومان در ماه[^]*ارسال رایگان/);
  assert.match(await plan('yearly').innerText(), /۹۹۰٬۰۰۰ تومان در سال[^]*چای تازه[^]*۱٫۵ برابر/);
  assert.match(await plan('odd').innerText(), /۲۷۰٬۰۰۰ تومان برای ۳ ماه/);
  assert.equal(await plan('monthly').getByRole('link', { name: 'بخر' }).getAttribute('href'), '/club?plan=monthly');
  assert.equal(await plan('yearly').getByRole('link').getAttribute('href'), 'https://shop.example/plans');
  assert.equal(await plan('odd').getByRole('link').count(), 0);
  const paid = await stage.asShop('PUT', '/v1/members/navid/membership', { id: 'pay-1', plan: 'monthly', renews: true });
  assert.equal(paid.status, 201, JSON.stringify(paid.body));
  await page.evaluate(() => window.vafa.refresh());
  await plan('monthly').getByText('خودش تمدید می‌شود').waitFor();
  assert.equal(await plan('monthly').getByRole('link').count(), 0, 'nothing to buy while it runs');
  await stage.asShop('DELETE', '/v1/members/navid/membership');
  await page.evaluate(() => window.vafa.refresh());
  await plan('monthly').getByText(/تا .* فعال است/).waitFor();
  await picture(page, 'offers-3-plans');
  await page.context().close();
});

test('partners: what each gives, under its name', async () => {
  const page = await stage.visit('navid');
  await go(page, 'partners');
  const section = (name) => body(page).locator('section', { hasText: name });
  await section('گالری سفال ماه').locator('[data-reward=rwd_gallery]').waitFor();
  const link = section('گالری سفال ماه').getByRole('link');
  assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('rel')], ['https://gallery.example/', 'noopener']);
  await section('کتاب‌فروشی دماوند').getByText('فعلاً هدیه‌ای ندارد').waitFor();
  await section('گالری سفال ماه').getByRole('button', { name: 'بگیر' }).click();
  await body(page).locator('.confirm .btn.main').click();
  await eventually(async () => (await stage.asMember('navid', 'GET', '/v1/me')).body.redemptions.map((r) => r.code), (codes) => codes.includes('SOFAL-20'), 'the code');
  await page.context().close();
});

test('a club without any of it leads only to complaints and the help', async () => {
  const bare = await Stage.open({ program: (demo) => ({ ...demo, offers: [], memberships: [] }) });
  try {
    const page = await bare.visit('navid');
    await openPanel(page);
    await panel(page).locator('[data-more]').first().waitFor();
    assert.deepEqual(await panel(page).locator('[data-more]').evaluateAll((all) => all.map((one) => one.dataset.more)), ['complaints', 'help']);
    await page.evaluate(() => window.vafa.open('offers'));
    await page.context().close();
  } finally {
    await bare.close();
  }
});
