// The widget in the club's own words: sentence by sentence, language by language, and never more than text.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Stage, eventually, launcher, openPanel, panel, place } from './stage.mjs';

const locale = (lang) => JSON.parse(readFileSync(new URL(`../www/locales/${lang}.json`, import.meta.url), 'utf8'));
const [fa, en] = [locale('fa'), locale('en')];
const MARKUP = '<img src=x onerror="window.hurt = true">';
const texts = {
  fa: {
    'launcher.label': 'باشگاه بهارنارنج', 'hello.name': `${MARKUP} سلام {name}، {name} جان`, 'nav.rewards': 'جایزه‌ها',
    'points.other': '{n} برگ چای', 'rewards.have': 'توی کیفت {points} داری', 'no.such.sentence': 'هیچ {کجا}', 'points.many': 'بسیار',
  },
  en: { 'nav.rewards': 'Treats' },
};
let stage;
before(async () => { stage = await Stage.open({ program: (demo) => ({ ...demo, texts }) }); });
after(() => stage?.close());

const tab = (page, view) => panel(page).locator(`[data-view=${view}]`).innerText();
const greeting = (page) => panel(page).locator('header h2').innerText();

test('its own sentences where it has some, ours where it has none', async () => {
  const page = await stage.visit('parsa');
  const { first_name: name } = (await stage.asMember('parsa', 'GET', '/v1/me')).body;
  const filled = (sentence) => sentence.replaceAll('{name}', name);
  const plain = async () => (await greeting(page)).replace(/[\u2066-\u2069]/g, '');
  await openPanel(page);
  await eventually(plain, filled(texts.fa['hello.name']), 'the greeting');
  assert.equal(await panel(page).locator('img').count(), 0);
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.deepEqual([await tab(page, 'rewards'), await tab(page, 'earn')], ['جایزه‌ها', fa['nav.earn']]);
  // A part that comes later has its share of them.
  await place(page, 'rewards');
  await panel(page).getByText(/توی کیفت [۰-۹٬]+ برگ چای داری/).waitFor();
  assert.equal(await panel(page).getByText(fa['rewards.title'], { exact: true }).count() > 0, true);

  // Each language has its own.
  await page.evaluate(() => window.vafa.setLanguage('en'));
  await page.locator('vafa-widget .vafa[lang=en] .panel').first().waitFor();
  await eventually(plain, filled(en['hello.name']), 'the greeting in English');
  assert.deepEqual([await tab(page, 'rewards'), await tab(page, 'earn')], ['Treats', en['nav.earn']]);
  await panel(page).getByText(/You have [\d,]+ points/).waitFor();
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  await eventually(plain, filled(texts.fa['hello.name']), 'the greeting again');

  // What is said before the program is there is what the last page has left.
  await page.reload();
  await launcher(page).waitFor();
  await page.locator('vafa-widget').getByRole('button', { name: texts.fa['launcher.label'] }).first().waitFor();
  assert.deepEqual(page.words.filter((said) => /uncaught|panic|\[vafa\]/.test(said)), []);
  await page.context().close();
});

test('a version with other words says those, and one without says ours', async () => {
  const published = async (texts) => {
    const { document } = (await stage.asShop('GET', '/v1/programs/demo/draft')).body.draft;
    await stage.asShop('PUT', '/v1/programs/demo/draft', { ...document, texts });
    assert.equal((await stage.asShop('POST', '/v1/programs/demo/publish', {})).status, 201);
    const page = await stage.visit('parsa');
    await openPanel(page);
    return page;
  };
  const other = await published({ fa: { 'nav.rewards': 'هدیه‌ها' } });
  await eventually(() => tab(other, 'rewards'), 'هدیه‌ها', 'the tab');
  await other.context().close();
  const ours = await published({});
  await eventually(() => tab(ours, 'rewards'), fa['nav.rewards'], 'the tab without words of the club');
  await ours.context().close();
});
