// Surveys: shown once, stored, and not asked again: not after a reload, not in a second tab, not on another device.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, buy, eventually, openPanel, panel, picture } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

const prompt = (page) => page.locator('vafa-widget .prompt');
/** Waits until the engine has asked the server and decided, then says whether a prompt stands. */
const asked = async (page) => {
  await eventually(() => page.evaluate(() => window.vafaAsked ?? 0), (n) => n > 0, 'the engine’s questions');
  return prompt(page).count();
};
/** Counts snapshots that have arrived; the engine decides right after each. */
const countSnapshots = (page) => page.on('response', (response) => {
  if (response.url().endsWith('/v1/me')) page.evaluate(() => requestAnimationFrame(() => requestAnimationFrame(() => { window.vafaAsked = (window.vafaAsked ?? 0) + 1; }))).catch(() => {});
});

test('after an order the CSAT prompt appears once; its answer is stored and it is not asked again', async () => {
  const page = await stage.visit('neda');
  const order = await buy(page);
  await prompt(page).waitFor();
  assert.match(await prompt(page).innerText(), /خرید/);
  await picture(page, 'surveys-1-csat');

  // A second tab on the same thank-you page, while the first one still asks.
  const second = await page.context().newPage();
  countSnapshots(second);
  await second.goto(page.url());
  await second.locator('[data-order]').waitFor();
  assert.equal(await asked(second), 0, 'the second tab does not ask');

  await prompt(page).locator('[data-score="4"]').click();
  await prompt(page).locator('textarea').fill('بسته‌بندی عالی بود');
  await prompt(page).locator('.btn.main').click();
  await prompt(page).locator('.thanks').waitFor();
  await picture(page, 'surveys-2-thanks');
  const rows = await eventually(
    () => stage.query('SELECT scores, comment, completed, points FROM responses WHERE scope = ?', order),
    (all) => all.length === 1 && all[0].completed === 1, 'the stored response');
  assert.deepEqual(rows, [{ scores: '[4]', comment: 'بسته‌بندی عالی بود', completed: 1, points: 20 }]);
  const paid = await stage.asMember('neda', 'GET', '/v1/me');
  assert.equal(paid.body.entries.filter((e) => e.reason === 'survey').length, 1, 'the answer is paid once');

  countSnapshots(page);
  await page.reload();
  await page.locator('[data-order]').waitFor();
  assert.equal(await asked(page), 0, 'not after a reload');

  const elsewhere = await stage.visit('neda');
  countSnapshots(elsewhere);
  await elsewhere.evaluate((id) => window.vafa.order({ id, total: 1 }), order);
  assert.equal(await asked(elsewhere), 0, 'not on another device');
  await page.context().close();
  await elsewhere.context().close();
});

test('NPS comes by its own rules: asked of a member of long standing, left alone for 30 days after a dismissal', async () => {
  const page = await stage.visit('parsa');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => window.vafa.refresh());
  await prompt(page).waitFor();
  assert.equal(await prompt(page).getByRole('radio').count(), 11);
  await picture(page, 'surveys-3-nps');
  await prompt(page).getByRole('button', { name: 'بستن' }).click();
  const dismissed = () => stage.query("SELECT dismissed_at FROM prompts WHERE survey = 'srv_recommend' AND dismissed_at IS NOT NULL");
  await eventually(async () => (await dismissed()).length, 1, 'the stored dismissal');

  const elsewhere = await stage.visit('parsa');
  countSnapshots(elsewhere);
  await elsewhere.evaluate(() => window.vafa.refresh());
  await openPanel(elsewhere);
  await panel(elsewhere).locator('.balance').waitFor();
  await elsewhere.keyboard.press('Escape');
  assert.equal(await asked(elsewhere), 0, 'not again so soon');
  await page.context().close();
  await elsewhere.context().close();
});

test('a member without orders is not asked for NPS', async () => {
  const page = await stage.visit('neda');
  countSnapshots(page);
  await openPanel(page);
  await page.keyboard.press('Escape');
  await page.evaluate(() => window.vafa.refresh());
  assert.equal(await asked(page), 0);
  await page.context().close();
});

test('an NPS answer counts at the server, pays its points, and leads a promoter to the invitation', async () => {
  const page = await stage.visit('elham');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.keyboard.press('Escape');
  const before = (await stage.asMember('elham', 'GET', '/v1/me')).body;
  assert.ok(before.prompts.some((one) => one.survey_id === 'srv_recommend'), 'the server lets her answer');
  await page.evaluate(() => window.vafa.refresh());
  await prompt(page).locator('[data-score="9"]').click();
  await prompt(page).locator('textarea').fill('چای لاهیجان');
  await prompt(page).locator('.btn.main').click();
  await prompt(page).locator('.thanks').waitFor();
  await prompt(page).hover(); // it stays for who looks at it
  assert.equal(await prompt(page).locator('.code').innerText(), before.referral.code);
  await picture(page, 'surveys-4-promoter');
  const rows = await eventually(
    () => stage.query("SELECT scores, comment, completed, verified, points FROM responses WHERE survey = 'srv_recommend'"),
    (all) => all.length === 1 && all[0].completed === 1, 'the stored response');
  assert.deepEqual(rows, [{ scores: '[9]', comment: 'چای لاهیجان', completed: 1, verified: 1, points: 40 }]);
  const { body } = await stage.asShop('GET', '/v1/insights/nps?survey=srv_recommend');
  assert.deepEqual(body.survey.counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  const now = (await stage.asMember('elham', 'GET', '/v1/me')).body;
  const paid = now.entries.filter((entry) => entry.reason === 'survey');
  assert.deepEqual(paid.map((entry) => entry.points), [40], 'paid once, as promised');
  assert.ok(!now.prompts.some((one) => one.survey_id === 'srv_recommend'), 'and not to be answered again');

  await prompt(page).getByRole('button', { name: 'دوستت را مهمان کن' }).click();
  await panel(page).locator('[data-view=refer][aria-selected=true]').waitFor();
  assert.equal(await prompt(page).count(), 0);
  await page.context().close();
});
