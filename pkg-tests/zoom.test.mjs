// At four times the size, as somebody reads who sees little: a window of 1280 by 1024 is 320 by 256 then. Everything is
// laid out anew, scrolls one way alone, and can be come by.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { floating } from './looks.mjs';
import { Stage, openPanel, panel, picture, place } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage?.close());

/** What cannot be come by in the open panel, or has to be scrolled for both ways. */
const unreachable = (page) => page.evaluate(async (host) => {
  const { shadowRoot } = document.querySelector(host);
  const drawn = shadowRoot.querySelector('.panel');
  // With less motion the panel still takes a frame to come in.
  await Promise.all(drawn.getAnimations().map(({ finished }) => finished));
  const wrong = [];
  const body = drawn.querySelector('.body');
  if (body.scrollWidth > body.clientWidth) wrong.push(`the body is ${body.scrollWidth} wide in ${body.clientWidth}`);
  if (body.clientHeight < 60) wrong.push(`the body is ${body.clientHeight} high`);
  for (const target of drawn.querySelectorAll('button, a[href], textarea, select, input')) {
    target.scrollIntoView({ block: 'center' });
    const { left, top, width, height } = target.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const hit = shadowRoot.elementFromPoint(x, y);
    if (!(target === hit || target.contains(hit) || target.closest('label')?.contains(hit))) wrong.push(`“${target.textContent}” at ${x}, ${y} is under ${hit?.className}`);
  }
  return wrong;
}, floating);

for (const lang of ['fa', 'en']) {
  test(`every place at 400 %: ${lang}`, async () => {
    const page = await stage.visit('parsa', { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4, reducedMotion: 'reduce' });
    await page.evaluate((code) => window.vafa.setLanguage(code), lang);
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    for (const view of ['home', 'earn', 'rewards', 'refer', 'history']) {
      await place(page, view);
      assert.deepEqual(await unreachable(page), [], view);
    }
    for (const view of ['tiers', 'offers', 'membership', 'partners', 'complaints']) {
      await page.evaluate((name) => { window.vafa.close(); window.vafa.open(name); }, view);
      await panel(page).locator('.top').waitFor();
      await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
      assert.deepEqual(await unreachable(page), [], view);
    }
    await picture(page, `zoom-${lang}`);
    await page.context().close();
  });
}
