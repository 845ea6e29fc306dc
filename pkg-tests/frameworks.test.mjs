// The npm package in shops made with React, Vue and nothing, built by Vite and webpack: route changes neither lose nor
// double the widget, and what is taken off the page leaves nothing behind.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Installed, Shopfront, apps } from './installed.mjs';
import { Stage, balance, eventually, launcher, openPanel, panel } from './stage.mjs';

let stage, front, installed;
before(async () => {
  front = await Shopfront.open();
  stage = await Stage.open({ origins: [front.origin] });
  installed = Installed.make();
  front.answers['/club-token'] = () => stage.token('parsa');
});
after(async () => {
  front?.close();
  installed?.close();
  await stage?.close();
});

const club = () => ({ VITE_CLUB: stage.api, VITE_CLUB_KEY: stage.keys.publishable_key });

async function visit(root, path = '/') {
  front.root = root;
  const context = await stage.visitor();
  const page = await context.newPage();
  page.words = [];
  page.on('console', (message) => { if (message.type() != 'info') page.words.push(message.text()); });
  page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
  await page.goto(front.origin + path);
  await launcher(page).waitFor();
  return page;
}

/** Remembers an inline widget without keeping it alive. */
const remember = (page) => inline(page).evaluate((element) => { (window.seen ??= []).push(new WeakRef(element)); });

/** What of ours is left in the page, in its document or only in memory, and how many listeners the page's own objects have. */
async function remains(page) {
  const session = await page.context().newCDPSession(page);
  // Twice: the first sweep ends what the second one finds.
  for (let sweep = 0; sweep < 2; sweep += 1) await session.send('HeapProfiler.collectGarbage');
  const counted = await page.evaluate(() => ({
    elements: document.querySelectorAll('*').length,
    alive: window.seen.filter((one) => one.deref()).length,
  }));
  for (const name of ['window', 'document', 'document.body', 'document.documentElement']) {
    const { result } = await session.send('Runtime.evaluate', { expression: name, objectGroup: 'remains' });
    const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    for (const { type } of listeners) counted[`${name} ${type}`] = (counted[`${name} ${type}`] ?? 0) + 1;
  }
  await session.detach();
  return counted;
}

const heard = (page) => page.locator('#opened').innerText();
const inline = (page) => page.locator('vafa-widget.club');
const to = (page, path) => page.locator(`nav a[href="${path}"]`).click();
const shut = async (page) => {
  await launcher(page).click();
  await panel(page).waitFor({ state: 'detached' });
};
const numbers = (page) => page.evaluate(() => [
  document.querySelectorAll('vafa-widget[floating]').length,
  document.querySelectorAll('script[data-program]').length,
]);

/** From shelf to club to till and back: what a router does with a page. */
async function walk(page) {
  await to(page, '/club');
  await inline(page).locator('[data-reward]').first().waitFor();
  await remember(page);
  assert.deepEqual(await numbers(page), [1, 1]);
  await to(page, '/checkout/pay');
  await launcher(page).waitFor({ state: 'detached' });
  assert.equal(await inline(page).count(), 0);
  await to(page, '/');
  await launcher(page).waitFor();
  assert.deepEqual(await numbers(page), [1, 1]);
}

for (const [name, app, mode, effects] of [
  ['React, as it is developed, with StrictMode', 'react', 'development', 2],
  ['React', 'react', 'production', 1],
  ['Vue', 'vue', 'production', undefined],
]) {
  test(`${name}: the widget outlives routes, and is there once`, async () => {
    const page = await visit(await installed.vite(app, club(), mode));
    if (effects) assert.equal(Number(await page.locator('html').getAttribute('data-effects')), effects, 'how often the effect ran');
    await openPanel(page);
    await eventually(() => balance(page), (n) => n > 0, 'the balance');
    await eventually(() => heard(page), 'home', 'the places that were heard to open');

    // The page's own links work beside an open panel, which stays.
    await to(page, '/club');
    await inline(page).locator('[data-reward]').first().waitFor();
    assert.ok(await panel(page).isVisible());
    assert.ok((await balance(page)) > 0);
    await shut(page);
    await to(page, '/');

    await walk(page);
    const once = await remains(page);
    assert.equal(once.alive, 0, 'no inline panel that was taken away is kept');
    for (let round = 0; round < 3; round += 1) await walk(page);
    assert.deepEqual(await remains(page), once);

    // Opened again: one listener hears of it, the one that is on the page now.
    await openPanel(page);
    await eventually(() => heard(page), 'home', 'the places that were heard to open');
    await shut(page);

    await to(page, '/club');
    await inline(page).locator('[data-reward]').first().waitFor();
    await remember(page);
    await page.locator('#leave').click();
    await page.locator('nav').waitFor({ state: 'detached' });
    const left = await remains(page);
    assert.equal(left.alive, 0);
    assert.deepEqual(Object.keys(left).filter((key) => key.includes(' vafa:')), [], 'no listener of the app');
    await openPanel(page);
    assert.deepEqual(page.words, []);
    await page.context().close();
  });
}

/** The plain shop, however it came to its page. */
async function plain(root, settings) {
  front.answers['/settings.json'] = () => JSON.stringify({ api: stage.api, program: 'demo', key: stage.keys.publishable_key, ...settings });
  const page = await visit(root);
  await inline(page).locator('[data-reward]').first().waitFor();
  await page.locator('#mine').click();
  await panel(page).locator('[data-reward]').first().waitFor();
  await eventually(() => page.title(), 'rewards', 'the title that the page gives itself');
  assert.deepEqual(await numbers(page), [1, 1]);
  assert.deepEqual(page.words, []);
  return page;
}

test('a shop without a framework, built by Vite', async () => {
  const page = await plain(await installed.vite('plain', {}));
  await page.context().close();
});

test('a shop without a framework, built by webpack without a setting', async () => {
  const page = await plain(await installed.webpack());
  await page.context().close();
});

test('a shop without a bundler, that serves all files itself and pins the script by its hash', async () => {
  const root = join(installed.folder, 'bare');
  cpSync(join(apps, 'plain'), root, { recursive: true });
  cpSync(installed.package, join(root, 'vafa'), { recursive: true });
  const { integrity } = installed.json('cdn/manifest.json').files['vafa.js'];
  const map = '<script type="importmap">{"imports": {"vafa": "/vafa/index.js"}}</script>';
  const html = join(root, 'index.html');
  writeFileSync(html, readFileSync(html, 'utf8').replace('<meta charset="utf-8">', `<meta charset="utf-8">${map}`));
  front.asked = [];
  const page = await plain(root, { src: '/vafa/cdn/vafa.js', integrity });
  assert.ok(front.asked.some((path) => /^\/vafa\/cdn\/assets\/engine-\w+\.wasm$/.test(path)), 'the engine came from the shop');
  assert.equal(await page.locator('script[data-program]').getAttribute('integrity'), integrity);
  await page.context().close();
});
