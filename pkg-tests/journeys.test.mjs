// One visit by the keyboard alone, through every place of the panel, on a phone in Persian and beside the shop in English.
// Wherever the keyboard comes by, it must be seen to be there: in the widget, in sight, under nothing, marked, with a name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { rich } from './gallery/club.mjs';
import { Stage, eventually, launcher, panel } from './stage.mjs';

/** No survey comes by itself: one that waits would stand where another is looked for. */
const quiet = (demo) => {
  const activities = demo.earning.activities.filter((rule) => !rule.kind.survey);
  return { ...demo, surveys: [], earning: { ...demo.earning, activities } };
};

let stage;
before(async () => {
  stage = await Stage.open({ program: (demo) => rich(quiet(demo)) });
  const codes = { codes: [{ code: 'SOFAL-20' }] };
  assert.equal((await stage.asShop('POST', '/v1/partners/gallery/codes?shared=true', codes)).status, 200);
  const given = await fetch(`${stage.api}/v1/members/elham/adjustments`, {
    method: 'POST', body: JSON.stringify({ points: 2_000, reason: 'for the journey' }),
    headers: { authorization: `Bearer ${stage.keys.secret_key}`, 'content-type': 'application/json', 'idempotency-key': 'journey' },
  });
  assert.equal(given.status, 201, await given.text());
});
after(() => stage?.close());

/** Runs in the page: what has the keyboard, and what is wrong with how it shows. */
const look = () => {
  const outer = document.activeElement;
  const here = outer?.shadowRoot?.activeElement;
  if (!here) return { outside: outer?.localName ?? 'nothing', wrong: [`the keyboard is on the page’s <${outer?.localName}>`] };
  const wrong = [];

  // In sight: in the window and in all that clips it, whole, or filling it.
  const box = here.getBoundingClientRect();
  const area = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  for (let above = here.parentElement; above; above = above.parentElement) {
    const { overflowX, overflowY, position } = getComputedStyle(above);
    const clip = above.getBoundingClientRect();
    if (overflowX !== 'visible') { area.left = Math.max(area.left, clip.left); area.right = Math.min(area.right, clip.right); }
    if (overflowY !== 'visible') { area.top = Math.max(area.top, clip.top); area.bottom = Math.min(area.bottom, clip.bottom); }
    if (position === 'fixed') break;
  }
  const seen = {
    left: Math.max(box.left, area.left), top: Math.max(box.top, area.top),
    right: Math.min(box.right, area.right), bottom: Math.min(box.bottom, area.bottom),
  };
  const fits = (of, edges, room) => edges.map(([a, b]) => [of[b] - of[a], Math.min(box[b] - box[a], room[b] - room[a])]);
  for (const [shown, due] of fits(seen, [['left', 'right'], ['top', 'bottom']], area)) {
    if (shown < due - 1 || shown < 1) wrong.push(`${Math.round(shown)} of ${Math.round(due)} pixels can be seen`);
  }

  // Under nothing: what is hit in its middle is it, or in it; a field that lies over its words is both.
  const [x, y] = [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2];
  let hit = document.elementFromPoint(x, y);
  while (hit?.shadowRoot?.elementFromPoint(x, y) && hit.shadowRoot.elementFromPoint(x, y) !== hit) hit = hit.shadowRoot.elementFromPoint(x, y);
  if (!here.contains(hit)) wrong.push(`<${hit?.localName} class="${hit?.className}"> lies over it`);

  // Marked: not as it looks without the keyboard, which is told when the keyboard has gone on.
  const marks = (element) => [element, element.nextElementSibling].filter(Boolean).map((one) => {
    const { opacity, outlineStyle, outlineWidth, outlineColor, outlineOffset, boxShadow, border, backgroundColor } = getComputedStyle(one);
    if (opacity === '0') return { text: 'unseen', outline: 0 };
    return { text: [outlineStyle, outlineWidth, outlineColor, outlineOffset, boxShadow, border, backgroundColor].join(' '), outline: outlineStyle === 'none' ? 0 : parseFloat(outlineWidth) };
  });
  const name = (element) => `<${element.localName} class="${element.className}"> “${(element.getAttribute('aria-label') ?? element.textContent).slice(0, 30)}”`;
  const now = marks(here);
  // Whoever gets the whole panel has seen it open; that is no stop of the Tab key.
  if (Math.max(...now.map(({ outline }) => outline)) < (here.getAttribute('role') === 'dialog' ? 1 : 2)) wrong.push('nothing marks it');
  const { was } = window;
  if (was && was.here !== here && was.here.isConnected && was.here.getAttribute('role') !== 'dialog') {
    const [then, after] = [was.marks, marks(was.here)].map((all) => all.map(({ text }) => text).join());
    if (then === after) wrong.push(`${name(was.here)} looked as it does without the keyboard`);
  }
  const item = here.closest('[data-reward], [data-redemption], [data-offer], [data-rule], [data-plan]');
  return {
    wrong: wrong.map((what) => `${name(here)}: ${what}`),
    keep: () => { window.was = { here, marks: now }; },
    is: here,
    at: {
      tag: here.localName, class: here.className, part: here.getAttribute('part'), role: here.getAttribute('role'), text: here.textContent.trim(),
      name: here.getAttribute('name'), type: here.getAttribute('type'), value: here.value, ...here.dataset, ...item?.dataset, inItem: Boolean(item), asks: Boolean(here.closest('.confirm')),
      href: here.getAttribute('href'), pressed: here.getAttribute('aria-pressed'),
    },
  };
};

