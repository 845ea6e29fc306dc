// Documents that do not fit: a server of another age, or a hand in the storage. Each is refused as a whole, and the panel
// lives on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, balance, eventually, openPanel, panel } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

const at = (name) => `vafa:demo:v1:${name}`;
const stored = (page, name) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), at(name));
const warned = (page) => page.words.filter((word) => /\[vafa\]|uncaught/.test(word));
/** The member's answer is held back until it is let go. */
const held = async (page) => {
  let letGo;
  const gate = new Promise((done) => { letGo = done; });
  await page.route('**/v1/me', async (route) => {
    await gate;
    await route.continue();
  });
  return async () => {
    letGo();
    await page.unrouteAll({ behavior: 'wait' });
  };
};

test('what somebody wrote into the storage is shown whole or not at all', async () => {
  const page = await stage.visit('elham');
  await openPanel(page);
  const had = await eventually(() => balance(page), (n) => n > 0, 'the balance');
  await eventually(() => stored(page, 'me'), Boolean, 'the kept member');
  const me = await stored(page, 'me');
  const kept = me.facts.lots.length;
  assert.ok(kept > 0, 'the member has lots, or the cases below would prove nothing');
  const lots = (change) => ({ ...me, facts: { ...me.facts, lots: me.facts.lots.map(change) } });
  // The last one lacks it: by then much has been read.
  const without = (field) => lots((lot, n) => (n === kept - 1 ? { ...lot, [field]: undefined } : lot));

  const shows = async (document, wanted) => {
    const go = await held(page);
    // Before any script of the next page: an answer to this one may be on its way, and would be kept.
    await page.addInitScript(([key, json]) => localStorage.setItem(key, json), [at('me'), JSON.stringify(document)]);
    await page.reload();
    await openPanel(page);
    if (wanted === null) {
      // With a member there would be a bar from the first drawing on.
      await panel(page).locator('.skeleton, .empty').first().waitFor({ state: 'attached' });
      assert.equal(await panel(page).locator('.balance, .tab').count(), 0);
    } else {
      assert.equal(await balance(page), wanted);
    }
    await go();
    await eventually(() => balance(page), had, 'the balance once the server has answered');
  };
  await shows(me, had);
  await shows(without('remaining'), null);
  await shows(lots((lot) => ({ ...lot, remaining: 'many' })), null);
  await shows(lots(() => null), null);
  await shows({ ...me, facts: { ...me.facts, lots: 7 } }, null);
  await shows({ ...me, facts: undefined }, null);
  await shows([], null);
  await shows('no member', null);
  assert.deepEqual(warned(page), []);
  await page.context().close();
});

test('thousands of refusals cost the engine nothing that it needs', async () => {
  const page = await stage.visit('navid');
  await openPanel(page);
  await eventually(() => balance(page), (n) => n > 0, 'the balance');
  await page.keyboard.press('Escape');
  // Each decision about surveys reads what this browser was asked, and may write it.
  await page.evaluate(async (key) => {
    for (let n = 0; n < 4_000; n += 1) {
      localStorage.setItem(key, '[{"survey":"srv_some","displays":"often"}]');
      window.vafa.ask('srv_none');
      await null;
      if (n % 100 === 0) await new Promise((done) => { setTimeout(done, 0); });
    }
  }, at('prompts:navid'));
  await openPanel(page);
  assert.ok((await balance(page)) > 0);
  assert.deepEqual(warned(page), []);
  await page.context().close();
});

test('an answer of another shape counts as none, and the next one is taken', async () => {
  const page = await stage.visit('parsa');
  let asked = 0;
  await page.route('**/v1/me', async (route) => {
    asked += 1;
    const answer = await route.fetch();
    const { facts, ...rest } = await answer.json();
    assert.ok(facts);
    await route.fulfill({ response: answer, json: rest });
  });
  await openPanel(page);
  await eventually(() => asked, (times) => times > 1, 'that it asks again');
  assert.equal(await panel(page).locator('.balance').count(), 0);
  assert.equal(await stored(page, 'me'), null, 'nothing is kept of it');
  await page.unrouteAll({ behavior: 'wait' });
  await eventually(() => balance(page).catch(() => 0), (n) => n > 0, 'the balance');
  assert.deepEqual(warned(page).filter((word) => !/uncaught/.test(word)), []);
  await page.context().close();
});
