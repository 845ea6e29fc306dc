// The parts of the engine: nobody pays for the panel's before a panel is wanted, nor for that of a place before somebody
// goes there; and when one does not come, nothing else suffers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, asking, balance, eventually, launcher, openPanel, panel, picture, place } from './stage.mjs';

const survey = { id: 'srv_asked', kind: 'csat' };
let stage;
before(async () => {
  stage = await Stage.open({ program: asking(survey) });
});
after(() => stage.close());

const PART = /\/panel-\w+\.wasm$/;
const MAIN = /\/engine-\w+\.wasm$/;
const ours = (page) => page.words.filter((word) => /\[vafa\]|uncaught/.test(word));
const prompt = (page) => page.locator('vafa-widget[floating] .prompt');
const ask = (page) => page.evaluate(() => { window.vafa.push(['ask', 'srv_asked']); });
/** A page whose requests for WebAssembly are listed. */
const watched = async (who, meet) => {
  const context = await stage.visitor();
  const asked = [];
  context.on('request', (request) => { if (request.url().endsWith('.wasm')) asked.push(request.url()); });
  if (meet) await context.route(PART, meet);
  const page = await stage.visit(who, { context });
  await launcher(page).waitFor();
  return { page, context, parts: () => asked.filter((url) => PART.test(url)).length, mains: () => asked.filter((url) => MAIN.test(url)).length };
};

test('a survey comes without the panel’s part, and whoever then reaches for the panel gets it', async () => {
  const { page, context, parts, mains } = await watched('neda');
  await ask(page);
  await prompt(page).waitFor();
  assert.deepEqual([mains(), parts()], [1, 0]);
  await prompt(page).locator('[data-score="5"]').click();
  await eventually(() => stage.query("SELECT scores FROM responses WHERE survey = 'srv_asked'"), (rows) => rows.length > 0, 'the answer');
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  assert.deepEqual([mains(), parts()], [1, 1]);
  assert.deepEqual(ours(page), []);
  await context.close();
});

test('who reaches for the launcher has the part on its way beside the engine', async () => {
  const held = [];
  const { page, context, parts } = await watched('neda');
  await context.route(MAIN, async (route) => {
    await new Promise((done) => { held.push(done); });
    await route.continue();
  });
  await launcher(page).hover();
  await eventually(parts, 1, 'requests for the part while the engine has not come');
  await eventually(() => held.length, 1, 'the engine that is held back');
  held[0]();
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  assert.equal(parts(), 1);
  await context.close();
});

test('who reaches for the launcher has opening rehearsed beside the page, and nobody else', async () => {
  const { page, context } = await watched('navid');
  await context.addInitScript(() => {
    window.vafaMade = [];
    const make = Document.prototype.createElement;
    Document.prototype.createElement = function createElement(tag, ...rest) {
      const made = make.call(this, tag, ...rest);
      window.vafaMade.push(made);
      return made;
    };
  });
  await page.reload();
  const drawn = (selector) => page.evaluate((wanted) => window.vafaMade.filter((one) => one.matches(wanted)).map((one) => one.isConnected), selector);
  // A place for a tier has the panel's part come, with nobody near the launcher.
  await page.evaluate(() => document.body.append(document.createElement('vafa-tier')));
  await page.evaluate(() => window.vafa.refresh());
  await eventually(() => page.evaluate(() => window.vafa.explain().engine), 'running', 'the engine');
  await page.locator('vafa-tier').getByText(/./).first().waitFor();
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(done); }));
  assert.deepEqual(await drawn('.panel, .balance'), []);

  await launcher(page).hover();
  await eventually(() => drawn('.balance'), (made) => made.length > 0, 'the balance, before anybody asks for it');
  assert.deepEqual([...new Set(await drawn('.panel, .balance'))], [false], 'beside the page');
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  assert.deepEqual((await drawn('.panel, .balance')).filter(Boolean), [true, true], 'drawn once more, into the page');
  assert.equal(await panel(page).locator('.skeleton').count(), 0);
  await context.close();
});

test('while the part is on its way the panel stands open with bones in it', async () => {
  let letGo;
  const gate = new Promise((done) => { letGo = done; });
  const { page, context } = await watched('navid', async (route) => {
    await gate;
    await route.continue();
  });
  await openPanel(page);
  await panel(page).locator('.skeleton').waitFor();
  await panel(page).locator('.tab').first().waitFor();
  await picture(page, 'parts-1-coming');
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  await openPanel(page);
  letGo();
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  assert.equal(await panel(page).locator('.skeleton').count(), 0);
  await context.close();
});

for (const [what, who, meet] of [
  ['is not there', 'elham', (route) => route.fulfill({ status: 404, body: 'no such file' })],
  ['is cut off', 'parsa', (route) => route.abort()],
  ['is damaged', 'navid', async (route) => {
    const whole = await route.fetch();
    const body = await whole.body();
    await route.fulfill({ response: whole, body: body.subarray(0, body.length / 2) });
  }],
]) {
  test(`a part that ${what}: said in the panel, asked for again, and the rest lives on`, async () => {
    let bad = true;
    const { page, context } = await watched(who, (route) => (bad ? meet(route) : route.continue()));
    await openPanel(page);
    const again = panel(page).getByRole('button', { name: 'دوباره امتحان کن' });
    await again.waitFor();
    assert.equal(await panel(page).locator('.balance').count(), 0);
    if (what == 'is not there') await picture(page, 'parts-2-lost');
    // In vain at first.
    await again.click();
    await again.waitFor();
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    await ask(page);
    await prompt(page).waitFor();
    await prompt(page).getByRole('button').first().click();
    await prompt(page).waitFor({ state: 'detached' });
    await openPanel(page);
    await again.waitFor();
    bad = false;
    if (what == 'is cut off') {
      // Who opens the panel anew asks anew.
      await page.keyboard.press('Escape');
      await panel(page).waitFor({ state: 'detached' });
      await openPanel(page);
    } else await again.click();
    await eventually(() => balance(page), (n) => n > 0, 'the balance');
    assert.deepEqual(ours(page), []);
    await context.close();
    stage.vafa('check');
  });
}

