// What a shopper does, in an engine that is not Chromium: the panel opens, a reward is redeemed, a survey answered, all
// of it reads from the right in Persian, and a strict policy of the shop's is kept. How an engine is driven:
//
//   open() → { page({ width, height }), close() }                a browser; each page has storage of its own
//   page.goto(url)  page.press(key)  page.picture(path)  page.close()
//   page.run(fn, ...args)                                        runs a function in the page, gives what it gives
//   page.click(find, ...args)  page.type(words, find, ...args)   at the element that a function finds
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Stage, artefacts, eventually } from '../stage.mjs';
import * as inpage from './inpage.mjs';

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 800 };
const VIEWS = ['earn', 'rewards', 'refer', 'history'];
/** All that the demo shop needs; the widget needs one word more. */
const STRICT = (script) => `default-src 'none'; script-src 'self'${script}; connect-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'`;

const latin = (words) => Number(words.replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0)).replace(/\D/g, ''));

/** Registers the journeys of one engine. */
export function journeys(name, open) {
  let stage;
  let browser;
  let page;
  before(async () => {
    mkdirSync(join(artefacts, 'screenshots'), { recursive: true });
    browser = await open();
    stage = await Stage.open({ browser: () => browser });
  });
  after(() => stage?.close());

  const there = (selector) => eventually(() => page.run(inpage.count, selector), (n) => n > 0, `${name}: ${selector}`);
  const gone = (selector) => eventually(() => page.run(inpage.count, selector), 0, `${name}: ${selector}`);
  const click = async (selector) => {
    await there(selector);
    await page.run(inpage.still);
    await page.click(inpage.ours, selector);
  };
  const picture = async (what) => {
    await page.run(inpage.still);
    await page.picture(join(artefacts, 'screenshots', `${name}-${what}.png`));
  };
  const openPanel = async () => {
    await click('[part=launcher]');
    await there('.balance strong');
  };
  const place = async (view) => {
    await click(`[data-view=${view}]`);
    await there(`[data-view=${view}][aria-selected=true]`);
  };

  /** A journey: somebody comes to the shop, and nothing goes wrong in the page until the end. */
  const journey = (what, { member, size = WIDE, shop = () => stage.shop }, work) => test(`${name}: ${what}`, async () => {
    page = await browser.page(size);
    try {
      await page.goto(shop());
      assert.equal(await page.run(inpage.login, member), 200);
      await page.goto(shop());
      await page.run(inpage.listen);
      await work();
    } finally {
      await page.close();
    }
  });
  const allWell = async () => {
    assert.deepEqual(await page.run(inpage.wrongs), []);
    assert.equal(await page.run(inpage.engine), 'running');
  };

  for (const [device, size] of Object.entries({ desktop: WIDE, phone: PHONE })) {
    journey(`the panel opens, keeps its shape in every place, and closes by Escape: ${device}`, { member: 'parsa', size }, async () => {
      await openPanel();
      await picture(`home-${device}`);
      assert.deepEqual(await page.run(inpage.crooked), [], 'home');
      for (const view of VIEWS) {
        await place(view);
        await page.run(inpage.still);
        assert.deepEqual(await page.run(inpage.crooked), [], view);
      }
      await page.press('Escape');
      await gone('[role=dialog]');
      assert.equal(await page.run(inpage.focused), 'launcher', 'the focus is back where it was');
      await allWell();
    });
  }

  journey('a reward is redeemed: its code is shown, and it is one coupon at the server', { member: 'parsa' }, async () => {
    const coupons = () => stage.query("SELECT code, points FROM redemptions JOIN members ON members.member = redemptions.member WHERE members.external_id = 'parsa'");
    assert.deepEqual(await coupons(), []);
    await openPanel();
    const had = latin(await page.run(inpage.text, '.balance strong'));
    await place('rewards');
    await click('[data-reward] .btn.plain');
    await click('.confirm .btn.main');
    await there('[data-redemption] .code');
    await picture('code');
    const [{ code, points }, ...more] = await coupons();
    assert.deepEqual([code, more], [await page.run(inpage.text, '[data-redemption] .code'), []]);
    await place('home');
    await eventually(() => page.run(inpage.text, '.balance strong').then(latin), had - points, 'the balance');
    await allWell();
  });

  journey('a survey is answered: the score and the words are stored', { member: 'elham' }, async () => {
    await openPanel();
    await page.press('Escape');
    await gone('[role=dialog]');
    await page.run(() => window.vafa.refresh());
    await click('.prompt [data-score="9"]');
    await there('.prompt textarea');
    await page.type('چای لاهیجان', inpage.ours, '.prompt textarea');
    await picture('survey');
    await click('.prompt .btn.main');
    await there('.prompt .thanks');
    const rows = await eventually(
      () => stage.query("SELECT scores, comment, completed, points FROM responses WHERE survey = 'srv_recommend'"),
      (all) => all.length === 1 && all[0].completed === 1, 'the stored response');
    assert.deepEqual(rows, [{ scores: '[9]', comment: 'چای لاهیجان', completed: 1, points: 40 }]);
    await allWell();
  });

  journey('Persian reads from the right and in its own digits, English from the left', { member: 'parsa' }, async () => {
    await openPanel();
    const first = (side) => ({ avatar: side, firstTab: side, panel: side });
    assert.deepEqual(await page.run(inpage.reads), { lang: 'fa', dir: 'rtl', direction: 'rtl', ...first('right'), digits: 'Persian' });
    await page.run(() => window.vafa.setLanguage('en'));
    await eventually(() => page.run(inpage.reads).then(({ lang }) => lang), 'en', 'the language');
    // The widget's corner is where its own language begins.
    assert.deepEqual(await page.run(inpage.reads), { lang: 'en', dir: 'ltr', direction: 'ltr', ...first('left'), digits: 'Latin' });
    await picture('en');
    await allWell();
  });

  journey('the palette is read in both themes, also where no colour can be derived from another', { member: 'neda' }, async () => {
    const readable = async () => {
      const light = await page.run(inpage.contrasts, 'light');
      const dark = await page.run(inpage.contrasts, 'dark');
      assert.ok(light.surface > 0.9 && dark.surface < 0.1, `surfaces: ${light.surface}, ${dark.surface}`);
      for (const { surface, ...all } of [light, dark]) {
        for (const [what, ratio] of Object.entries(all)) assert.ok(ratio >= 4.5, `${what}: ${ratio} on ${surface}`);
      }
    };
    await openPanel();
    await there('.btn.main');
    await readable();
    assert.ok((await page.run(inpage.forget)) > 4, 'the style sheet derives colours');
    await readable();
    await picture('underived');
    await allWell();
  });

  for (const [allowed, ends] of [[" 'wasm-unsafe-eval'", 'the panel'], ['', 'a plain link']]) {
    let strict;
    before(async () => { strict = await Stage.open({ csp: STRICT(allowed), browser: () => null }); });
    after(() => strict?.close());
    journey(`under Trusted Types and a policy ${allowed ? 'that lets' : 'that does not let'} WASM run: ${ends}`, { member: 'neda', shop: () => strict.shop }, async () => {
      if (allowed) {
        await openPanel();
        await place('rewards');
        return allWell();
      }
      await click('[part=launcher]');
      await there('a[href][part=launcher]');
      const wrongs = await page.run(inpage.wrongs);
      assert.equal(wrongs.filter((line) => line.includes('[vafa]')).length, 1, `one line of ours: ${wrongs}`);
      // The refusal of WASM itself is told by some engines, and nothing else.
      assert.deepEqual(wrongs.filter((line) => !line.includes('[vafa]') && !/^script-src\S* wasm-eval$/.test(line)), []);
    });
  }
}
