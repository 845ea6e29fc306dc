// Customise: the draft as forms, judged at once, seen in the real widget.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually } from '../stage.mjs';
import { Customising, at, item, saved, section, widget } from './customising.mjs';
import { tabTo, words } from './desk.mjs';

const SCRIPT = '<img src=x onerror="window.hurt = true"> باشگاه';
let all;
before(async () => {
  all = await Customising.open();
});
afterEach(() => all.anew());
after(() => all.close());

test('colour, text, tier and survey are changed, and seen in the widget', async () => {
  const page = await all.enter('editor', 'look');
  await widget(page).locator('.panel').waitFor();
  await at(page, '/look/accent').fill('#b3261e');
  await eventually(() => widget(page).locator('[part=launcher]').evaluate((it) => it.style.getPropertyValue('--vafa-own')), '#b3261e', 'the colour');
  await page.getByText('۶٫۵', { exact: false }).waitFor();

  await section(page, 'club');
  await at(page, '/name/fa').fill('باشگاه نارنج');
  await widget(page).getByText('باشگاه نارنج').first().waitFor();

  // A sample near the second tier lacks an eighth of it.
  await section(page, 'tiers');
  await item(page, 'نقره‌ای');
  assert.equal(await at(page, '/tiers/levels/1/enter').inputValue(), '۲۰۰۰۰۰۰');
  await at(page, '/tiers/levels/1/enter').fill('۴٬۰۰۰٬۰۰۰');
  await widget(page).getByText('۵۰۰٬۰۰۰ تومان').first().waitFor();

  await section(page, 'surveys');
  const surveys = (await all.draft()).surveys;
  await page.getByLabel(words.fa['customise.preview.who']).selectOption(`survey:${surveys[0].id}`);
  await widget(page).locator('.prompt').waitFor();
  await page.locator('.section .toggle').first().click();
  await at(page, '/surveys/0/question/fa').fill('چای امروز چطور بود؟');
  await widget(page).locator('.prompt').getByText('چای امروز چطور بود؟').waitFor();

  await saved(page);
  const kept = await all.draft();
  assert.deepEqual(
    [kept.look.accent, kept.name.fa, kept.tiers.levels[1].enter, kept.surveys[0].question.fa],
    ['#b3261e', 'باشگاه نارنج', 40_000_000, 'چای امروز چطور بود؟'],
  );
  // Whoever is not logged in yet is told so by the server.
  assert.deepEqual(page.words.filter((said) => !said.includes('401')), []);
});

test('in English too', async () => {
  const page = await all.enter('editor', 'club', { lang: 'en' });
  await at(page, '/name/en').fill('Orange Club');
  await widget(page).getByText('Orange Club').first().waitFor();
  await section(page, 'tiers', 'en');
  await item(page, 'Silver');
  await at(page, '/tiers/levels/1/enter').fill('4000000');
  await widget(page).getByText('500,000', { exact: false }).first().waitFor();
  await saved(page, 'en');
  assert.equal(await page.getByText('doc.', { exact: false }).count(), 0);
});

test('a fault is told at its field, keeps the preview, and is undone', async () => {
  const page = await all.enter('editor', 'tiers');
  await widget(page).locator('.panel').waitFor();
  await item(page, 'طلایی');
  const gold = at(page, '/tiers/levels/2/enter');
  await gold.fill('۱');
  await eventually(() => gold.getAttribute('aria-invalid'), 'true', 'the mark');
  const told = page.locator(`[id="${await gold.getAttribute('aria-describedby')}"]`);
  assert.match(await told.innerText(), /بیشتر|بزرگ‌تر|بالاتر/);
  await page.getByText(words.fa['customise.preview.stale']).waitFor();
  assert.equal(await widget(page).locator('.panel').count(), 1);
  // What is no number is kept as it was typed.
  await gold.fill('زیاد');
  await eventually(() => gold.inputValue(), 'زیاد', 'what was typed');
  await saved(page);
  assert.equal((await all.draft()).tiers.levels[2].enter, 'زیاد');
  // The summary leads to the field from another section.
  await section(page, 'look');
  await page.locator('.faults summary').click();
  await page.locator('.faults .link').first().click();
  await eventually(() => page.evaluate(() => document.activeElement.id), 'at.tiers.levels.2.enter', 'the focus');
  await page.getByRole('button', { name: words.fa['customise.undo'], exact: true }).click();
  await eventually(() => page.locator('.faults').count(), 0, 'the faults');
  await eventually(() => gold.inputValue(), '۶۰۰۰۰۰۰', 'the threshold');
  await page.getByRole('button', { name: words.fa['customise.redo'], exact: true }).click();
  await eventually(() => gold.inputValue(), 'زیاد', 'the fault');
});

