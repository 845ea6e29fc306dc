// Faults of what a browser keeps: storage that is full, that somebody has changed, that another tab writes at the same
// moment, and a shopper who does not want any of it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Stage, asking } from '../stage.mjs';
import { choose, eventually, gate, giveBack, kept, launcher, meetWishes, oneCoupon, openPanel, panel, place, settled, unharmed, visit } from './shopper.mjs';

const asked = { id: 'srv_asked', kind: 'csat' };
let stage;
before(async () => {
  stage = await Stage.open({ program: asking(asked) });
});
after(() => stage.close());
afterEach(() => giveBack(stage, 'parsa'));

/** The server does it, and the answer is lost as often as `times`. */
const loseAnswers = (page, times) => meetWishes(page.context(), async (route, n) => {
  if (n >= times) return route.continue();
  await route.fetch();
  return route.abort('connectionreset');
});

test('a storage that the shop has filled to the brim: a redemption whose answer is lost ends in one coupon', async () => {
  const page = await visit(stage, 'parsa');
  await launcher(page).waitFor();
  await page.evaluate(() => {
    for (let size = 1 << 20, n = 0; size >= 1;) {
      try {
        localStorage.setItem(`shop:${n}`, 'x'.repeat(size));
        n += 1;
      } catch {
        size >>= 1;
      }
    }
  });
  const full = await page.evaluate(() => {
    try {
      localStorage.setItem('shop:more', 'xx');
      return false;
    } catch (fault) {
      return fault.name;
    }
  });
  assert.equal(full, 'QuotaExceededError');
  await loseAnswers(page, 1);
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await page.evaluate(() => window.vafa.close());
  await page.reload();
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page);
  await page.context().close();
});

test('a storage that takes nothing since the page was opened: as full as one can be', async () => {
  const page = await visit(stage, 'parsa');
  await openPanel(page);
  await page.evaluate(() => {
    for (const name of ['setItem', 'removeItem', 'getItem']) Storage.prototype[name] = () => { throw new DOMException('no', 'InvalidStateError'); };
  });
  await loseAnswers(page, 1);
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page);
  await page.context().close();
});

const NAMES = ['face', 'program', 'me', 'sub', 'outbox', 'visit', 'ref', 'claim', 'skew', 'prompts:parsa'];
const wish = { key: 'k', kind: 'redeem', subject: 'rwd_50k', method: 'POST', path: '/v1/me/redemptions', body: { reward_id: 'rwd_50k' }, sub: 'parsa', at: 1 };
/** What is put in the place of each value, out of what is there. */
const TAMPERED = {
  'no JSON': () => '{"points":',
  null: () => 'null',
  'a number': () => '1e308',
  'a text': () => '"<img src=x onerror=alert(1)>"',
  'an empty list': () => '[]',
  'an empty object': () => '{}',
  'a list of everything': () => '[null,1,"x",{},[[]]]',
  'wishes of nobody and to nowhere': (_, wish) => JSON.stringify([
    { ...wish, path: '//evil.example/v1/me' }, { ...wish, path: '/v1/../studio' }, { ...wish, sub: 'neda', at: 1e15 }, { ...wish, kind: 'rob' }, { ...wish, at: 'x' },
  ]),
  'every number another one': (json) => json?.replace(/(?<=[:[,])-?\d+(?=[,\]}])/g, '-9007199254740991'),
  'every number a text, every text a number': (json) => json?.replace(/:(-?\d+)(?=[,\]}])/g, ':"$1"').replace(/:"[^"]*"/g, ':7'),
  'every list and object empty': (json) => json?.replace(/:\[[^[\]]*\]/g, ':[]').replace(/:\{[^{}]*\}/g, ':{}'),
  'the half of it': (json) => json && JSON.stringify(Object.fromEntries(Object.entries(Object(JSON.parse(json))).filter((_, i) => i % 2))),
};

test('whatever somebody has put in the place of what we kept: the truth is shown, and only that', async (t) => {
  const first = await visit(stage, 'parsa');
  await openPanel(first);
  await panel(first).locator('.balance').waitFor();
  const had = await panel(first).locator('.balance strong').innerText();
  const context = first.context();
  const good = await first.evaluate(() => ({ ...localStorage }));
  assert.ok(good['vafa:demo:v1:me'] && good['vafa:demo:v1:program'] && good['vafa:demo:v1:face']);
  await first.close();
  for (const [what, change] of Object.entries(TAMPERED)) {
    await t.test(what, async () => {
      const page = await context.newPage();
      // The shop's small file, for a page that runs nothing of ours yet.
      await page.goto(`${stage.shop}/demo/icon.svg`);
      const values = Object.fromEntries(NAMES.map((name) => [`vafa:demo:v1:${name}`, change(good[`vafa:demo:v1:${name}`], wish)]));
      await page.evaluate(([all, bad]) => {
        for (const [key, value] of Object.entries({ ...all, ...bad })) if (value) localStorage.setItem(key, value);
      }, [good, values]);
      await page.close();
      const next = await visit(stage, 'parsa', { context });
      await openPanel(next);
      await eventually(() => panel(next).locator('.balance strong').innerText().catch(() => ''), had, 'the balance');
      await eventually(() => panel(next).locator('.strip').count(), 0, 'nothing to be said');
      await unharmed(next);
      await next.close();
    });
  }
  assert.equal(context.wishes.size, 0, 'nothing was asked for in the shopper’s name');
  await context.close();
});

