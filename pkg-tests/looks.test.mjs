// The looks themselves: each check of `looks.mjs` is shown a panel that is broken in the way that it is there to find, and
// says so; of a panel that is as it should be, none says anything.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, colourless, crooked, floating, restless } from './looks.mjs';
import { Stage, openPanel, panel, place } from './stage.mjs';

let stage, page;
before(async () => {
  stage = await Stage.open();
  page = await stage.visit('elham', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
});
after(() => stage?.close());

const LOOKS = {
  crooked: () => crooked(page, floating, '.panel', 'fa'),
  restless: () => restless(page, floating),
  colourless: async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    const wrong = await colourless(page, floating, '.panel');
    await page.emulateMedia({ forcedColors: 'none' });
    return wrong;
  },
  axe: async () => (await axe(page, floating)).map(({ id }) => id),
};

/** Breaks the panel by a style of its own root. */
const breaking = (css) => page.evaluate(([host, text]) => {
  const { shadowRoot } = document.querySelector(host);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
}, [floating, css]);

const mended = () => page.evaluate((host) => {
  const { shadowRoot } = document.querySelector(host);
  shadowRoot.adoptedStyleSheets = shadowRoot.adoptedStyleSheets.slice(0, -1);
}, floating);

const BREAKS = [
  ['crooked', 'juts out of its root', '.panel .card { margin-inline-end: -40px !important }'],
  ['crooked', 'is too small for its words', '.panel .btn { inline-size: 44px !important; min-inline-size: 0 !important; padding: 0 !important; white-space: nowrap !important }'],
  ['crooked', 'is too small for its words', '.panel .btn { block-size: 44px !important; padding-block: 0 !important; line-height: 70px !important; display: block !important }'],
  ['crooked', 'overflows: ', '.panel .card > * { min-inline-size: 110% !important; display: block !important }'],
  ['crooked', 'is cut off: ', '.panel .balance { block-size: 8px !important; overflow: hidden !important }'],
  ['crooked', /<button.* is [\d.]+ × 30\b/, '.panel .tab { block-size: 30px !important; min-block-size: 0 !important }'],
  ['crooked', 'lies over “', '.panel .tab { margin-inline: -12px !important }'],
  ['crooked', 'makes the page 2', ':host([floating]) { position: absolute !important; inset-inline-end: -2000px !important; inline-size: 10px !important; block-size: 10px !important }'],
  ['crooked', 'does not fit the window', '.panel { inset-block: -20px auto !important }'],
  ['crooked', 'reads ltr', '.panel { direction: ltr !important }'],
  ['restless', 'rise moves <', '.panel .card { animation: rise 2s infinite !important }'],
  ['colourless', 'has no edge', '.panel .btn { border: 0 !important }'],
  ['colourless', 'looks as if it were not chosen', '.panel .tab { all: unset !important }'],
  ['colourless', 'does not show how far it is', '.panel .track { background: none !important }'],
  ['colourless', 'hides its icon', '.panel .tab svg { stroke: Canvas !important } .panel .tab { background: Canvas !important; forced-color-adjust: none !important }'],
  ['axe', 'color-contrast', '.panel p { color: #ccc !important }'],
];

test('of a panel that is as it should be nothing is said', async () => {
  for (const [name, look] of Object.entries(LOOKS)) assert.deepEqual(await look(), [], name);
});

for (const [name, says, css] of BREAKS) {
  test(`${name} “${says}”: ${css}`, async () => {
    await breaking(css);
    const wrong = await LOOKS[name]();
    await mended();
    assert.ok(wrong.some((words) => (says instanceof RegExp ? says.test(words) : words.includes(says))), `it says ${JSON.stringify(wrong, null, 1)}`);
    assert.deepEqual(await LOOKS[name](), [], 'mended');
  });
}

test('a root that is missing, or speaks another language than it was asked to, is told', async () => {
  assert.deepEqual(await crooked(page, floating, '.no-such', 'fa'), ['there is no .no-such']);
  assert.match((await crooked(page, floating, '.panel', 'en')).join(), /speaks fa[^]*is written rtl[^]*reads rtl/);
});

test('words that are cut off in the bar are found as well as those in the body', async () => {
  await place(page, 'rewards');
  await breaking('.panel .tab span { inline-size: 4px !important; overflow: hidden !important; block-size: 8px !important; display: block !important }');
  const wrong = await LOOKS.crooked();
  await mended();
  assert.match(wrong.join(), /<span[^]*is cut off/);
});
