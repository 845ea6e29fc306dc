// <vafa-earn>: what a product or the basket would bring, on a shop's own page, by the server's rules and without the engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Shopfront } from './installed.mjs';
import { Stage, eventually, launcher, picture } from './stage.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DAY = 86_400_000;
let stage, front, member, elements;

before(async () => {
  front = await Shopfront.open();
  stage = await Stage.open({
    origins: [front.origin],
    program: (demo) => ({
      ...demo,
      earning: {
        ...demo.earning,
        purchase: { ...demo.earning.purchase, multiplier_max: 40_000, base: { excluded_categories: ['card'] } },
        campaigns: [{
          id: 'spring', title: { fa: 'بهاره', en: 'Spring' }, multiplier: 20_000, minimum_order: 10_000_000,
          starts_at: new Date(Date.now() - DAY).toISOString(), ends_at: new Date(Date.now() + DAY).toISOString(),
        }],
      },
    }),
  });
  front.answers['/club-token'] = () => (member ? stage.token(member) : '');
  front.answers['/'] = () => `<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>فروشگاه</title><link rel="icon" href="data:,">
    <style>p { color: rgb(10, 90, 30); font: 18px serif }</style><main><h1>فروشگاه</h1>${elements}</main>
    <script async src="${stage.api}/v1/vafa.js" data-program="demo" data-key="${stage.keys.publishable_key}"></script>
    <script>window.vafa = window.vafa || []; vafa.push(['identify', () => fetch('/club-token').then((r) => r.text())]);</script>`;
});
after(async () => {
  front?.close();
  await stage?.close();
});

const said = (page, id) => page.locator(`#${id}`).evaluate((element) => element.shadowRoot?.textContent ?? '');
const says = (page, id, words) => eventually(() => said(page, id), words, `what ${id} says`);

async function visit(context) {
  const page = await context.newPage();
  Object.assign(page, { asked: [], words: [] });
  page.on('request', (request) => page.asked.push([new URL(request.url()).pathname, request.postData()]));
  page.on('console', (message) => page.words.push(message.text()));
  page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
  await page.goto(front.origin + '/');
  await launcher(page).waitFor();
  return page;
}
const questions = (page) => page.asked.filter(([path]) => path.endsWith('/earnings'));
const wasm = (page) => page.asked.filter(([path]) => path.endsWith('.wasm')).length;

test('a guest is told the base figure, with campaigns and without what is excluded, in one request', async () => {
  member = '';
  elements = `<p><vafa-earn id="tea" amount="2450000" sku="tea" category="tea"></vafa-earn></p>
    <p><vafa-earn id="samovar" amount="12000000"></vafa-earn></p><p><vafa-earn id="card" amount="2450000" category="card"></vafa-earn></p>
    <p><vafa-earn id="crumb" amount="9999"></vafa-earn></p><p><vafa-earn id="odd" amount="much"></vafa-earn></p><p><vafa-earn id="basket"></vafa-earn></p>`;
  const context = await stage.visitor();
  const page = await visit(context);
  await says(page, 'tea', 'با این خرید ۲۴۵ امتیاز می‌گیری');
  assert.equal(await said(page, 'samovar'), 'با این خرید ۲٬۴۰۰ امتیاز می‌گیری');
  for (const id of ['card', 'crumb', 'odd', 'basket']) assert.equal(await said(page, id), '', id);
  assert.equal(questions(page).length, 1);
  assert.equal(JSON.parse(questions(page)[0][1]).baskets.length, 4);
  assert.equal(wasm(page), 0);
  const look = await page.locator('#tea').evaluate((element) => {
    const { color, fontSize } = getComputedStyle(element.shadowRoot.querySelector('[part=earn]'));
    return [color, fontSize];
  });
  assert.deepEqual(look, ['rgb(10, 90, 30)', '18px'], 'the look of its place');
  await picture(page, 'foretelling');
  await page.evaluate(axe);
  assert.deepEqual(await page.evaluate(async () => (await window.axe.run('main')).violations.map(({ id }) => id)), []);

  // Another amount, another category; then the basket, as often as it changes.
  await page.locator('#tea').evaluate((element) => element.setAttribute('amount', '4900000'));
  await says(page, 'tea', 'با این خرید ۴۹۰ امتیاز می‌گیری');
  await page.locator('#tea').evaluate((element) => element.setAttribute('category', 'card'));
  await says(page, 'tea', '');
  const cart = (cart) => page.evaluate((told) => window.vafa.cart(told), cart);
  await cart({ total: 5_000_000, items: [{ sku: 'tea', category: 'tea', amount: 3_000_000 }, { sku: 'gift', category: 'card', amount: 2_000_000 }] });
  await says(page, 'basket', 'با این خرید ۳۰۰ امتیاز می‌گیری');
  await cart({ total: 5_000_000 });
  await says(page, 'basket', 'با این خرید ۵۰۰ امتیاز می‌گیری');
  await cart({ total: 0, items: [] });
  await says(page, 'basket', '');
  const before = questions(page).length;
  await cart({ total: 5_000_000 });
  await says(page, 'basket', 'با این خرید ۵۰۰ امتیاز می‌گیری');
  assert.equal(questions(page).length, before, 'what is known is not asked again');
  await page.evaluate(() => window.vafa.setLanguage('en'));
  await says(page, 'basket', 'You earn 500 points with this');
  assert.deepEqual(page.words, []);
  await context.close();
});

