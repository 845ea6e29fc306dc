// Customise: the widget's sentences in the club's own words.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Customising, at, saved, widget } from './customising.mjs';
import { looks, tabTo, words } from './desk.mjs';

const locale = (lang) => JSON.parse(readFileSync(new URL(`../../www/locales/${lang}.json`, import.meta.url), 'utf8'));
const [fa, en] = [locale('fa'), locale('en')];
const said = words.fa;
let all;
before(async () => {
  all = await Customising.open();
});
afterEach(() => all.anew());
after(() => all.close());

const find = (page, text) => page.getByLabel(said['customise.words.find']).fill(text);
const rows = (page) => page.locator('.words > li');
const greeting = (page) => widget(page).locator('.panel header h2');

test('a sentence is found, said otherwise, seen in the widget, judged, and taken back', async () => {
  const page = await all.enter('editor', 'words');
  await greeting(page).waitFor();
  await find(page, fa['nav.rewards']);
  const tab = at(page, '/texts/fa/nav.rewards');
  await tab.waitFor();
  assert.deepEqual([await tab.getAttribute('lang'), await tab.getAttribute('dir')], ['fa', 'rtl']);
  await tab.fill('جایزه‌ها');
  const shown = widget(page).locator('[data-view=rewards]');
  await eventually(() => shown.innerText(), 'جایزه‌ها', 'the tab');

  // By its key, with the places that are filled in; markup stays text, and what is pasted has one line.
  await find(page, 'hello.name');
  await eventually(() => rows(page).count(), 1, 'what is found');
  const hello = at(page, '/texts/fa/hello.name');
  await rows(page).getByText('{name}', { exact: true }).waitFor();
  await hello.fill('سلام {nam}');
  await eventually(() => hello.getAttribute('aria-invalid'), 'true', 'the mark');
  assert.match(await rows(page).locator('.fault').innerText(), /جای خالی/);
  await hello.fill('<b>سلام</b>\n{name} جان');
  await eventually(() => hello.getAttribute('aria-invalid'), null, 'the mark that goes');
  await eventually(async () => (await greeting(page).innerText()).startsWith('<b>سلام</b> '), true, 'the greeting');
  await saved(page);
  assert.deepEqual((await all.draft()).texts, { fa: { 'hello.name': '<b>سلام</b> {name} جان', 'nav.rewards': 'جایزه‌ها' } });

  // English has its own.
  await find(page, '');
  await page.locator('.section').getByRole('button', { name: said['lang.en'], exact: true }).click();
  await find(page, en['nav.rewards']);
  const english = at(page, '/texts/en/nav.rewards');
  assert.deepEqual([await english.getAttribute('lang'), await english.getAttribute('dir')], ['en', 'ltr']);
  await english.fill('Treats');
  await page.locator('.preview').getByRole('button', { name: said['lang.en'], exact: true }).click();
  await eventually(() => shown.innerText(), 'Treats', 'the tab in English');
  await page.locator('.preview').getByRole('button', { name: said['lang.fa'], exact: true }).click();

  // What was changed comes first, alone where that is wished, and goes back by the keyboard.
  await page.locator('.section').getByRole('button', { name: said['lang.fa'], exact: true }).click();
  await find(page, '');
  await eventually(() => rows(page).first().locator('textarea').inputValue(), '<b>سلام</b> {name} جان', 'the first one');
  await page.getByLabel(said['customise.words.changed']).check();
  await eventually(() => rows(page).count(), 2, 'what was changed');
  const reset = said['customise.of'].replace('{what}', said['customise.words.reset']).replace('{name}', fa['nav.rewards']);
  await tab.focus();
  await tabTo(page, ({ name }) => name === reset);
  await page.keyboard.press('Enter');
  await eventually(() => shown.innerText(), fa['nav.rewards'], 'the built-in tab');
  await eventually(() => page.evaluate(() => document.activeElement.id), 'at.texts.fa.nav.rewards', 'the focus');
  await page.getByRole('button', { name: said['customise.undo'], exact: true }).click();
  await eventually(() => tab.inputValue(), 'جایزه‌ها', 'what came back');
  await page.getByRole('button', { name: said['customise.redo'], exact: true }).click();
  await hello.fill('');
  await page.locator('.section').getByRole('button', { name: said['lang.en'], exact: true }).click();
  await english.fill('');
  await saved(page);
  assert.equal((await all.draft()).texts, undefined);
});

test('a fault leads to its sentence in its language, and what is published is told', async () => {
  const { document } = (await all.desk.stage.asShop('GET', '/v1/programs/demo/draft')).body.draft;
  const draft = (texts) => all.desk.stage.asShop('PUT', '/v1/programs/demo/draft', { ...document, texts });
  await draft({ en: { close: 'Shut {it}', 'of.another.age': 'Gone' } });
  const page = await all.enter('editor', 'look');
  await page.locator('.faults summary').click();
  await page.locator('.faults .link', { hasText: en.close }).click();
  await eventually(() => page.evaluate(() => document.activeElement.id), 'at.texts.en.close', 'the focus');
  await rows(page).getByText(said['customise.words.gone']).waitFor();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-words-${light}-${width}`)), []);
  await page.setViewportSize({ width: 1280, height: 900 });
  await at(page, '/texts/en/close').fill('Shut');
  await saved(page);
  await page.goto(`${all.desk.api}/studio/publish`);
  const change = page.locator('section[aria-labelledby=changes] li', { hasText: 'Shut' });
  await eventually(async () => (await change.innerText()).replace(/[\u2066-\u2069]/g, ''), (text) => (
    [said['doc.texts'], said['lang.en'], en.close, said['customise.words.built_in']].every((part) => text.includes(part))
  ), 'the change');
});

test('who may only see changes nothing, and a file that does not come is asked for again', async () => {
  const page = await all.enter('viewer', 'look');
  await page.context().setOffline(true);
  await page.locator('.sections').getByRole('link', { name: said['customise.section.words'] }).click();
  await page.locator('.section').getByRole('alert').waitFor();
  await page.context().setOffline(false);
  await page.locator('.section').getByRole('button', { name: said.again }).click();
  const first = rows(page).first().locator('textarea');
  await first.waitFor();
  assert.equal(await first.getAttribute('readonly'), '');
  const n = await rows(page).count();
  await page.getByRole('button', { name: said['customise.words.more'] }).click();
  await eventually(() => rows(page).count(), 2 * n, 'more of them');
});
