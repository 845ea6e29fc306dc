// A friend follows an invitation: the panel says what it brings, the claim is made once and goes along when they join;
// and where it brings nothing, it says why.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Shopfront } from './installed.mjs';
import { inspect } from './looks.mjs';
import { Stage, eventually, launcher, openPanel, panel } from './stage.mjs';

let stage, front;
before(async () => {
  front = await Shopfront.open();
  stage = await Stage.open({ origins: [front.origin] });
});
after(async () => {
  front?.close();
  await stage?.close();
});

const codeOf = async (sub, at = stage) => (await at.asMember(sub, 'GET', '/v1/me')).body.referral.code;
const friends = async (sub) => (await stage.asMember(sub, 'GET', '/v1/me')).body.referral.friends;
const claims = async (at = stage) => (await at.query('SELECT COUNT(*) AS n FROM claims'))[0].n;
const card = (page) => panel(page).locator('.invited');
const kept = (page, name) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), `vafa:demo:v1:${name}`);
const touch = { reducedMotion: 'reduce', hasTouch: true };

test('a guest is told of the gift at once, keeps it, and joins with it at the shop', async (t) => {
  const [code, before] = [await codeOf('navid'), await claims()];
  const page = await stage.visit('guest', { ...touch, path: `/?vafa_ref=${code}` });
  await card(page).waitFor();
  assert.match(await card(page).innerText(), /هدیه فرستاده[^]*بالای ۳۰۰٬۰۰۰ تومان، ۳۰۰ امتیاز هدیه می‌گیری. تا /);
  assert.equal(await claims(), before + 1);
  await t.test('from all sides', () => inspect(page, 'invited', { ready: '.invited' }));
  // The same address again neither claims nor opens again.
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.reload();
  await eventually(() => kept(page, 'ref'), null, 'the invitation that is to be seen to');
  assert.equal(await panel(page).count(), 0);
  await openPanel(page);
  await card(page).waitFor();
  assert.equal(await claims(), before + 1);
  await panel(page).getByRole('button', { name: 'عضو شو' }).click();
  await page.locator('#join-name').fill('سارا');
  await page.locator('#join-submit').click();
  await eventually(async () => (await friends('navid')).map(({ state }) => state).filter((state) => state === 'joined').length, 1, 'friends who joined');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await eventually(() => kept(page, 'claim'), null, 'the claim of who is in');
  assert.deepEqual(page.words, []);
  await page.context().close();
});

test('an answer that is lost makes no second claim', async () => {
  const [code, before] = [await codeOf('elham'), await claims()];
  const context = await stage.visitor();
  const keys = [];
  await context.route(/\/claims\?/, async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  const page = await stage.visit('guest', { context, path: `/?vafa_ref=${code}` });
  await eventually(() => keys.length, 1, 'claims sent');
  await eventually(() => page.evaluate(() => window.vafa.explain().engine), 'running', 'the engine');
  await eventually(async () => {
    await page.evaluate(() => window.vafa.refresh());
    return keys.length;
  }, (n) => n > 1, 'claims sent');
  await card(page).waitFor();
  assert.equal(new Set(keys).size, 1);
  assert.equal(await claims(), before + 1);
  await context.close();
});

test('a code that nobody has brings nothing, and one may join all the same', async (t) => {
  const page = await stage.visit('guest', { ...touch, path: '/?vafa_ref=AAAA-BBBB-CCCC' });
  await card(page).waitFor();
  assert.match(await card(page).innerText(), /هدیه‌ای ندارد[^]*پیدا نشد/);
  await t.test('from all sides', () => inspect(page, 'invited-unknown', { ready: '.invited' }));
  await panel(page).getByRole('button', { name: /^(Join|عضو شو)$/ }).waitFor();
  assert.equal(await kept(page, 'claim'), null);
  await page.context().close();
});

test('an invitation whose time is over says so, and is not named when joining', async () => {
  const page = await stage.visit('guest', { path: `/?vafa_ref=${await codeOf('elham')}` });
  await card(page).waitFor();
  await page.evaluate(() => {
    const key = 'vafa:demo:v1:claim';
    localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), expires_at: '2026-01-01T00:00:00Z' }));
  });
  await page.goto(`${stage.shop}/`);
  await openPanel(page);
  assert.match(await card(page).innerText(), /مهلت این دعوت گذشته/);
  await page.evaluate(() => { window.vafa.hook('join', (offer) => { window.offered = offer; }); });
  await panel(page).getByRole('button', { name: 'عضو شو' }).click();
  assert.deepEqual(await eventually(() => page.evaluate(() => window.offered), Boolean, 'what the hook got'), { claim_id: null });
  await page.context().close();
});

