// The whole of the widget without a mouse; and with the looks of those who asked for fewer movements or their own colours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, buy, eventually, launcher, panel, picture } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

/** Where the keyboard is: in the widget, how; else the page's element. */
const focused = (page) => page.evaluate(() => {
  const outer = document.activeElement;
  const inner = outer?.shadowRoot?.activeElement;
  if (!inner) return { in: outer?.localName ?? null };
  const item = inner.closest('[data-reward], [data-redemption]');
  return {
    in: 'widget',
    tag: inner.localName,
    part: inner.getAttribute('part'),
    role: inner.getAttribute('role'),
    name: inner.getAttribute('aria-label') ?? inner.textContent,
    class: inner.className,
    view: inner.dataset.view,
    score: inner.dataset.score,
    reward: item?.dataset.reward,
    redemption: item?.dataset.redemption,
    shown: inner.matches(':focus-visible') && getComputedStyle(inner).outlineStyle !== 'none',
  };
});

/** Waits until the keyboard is where it should be. */
function at(page, wanted, what) {
  const is = (now) => Object.entries(wanted).every(([key, value]) => (value instanceof RegExp ? value.test(now[key] ?? '') : now[key] === value));
  is.toString = () => JSON.stringify(wanted);
  return eventually(() => focused(page), is, `the keyboard (${what})`, 5_000);
}

