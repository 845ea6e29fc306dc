// The looks of docs/theming.md, as a shop would paste them: they reach the panel, and all of it can be read.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { dressed, looks } from './themes.mjs';
import { Stage, panel } from './stage.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let stage;
/** The program's own colour, which a page may leave or replace. */
const TEAL = '#0f766e';
before(async () => { stage = await Stage.open({ program: (demo) => ({ ...demo, look: { accent: TEAL } }) }); });
after(() => stage?.close());

const value = (css, name) => new RegExp(`${name}: ([^;]+);`).exec(css)?.[1];
/** A colour as the browser says it. */
const computed = (page, colour) => page.evaluate((given) => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = given;
  const said = getComputedStyle(probe).color;
  probe.remove();
  return said;
}, colour);

const tierColour = (page) => panel(page).locator('.tier strong').first().evaluate((element) => getComputedStyle(element).color);

test('the page has three looks', () => assert.deepEqual(Object.keys(looks), ['quiet', 'soft', 'sharp']));

test('without a colour of the page, the program’s', async () => {
  const page = await dressed(stage, '/* none */');
  assert.equal(await tierColour(page), await computed(page, `oklch(from ${TEAL} 0.5 min(c, 0.19) h)`));
  await page.context().close();
});

for (const [name, css] of Object.entries(looks)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${name}, ${colorScheme}`, async () => {
      const page = await dressed(stage, css, { colorScheme });
      const style = (selector, property) => panel(page).locator(selector).first().evaluate((element, key) => getComputedStyle(element)[key], property);
      const ending = colorScheme == 'dark' ? '-dark' : '';
      const surface = value(css, `--vafa-surface${ending}`) ?? (ending ? '#17181d' : '#fff');
      assert.equal(await panel(page).evaluate((element) => getComputedStyle(element).backgroundColor), await computed(page, surface));
      assert.equal(await style('.card', 'borderTopLeftRadius'), value(css, '--vafa-radius') ?? '14px');
      // The page's colour goes before the program's: the palette has its hue.
      const accent = await tierColour(page);
      const [l, c] = ending ? [0.76, 0.14] : [0.5, 0.19];
      assert.equal(accent, await computed(page, `oklch(from ${value(css, '--vafa-accent')} ${l} min(c, ${c}) h)`));
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() => window.axe.run('vafa-widget', { runOnly: ['color-contrast'] }));
      assert.ok(passes.length > 0, 'contrast was looked at');
      assert.deepEqual(violations.flatMap(({ nodes }) => nodes.map((node) => [node.target, node.any[0].message])), []);
      await page.context().close();
    });
  }
}
