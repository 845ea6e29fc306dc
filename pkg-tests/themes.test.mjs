// The looks of docs/theming.md, as a shop would paste them: they reach the panel, and all of it can be read.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { dressed, looks } from './themes.mjs';
import { Stage, eventually, openPanel, panel } from './stage.mjs';

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

/** What a look decides, as the browser says it. */
const worn = (page) => panel(page).evaluate((element) => {
  const style = (one, ...names) => names.map((name) => getComputedStyle(one)[name]);
  const of = (selector, ...names) => style(element.querySelector(selector), ...names);
  return [
    ...style(element, 'backgroundColor', 'color', 'borderTopLeftRadius', 'boxShadow', 'outlineWidth', 'outlineStyle'),
    ...of('.card', 'borderTopLeftRadius'), ...of('[part=button]', 'borderTopLeftRadius'), ...of('.tier strong', 'color'),
  ];
});

for (const preset of ['soft', 'sharp']) {
  test(`a program that names ${preset} has it without a style of the page`, async () => {
    const named = await Stage.open({ program: (demo) => ({ ...demo, look: { preset } }) });
    try {
      for (const colorScheme of ['light', 'dark']) {
        const pasted = await dressed(stage, looks[preset], { colorScheme });
        const page = await dressed(named, '/* none */', { colorScheme });
        const wanted = await worn(pasted);
        await eventually(async () => String(await worn(page)), String(wanted), `${preset}, ${colorScheme}`);
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => window.axe.run('vafa-widget', { runOnly: ['color-contrast'] }));
        assert.ok(passes.length > 0, 'contrast was looked at');
        assert.deepEqual(violations.flatMap(({ nodes }) => nodes.map((node) => [node.target, node.any[0].message])), []);
        // What the page says goes before it, wherever it says so; and on the next visit it is worn from the beginning.
        await page.addStyleTag({ content: 'body { --vafa-radius: 9px }' });
        assert.equal(await panel(page).locator('.card').first().evaluate((element) => getComputedStyle(element).borderTopLeftRadius), '9px');
        assert.deepEqual(page.words.filter((line) => /vafa|uncaught/.test(line)), []);
        await page.context().close();
        await pasted.context().close();
      }
    } finally {
      await named.close();
    }
  });
}

test('a look that does not come is a look less', async () => {
  const named = await Stage.open({ program: (demo) => ({ ...demo, look: { preset: 'soft' } }) });
  try {
    const context = await named.visitor();
    await context.route(/\/look-soft-/, (route) => route.abort());
    const page = await named.visit('navid', { context });
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    assert.equal(await panel(page).locator('.card').first().evaluate((element) => getComputedStyle(element).borderTopLeftRadius), '14px');
    assert.deepEqual(page.words.filter((line) => /uncaught/.test(line)), []);
  } finally {
    await named.close();
  }
});