test('two tabs that ask at the same moment: one asks the server, both show the one coupon', async () => {
  const first = await visit(stage, 'parsa');
  const second = await visit(stage, 'parsa', { context: first.context() });
  // The server's answer waits for the second click.
  const clicked = gate();
  await meetWishes(first.context(), async (route) => {
    await clicked.opened;
    await route.continue();
  });
  const buttons = [await choose(first), await choose(second)];
  const found = await Promise.all(buttons.map((button) => button.elementHandle()));
  await Promise.all(found.map((button) => button.evaluate((it) => it.click())));
  clicked.open();
  await oneCoupon(stage, first, 'parsa');
  await oneCoupon(stage, second, 'parsa');
  await settled(first);
  await unharmed(first);
  await unharmed(second);
  await first.context().close();
});

test('what another tab writes at the same moment undoes no wish', async () => {
  const page = await visit(stage, 'parsa');
  const tries = await loseAnswers(page, 1);
  await (await choose(page)).click();
  await eventually(tries, 1, 'the lost answer');
  // As if a tab that had read the list before had written its own.
  await page.evaluate(() => localStorage.setItem('vafa:demo:v1:outbox', '[]'));
  await oneCoupon(stage, page, 'parsa');
  await page.context().close();
});

/** Two tabs of one browser, the panel opened and closed in each; the second sees nothing of what the first keeps from here on. */
async function behind(stage, who) {
  const first = await visit(stage, who);
  const second = await visit(stage, who, { context: first.context() });
  for (const page of [first, second]) {
    await openPanel(page);
    await panel(page).locator('.balance').waitFor();
    await page.keyboard.press('Escape');
  }
  await second.evaluate(() => {
    const seen = new Map(Object.entries(localStorage));
    const { setItem, removeItem } = Storage.prototype;
    Object.assign(Storage.prototype, {
      getItem: (key) => seen.get(key) ?? null,
      setItem(key, value) {
        seen.set(key, value);
        setItem.call(this, key, value);
      },
      removeItem(key) {
        seen.delete(key);
        removeItem.call(this, key);
      },
    });
  });
  return [first, second];
}

const ask = (page) => page.evaluate(() => window.vafa.push(['ask', 'srv_asked']));
const floating = (page) => page.locator('vafa-widget[floating] .prompt');

test('a tab that is late to see what another one keeps: the question that is on screen there is not asked here', async () => {
  const [first, second] = await behind(stage, 'parsa');
  await second.evaluate(() => localStorage.removeItem('vafa:demo:v1:visit'));
  await ask(first);
  await floating(first).waitFor();
  await ask(second);
  await eventually(() => second.evaluate(() => localStorage.getItem('vafa:demo:v1:visit')), (visit) => visit, 'the decision in the second tab');
  // What the decision led to is asked of the browser before this, and drawn in the next frame.
  await second.evaluate(() => navigator.locks.request('after', () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))));
  assert.equal(await floating(second).count(), 0);
  await floating(first).locator('[data-score="4"]').click();
  await eventually(() => stage.query("SELECT scores FROM responses JOIN members USING (tenant, member) WHERE survey = 'srv_asked' AND external_id = 'parsa'"), (rows) => rows.length === 1, 'answers');
  await unharmed(first);
  await unharmed(second);
  await first.context().close();
});

test('two tabs of a browser without locks: an answer in the one takes the question off the other, which is late to see what is kept', async () => {
  const tabs = await behind(stage, 'neda');
  for (const page of tabs) await page.evaluate(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
  await Promise.all(tabs.map(ask));
  for (const page of tabs) await floating(page).waitFor();
  await floating(tabs[0]).locator('[data-score="4"]').click();
  await eventually(() => floating(tabs[1]).count(), 0, 'prompts in the other tab');
  await eventually(() => kept(tabs[0], 'prompts:neda'), (all) => all?.length === 1 && all[0].displays === 1 && all[0].answered_at, 'what is kept of it');
  await unharmed(tabs[1]);
  await tabs[0].context().close();
});

test('words that are half written when the page is left are with the answer', async () => {
  const page = await visit(stage, 'navid');
  const prompt = page.locator('vafa-widget[floating] .prompt');
  await page.evaluate(() => window.vafa.push(['ask', 'srv_asked']));
  await prompt.locator('[data-score="2"]').click();
  await prompt.locator('textarea').fill('بسته دیر رسید و');
  const stored = () => stage.query("SELECT comment FROM responses JOIN members USING (tenant, member) WHERE survey = 'srv_asked' AND external_id = 'navid'");
  await eventually(stored, (rows) => rows.length === 1, 'the score');
  await page.goto('about:blank');
  await eventually(stored, (rows) => rows.length === 1 && rows[0].comment === 'بسته دیر رسید و', 'the words');
  await page.context().close();
});

test('who refuses storage is asked for nothing again: neither this page nor the next one keeps anything', async () => {
  const page = await visit(stage, 'elham');
  const ours = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('vafa:')));
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  assert.ok((await ours()).length > 3);
  await page.evaluate(() => window.vafa.setConsent(false));
  assert.deepEqual(await ours(), ['vafa:demo:no']);
  await page.reload();
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  assert.deepEqual(await ours(), ['vafa:demo:no']);
  await unharmed(page);
  await page.evaluate(() => window.vafa.setConsent(true));
  await page.reload();
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await eventually(ours, (keys) => keys.includes('vafa:demo:v1:me') && !keys.includes('vafa:demo:no'), 'what is kept');
  await page.context().close();
});
