// Customise, saved by itself: two people on one draft, and a network that goes away.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually } from '../stage.mjs';
import { Customising, at, saved, section, widget } from './customising.mjs';
import { words } from './desk.mjs';

let all;
before(async () => {
  all = await Customising.open();
});
afterEach(() => all.anew());
after(() => all.close());

test('two people change one draft, and nothing is lost', async () => {
  const [one, other] = [await all.enter('owner', 'club'), await all.enter('editor', 'rewards')];
  await at(one, '/name/fa').fill('باشگاه یکم');
  await saved(one);
  await other.locator('.section .toggle').first().click();
  await at(other, '/rewards/0/cost').fill('77');
  const clash = other.locator('.clash');
  await clash.getByText('owner@shop.example', { exact: false }).waitFor();
  await clash.getByText('باشگاه یکم', { exact: false }).waitFor();
  assert.equal(await clash.getByText(words.fa['customise.clash.both'], { exact: true }).count(), 0);
  await clash.getByRole('button', { name: words.fa['customise.clash.merge'] }).click();
  const merged = await all.draftLike((it) => it.rewards[0].cost === 77);
  assert.equal(merged.name.fa, 'باشگاه یکم');

  // The same place: it says so; theirs is taken, and mine comes back by undoing.
  await at(one, '/name/fa').fill('باشگاه دوم');
  await one.locator('.clash').waitFor();
  await one.locator('.clash').getByRole('button', { name: words.fa['customise.clash.merge'] }).click();
  await all.draftLike((it) => it.name.fa === 'باشگاه دوم');
  await section(other, 'club');
  await at(other, '/name/fa').fill('باشگاه سوم');
  await other.locator('.clash').getByText(words.fa['customise.clash.both'], { exact: true }).waitFor();
  await other.locator('.clash').getByRole('button', { name: words.fa['customise.clash.take'] }).click();
  await eventually(() => at(other, '/name/fa').inputValue(), 'باشگاه دوم', 'theirs');
  await other.getByRole('button', { name: words.fa['customise.undo'], exact: true }).click();
  await eventually(() => at(other, '/name/fa').inputValue(), 'باشگاه سوم', 'mine');
});

test('without a network nothing is lost, and it is saved when it is back', async () => {
  const page = await all.enter('editor', 'club');
  await widget(page).locator('.panel').waitFor();
  await page.context().setOffline(true);
  await at(page, '/name/fa').fill('باشگاه بی‌سیم');
  await page.locator('#saving').getByText(words.fa['customise.saving.offline']).waitFor();
  await page.context().setOffline(false);
  await saved(page);
  assert.equal((await all.draft()).name.fa, 'باشگاه بی‌سیم');
});