/** Presses Tab until the keyboard is there. */
async function tabTo(page, wanted, key = 'Tab') {
  const seen = [];
  for (let presses = 0; presses < 120; presses += 1) {
    const now = await focused(page);
    if (wanted(now)) return now;
    seen.push(JSON.stringify(now));
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never leads there:\n${seen.join('\n')}`);
}

/** Opens the panel as somebody who has only a keyboard. */
async function openByKeyboard(page) {
  await launcher(page).waitFor();
  await tabTo(page, (now) => now.part === 'launcher');
  await page.keyboard.press('Enter');
  await at(page, { role: 'dialog' }, 'opening');
}

const inPanel = (page, selector) => panel(page).locator(selector);

test('Tab and Enter open the panel, Escape closes it, and the keyboard is back on the launcher', async () => {
  const page = await stage.visit('neda');
  await launcher(page).waitFor();
  assert.equal(await launcher(page).getAttribute('aria-haspopup'), 'dialog');
  assert.equal(await launcher(page).getAttribute('aria-expanded'), 'false');
  await openByKeyboard(page);
  assert.equal(await launcher(page).getAttribute('aria-expanded'), 'true');
  assert.equal(await panel(page).getAttribute('aria-modal'), 'false', 'the shop stays usable beside the card');
  await inPanel(page, '.balance').waitFor();
  await at(page, { role: 'dialog' }, 'after the content has come');
  await page.keyboard.press('Tab');
  assert.equal((await at(page, { tag: 'button', name: 'بستن' }, 'the first stop')).shown, true, 'focus is to be seen');
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  assert.equal((await at(page, { part: 'launcher' }, 'closing')).shown, true);
  assert.equal(await launcher(page).getAttribute('aria-expanded'), 'false');
  await page.context().close();
});

test('arrow keys walk along the bar in the direction that it is read in', async () => {
  const page = await stage.visit('neda');
  await openByKeyboard(page);
  await inPanel(page, '.balance').waitFor();
  for (const [lang, on, back] of [['fa', 'ArrowLeft', 'ArrowRight'], ['en', 'ArrowRight', 'ArrowLeft']]) {
    await page.evaluate((code) => window.vafa.setLanguage(code), lang);
    await page.locator(`vafa-widget[floating] .vafa[lang=${lang}] .panel`).waitFor();
    await tabTo(page, (now) => now.role === 'tab');
    const walk = async (key, view) => {
      await page.keyboard.press(key);
      await at(page, { role: 'tab', view }, `${lang} ${key}`);
      await inPanel(page, `[data-view=${view}][aria-selected=true][tabindex="0"]`).waitFor();
      assert.equal(await inPanel(page, '[role=tab][tabindex="0"]').count(), 1, 'the bar is one stop of the Tab key');
    };
    await walk(on, 'earn');
    await walk(on, 'rewards');
    await walk(back, 'earn');
    await walk('End', 'history');
    await walk(on, 'home');
    await walk(back, 'history');
    await walk('Home', 'home');
  }
  await page.context().close();
});

test('a reward is taken and given back by the keyboard alone, which never falls back to the page', async () => {
  const page = await stage.visit('parsa');
  await openByKeyboard(page);
  await inPanel(page, '.balance').waitFor();
  await tabTo(page, (now) => now.role === 'tab');
  for (const view of ['earn', 'rewards']) {
    await page.keyboard.press('ArrowLeft');
    await at(page, { view }, 'the bar');
  }
  const take = (now) => now.reward === 'rwd_50k' && /btn plain/.test(now.class);
  await tabTo(page, take);
  await page.keyboard.press('Enter');
  await at(page, { class: 'confirm', reward: 'rwd_50k' }, 'the question');

  // Escape takes the question back, not the panel.
  await page.keyboard.press('Escape');
  await inPanel(page, '.confirm').waitFor({ state: 'detached' });
  await at(page, { reward: 'rwd_50k', class: 'btn plain' }, 'after Escape');

  // So does the button that says no.
  await page.keyboard.press('Space');
  await at(page, { class: 'confirm' }, 'the question again');
  await tabTo(page, (now) => now.reward === 'rwd_50k' && /btn quiet/.test(now.class));
  await page.keyboard.press('Enter');
  await inPanel(page, '.confirm').waitFor({ state: 'detached' });
  await at(page, { reward: 'rwd_50k', class: 'btn plain' }, 'after no');

  await page.keyboard.press('Enter');
  await at(page, { class: 'confirm' }, 'the question once more');
  await page.keyboard.press('Tab');
  await at(page, { class: 'btn main' }, 'yes');
  await page.keyboard.press('Enter');
  await inPanel(page, '[data-redemption]').waitFor();
  await at(page, { in: 'widget', class: 'body' }, 'after redeeming');
  assert.match(await page.locator('vafa-widget[floating] .live').innerText(), /\S/, 'the outcome is spoken');

  await tabTo(page, (now) => Boolean(now.redemption) && /btn quiet/.test(now.class));
  await page.keyboard.press('Enter');
  await at(page, { class: 'confirm', redemption: /\S/ }, 'the question about the coupon');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await inPanel(page, '[data-redemption]').waitFor({ state: 'detached' });
  await at(page, { in: 'widget', class: 'body' }, 'after giving back');

  // A button that leads elsewhere in the panel goes away by that.
  await tabTo(page, (now) => now.role === 'tab');
  await page.keyboard.press('Home');
  await at(page, { view: 'home' }, 'home');
  await tabTo(page, (now) => /btn quiet/.test(now.class ?? '') && now.name === 'همه', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await inPanel(page, '[data-view=rewards][aria-selected=true]').waitFor();
  await at(page, { in: 'widget', class: 'body' }, 'after “all”');

  await page.keyboard.press('Escape');
  await at(page, { part: 'launcher' }, 'closing');
  await page.context().close();
});

test('on a phone the sheet is modal: Tab goes round in it, both ways', async () => {
  const page = await stage.visit('elham', { viewport: { width: 390, height: 844 } });
  await openByKeyboard(page);
  await inPanel(page, '.balance').waitFor();
  assert.equal(await panel(page).getAttribute('aria-modal'), 'true');
  for (const key of ['Tab', 'Shift+Tab']) {
    const stops = new Set();
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press(key);
      const now = await focused(page);
      assert.ok(now.in === 'widget' && now.part !== 'launcher', `${key} leaves the sheet for ${JSON.stringify(now)}`);
      stops.add(`${now.class} ${now.name}`);
    }
    assert.ok(stops.size >= 5, `${key} comes by ${[...stops].join(', ')}`);
  }
  await page.keyboard.press('Escape');
  await at(page, { part: 'launcher' }, 'closing');
  await page.context().close();
});

test('a survey does not take the keyboard; arrows move among its scores, Space chooses, Enter sends', async () => {
  const page = await stage.visit('neda');
  const order = await buy(page);
  const prompt = page.locator('vafa-widget[floating] .prompt');
  await prompt.waitFor();
  assert.notEqual((await focused(page)).in, 'widget', 'it leaves the keyboard where it is');
  await tabTo(page, (now) => now.role === 'radio');
  await at(page, { score: '1' }, 'the first score');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await at(page, { score: '4' }, 'the fourth score');
  await page.keyboard.press('ArrowRight');
  await at(page, { score: '3' }, 'the third score');
  await page.keyboard.press('End');
  await at(page, { score: '5' }, 'the last score');
  assert.equal(await prompt.locator('[aria-checked=true]').count(), 0, 'arrows choose nothing');
  assert.equal(await prompt.locator('textarea').count(), 0);
  assert.deepEqual(await stage.query('SELECT scores FROM responses WHERE scope = ?', order), [], 'arrows send nothing');
  await page.keyboard.press('Space');
  await prompt.locator('[data-score="5"][aria-checked=true]').waitFor();
  await at(page, { score: '5' }, 'the chosen score');
  await eventually(() => stage.query('SELECT scores FROM responses WHERE scope = ?', order), (rows) => rows[0]?.scores === '[5]', 'the score');
  await page.keyboard.press('Tab');
  await at(page, { tag: 'textarea' }, 'the follow-up');
  await page.keyboard.type('خوب');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await prompt.locator('.thanks').waitFor();
  await at(page, { in: 'widget', class: 'prompt' }, 'the thanks');
  await page.keyboard.press('Escape');
  await prompt.waitFor({ state: 'detached' });
  await at(page, { part: 'launcher' }, 'after the thanks');
  await page.context().close();
});

test('keys that are typed into the panel are no shortcuts of the shop', async () => {
  const page = await stage.visit('neda');
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ['keydown', 'keyup', 'keypress']) document.addEventListener(name, (event) => window.heard.push(event.key));
  });
  await buy(page);
  const prompt = page.locator('vafa-widget[floating] .prompt');
  await prompt.locator('[data-score="3"]').click();
  await page.evaluate(() => { window.heard = []; });
  await prompt.locator('textarea').pressSequentially('s/');
  assert.equal(await prompt.locator('textarea').inputValue(), 's/');
  assert.deepEqual(await page.evaluate(() => window.heard), []);
  await page.context().close();
});

test('with reduced motion and with forced colours everything is still there', async () => {
  const page = await stage.visit('elham', { reducedMotion: 'reduce', forcedColors: 'active' });
  await openByKeyboard(page);
  await inPanel(page, '.balance').waitFor();
  const motions = await panel(page).evaluate((drawn) => [drawn, ...drawn.querySelectorAll('*')].map((e) => getComputedStyle(e))
    .filter((s) => parseFloat(s.animationDuration) > 0.02 || s.transitionProperty !== 'none' && parseFloat(s.transitionDuration) > 0).length);
  assert.equal(motions, 0, 'nothing moves');

  const hidden = () => panel(page).evaluate((drawn) => {
    const wrong = [];
    for (const element of drawn.querySelectorAll('button, .card, svg, h2, h3, p')) {
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (style.visibility !== 'visible' || Number(style.opacity) < 0.5 || !box.width) wrong.push(`${element.className.baseVal ?? element.className} cannot be seen`);
      if (element.matches('.btn, .card') && !(parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== 'none')) wrong.push(`${element.className} has no edge`);
    }
    return wrong;
  });
  assert.deepEqual(await hidden(), []);

  // What colour alone would tell must differ in forced colours too.
  const look = (selector) => inPanel(page, selector).first().evaluate((e) => { const s = getComputedStyle(e); return `${s.backgroundColor} ${s.color}`; });
  assert.notEqual(await look('[role=tab][aria-selected=true]'), await look('[role=tab][aria-selected=false]'), 'the chosen place');
  const [track, fill] = await inPanel(page, '.track').evaluate((e) => [getComputedStyle(e).backgroundColor, getComputedStyle(e).backgroundImage]);
  assert.ok(fill.includes('rgb') && !fill.includes(track), `how far the bar has come: ${fill} on ${track}`);
  await picture(page, 'keyboard-forced-colours');
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).shown, true, 'focus is to be seen');
  await page.context().close();
});
