// <vafa-points> and <vafa-tier>: on a shop's own page, from what the last visit left.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Shopfront } from './installed.mjs';
import { Stage, balance, eventually, launcher, numberIn, openPanel, panel, picture } from './stage.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let stage, front, member;
before(async () => {
  front = await Shopfront.open();
  stage = await Stage.open({ origins: [front.origin] });
  front.answers['/club-token'] = () => (member ? stage.token(member) : '');
  front.answers['/'] = () => `<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>فروشگاه</title><link rel="icon" href="data:,">
    <style>header { color: rgb(10, 20, 30); font: 18px serif } vafa-tier { max-width: 320px }</style>
    <main><header>امتیاز شما: <vafa-points></vafa-points></header><vafa-tier></vafa-tier><h1>فروشگاه</h1></main>
    <script async src="${stage.api}/v1/vafa.js" data-program="demo" data-key="${stage.keys.publishable_key}"></script>
    <script>window.vafa = window.vafa || []; vafa.push(['identify', () => fetch('/club-token').then((r) => r.text())]);</script>`;
});
after(async () => {
  front?.close();
  await stage?.close();
});

const points = (page) => page.locator('vafa-points [part=points]');
const tier = (page) => page.locator('vafa-tier [part=tier]');
const bar = (page) => page.getByRole('progressbar');

async function visit(context) {
  const page = await context.newPage();
  page.asked = [];
  page.words = [];
  page.on('request', (request) => page.asked.push(new URL(request.url()).pathname));
  page.on('console', (message) => page.words.push(message.text()));
  page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
  await page.goto(front.origin + '/');
  await launcher(page).waitFor();
  return page;
}
const wasm = (page) => page.asked.filter((path) => path.endsWith('.wasm')).length;

test('a member’s first visit starts the engine, the next one paints without it', async () => {
  member = 'navid';
  const context = await stage.visitor();
  const first = await visit(context);
  await points(first).waitFor();
  const shown = await numberIn(points(first));
  assert.ok(shown > 0);
  assert.ok(wasm(first) > 0);
  assert.match(await tier(first).innerText(), /نقره‌ای.*طلایی/s);
  const at = Number(await bar(first).getAttribute('aria-valuenow'));
  assert.ok(at > 0 && at < 100, `${at} per cent`);
  assert.match(await bar(first).getAttribute('aria-valuetext'), /^[۰-۹]+٪ · طلایی$/);
  // From right to left as the page, and in the room that the page gives it.
  const box = (locator) => locator.boundingBox();
  const [whole, filled, here] = await Promise.all([box(bar(first)), box(bar(first).locator('span')), box(tier(first).locator('bdi').first())]);
  assert.ok(here.x >= whole.x + whole.width, 'the tier stands on the right');
  assert.ok(Math.abs(filled.x + filled.width - whole.x - whole.width) <= 2, 'the bar fills from the right');
  assert.ok(Math.abs(filled.width / whole.width - at / 100) < 0.03, `${filled.width} of ${whole.width}`);
  assert.equal((await box(first.locator('vafa-tier'))).width, 320);
  const style = (page) => points(page).evaluate((element) => [getComputedStyle(element).color, getComputedStyle(element).fontSize]);
  assert.deepEqual(await style(first), ['rgb(10, 20, 30)', '18px'], 'the look of its place');
  await picture(first, 'elements');
  await first.evaluate(axe);
  assert.deepEqual(await first.evaluate(async () => (await window.axe.run('main')).violations.map(({ id, nodes }) => [id, nodes.length])), []);
  await openPanel(first);
  assert.equal(await balance(first), shown, 'the panel says the same');
  const drawn = panel(first).locator('.tier [role=progressbar]');
  assert.equal(Number(await drawn.getAttribute('aria-valuenow').then((value) => value.replace(/[۰-۹]/g, (d) => d.charCodeAt(0) - 0x6f0))), at);
  assert.deepEqual(first.words, []);
  await first.close();

  const second = await visit(context);
  await points(second).waitFor();
  assert.equal(await numberIn(points(second)), shown);
  await tier(second).waitFor();
  // Its files may be fetched at idle, for a member who has opened the panel; nothing of them runs.
  assert.equal(await second.evaluate(() => window.vafa.explain().engine), 'idle');

  // Added later, and in another language.
  await second.evaluate(() => document.querySelector('h1').append(document.createElement('vafa-points')));
  await eventually(() => points(second).count(), 2, 'elements with points');
  await openPanel(second);
  await second.evaluate(() => window.vafa.setLanguage('en'));
  await eventually(() => points(second).first().innerText(), (words) => /[0-9]/.test(words), 'points in Latin digits');
  assert.match(await tier(second).innerText(), /Silver.*Gold/s);

  // Nobody, and somebody else, without a reload.
  member = '';
  await second.evaluate(() => window.vafa.logout());
  await eventually(() => points(second).count(), 0, 'elements with points');
  assert.equal(await tier(second).count(), 0);
  member = 'parsa';
  await second.evaluate(() => window.vafa.identify(() => fetch('/club-token').then((r) => r.text())));
  await eventually(() => points(second).count(), 2, 'elements with points');
  assert.notEqual(await numberIn(points(second).first()), shown);
  await context.close();
});

test('a guest has neither, and pays for nothing', async () => {
  member = '';
  const context = await stage.visitor();
  const page = await visit(context);
  await eventually(() => page.asked.filter((path) => path === '/club-token').length, 1, 'requests for a token');
  assert.equal(await page.locator('vafa-points').evaluate((element) => element.shadowRoot.childElementCount), 0);
  assert.equal(wasm(page), 0);
  // Who logs in without a reload is known by the page's word.
  member = 'elham';
  await page.evaluate(() => window.vafa.identify(() => fetch('/club-token').then((r) => r.text())));
  await points(page).waitFor();
  assert.ok((await numberIn(points(page))) > 0);
  assert.deepEqual(page.words, []);
  await context.close();
});

test('their file does not come: the shop never notices', async () => {
  member = 'neda';
  const context = await stage.visitor();
  await context.route(/\/elements-\w+\.js$/, (route) => route.fulfill({ status: 404, body: 'no such file' }));
  const page = await visit(context);
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  assert.equal(await points(page).count(), 0);
  assert.deepEqual(page.words.filter((line) => /vafa|uncaught/.test(line) && !/Failed to load resource/.test(line)), []);
  await context.close();
});
