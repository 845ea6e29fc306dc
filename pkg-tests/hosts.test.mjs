// The widget on pages that were not made for it: it looks as on a plain one, to the pixel, and changes nothing of theirs.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { cssOf, hosts, pageOf, scriptOf } from './hosts/hosts.mjs';
import { Stage, artefacts } from './stage.mjs';

/** Of a picture's pixels, how many may differ: the edges of letters are not always painted alike. */
const SHARE_MAX = 0.001;
const pictures = join(artefacts, 'hosts');

let stage;
let server;
let origin;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  server = createServer(async (request, response) => {
    const [, name, file] = decodeURIComponent(new URL(request.url, origin).pathname).split('/');
    const tag = `<script async src="${stage.api}/v1/vafa.js" data-program="demo" data-key="${stage.keys.publishable_key}"></script>`;
    const [type, body] = file === 'host.css' ? ['text/css', cssOf(name)]
      : file === 'host.js' ? ['text/javascript', scriptOf(await stage.token('parsa'))]
        : ['text/html', pageOf(name, request.url.endsWith('?without') ? '' : tag)];
    const headers = Object.entries(hosts[name].headers ?? {}).map(([key, value]) => [key, value.replaceAll('API', stage.api)]);
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...Object.fromEntries(headers) }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://localhost:${server.address().port}`;
  stage = await Stage.open({ origins: [origin] });
});
after(async () => {
  await stage?.close();
  server.closeAllConnections();
  server.close();
});

async function visit(name, query = '') {
  const context = await stage.visitor({ reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.words = [];
  page.on('console', (message) => page.words.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
  await page.goto(`${origin}/${encodeURIComponent(name)}/${query}`);
  return page;
}

/** What the browser makes of each of the page's own elements: one line for each property. */
const styles = (page) => page.evaluate(() => [...document.querySelectorAll('html, head, body, body *')]
  .filter((element) => !element.closest('vafa-widget, script'))
  .map((element, at) => [null, '::before', '::after'].map((part) => {
    const all = getComputedStyle(element, part);
    return [...all].map((key) => `${at} ${element.localName}${part ?? ''} { ${key}: ${all.getPropertyValue(key)} }`);
  }).flat()));

/** What a page's scripts can see of a visitor: globals, sheets, elements. */
const traces = (page) => page.evaluate(() => ({
  globals: Object.getOwnPropertyNames(window).sort(),
  sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
  attributes: ['documentElement', 'head', 'body'].map((root) => document[root].getAttributeNames().join(' ')),
  elements: [...document.querySelectorAll('*')].filter((element) => !element.closest('script, vafa-widget')).map((element) => element.localName).sort(),
}));

/** The widget's parts as pictures, each with where it stands. */
async function looks(page, inline) {
  const found = {};
  const take = async (what, locator) => {
    await locator.evaluate((element) => Promise.allSettled(element.getAnimations({ subtree: true }).map((one) => one.finished)));
    const box = await locator.boundingBox();
    found[what] = { box, picture: PNG.sync.read(await page.screenshot({ clip: box })) };
  };
  const float = page.locator('vafa-widget[floating]');
  const panel = float.getByRole('dialog');
  const button = float.locator('[part=launcher]');
  // What is fixed stays where it is: Playwright would scroll to it otherwise.
  await page.evaluate(() => new Promise((done) => { scrollTo(0, 2_500); requestAnimationFrame(() => requestAnimationFrame(done)); }));
  await button.filter({ hasText: /./ }).waitFor();
  await page.waitForFunction(() => document.readyState === 'complete');
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(() => requestAnimationFrame(done), { timeout: 1_000 }); }));
  await take('launcher', button);
  await button.click();
  await panel.locator('.balance').waitFor();
  await page.mouse.move(2, 2);
  await take('home', panel);
  await panel.locator('[data-view=rewards]').click();
  await panel.locator('[data-view=rewards][aria-selected=true]').waitFor();
  await page.mouse.move(2, 2);
  await take('rewards', panel);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => scrollY), 2_500, 'nothing had to be scrolled to');
  if (inline) {
    await page.evaluate(() => scrollTo(0, 1000));
    await page.locator('.column [data-reward]').first().waitFor();
    await take('inline', page.locator('.column .panel'));
  }
  return found;
}

/** What of a host's pictures is not as on the plain page. */
function differences(found, plain) {
  const place = ({ box }) => Object.values(box).map(Math.round).join();
  return Object.entries(found).flatMap(([what, look]) => {
    if (place(look) !== place(plain[what])) return [`${what} stands at ${place(look)}, not at ${place(plain[what])}`];
    const { width, height, data } = look.picture;
    const share = pixelmatch(data, plain[what].picture.data, null, width, height, { threshold: 0.1 }) / (width * height);
    return share > SHARE_MAX ? [`${what}: ${(100 * share).toFixed(2)} % of its pixels differ`] : [];
  });
}

let plain;
/** The plain page's pictures, taken when they are first wanted. */
async function takePlain() {
  const page = await visit('plain');
  plain = await looks(page, true);
  await page.context().close();
}

for (const [name, { boxes }] of Object.entries(hosts)) {
  test(`the widget looks as on a plain page, and the page as without it: ${name}`, async () => {
    const without = await visit(name, '?without');
    const [bare, clean] = [await styles(without), await traces(without)];
    assert.ok(bare.length >= 30, `${bare.length} elements of the page`);
    await without.context().close();

    const page = await visit(name);
    const found = await looks(page, !boxes);
    for (const [what, { picture }] of Object.entries(found)) writeFileSync(join(pictures, `${name}-${what}.png`), PNG.sync.write(picture));
    if (!plain) await takePlain();
    // Time alone moves balances: what differs from an old picture is held against a new one.
    if (differences(found, plain).length) await takePlain();
    assert.deepEqual(differences(found, plain), []);

    await page.evaluate(() => scrollTo(0, 0));
    const before = new Set(bare.flat());
    assert.deepEqual((await styles(page)).flat().filter((line) => !before.has(line)), [], 'what the page’s elements look like');
    const now = await traces(page);
    assert.deepEqual(now.globals.filter((one) => !clean.globals.includes(one)), ['vafa']);
    assert.deepEqual({ ...now, globals: null }, { ...clean, globals: null });
    await page.locator('#buy').dispatchEvent('click');
    assert.equal(await page.title(), 'bought', 'the page’s own button works');
    assert.deepEqual(page.words, [], 'nothing in the console');
    await page.context().close();
  });
}

test('what a page may say of the widget: its tokens, its parts, where it stands in the order', async () => {
  const page = await visit('plain');
  const button = page.locator('vafa-widget[floating] [part=launcher]');
  await button.waitFor();
  await page.addStyleTag({ content: 'vafa-widget { --vafa-accent: rgb(0, 90, 60); --vafa-z: 7; } vafa-widget::part(launcher) { border-radius: 3px; }' });
  const seen = () => button.evaluate((element) => {
    const { backgroundColor, borderTopLeftRadius } = getComputedStyle(element);
    return [backgroundColor, borderTopLeftRadius, getComputedStyle(element.getRootNode().host).zIndex];
  });
  assert.deepEqual(await seen(), ['rgb(0, 90, 60)', '3px', '7']);
  await page.addStyleTag({ content: '@media (width > 600px) { vafa-widget::part(launcher) { display: none; } }' });
  assert.equal(await button.isVisible(), false, 'hidden on wide windows');
  await page.setViewportSize({ width: 500, height: 800 });
  assert.equal(await button.isVisible(), true, 'there on narrow ones');
  await page.context().close();
});
