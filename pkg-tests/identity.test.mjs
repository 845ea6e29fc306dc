// Who is looking: guests, joining, logging in and out, another member. Never by a reload.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, balance, eventually, launcher, openPanel, panel, people, picture } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

const hello = (page) => panel(page).locator('header h2').innerText();

test('a guest sees what the club offers, joins by the shop and is a member at once', async () => {
  const page = await stage.visit();
  await page.evaluate(() => { window.sameDocument = true; });
  await openPanel(page);
  await panel(page).locator('.list .item').first().waitFor();
  assert.match(await panel(page).innerText(), /۱۰۰ امتیاز/, 'the joining bonus is named');
  await picture(page, 'identity-1-guest');
  await panel(page).getByRole('button', { name: 'عضو شو' }).click();
  await page.locator('#join-name').fill('شیرین');
  await page.locator('#join-submit').click();
  await page.locator('#logout').waitFor();
  await openPanel(page);
  await eventually(() => hello(page), (words) => words.includes('شیرین'), 'the greeting');
  await eventually(() => balance(page), 100, 'the joining bonus');
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'the page was never reloaded');
  await page.context().close();
});

test('somebody with a token who is no member joins with one tap, and once', async () => {
  const page = await stage.visit();
  // The shop has said by then that nobody is logged in.
  await page.locator('[data-demo-as=guest][aria-pressed=true]').waitFor();
  const token = await stage.token('newcomer-1');
  await page.evaluate((t) => { window.sameDocument = true; window.vafa.identify(t); }, token);
  await openPanel(page);
  await eventually(() => panel(page).locator('h3').first().innerText(), 'یک قدم مانده', 'the invitation to join');
  const join = panel(page).getByRole('button', { name: 'عضو شو' });
  await join.evaluate((button) => { for (let i = 0; i < 10; i += 1) button.click(); });
  await eventually(() => balance(page), 100, 'the joining bonus');
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  await page.context().close();
});

test('switching member, logging out and in again needs no reload and leaves nothing of the other', async () => {
  const page = await stage.visit();
  await page.evaluate(() => { window.sameDocument = true; });
  const seen = {};
  for (const who of ['navid', 'parsa', 'neda']) {
    await page.locator(`[data-demo-as=${who}]`).click();
    await page.locator(`[data-demo-as=${who}][aria-pressed=true]`).waitFor();
    await openPanel(page);
    await eventually(() => hello(page), (words) => words.includes(people[who]), `the greeting of ${who}`);
    seen[who] = await balance(page);
    await page.keyboard.press('Escape');
    await eventually(() => launcher(page).innerText(), (words) => words.includes(seen[who].toLocaleString('fa-IR').slice(0, 3)), 'the launcher');
  }
  assert.equal(new Set(Object.values(seen)).size, 3, `three balances: ${JSON.stringify(seen)}`);
  await page.locator('[data-demo-as=guest]').click();
  await openPanel(page);
  await panel(page).getByRole('button', { name: 'عضو شو' }).waitFor();
  const left = await page.evaluate(() => JSON.stringify(localStorage));
  for (const name of Object.values(people)) assert.ok(!left.includes(name), `${name} is not left behind`);
  assert.ok(!/امتیاز/.test(await launcher(page).innerText()), 'the launcher shows nobody’s points');
  assert.equal(await page.evaluate(() => window.sameDocument), true, 'the page was never reloaded');
  await page.context().close();
});

test('on the next page the launcher shows the points before any engine runs', async () => {
  const page = await stage.visit('parsa');
  await openPanel(page);
  const points = await balance(page);
  const next = await page.context().newPage();
  const wasm = [];
  next.on('request', (request) => { if (request.url().endsWith('.wasm')) wasm.push(request.url()); });
  await next.route('**/*.wasm', (route) => route.abort());
  await next.goto(stage.shop);
  await eventually(() => launcher(next).innerText(), (words) => words.includes(points.toLocaleString('fa-IR').slice(0, 2)), 'the launcher');
  await page.context().close();
});
