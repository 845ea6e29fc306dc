// A place looks the same whichever places were shown before it: each part of the engine brings all the styles that its
// places need, and none that change another's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rich } from './gallery/club.mjs';
import { Stage, panel } from './stage.mjs';

const VIEWS = ['home', 'earn', 'rewards', 'refer', 'history', 'tiers', 'offers', 'membership', 'partners', 'complaints', 'help'];
let stage;
before(async () => { stage = await Stage.open({ program: rich }); });
after(() => stage?.close());

/** Opens the panel at a place and waits until that has come. */
async function go(page, view) {
  await page.evaluate((name) => { window.vafa.push(['close'], ['open', name]); }, view);
  await panel(page).locator('.body > *').first().waitFor();
  await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
}

/** What is drawn in the body, element by element, as the styles have it. */
const drawn = (page) => panel(page).locator('.body').evaluate((body) => [...body.querySelectorAll('*')].map((element) => {
  const style = getComputedStyle(element);
  const names = ['display', 'gap', 'borderTopStyle', 'borderTopColor', 'borderTopLeftRadius', 'paddingTop', 'paddingLeft', 'marginTop', 'backgroundColor', 'color', 'fontSize', 'fontWeight', 'minHeight', 'alignItems', 'gridTemplateColumns'];
  return `<${element.localName} class="${element.getAttribute('class') ?? ''}"> ${names.map((name) => `${name} ${style[name]}`).join('; ')}`;
}));

for (const view of VIEWS) {
  test(view, async () => {
    const page = await stage.visit('elham', { reducedMotion: 'reduce' });
    await go(page, view);
    // What home tells of an offer comes last, with its own part.
    if (view === 'home') await panel(page).locator('[data-offer]').first().waitFor();
    const alone = await drawn(page);
    assert.ok(alone.length > 3, `${alone.length} elements`);
    for (const other of VIEWS) await go(page, other);
    await go(page, view);
    const again = await drawn(page);
    assert.equal(again.length, alone.length);
    assert.deepEqual(alone.filter((element, n) => element !== again[n]), [], 'what has changed');
    await page.context().close();
  });
}