const PLACES = /\/(club|gifts|earn|care|guest)-\w+\.wasm$/;
const text = (page) => panel(page).locator('.body').innerText();
const again = (page) => panel(page).getByRole('button', { name: 'دوباره امتحان کن' });
/** A key that stands where its sentence should. */
const KEY = /\b[a-z]+\.[a-z_]+\b/;
/** The demo's people have nothing in words of their own that looks like a key. */
const said = async (page) => {
  const words = await text(page);
  assert.doesNotMatch(words, KEY);
  return words;
};

test('home waits for no other part, and a place says that it is coming', async () => {
  let letGo;
  const gate = new Promise((done) => { letGo = done; });
  const context = await stage.visitor();
  await context.route(PLACES, async (route) => {
    await gate;
    await route.continue();
  });
  const page = await stage.visit('neda', { context });
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance while no place can come');
  await panel(page).locator('[data-reward]').first().waitFor();
  await said(page);
  await place(page, 'earn', { begun: true });
  await panel(page).locator('.skeleton').waitFor();
  await place(page, 'home');
  await panel(page).locator('.balance').waitFor();
  await place(page, 'earn', { begun: true });
  letGo();
  await panel(page).locator('[data-rule]').first().waitFor();
  assert.equal(await panel(page).locator('.skeleton').count(), 0);
  await said(page);
  assert.deepEqual(ours(page), []);
  await context.close();
});

test('each place is fetched when somebody goes there, and once', async () => {
  const context = await stage.visitor();
  const asked = [];
  context.on('request', (request) => {
    const [, part] = PLACES.exec(request.url()) ?? [];
    // The demo's home leads with a gift, which comes after it.
    if (part && part != 'gifts') asked.push(part);
  });
  const page = await stage.visit('parsa', { context });
  await openPanel(page);
  await eventually(() => balance(page), (n) => n >= 0, 'the balance');
  assert.deepEqual(asked, []);
  for (const [view, part] of [['rewards', 'club'], ['history', 'care'], ['earn', 'earn'], ['refer', 'earn'], ['rewards', 'club']]) {
    await place(page, view);
    await panel(page).locator(`[data-view=${view}][aria-selected=true]`).waitFor();
    await eventually(() => asked.includes(part), true, `the request for ${part}`);
    await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
    await said(page);
  }
  assert.deepEqual(asked, ['club', 'care', 'earn']);
  await context.close();
});

test('a place that is lost: said there, home lives on, and it comes when it is asked for again', async () => {
  let bad = true;
  const context = await stage.visitor();
  await context.route(/\/care-\w+\.wasm$/, (route) => (bad ? route.abort() : route.continue()));
  const page = await stage.visit('navid', { context });
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  await place(page, 'history');
  await again(page).waitFor();
  assert.match(await said(page), /این صفحه نرسید/);
  await picture(page, 'parts-3-place-lost');
  await place(page, 'home');
  await eventually(() => balance(page), (n) => n > 0, 'the balance after a place was lost');
  await place(page, 'rewards');
  await panel(page).locator('[data-reward]').first().waitFor();
  await place(page, 'history');
  await again(page).click();
  await again(page).waitFor();
  bad = false;
  await again(page).click();
  await panel(page).locator('.amount').first().waitFor();
  assert.deepEqual(ours(page), []);
  await context.close();
});

test('the words of a place follow the language, and so does what comes later', async () => {
  const context = await stage.visitor();
  const page = await stage.visit('neda', { context });
  await openPanel(page);
  await place(page, 'earn');
  await panel(page).locator('[data-rule]').first().waitFor();
  await page.evaluate(() => window.vafa.setLanguage('en'));
  await page.locator('vafa-widget .vafa[lang=en] [data-rule]').first().waitFor();
  await eventually(() => said(page), (words) => /points/.test(words), 'English words');
  await place(page, 'history');
  await panel(page).locator('.amount').first().waitFor();
  assert.match(await said(page), /History|All/);
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  await page.locator('vafa-widget .vafa[lang=fa] .amount').first().waitFor();
  assert.match(await said(page), /همه/);
  await context.close();
});

test('of two languages the last one asked for stays, whichever words come first', async () => {
  const page = await stage.visit('navid');
  await openPanel(page);
  const parts = [];
  page.on('request', (request) => { if (/\/en-panel-/.test(request.url())) parts.push(request.url()); });
  let free;
  const held = new Promise((done) => { free = done; });
  await page.context().route(/\/en-\w+\.json/, async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest(/\/en-\w+\.json/);
  await page.evaluate(() => window.vafa.setLanguage('en'));
  await asked;
  const came = page.waitForResponse(/\/en-\w+\.json/);
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  free();
  await (await came).finished();
  await page.evaluate(() => window.vafa.setLanguage('ar'));
  await page.locator('vafa-widget[floating] .vafa[lang=ar] .panel').waitFor();
  assert.deepEqual(parts, [], 'the language that came too late is not begun');
  await page.context().close();
});
