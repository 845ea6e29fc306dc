// Every view as every kind of person, in both languages, light and dark, on three widths: nothing for axe to find,
// nothing that overflows, nothing too small to hit; a picture of each.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, floating, inspect, tally } from './looks.mjs';
import { Stage, buy, eventually, launcher, openPanel, panel, picture, place } from './stage.mjs';

const VIEWS = ['home', 'earn', 'rewards', 'refer', 'history'];

let stage;
before(async () => { stage = await Stage.open(); });
after(async () => {
  await stage.close();
  tally();
});

const visit = (who, options) => stage.visit(who, { reducedMotion: 'reduce', hasTouch: true, ...options });

test('a guest', async () => {
  const page = await visit('guest');
  await openPanel(page);
  await panel(page).locator('.steps').waitFor();
  await inspect(page, 'guest');
  await page.context().close();
});

for (const who of ['neda', 'elham', 'parsa']) {
  test(`every place of the panel: ${who}`, async (t) => {
    const page = await visit(who);
    await openPanel(page);
    for (const view of VIEWS) {
      await t.test(view, async () => {
        await place(page, view);
        await panel(page).locator(`[data-view=${view}][aria-selected=true]`).waitFor();
        await inspect(page, `${who}-${view}`);
      });
    }
    await page.context().close();
  });
}

test('a reward on its way into the hand and back', async (t) => {
  const page = await visit('parsa');
  await openPanel(page);
  await place(page, 'rewards');
  await panel(page).locator('[data-reward="rwd_50k"] .btn.plain').click();
  await t.test('asked before points are spent', () => inspect(page, 'confirm', { ready: '.confirm' }));
  await panel(page).locator('.confirm .btn.main').click();
  await panel(page).locator('[data-redemption]').waitFor();
  await t.test('a coupon in hand', () => inspect(page, 'coupon', { ready: '.code' }));
  await panel(page).locator('[data-redemption] .btn.quiet').click();
  await t.test('asked before it is given back', () => inspect(page, 'cancel', { ready: '[data-redemption] .confirm' }));
  await place(page, 'home');
  await t.test('home with a code that waits', () => inspect(page, 'home-coupon'));
  await page.context().close();
});

test('CSAT: asked, answered, thanked', async (t) => {
  const page = await visit('neda');
  await buy(page);
  const prompt = page.locator(`${floating} .prompt`);
  await prompt.waitFor();
  await t.test('the question', () => inspect(page, 'csat', { selector: '.prompt' }));
  await prompt.locator('[data-score="2"]').click();
  await t.test('the follow-up', () => inspect(page, 'csat-follow', { selector: '.prompt', ready: 'textarea' }));
  await prompt.locator('.btn.main').click();
  // Whoever has the keyboard in the thanks keeps it standing.
  await prompt.locator('.btn.square').focus();
  await t.test('the thanks', () => inspect(page, 'csat-thanks', { selector: '.prompt', ready: '.thanks' }));
  await page.context().close();
});

test('NPS: asked, and scored', async (t) => {
  const page = await visit('parsa');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => window.vafa.refresh());
  await page.locator(`${floating} .prompt`).waitFor();
  await t.test('the question', () => inspect(page, 'nps', { selector: '.prompt' }));
  await page.locator(`${floating} [data-score="9"]`).click();
  await t.test('the follow-up', () => inspect(page, 'nps-follow', { selector: '.prompt', ready: 'textarea' }));
  await page.context().close();
});

test('a server that does not answer', async (t) => {
  const page = await visit('elham');
  const cut = (url) => /^\/v1\/(me|programs)/.test(url.pathname);
  await page.context().route(cut, (route) => route.abort());
  await openPanel(page);
  await panel(page).locator('.empty .btn').waitFor();
  await t.test('at the first load: what happened, and a way to try again', () => inspect(page, 'error', { ready: '.empty .btn' }));
  await page.context().unroute(cut);
  await panel(page).locator('.empty .btn').click();
  await panel(page).locator('.balance').waitFor();
  await page.context().route(cut, (route) => route.abort());
  await page.evaluate(() => window.vafa.refresh());
  await panel(page).locator('.strip').waitFor();
  await t.test('later: what was known, marked as old', () => inspect(page, 'offline', { ready: '.strip' }));
  await page.context().close();
});

test('a panel in the page, for a member and for a guest', async (t) => {
  for (const who of ['guest', 'elham']) {
    const page = await visit(who, { path: '/club' });
    const widget = 'vafa-widget:not([floating])';
    await page.locator(`${widget} .panel .page`).first().waitFor();
    await page.locator(`${widget} ${who === 'guest' ? '.steps' : '.balance'}`).waitFor();
    await t.test(who, () => inspect(page, `inline-${who}`, { widget }));
    await page.context().close();
  }
});

test('the closed launcher', async () => {
  const page = await visit('parsa');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.keyboard.press('Escape');
  const wrong = [];
  for (const lang of ['fa', 'en']) {
    await page.evaluate((code) => window.vafa.setLanguage(code), lang);
    await page.locator(`${floating} [part=launcher][lang=${lang}]`).waitFor();
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 320, height: 568 });
      // A change of language draws the launcher anew, and the old one that was found a moment ago has no box.
      const { width, height, x } = await eventually(() => launcher(page).boundingBox(), Boolean, 'the launcher’s box');
      assert.ok(height >= 44 && width >= 44 && x >= 0 && x + width <= 320, `${width} × ${height} at ${x}`);
      for (const { id, nodes } of await axe(page, floating)) wrong.push(`${lang} ${theme}: ${id} ${nodes}`);
      await picture(page, `views-launcher-${lang}-${theme}-320`);
    }
  }
  assert.deepEqual(wrong, []);
  await page.context().close();
});

test('somebody who is logged in and in no club', async () => {
  const page = await visit('neda');
  await stage.asShop('DELETE', '/v1/members/neda');
  await openPanel(page);
  await panel(page).locator('.steps').waitFor();
  await inspect(page, 'stranger');
  await page.context().close();
});
