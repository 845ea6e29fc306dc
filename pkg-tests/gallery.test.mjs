// Every place of the panel in each of its states, from all sides (`looks.mjs` says what is looked at). The pictures can be
// leafed through in artefacts/gallery/index.html.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KINDS, pointless, rich } from './gallery/club.mjs';
import { write } from './gallery/page.mjs';
import { floating, inspect, seen, sweep, tally } from './looks.mjs';
import { Stage, buy, eventually, launcher, openPanel, panel, place } from './stage.mjs';

let stage, plain;
const began = performance.now();
before(async () => {
  sweep();
  [stage, plain] = await Promise.all([
    Stage.open({ program: rich }),
    Stage.open({ program: pointless, keep: ({ redemption }) => !redemption }),
  ]);
  const codes = { codes: [{ code: 'SOFAL-20' }] };
  assert.equal((await stage.asShop('POST', '/v1/partners/gallery/codes?shared=true', codes)).status, 200);
});
after(async () => {
  await stage?.close();
  await plain?.close();
  const file = write(seen);
  console.log(`${seen.length} states, ${tally()} looks with axe in ${Math.round((performance.now() - began) / 1_000)} s: ${file}`);
});

const visit = (who, { on = stage, ...options } = {}) => on.visit(who, { reducedMotion: 'reduce', hasTouch: true, ...options });
const body = (page) => panel(page).locator('.body');
const press = (page, name) => body(page).getByRole('button', { name, exact: true }).click();
const reward = (page, id) => panel(page).locator(`[data-reward=${id}]`);
const prompt = (page) => page.locator(`${floating} .prompt`);
const cut = (url) => /^\/v1\/(me|programs)/.test(url.pathname);

/** Opens the panel at a place by the page's word. */
async function go(page, view, ready = '.top') {
  await page.evaluate((name) => { window.vafa.close(); window.vafa.open(name); }, view);
  await body(page).locator(ready).first().waitFor();
  await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
}

