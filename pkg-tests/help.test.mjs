// How the club works: the server's own account of the program, for members and for guests, kept for a visit without it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect } from './looks.mjs';
import { Stage, eventually, openPanel, panel } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage?.close());

const body = (page) => panel(page).locator('.body');
const headings = (page) => body(page).locator('summary').allInnerTexts();
const told = async (language) => {
  const answer = await fetch(`${stage.api}/v1/programs/demo/guide?language=${language}&key=${stage.keys.publishable_key}`);
  return (await answer.json()).guide.sections;
};
const guideOf = (page) => {
  page.guides = 0;
  page.on('request', (request) => { if (/\/guide\?/.test(request.url())) page.guides += 1; });
  return page;
};

test('a member gets there from home, reads it section by section, and comes back', async () => {
  const context = await stage.visitor();
  const wasm = [];
  context.on('request', (request) => { if (request.url().endsWith('.wasm')) wasm.push(request.url()); });
  const page = guideOf(await stage.visit('navid', { context }));
  await openPanel(page);
  await body(page).locator('.balance').waitFor();
  assert.ok(!wasm.some((url) => /help-/.test(url)), 'home needs nothing of it');
  await body(page).locator('[data-more=help]').click();
  await body(page).locator('details').first().waitFor();
  const sections = await told('fa');
  assert.ok(sections.length > 5);
  assert.deepEqual(await headings(page), sections.map(({ heading }) => heading));
  assert.deepEqual(await body(page).locator('details[open] li').allInnerTexts(), sections[0].lines);
  // By the keyboard: another section opens, and stays so when the panel is drawn anew.
  const third = body(page).locator('details').nth(2);
  await third.locator('summary').focus();
  await page.keyboard.press('Enter');
  await third.locator('li').first().waitFor();
  await page.evaluate(() => window.vafa.refresh());
  await eventually(() => third.locator('li').allInnerTexts(), (lines) => String(lines) === String(sections[2].lines), 'the third section');
  await page.evaluate(() => window.vafa.setLanguage('en'));
  const english = await told('en');
  await eventually(async () => String(await headings(page)), String(english.map(({ heading }) => heading)), 'the headings in English');
  assert.equal(page.guides, 2, 'asked once in each language');
  await body(page).getByRole('button', { name: 'Back' }).click();
  await body(page).locator('.balance').waitFor();
  assert.deepEqual(page.words, []);
  await context.close();
});

test('a guest gets there from the steps, and comes back to them', async (t) => {
  const page = await stage.visit('guest', { reducedMotion: 'reduce', hasTouch: true });
  await openPanel(page);
  await body(page).getByRole('button', { name: 'بیشتر بدان' }).click();
  await body(page).locator('details').first().waitFor();
  assert.deepEqual(await headings(page), (await told('fa')).map(({ heading }) => heading));
  await t.test('from all sides', () => inspect(page, 'help', { ready: 'details' }));
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  await body(page).getByRole('button', { name: 'برگشت' }).click();
  await body(page).locator('.steps').waitFor();
  await page.evaluate(() => { window.vafa.close(); window.vafa.open('help'); });
  await body(page).locator('details').first().waitFor();
  await page.context().close();
});

test('what does not arrive can be asked for again, and what came once is there without the server', async (t) => {
  const page = await stage.visit('elham', { reducedMotion: 'reduce', hasTouch: true });
  const guide = (url) => /\/guide$/.test(url.pathname);
  await page.context().route(guide, (route) => route.abort());
  await openPanel(page);
  await body(page).locator('[data-more=help]').click();
  await body(page).locator('.empty .btn').waitFor();
  await t.test('the error', () => inspect(page, 'help-error', { ready: '.empty .btn' }));
  await page.context().unroute(guide);
  await body(page).locator('.empty .btn').click();
  await body(page).locator('details').first().waitFor();
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  await body(page).locator('details li').first().waitFor();
  await eventually(async () => (await headings(page))[0], 'امتیاز گرفتن', 'the first heading');
  const own = await headings(page);
  await page.context().route(guide, (route) => route.abort());
  await page.reload();
  await openPanel(page);
  await body(page).locator('[data-more=help]').click();
  await body(page).locator('details').first().waitFor();
  assert.deepEqual(await headings(page), own);
  await page.context().close();
});