/** Somebody who has a page and a keyboard. */
class Visitor {
  static async come(who, lang, options) {
    const self = new Visitor();
    self.page = await stage.visit(who, options);
    self.lang = lang;
    self.cdp = await self.page.context().newCDPSession(self.page);
    await launcher(self.page).waitFor();
    await self.page.evaluate((code) => window.vafa.setLanguage(code), lang);
    return self;
  }

  get body() { return panel(this.page).locator('.body'); }

  /** Opens the panel. The shop's own stops come before the launcher; they are the shop's. */
  async open(ready) {
    const { page } = this;
    const there = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('part') === 'launcher');
    for (let presses = 0; !(await there()); presses += 1) {
      assert.ok(presses < 120, 'Tab never leads to the launcher');
      await page.keyboard.press('Tab');
    }
    await this.stop('the launcher');
    await page.keyboard.press('Enter');
    await this.lands((at) => at.role === 'dialog', 'opening');
    await this.body.locator(ready).first().waitFor();
  }

  /** The name by which the browser's own accessibility tree calls an element. */
  async nameOf(handle) {
    const { result } = await this.cdp.send('Runtime.evaluate', { expression: 'document.activeElement.shadowRoot.activeElement' });
    const { nodes } = await this.cdp.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
    await handle.dispose();
    return nodes[0]?.name?.value ?? '';
  }

  /** Looks at where the keyboard is, when what moves has come to rest; gives what it is on. */
  async stop(what) {
    let last;
    const see = async () => {
      const handle = await this.page.evaluateHandle(look);
      last = await handle.evaluate(({ wrong, at, outside }) => ({ wrong, at, outside }));
      if (!last.wrong.length) {
        await handle.evaluate(({ keep }) => keep());
        const name = await this.nameOf(handle);
        if (!name.trim()) last.wrong.push(`<${last.at.tag} class="${last.at.class}"> has no name`);
        else last.at.label = name;
      }
      return last.wrong;
    };
    const good = (wrong) => wrong.length === 0;
    good.toString = () => 'nothing';
    await eventually(see, good, `${what}: what is wrong`, 4_000);
    return last.at;
  }

  async press(key, what = key) {
    await this.page.keyboard.press(key);
    return this.stop(what);
  }

  /** Waits until the keyboard is there, without a key. */
  async lands(wanted, what) {
    let at;
    const there = async () => { at = await this.stop(what); return Boolean(wanted(at)); };
    await eventually(there, true, `${what}: that the keyboard is there`, 8_000).catch((error) => { throw new Error(`${error.message}; it is on ${JSON.stringify(at)}`); });
    return at;
  }

  /** Goes on by one key until it is there; every stop on the way must be right. */
  async to(wanted, what, key = 'Tab') {
    const seen = [];
    for (let presses = 0; presses < 60; presses += 1) {
      const at = await this.press(key, `on the way to ${what}`);
      if (wanted(at)) return at;
      seen.push(`${at.class} ${at.label}`);
    }
    throw new Error(`${key} never leads to ${what}:\n${seen.join('\n')}`);
  }

  /** To a place of the bar, by the arrows, from wherever it is. */
  async place(view) {
    const on = this.lang === 'fa' ? 'ArrowLeft' : 'ArrowRight';
    const tab = (at) => at.role === 'tab';
    if (!tab(await this.stop('before the bar'))) await this.to(tab, 'the bar');
    await this.to((at) => tab(at) && at.view === view, view, on);
    await panel(this.page).locator(`[data-view=${view}][aria-selected=true]`).waitFor();
    await panel(this.page).locator('.skeleton').waitFor({ state: 'detached' });
    await this.stop(view);
  }

  /** From home to what the bar has no room for. */
  async more(view) {
    await this.place('home');
    await this.to((at) => at.more === view, view, 'Shift+Tab');
    await this.page.keyboard.press('Enter');
    await this.body.locator('.top').waitFor();
    await panel(this.page).locator('.skeleton').waitFor({ state: 'detached' });
    await this.lands((at) => at.class === 'body', `in ${view}`);
    return this.to((at) => at.class === 'btn square', 'the way back');
  }

  /** Back to where it came from, by the button that says so. */
  async back() {
    await this.to((at) => at.class === 'btn square' && !at.inItem, 'the way back', 'Shift+Tab');
    await this.page.keyboard.press('Enter');
    await this.lands((at) => at.class === 'body', 'after going back');
  }
}