test('what the page told of its basket before the element was there counts', async () => {
  member = '';
  elements = '';
  const context = await stage.visitor();
  const page = await visit(context);
  await page.evaluate(() => {
    window.vafa.cart({ total: 3_000_000 });
    document.querySelector('main').insertAdjacentHTML('beforeend', '<vafa-earn id="late"></vafa-earn>');
  });
  await says(page, 'late', 'با این خرید ۳۰۰ امتیاز می‌گیری');
  await context.close();
});

test('a member is told what is theirs, at once on the next page, and guests what is everybody’s', async () => {
  member = 'parsa';
  elements = '<vafa-earn id="tea" amount="2450000"></vafa-earn>';
  const context = await stage.visitor();
  const first = await visit(context);
  const { earnings } = (await stage.asMember('parsa', 'POST', '/v1/me/earnings', { language: 'fa', baskets: [{ total: 2_450_000, items: [] }] })).body;
  assert.ok(earnings[0].points > 245, `${earnings[0].points} points for who has a tier that multiplies`);
  await says(first, 'tea', earnings[0].text);
  assert.equal(wasm(first), 0);
  await first.close();
  let free;
  const hold = () => new Promise((done) => { free = done; });
  let held = hold();
  await context.route(/\/earnings/, async (route) => {
    await held;
    await route.continue();
  });
  const second = await visit(context);
  await says(second, 'tea', earnings[0].text);
  await eventually(() => questions(second).length, 1, 'questions');
  free();
  // What is kept is theirs: who comes after sees none of it, even before there is an answer.
  held = hold();
  member = '';
  await second.evaluate(() => window.vafa.logout());
  await eventually(() => questions(second).length, 2, 'questions');
  assert.equal(await said(second, 'tea'), '');
  free();
  await says(second, 'tea', 'با این خرید ۲۴۵ امتیاز می‌گیری');
  held = hold();
  await second.evaluate(() => window.vafa.setLanguage('en'));
  await eventually(() => questions(second).length, 3, 'questions');
  assert.equal(await said(second, 'tea'), '', 'nor what was said in another language');
  free();
  await says(second, 'tea', 'You earn 245 points with this');
  await second.evaluate(() => window.vafa.setLanguage('fa'));
  await says(second, 'tea', 'با این خرید ۲۴۵ امتیاز می‌گیری');
  // Logged in, and in no club: as anybody.
  await stage.asShop('DELETE', '/v1/members/neda');
  member = 'neda';
  await second.locator('#tea').evaluate((element) => element.setAttribute('amount', '3000000'));
  await second.evaluate(() => window.vafa.identify(() => fetch('/club-token').then((r) => r.text())));
  await says(second, 'tea', 'با این خرید ۳۰۰ امتیاز می‌گیری');
  assert.deepEqual(second.words.filter((line) => !/Failed to load resource/.test(line)), []);
  await context.close();
});

test('the server does not answer: the shop never notices, and is told at the next change', async () => {
  member = '';
  elements = '<vafa-earn id="tea" amount="2450000"></vafa-earn>';
  const context = await stage.visitor();
  await context.route(/\/earnings/, (route) => route.abort());
  const page = await visit(context);
  await eventually(() => questions(page).length, 1, 'questions');
  assert.equal(await said(page, 'tea'), '');
  await context.unroute(/\/earnings/);
  await eventually(async () => {
    await page.evaluate(() => window.vafa.cart({ total: 1 }));
    return said(page, 'tea');
  }, 'با این خرید ۲۴۵ امتیاز می‌گیری', 'what it says');
  assert.deepEqual(page.words.filter((line) => /vafa|uncaught/.test(line)), []);
  await context.close();
});

test('in the demo shop it stands on the product and in the basket, and keeps its promise', async () => {
  const page = await stage.visit('navid', { path: '/p/kolucheh-fuman' });
  const words = (locator) => locator.evaluate((element) => element.shadowRoot?.textContent ?? '');
  await eventually(() => words(page.locator('.product vafa-earn')), /امتیاز می‌گیری/.test.bind(/امتیاز می‌گیری/), 'the product’s promise');
  await page.locator('[data-add=kolucheh-fuman]').first().click();
  await page.locator('#nav-basket').click();
  const basket = page.locator('[data-to-checkout] >> xpath=.. >> vafa-earn');
  const one = await eventually(() => words(basket), Boolean, 'the basket’s promise');
  await page.locator('#more-kolucheh-fuman').click();
  await eventually(() => words(basket), (now) => now && now !== one, 'the promise for two');
  await page.context().close();
});