test('a member is told that it is their own, or for newcomers; nothing is claimed', async () => {
  const [own, other, before] = [await codeOf('navid'), await codeOf('parsa'), await claims()];
  for (const [code, says] of [[own.toLowerCase(), /دعوت خودت است/], [other, /تو عضو باشگاهی/]]) {
    const page = await stage.visit('navid', { path: `/?vafa_ref=${code}` });
    await panel(page).waitFor();
    await eventually(() => panel(page).locator('.strip').innerText(), (words) => says.test(words), 'what is said');
    await panel(page).locator('.balance').waitFor();
    assert.equal(await kept(page, 'ref'), null);
    await page.context().close();
  }
  assert.equal(await claims(), before);
});

test('who is logged in and in no club claims it, and joins with it in the panel', async () => {
  await stage.asShop('DELETE', '/v1/members/neda');
  const before = await claims();
  const page = await stage.visit('neda', { path: `/?vafa_ref=${await codeOf('parsa')}` });
  await card(page).waitFor();
  await panel(page).getByRole('button', { name: 'عضو شو' }).click();
  await panel(page).locator('.balance').waitFor();
  assert.deepEqual((await friends('parsa')).map(({ state }) => state), ['joined']);
  assert.equal(await claims(), before + 1);
  await page.context().close();
});

test('where the shop hides the launcher, no panel opens by itself; the invitation waits', async () => {
  const tag = (more) => `<script async src="${stage.api}/v1/vafa.js" data-program="demo" data-key="${stage.keys.publishable_key}" ${more}></script>`;
  front.answers['/'] = () => `<!doctype html><html lang="fa"><meta charset="utf-8"><title>فروشگاه</title><link rel="icon" href="data:,"><h1>فروشگاه</h1>${tag('data-hide-on="/"')}`;
  front.answers['/shown'] = () => front.answers['/']().replace('data-hide-on="/"', '');
  const context = await stage.visitor();
  const page = await context.newPage();
  await page.goto(`${front.origin}/?vafa_ref=${await codeOf('elham')}`);
  await eventually(() => kept(page, 'claim'), Boolean, 'the claim');
  await eventually(() => kept(page, 'ref'), null, 'the invitation that is to be seen to');
  assert.equal(await panel(page).count(), 0);
  await page.goto(`${front.origin}/shown`);
  await launcher(page).click();
  await card(page).waitFor();
  await context.close();
});

test('a network that opens too many, and a club without referral, are told apart', async () => {
  const few = await Stage.open({ program: (demo) => ({ ...demo, referral: { ...demo.referral, per_address: 1 } }) });
  try {
    const code = await codeOf('navid', few);
    for (const [says, named] of [[/۳۰۰ امتیاز هدیه/, /^clm_/], [/بیش از اندازه/, /^null$/]]) {
      const page = await few.visit('guest', { path: `/?vafa_ref=${code}` });
      await card(page).waitFor();
      assert.match(await card(page).innerText(), says);
      await page.evaluate(() => { window.vafa.hook('join', (offer) => { window.offered = offer; }); });
      await panel(page).getByRole('button', { name: 'عضو شو' }).click();
      const offered = await eventually(() => page.evaluate(() => window.offered), Boolean, 'what the hook got');
      assert.match(String(offered.claim_id), named);
      await page.context().close();
    }
  } finally {
    await few.close();
  }
  const none = await Stage.open({ program: ({ referral, ...demo }) => demo });
  try {
    for (const [who, where] of [['guest', '.invited'], ['navid', '.strip']]) {
      const page = await none.visit(who, { path: '/?vafa_ref=AAAA-BBBB-CCCC' });
      await panel(page).locator(where).waitFor();
      assert.match(await panel(page).locator(where).innerText(), /فعلاً بسته/);
      await page.context().close();
    }
  } finally {
    await none.close();
  }
});