test('things are added, copied, moved and taken away by keyboard alone', async () => {
  const page = await all.enter('editor', 'partners');
  const before = (await all.draft()).partners?.length ?? 0;
  const rows = page.locator('.section .item');
  const press = async (key, name) => {
    const label = words.fa['customise.of'].replace('{what}', words.fa[key]).replace('{name}', name);
    await tabTo(page, (now) => now.name === label);
    await page.keyboard.press('Enter');
  };
  await press('customise.add', words.fa['doc.partners']);
  await eventually(() => rows.count(), before + 1, 'the new one');
  await eventually(() => page.evaluate(() => document.activeElement.getAttribute('aria-expanded')), 'true', 'the focus');
  await page.keyboard.press('Tab');
  await tabTo(page, ({ id }) => id === `at.partners.${before}.name.fa`);
  await page.keyboard.type('نان گندم');
  await saved(page);
  await page.reload();
  await page.locator('.section .toggle', { hasText: 'نان گندم' }).waitFor();
  await press('customise.duplicate', 'نان گندم');
  await eventually(() => rows.count(), before + 2, 'the copy');
  const ids = (await all.draftLike((it) => it.partners?.length === before + 2)).partners.map(({ id }) => id);
  assert.equal(new Set(ids).size, before + 2);
  await press('customise.remove', 'نان گندم');
  await eventually(() => rows.count(), before + 1, 'what is left');
  // Away from a text field the keys undo.
  await page.keyboard.press('Control+z');
  await eventually(() => rows.count(), before + 2, 'what is back');
  await page.keyboard.press('Control+Shift+z');
  await eventually(() => rows.count(), before + 1, 'what is gone again');
});

test('what is changed while the preview is still on its way comes into it', async () => {
  let held;
  const page = await all.enter('editor', 'look');
  await widget(page).locator('.panel').waitFor();
  const begun = new Promise((done) => {
    page.context().route(/\/engine-\w+\.wasm$/, (route) => { held ??= route; done(); });
  });
  await page.goto(new URL('/studio/customise/club', page.url()).href);
  await begun;
  await at(page, '/name/fa').fill('باشگاه شتاب');
  await saved(page);
  await held.continue();
  await page.context().unrouteAll({ behavior: 'wait' });
  await widget(page).getByText('باشگاه شتاب').first().waitFor();
});

test('a script in a text is a text, here and in the preview', async () => {
  const page = await all.enter('editor', 'texts');
  await at(page, '/name/fa').fill(SCRIPT);
  await widget(page).getByText(SCRIPT).first().waitFor();
  await page.getByLabel(words.fa['customise.texts.find']).fill('onerror');
  await eventually(() => page.locator('.texts > li').count(), 1, 'what is found');
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.equal(await widget(page).locator('body').evaluate(() => window.hurt), undefined);
  // The frame has nothing of the studio's.
  assert.equal(await widget(page).locator('body').evaluate(() => self.origin), 'null');
});

test('who may only see changes nothing', async () => {
  const page = await all.enter('viewer', 'club');
  await page.getByText(words.fa['customise.only_read']).waitFor();
  assert.equal(await at(page, '/name/fa').getAttribute('readonly'), '');
  assert.equal(await page.getByRole('button', { name: words.fa['customise.undo'] }).count(), 0);
});
