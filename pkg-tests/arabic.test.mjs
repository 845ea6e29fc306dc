// A language that came by one file: the panel in Arabic, which has six forms of a number and reads from the right.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { axe, floating } from './looks.mjs';
import { Stage, openPanel, panel, picture, place } from './stage.mjs';

const words = JSON.parse(readFileSync(new URL('../www/locales/ar.json', import.meta.url), 'utf8'));
let stage;
const reward = (cost) => ({ id: `r_${cost}`, title: { fa: `شمارهٔ ${cost}`, en: `Number ${cost}` }, kind: 'free_shipping', cost, coupon_days: 30 });
before(async () => {
  stage = await Stage.open({ program: (demo) => ({ ...demo, offers: [], rewards: [1, 2, 3, 11, 100].map(reward) }), keep: ({ redemption }) => !redemption });
});
after(() => stage?.close());

test('the panel in Arabic, from the tag to the last place', async () => {
  const page = await stage.visit('parsa', { reducedMotion: 'reduce' });
  await page.evaluate(() => window.vafa.setLanguage('ar'));
  await page.locator(`${floating} [part=launcher][lang=ar]`, { hasText: words['launcher.label'] }).waitFor();
  await page.locator(`${floating} [part=launcher]`).click();
  await panel(page).locator('.balance').waitFor();
  const root = page.locator(`${floating} .vafa`);
  assert.deepEqual([await root.getAttribute('lang'), await root.getAttribute('dir')], ['ar', 'rtl']);
  assert.equal(await panel(page).getAttribute('aria-label'), words['panel.label']);
  const persian = /[پچژگکی‌]/;
  for (const view of ['home', 'earn', 'rewards', 'refer', 'history']) {
    await place(page, view);
    assert.equal(await panel(page).locator(`[data-view=${view}]`).innerText(), words[`nav.${view}`]);
    // What the merchant wrote is in the languages of the merchant; no sentence of ours is.
    const own = await panel(page).locator('.heading, .btn, .filter').allInnerTexts();
    assert.ok(own.length > 0 && own.every((text) => !persian.test(text)), own.join(' | '));
    assert.deepEqual(await axe(page, floating), [], view);
    await picture(page, `arabic-${view}`);
  }
  await page.context().close();
});

test('each form of a number has its own words', async () => {
  const page = await stage.visit('parsa', { reducedMotion: 'reduce' });
  await openPanel(page);
  await page.evaluate(() => window.vafa.setLanguage('ar'));
  await page.locator(`${floating} .vafa[lang=ar] .panel`).waitFor();
  await place(page, 'rewards');
  const forms = { 1: 'نقطة واحدة', 2: 'نقطتان', 3: '3 نقاط', 11: '11 نقطة', 100: '100 نقطة' };
  for (const [cost, text] of Object.entries(forms)) {
    assert.match(await panel(page).locator(`[data-reward=r_${cost}]`).innerText(), RegExp(`^${text}$`, 'm'));
  }
  await page.context().close();
});
