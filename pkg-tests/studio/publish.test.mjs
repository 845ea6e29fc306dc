// Publish: what a draft changes, in words and for the members; published, scheduled, brought back; and never unseen.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Desk, looks, tabTo, words } from './desk.mjs';

const PROGRAM = '/v1/programs/demo';
let desk;
before(async () => {
  desk = await Desk.open();
});
after(() => desk.close());

const draft = async () => (await desk.stage.asShop('GET', `${PROGRAM}/draft`)).body.draft;
const runs = async () => (await draft()).running_version;
const document = async (version) => (await desk.stage.asShop('GET', `${PROGRAM}/versions/${version}`)).body.document;
/** Saves the running document with something changed, as the draft. */
async function write(change) {
  const { document } = await draft();
  change(document);
  const { status } = await desk.stage.asShop('PUT', `${PROGRAM}/draft`, document);
  assert.equal(status, 200);
}
const enter = (role, options) => desk.enter(role, '/studio/publish', options);
const button = (page, key, lang = 'fa') => page.getByRole('button', { name: words[lang][key], exact: true });
const said = (page) => page.locator('p[role=status]').first().innerText();
const silver = (document) => document.tiers.levels[1];

beforeEach(() => desk.stage.asShop('DELETE', `${PROGRAM}/draft`));

test('what a draft changes is told in words and for the members, published, shown to shops, and brought back', async () => {
  const before = await runs();
  await write((document) => {
    document.name.fa = '<b onclick="hurt = 1">باشگاه</b> تازه';
    silver(document).enter = 10_000;
  });
  const page = await enter('editor');
  // That nobody was logged in is told before.
  page.words.length = 0;
  const changes = page.locator('section[aria-labelledby=changes]');
  await changes.getByText('<b onclick="hurt = 1">باشگاه</b> تازه').waitFor();
  await changes.getByText(/۱٬?۰۰۰ تومان/).waitFor();

  // As the server's own simulation has it; nothing is changed by it.
  await button(page, 'effect.begin').click();
  await page.locator('section[aria-labelledby=effect] table').first().waitFor();
  const { body: { simulation } } = await desk.stage.asShop('POST', `${PROGRAM}/simulations`, {});
  assert.equal(simulation.state, 'done');
  assert.ok(simulation.effect.raised > 0);
  const local = new Intl.NumberFormat('fa-IR').format(simulation.effect.raised);
  const form = new Intl.PluralRules('fa').select(simulation.effect.raised);
  await page.getByText(words.fa[`effect.raised.${form}`].replace('{n}', local)).waitFor();
  assert.equal(await runs(), before);

  // By the keyboard alone.
  await tabTo(page, (now) => now.id === 'note');
  await page.keyboard.type('نقره‌ای برای همه');
  await tabTo(page, (now) => now.name === words.fa['publish.send']);
  await page.keyboard.press('Enter');
  await page.locator('section[aria-labelledby=none]').waitFor();
  await eventually(runs, before + 1, 'the version');
  assert.equal(silver(await desk.stage.asProgram()).enter, 10_000);
  const versions = page.locator('section[aria-labelledby=versions] .releases > li');
  await versions.first().getByText('نقره‌ای برای همه').waitFor();
  await versions.first().getByText('editor@shop.example').waitFor();
  await versions.first().locator('summary').click();
  await versions.first().getByText('تازه').waitFor();

  await versions.nth(1).getByRole('button').click();
  const question = page.locator('dialog#bring-back[open]');
  await question.locator('.changes li').first().waitFor();
  await question.getByRole('button', { name: words.fa['publish.back'], exact: true }).click();
  await eventually(runs, before + 2, 'the version');
  // But for what the server notes by itself: the version's number, and marks that held once.
  const own = ({ version, tiers: { former, ...tiers }, ...rest }) => ({ ...rest, tiers });
  assert.deepEqual(own(await document(before + 2)), own(await document(before)));
  await eventually(() => said(page), (sentence) => sentence.includes(new Intl.NumberFormat('fa-IR').format(before + 2)), 'what is read out');
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.deepEqual(page.words, []);
});

test('what was not seen is not published', async () => {
  await write((document) => { document.name.en = 'Mine'; });
  const page = await enter('editor', { lang: 'en' });
  const before = await runs();
  await page.getByText('Mine').first().waitFor();
  await write((document) => { document.name.en = 'Theirs'; });
  await button(page, 'publish.send', 'en').click();
  await page.getByText(words.en['failure.draft_changed']).waitFor();
  await page.getByText('Theirs').first().waitFor();
  assert.equal(await runs(), before);
});

test('a fault is told with its place, and keeps the draft from being published', async () => {
  await write((document) => { document.tiers.levels[2].enter = 1; });
  const page = await enter('owner', { lang: 'en' });
  const faults = page.locator('section[aria-labelledby=faults] li');
  await faults.first().waitFor();
  assert.match(await faults.first().innerText(), /Gold/);
  assert.equal(await button(page, 'publish.send', 'en').count(), 0);
});

test('a version is scheduled by the club’s clock, and taken back', async () => {
  await write((document) => { document.name.en = 'Nowruz'; });
  const before = await runs();
  const page = await enter('editor', { lang: 'en' });
  await page.getByLabel(words.en['publish.later']).check();
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  await page.locator('#at').fill(`${day}T09:30`);
  await button(page, 'publish.schedule', 'en').click();
  const waits = page.locator('section[aria-labelledby=schedules] li').first();
  await waits.getByText(words.en['publish.stage.waiting'], { exact: true }).waitFor();
  const { body: { schedules } } = await desk.stage.asShop('GET', `${PROGRAM}/schedules`);
  // Tehran is three and a half hours ahead, all year round.
  assert.equal(Date.parse(schedules[0].publish_at), Date.parse(`${day}T06:00:00Z`));
  await waits.getByRole('button').click();
  await waits.getByText(words.en['publish.stage.cancelled'], { exact: true }).waitFor();
  assert.equal(await runs(), before);
});

test('a draft is put away after a question; a viewer changes nothing', async () => {
  await write((document) => { document.name.en = 'Away'; });
  const viewer = await enter('viewer', { lang: 'en' });
  await viewer.getByText('Away').first().waitFor();
  for (const key of ['publish.send', 'publish.discard', 'publish.back', 'effect.begin']) assert.equal(await button(viewer, key, 'en').count(), 0, key);
  await viewer.context().close();
  const page = await enter('editor', { lang: 'en' });
  await button(page, 'publish.discard', 'en').click();
  const question = page.locator('dialog#discard[open]');
  await page.keyboard.press('Escape');
  await eventually(() => question.count(), 0, 'the question');
  assert.equal((await draft()).saved, true);
  await button(page, 'publish.discard', 'en').click();
  await question.getByRole('button', { name: words.en['publish.discard'], exact: true }).click();
  await page.locator('section[aria-labelledby=none]').waitFor();
  assert.equal((await draft()).saved, false);
});

for (const lang of ['fa', 'en']) {
  test(`in ${lang}: axe finds nothing, and nothing sticks out`, async () => {
    await write((document) => { document.rewards[0].cost = 1; });
    const page = await enter('editor', { lang });
    await button(page, 'effect.begin', lang).click();
    await page.locator('section[aria-labelledby=effect] table').first().waitFor();
    assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-publish-${lang}-${light}-${width}`)), []);
  });
}