const TIERS = { fa: 'همهٔ سطح‌ها', en: 'All tiers' };

/** What is said of a member at the server. */
const me = async (who) => (await stage.asMember(who, 'GET', '/v1/me')).body;

async function journey(who, lang, viewport, survey) {
  const v = await Visitor.come(who, lang, { viewport });
  const { page } = v;
  const shown = (selector) => v.body.locator(selector).first().waitFor();

  await v.open('.balance');

  // Home, from its first stop to the bar.
  await v.to((at) => at.class === 'body', 'what home says');
  await v.to((at) => at.role === 'tab', 'the bar at its end');

  // A reward is asked about, not taken, asked about again, taken, and given back.
  await v.place('rewards');
  const reward = (at) => at.reward === 'rwd_wallet' && !at.asks;
  await v.to(reward, 'a reward of many units', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await v.lands((at) => at.asks && at.class === 'confirm', 'the question');
  const slid = await v.press('Tab', 'how much');
  assert.equal(slid.type, 'range');
  const moved = await v.press('ArrowUp', 'more of it');
  assert.ok(Number(moved.value) > Number(slid.value), 'the arrows move the slider');
  await page.keyboard.press('Escape');
  await v.lands(reward, 'after Escape');
  assert.equal(await panel(page).count(), 1, 'Escape takes the question back, not the panel');
  const coupon = (at) => at.reward === 'rwd_draw' && !at.asks;
  await v.place('rewards');
  await v.to(coupon, 'a reward', 'Shift+Tab');
  await page.keyboard.press('Space');
  await v.lands((at) => at.class === 'confirm', 'the question');
  await v.to((at) => at.class === 'btn main', 'yes');
  await page.keyboard.press('Enter');
  await shown('[data-redemption]');
  await v.lands((at) => at.class === 'body', 'after taking it');
  await v.to((at) => at.redemption && at.class === 'btn quiet', 'the way to give it back');
  assert.equal(await v.body.locator('[data-redemption] .code').isVisible(), true);
  await page.keyboard.press('Enter');
  await v.lands((at) => at.class === 'confirm' && at.redemption !== undefined, 'the question about the coupon');
  await v.to((at) => at.class === 'btn main', 'yes');
  await page.keyboard.press('Enter');
  await v.body.locator('[data-redemption]').waitFor({ state: 'detached' });
  await v.lands((at) => at.class === 'body', 'after giving it back');
  assert.deepEqual((await me(who)).redemptions.filter((r) => r.reward_id === 'rwd_draw').map((r) => r.state), ['cancelled']);

  // What earns points: one is claimed, the profile is filled in.
  await v.place('earn');
  await v.to((at) => at.rule === 'visit', 'what can be claimed', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await shown('[data-rule=visit] .done');
  await v.lands((at) => at.class === 'body', 'after claiming');
  await v.to((at) => at.profile !== undefined, 'the profile');
  await page.keyboard.press('Enter');
  await v.lands((at) => at.class === 'confirm', 'the form');
  await v.press('Tab', 'the name');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Mina');
  assert.equal((await v.press('Tab', 'the day')).name, 'day');
  await v.press('ArrowDown');
  await v.press('ArrowDown');
  assert.equal((await v.press('Tab', 'the month')).name, 'month');
  await v.press('ArrowDown');
  await v.press('Tab', 'save');
  await page.keyboard.press('Enter');
  await v.body.locator('form').waitFor({ state: 'detached' });
  await v.lands((at) => at.class === 'body', 'after saving');
  const known = await eventually(() => me(who), ({ first_name: name }) => name === 'Mina', 'the name');
  assert.deepEqual(known.facts.birthday, { month: 1, day: 2 });

  await v.place('refer');
  await v.to((at) => at.class === 'body', 'the code’s place', 'Shift+Tab');

  await v.place('history');
  for (const n of [2, 1, 0]) {
    await v.to((at) => at.pressed !== null, 'a filter', 'Shift+Tab');
    await page.keyboard.press('Space');
    await v.body.locator('.filter .btn').nth(n).and(page.locator('[aria-pressed=true]')).waitFor();
    await v.lands((at) => at.pressed === 'true', 'the filter that was chosen');
  }

  // Gifts, plans, partners, tiers, the help.
  await v.more('offers');
  await v.to((at) => at.offer === 'off_points', 'a gift');
  await page.keyboard.press('Enter');
  await shown('[data-offer=off_points] .done');
  await v.lands((at) => at.class === 'body', 'after taking it');
  await v.more('membership');
  await v.to((at) => at.plan === 'monthly' && at.href, 'where a plan is bought');
  await v.more('partners');
  await v.to((at) => at.href, 'a partner’s own page');
  await v.to((at) => at.reward === 'rwd_gallery', 'what a partner gives');
  await v.back();
  await v.more('help');
  await v.to((at) => at.tag === 'summary', 'a heading');
  await v.press('Tab', 'the next heading');
  await page.keyboard.press('Enter');
  await shown('details:nth-of-type(2)[open] li');
  await v.stop('the heading that was opened');
  await v.place('home');
  await v.to((at) => at.class === 'btn quiet' && at.text === TIERS[lang], 'the tiers', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await shown('.level');
  await v.lands((at) => at.class === 'body', 'in the tiers');

  // A complaint is filed and talked over.
  await v.more('complaints');
  await v.to((at) => /btn main/.test(at.class), 'a new one');
  await page.keyboard.press('Enter');
  await shown('form');
  await v.lands((at) => at.class === 'body', 'the form');
  await v.to((at) => at.name === 'topic', 'the topics');
  await v.press('Space');
  await v.press('ArrowDown');
  const topic = await v.stop('the topic');
  await v.to((at) => at.tag === 'textarea', 'its words');
  await page.keyboard.type('The parcel has not come');
  await v.press('Tab', 'send');
  await page.keyboard.press('Enter');
  await shown('.talk .say');
  await v.lands((at) => at.class === 'body', 'what was filed');
  const [filed, ...others] = (await stage.asMember(who, 'GET', '/v1/me/complaints')).body.complaints;
  assert.deepEqual([others.length, filed.state, filed.topic], [0, 'open', topic.label]);
  await v.to((at) => at.class === 'btn square', 'the way back');
  await page.keyboard.press('Enter');
  await v.lands((at) => at.class === 'body', 'the list');
  await v.to((at) => /link/.test(at.class), 'the complaint');
  await page.keyboard.press('Enter');
  await shown('.talk .say');
  await v.lands((at) => at.class === 'body', 'the complaint');
  await v.to((at) => at.tag === 'textarea', 'the answer');
  await page.keyboard.type('It was order 7');
  await v.press('Tab', 'send');
  await page.keyboard.press('Enter');
  await v.body.locator('.say.mine').nth(1).waitFor();
  await v.stop('after answering');

  // Closed; a survey comes, and is answered to its end.
  await page.keyboard.press('Escape');
  await v.lands((at) => at.part === 'launcher', 'closing');
  await page.evaluate((id) => window.vafa.push(['ask', id]), survey.id);
  await page.locator('vafa-widget[floating] .prompt').waitFor();
  await v.stop('where it was when the survey came');
  const prompt = page.locator('vafa-widget[floating] .prompt');
  await v.to((at) => at.role === 'radio', 'the first score');
  for (const [n, score] of survey.scores.entries()) {
    const end = await v.press('End');
    assert.equal(end.score, survey.last);
    await v.press('Home');
    await v.to((at) => at.score === score, 'a score', 'ArrowDown');
    await page.keyboard.press('Space');
    if (n + 1 < survey.scores.length) await v.lands((at) => at.role === 'radio' && at.score !== score, 'the next question');
  }
  await prompt.locator('textarea').waitFor();
  await v.to((at) => at.tag === 'textarea', 'a word more');
  await page.keyboard.type('Fine');
  await v.press('Tab', 'send');
  await page.keyboard.press('Enter');
  await prompt.locator('.thanks').waitFor();
  await v.lands((at) => at.class === 'prompt', 'the thanks');
  await v.press('Tab', 'its way out');
  await page.keyboard.press('Enter');
  await prompt.waitFor({ state: 'detached' });
  await v.lands((at) => at.part === 'launcher', 'at the end');
  assert.deepEqual(page.words, []);
  await page.context().close();
}

test('on a phone, in Persian', () => journey('parsa', 'fa', { width: 390, height: 844 }, { id: 'srv_nps', last: '10', scores: ['9'] }));

test('beside the shop, in English', () => journey('elham', 'en', { width: 1280, height: 900 }, { id: 'srv_cli', last: '6', scores: ['5', '6', '4'] }));

test('a guest on a phone comes by every heading of the help, and round again', async () => {
  const v = await Visitor.come('guest', 'fa', { viewport: { width: 390, height: 844 } });
  await v.open('.steps');
  await v.to((at) => /btn main/.test(at.class), 'the way in');
  await v.to((at) => /btn quiet/.test(at.class), 'more about it');
  await v.page.keyboard.press('Enter');
  await v.body.locator('summary').first().waitFor();
  await v.lands((at) => at.class === 'body', 'in the help');
  const headings = await v.body.locator('summary').allInnerTexts();
  for (const key of ['Tab', 'Shift+Tab']) {
    const names = [];
    const close = (at) => at.class === 'btn square' && at.label === 'بستن';
    for (let at = await v.to(close, 'the way out', key); names.length < 60; names.push(at.label)) {
      at = await v.press(key);
      if (close(at)) break;
    }
    assert.deepEqual(headings.filter((name) => !names.includes(name)), [], `${key} comes by ${names.join(', ')}`);
  }
  await v.page.keyboard.press('Escape');
  await v.lands((at) => at.part === 'launcher', 'closing');
  await v.page.context().close();
});