// Two at a time: each has a browser's context and a member of its own.
describe('every place in every state', { concurrency: 2 }, () => {
  test('who is no member', async (t) => {
    const page = await visit('guest');
    await launcher(page).waitFor();
    await t.test('the closed launcher', () => inspect(page, 'launcher/guest', { selector: '[part=launcher]' }));
    await openPanel(page);
    await body(page).locator('.steps').waitFor();
    await t.test('a guest', () => inspect(page, 'guest/home', { ready: '.steps' }));
    await page.evaluate((token) => window.vafa.identify(token), await stage.token('nobody'));
    await body(page).getByText('یک قدم مانده').waitFor();
    await t.test('a customer of the shop', () => inspect(page, 'guest/not-yet-a-member', { ready: '.steps' }));
    await page.context().close();
  });

  test('a member with all there is', async (t) => {
    const page = await visit('parsa');
    await openPanel(page);
    await body(page).locator('.balance').waitFor();
    await body(page).locator('[data-offer]').waitFor();
    await t.test('home', () => inspect(page, 'home/rich', { ready: '.balance' }));
    await place(page, 'rewards');
    await t.test('rewards', () => inspect(page, 'rewards/list', { ready: '[data-reward]' }));
    await reward(page, 'rwd_wallet').locator('.btn').click();
    await t.test('how much', () => inspect(page, 'rewards/slider', { ready: '.slider' }));
    await reward(page, 'rwd_wallet').locator('.confirm .btn.main').click();
    await panel(page).locator('.strip.good').waitFor();
    await reward(page, 'rwd_50k').locator('.btn.plain').click();
    await t.test('asked before points are spent', () => inspect(page, 'rewards/confirm', { ready: '.confirm' }));
    await reward(page, 'rwd_50k').locator('.confirm .btn.main').click();
    await panel(page).locator('[data-redemption]').waitFor();
    await t.test('a coupon in hand', () => inspect(page, 'rewards/taken', { ready: '.code' }));
    await panel(page).locator('[data-redemption] .btn.quiet').click();
    await t.test('asked before it is given back', () => inspect(page, 'rewards/give-back', { ready: '[data-redemption] .confirm' }));
    await page.keyboard.press('Escape');
    await reward(page, 'rwd_draw').locator('.btn').click();
    await reward(page, 'rwd_draw').locator('.confirm .btn.main').click();
    await panel(page).locator('.ticket').first().waitFor();
    await t.test('tickets, what was had before, what is shut', () => inspect(page, 'rewards/ticket', { ready: '.ticket' }));
    await reward(page, 'rwd_news').locator('.btn').click();
    await t.test('a consent is missing', () => inspect(page, 'rewards/consent', { ready: '.confirm' }));
    await page.keyboard.press('Escape');
    await place(page, 'home');
    await t.test('home with a code that waits', () => inspect(page, 'home/code-waits', { ready: '.balance' }));
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    await t.test('the closed launcher', () => inspect(page, 'launcher/member', { selector: '[part=launcher]' }));
    await page.context().close();
  });

  test('what is refused, and what nobody knows', async (t) => {
    const page = await visit('navid');
    await openPanel(page);
    await place(page, 'rewards');
    // Had on another device, of which this page hears nothing.
    await page.context().route('**/v1/me', (route) => route.abort());
    const elsewhere = await stage.asMember('navid', 'POST', '/v1/me/redemptions', { reward_id: 'rwd_tasting' }, crypto.randomUUID());
    assert.equal(elsewhere.status, 201, JSON.stringify(elsewhere.body));
    const take = async (id) => {
      await reward(page, id).locator('.btn.plain').click();
      await reward(page, id).locator('.confirm .btn.main').click();
    };
    await t.test('refused', () => inspect(page, 'rewards/refused', { ready: '.strip.bad', again: () => take('rwd_tasting') }));
    await page.context().route('**/v1/me/redemptions', (route) => route.abort());
    await take('rwd_mahak');
    await panel(page).locator('.strip').getByText('داریم نتیجه را می‌پرسیم').waitFor();
    await t.test('nobody knows', () => inspect(page, 'rewards/unknown', { ready: '.strip' }));
    await page.context().close();
  });

  test('ways to earn, the profile, invitations, tiers, gifts, plans, partners', async (t) => {
    const page = await visit('elham');
    await openPanel(page);
    await place(page, 'earn');
    await t.test('ways, caps and a claim', () => inspect(page, 'earn/ways', { ready: '[data-rule=visit]' }));
    await panel(page).locator('[data-rule=visit]').getByRole('button').click();
    await panel(page).locator('[data-rule=visit] .done').waitFor();
    await t.test('claimed', () => inspect(page, 'earn/claimed', { ready: '[data-rule=visit] .done' }));
    await panel(page).locator('[data-profile]').click();
    await t.test('the profile’s form', () => inspect(page, 'profile/form', { ready: 'form' }));
    await body(page).locator('form [name=day]').selectOption('9');
    const submit = () => body(page).locator('form [type=submit]').click();
    await t.test('half a birthday', () => inspect(page, 'profile/half', { ready: '.strip.bad', again: submit }));
    await place(page, 'refer');
    await t.test('invitations', () => inspect(page, 'refer/code', { ready: '.code' }));
    await place(page, 'history');
    for (const [n, name] of ['all', 'came', 'left'].entries()) {
      await panel(page).locator('.filter .btn').nth(n).click();
      await panel(page).locator('.filter .btn').nth(n).and(panel(page).locator('[aria-pressed=true]')).waitFor();
      await t.test(`history: ${name}`, () => inspect(page, `history/${name}`, { ready: '.filter' }));
    }
    for (const [view, name, ready] of [['tiers', 'tiers/all', '.level'], ['offers', 'offers/list', '[data-offer]'], ['membership', 'plans/offered', '[data-plan]'], ['partners', 'partners/list', '[data-reward]']]) {
      await go(page, view, ready);
      await t.test(name, () => inspect(page, name, { ready }));
    }
    await go(page, 'offers', '[data-offer]');
    const takeOne = () => body(page).locator('[data-offer] .btn.main').first().click();
    await t.test('a gift was taken', () => inspect(page, 'offers/taken', { ready: '.strip.good', again: takeOne }));
    await stage.asShop('PUT', '/v1/members/elham/membership', { id: 'pay-1', plan: 'yearly', renews: true });
    await page.evaluate(() => window.vafa.refresh());
    await go(page, 'membership', '[data-plan]');
    await body(page).getByText('خودش تمدید می‌شود').waitFor();
    await t.test('a plan that runs', () => inspect(page, 'plans/mine', { ready: '[data-plan]' }));
    await page.context().close();
  });

  test('complaints', async (t) => {
    const page = await visit('neda');
    await openPanel(page);
    await page.context().route('**/v1/me/complaints*', (route) => route.abort());
    await go(page, 'complaints', '.empty');
    await t.test('they do not come', () => inspect(page, 'complaints/lost', { ready: '.empty' }));
    await page.context().unroute('**/v1/me/complaints*');
    await press(page, 'دوباره امتحان کن');
    await body(page).getByText('شکایتی نداری').waitFor();
    await t.test('none', () => inspect(page, 'complaints/none', { ready: '.empty' }));
    await press(page, 'ثبت شکایت');
    const send = () => body(page).locator('form .btn.main').click();
    await t.test('something is missing', () => inspect(page, 'complaints/missing', { ready: '.strip', again: send }));
    await body(page).getByRole('radio', { name: 'ارسال' }).check();
    await body(page).locator('textarea').fill('سلام، بستهٔ من هنوز نرسیده است.');
    await t.test('a new one', () => inspect(page, 'complaints/new', { ready: 'form' }));
    await press(page, 'بفرست');
    const chip = (state) => body(page).locator(`.chip[data-state=${state}]`).waitFor();
    await chip('open');
    await t.test('filed', () => inspect(page, 'complaints/open', { ready: '.talk' }));
    const [{ id }] = (await stage.asMember('neda', 'GET', '/v1/me/complaints')).body.complaints;
    const desk = (what, json) => stage.asShop('POST', `/v1/complaints/${id}/${what}`, json);
    await desk('messages', { text: 'بسته‌ات امروز با پیک فرستاده شد و فردا می‌رسد. ببخش که دیر شد.' });
    await page.evaluate(() => window.vafa.refresh());
    await chip('answered');
    await t.test('answered', () => inspect(page, 'complaints/answered', { ready: '.say:nth-child(2)' }));
    await desk('resolve');
    await page.evaluate(() => window.vafa.refresh());
    await chip('resolved');
    await t.test('to be judged', () => inspect(page, 'complaints/judge', { ready: '.next' }));
    await press(page, 'بله، حل شد');
    await chip('closed');
    await t.test('closed', () => inspect(page, 'complaints/closed', { ready: '.next' }));
    await press(page, 'برگشت');
    await body(page).locator('.link').first().waitFor();
    await t.test('the list', () => inspect(page, 'complaints/list', { ready: '.link' }));
    await page.context().close();
  });

  for (const kind of KINDS) {
    test(`a survey: ${kind}`, async (t) => {
      // By who is no longer asked anything else meanwhile.
      const page = await visit('elham');
      await page.evaluate((id) => window.vafa.push(['ask', id]), `srv_${kind}`);
      await prompt(page).waitFor();
      await t.test('the question', () => inspect(page, `survey/${kind}`, { selector: '.prompt' }));
      const [low, high] = { csat: [2, 5], nps: [3, 9], ces: [2, 7], cli: [2, 6] }[kind];
      const score = (n) => prompt(page).locator(`[data-score="${n}"]`).click();
      if (kind === 'cli') {
        for (const said of ['۲ از ۳', '۳ از ۳']) {
          await score(high);
          await prompt(page).getByText(said, { exact: true }).waitFor();
        }
        await t.test('the last of three', () => inspect(page, 'survey/cli-third', { selector: '.prompt' }));
      }
      const [first, then] = kind === 'csat' ? [high, low] : [low, high];
      await score(first);
      await prompt(page).locator('textarea').waitFor();
      await t.test('a word more', () => inspect(page, `survey/${kind}-${first}`, { selector: '.prompt', ready: 'textarea' }));
      await score(then);
      await prompt(page).locator(`[data-score="${then}"][aria-checked=true]`).waitFor();
      await t.test('a word more, of somebody else', () => inspect(page, `survey/${kind}-${then}`, { selector: '.prompt', ready: 'textarea' }));
      await prompt(page).locator('.btn.main').click();
      // Whoever has the keyboard in the thanks keeps it standing.
      const stay = async () => {
        // By a key, so that the browser takes it for the keyboard's.
        await page.keyboard.press('F2');
        await prompt(page).locator('.btn.square').focus();
      };
      await stay();
      await prompt(page).locator('.thanks').waitFor();
      await t.test('the thanks', () => inspect(page, `survey/${kind}-thanks`, { selector: '.prompt', ready: '.thanks', again: stay }));
      await page.context().close();
    });
  }

  test('a member who has only come, and a server that is not there', async (t) => {
    const page = await visit('neda');
    await page.context().route(cut, () => {});
    await launcher(page).click();
    await panel(page).locator('.skeleton').waitFor();
    await t.test('nothing has come yet', () => inspect(page, 'trouble/loading', { ready: '.skeleton' }));
    await page.close();
    const again = await page.context().newPage();
    await page.context().unroute(cut);
    await page.context().route(cut, (route) => route.abort());
    await again.goto(stage.shop);
    await openPanel(again);
    await panel(again).locator('.empty .btn').waitFor();
    await t.test('the first load fails', () => inspect(again, 'trouble/error', { ready: '.empty .btn' }));
    await page.context().unroute(cut);
    await page.context().route(cut, (route) => route.fulfill({
      status: 503, contentType: 'application/problem+json', headers: { 'access-control-allow-origin': '*', 'retry-after': '1' },
      body: JSON.stringify({ code: 'stopping', title: 'The server is stopping', status: 503 }),
    }));
    await panel(again).locator('.empty .btn').click();
    await panel(again).locator('.empty .btn').waitFor();
    await t.test('out of service', () => inspect(again, 'trouble/out-of-service', { ready: '.empty .btn' }));
    await page.context().unroute(cut);
    await eventually(async () => {
      await panel(again).locator('.empty .btn').click({ timeout: 500 }).catch(() => {});
      return panel(again).locator('.balance').count();
    }, 1, 'the balance');
    for (const [view, name] of [['home', 'home/new-member'], ['rewards', 'rewards/out-of-reach'], ['refer', 'refer/nobody'], ['history', 'history/new-member']]) {
      await place(again, view);
      await t.test(name, () => inspect(again, name));
    }
    await place(again, 'home');
    await page.context().route(cut, (route) => route.abort());
    await again.evaluate(() => window.vafa.refresh());
    await panel(again).locator('.strip').waitFor();
    await t.test('offline: what was known, marked as old', () => inspect(again, 'trouble/offline', { ready: '.strip' }));
    await page.context().unroute(cut);
    await page.context().route(/\/care-\w+\.wasm$/, (route) => route.abort());
    await again.reload();
    await openPanel(again);
    await place(again, 'history', { begun: true });
    await panel(again).locator('.empty .btn').waitFor();
    await t.test('a place does not come', () => inspect(again, 'trouble/part', { ready: '.empty .btn' }));
    await page.context().close();
  });

  test('after an order', async (t) => {
    const page = await visit('navid');
    await buy(page);
    await prompt(page).waitFor();
    await t.test('the merchant’s question', () => inspect(page, 'survey/after-order', { selector: '.prompt' }));
    await page.context().close();
  });

  test('a panel in the page', async (t) => {
    for (const who of ['guest', 'elham']) {
      const page = await visit(who, { path: '/club' });
      const widget = 'vafa-widget:not([floating])';
      await page.locator(`${widget} ${who === 'guest' ? '.steps' : '.balance'}`).waitFor();
      await t.test(who, () => inspect(page, `inline/${who === 'guest' ? 'guest' : 'member'}`, { widget }));
      await page.context().close();
    }
  });

  test('a club without points', async (t) => {
    const page = await visit('neda', { on: plain });
    await openPanel(page);
    await body(page).locator('.balance.money').waitFor();
    for (const view of ['home', 'earn', 'rewards', 'refer']) {
      await place(page, view);
      assert.doesNotMatch(await body(page).innerText(), view === 'refer' ? /^$/ : /امتیاز/, view);
      await t.test(view, () => inspect(page, `no-points/${view}`));
    }
    await page.context().close();
  });
});
