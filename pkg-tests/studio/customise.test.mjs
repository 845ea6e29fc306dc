// Customise: the draft as forms, saved by itself, judged at once, seen in the real widget; two people on one draft.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually } from '../stage.mjs';
import { Desk, tabTo, words } from './desk.mjs';

const DRAFT = '/v1/programs/demo/draft';
const SCRIPT = '<img src=x onerror="window.hurt = true"> باشگاه';
let desk;
before(async () => {
  desk = await Desk.open();
});
const pages = [];
afterEach(async () => {
  // First, for an open page saves what it has.
  for (const page of pages.splice(0)) await page.context().close();
  await desk.stage.asShop('DELETE', DRAFT);
});
after(() => desk.close());

const draft = async () => (await desk.stage.asShop('GET', DRAFT)).body.draft.document;
const at = (page, pointer) => page.locator(`[id="at${pointer.replaceAll('/', '.')}"]`);
const widget = (page) => page.frameLocator('.preview iframe');
const saved = (page, lang = 'fa') => page.locator('#saving').getByText(words[lang]['customise.saving.done'], { exact: true }).waitFor();
const section = (page, name, lang = 'fa') => page.locator('.sections').getByRole('link', { name: words[lang][`customise.section.${name}`] }).click();
const item = (page, name) => page.locator('.section .toggle', { hasText: name }).click();
const sessions = {};
/** Somebody who has logged in once. Without headers of the test's own: the frame's origin is another, and they would be asked about. */
const enter = async (role, place, options = {}) => {
  const path = `/studio/customise/${place}`;
  const given = { ...options, extraHTTPHeaders: {}, storageState: sessions[role] };
  const page = await (sessions[role] ? desk.visit(path, given) : desk.enter(role, path, given));
  pages.push(page);
  sessions[role] ??= await page.context().storageState();
  await page.locator('.customise').waitFor();
  return page;
};

test('colour, text, tier and survey are changed, and seen in the widget', async () => {
  const page = await enter('editor', 'look');
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
  const surveys = (await draft()).surveys;
  await page.getByLabel(words.fa['customise.preview.who']).selectOption(`survey:${surveys[0].id}`);
  await widget(page).locator('.prompt').waitFor();
  await page.locator('.section .toggle').first().click();
  await at(page, '/surveys/0/question/fa').fill('چای امروز چطور بود؟');
  await widget(page).locator('.prompt').getByText('چای امروز چطور بود؟').waitFor();

  await saved(page);
  const kept = await draft();
  assert.deepEqual(
    [kept.look.accent, kept.name.fa, kept.tiers.levels[1].enter, kept.surveys[0].question.fa],
    ['#b3261e', 'باشگاه نارنج', 40_000_000, 'چای امروز چطور بود؟'],
  );
  // Whoever is not logged in yet is told so by the server.
  assert.deepEqual(page.words.filter((said) => !said.includes('401')), []);
});

test('in English too', async () => {
  const page = await enter('editor', 'club', { lang: 'en' });
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
  const page = await enter('editor', 'tiers');
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
  assert.equal((await draft()).tiers.levels[2].enter, 'زیاد');
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
  const page = await enter('editor', 'partners');
  const before = (await draft()).partners?.length ?? 0;
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
  const ids = (await eventuallyDraft((it) => it.partners?.length === before + 2)).partners.map(({ id }) => id);
  assert.equal(new Set(ids).size, before + 2);
  await press('customise.remove', 'نان گندم');
  await eventually(() => rows.count(), before + 1, 'what is left');
  // Away from a text field the keys undo.
  await page.keyboard.press('Control+z');
  await eventually(() => rows.count(), before + 2, 'what is back');
  await page.keyboard.press('Control+Shift+z');
  await eventually(() => rows.count(), before + 1, 'what is gone again');
});

/** The draft, once it is like that. */
async function eventuallyDraft(like) {
  let now;
  await eventually(async () => like((now = await draft())), true, 'the draft');
  return now;
}

test('two people change one draft, and nothing is lost', async () => {
  const [one, other] = [await enter('owner', 'club'), await enter('editor', 'rewards')];
  await at(one, '/name/fa').fill('باشگاه یکم');
  await saved(one);
  await other.locator('.section .toggle').first().click();
  await at(other, '/rewards/0/cost').fill('77');
  const clash = other.locator('.clash');
  await clash.getByText('owner@shop.example', { exact: false }).waitFor();
  await clash.getByText('باشگاه یکم', { exact: false }).waitFor();
  assert.equal(await clash.getByText(words.fa['customise.clash.both'], { exact: true }).count(), 0);
  await clash.getByRole('button', { name: words.fa['customise.clash.merge'] }).click();
  const merged = await eventuallyDraft((it) => it.rewards[0].cost === 77);
  assert.equal(merged.name.fa, 'باشگاه یکم');

  // The same place: it says so; theirs is taken, and mine comes back by undoing.
  await at(one, '/name/fa').fill('باشگاه دوم');
  await one.locator('.clash').waitFor();
  await one.locator('.clash').getByRole('button', { name: words.fa['customise.clash.merge'] }).click();
  await eventuallyDraft((it) => it.name.fa === 'باشگاه دوم');
  await section(other, 'club');
  await at(other, '/name/fa').fill('باشگاه سوم');
  await other.locator('.clash').getByText(words.fa['customise.clash.both'], { exact: true }).waitFor();
  await other.locator('.clash').getByRole('button', { name: words.fa['customise.clash.take'] }).click();
  await eventually(() => at(other, '/name/fa').inputValue(), 'باشگاه دوم', 'theirs');
  await other.getByRole('button', { name: words.fa['customise.undo'], exact: true }).click();
  await eventually(() => at(other, '/name/fa').inputValue(), 'باشگاه سوم', 'mine');
});

test('without a network nothing is lost, and it is saved when it is back', async () => {
  const page = await enter('editor', 'club');
  await widget(page).locator('.panel').waitFor();
  await page.context().setOffline(true);
  await at(page, '/name/fa').fill('باشگاه بی‌سیم');
  await page.locator('#saving').getByText(words.fa['customise.saving.offline']).waitFor();
  await page.context().setOffline(false);
  await saved(page);
  assert.equal((await draft()).name.fa, 'باشگاه بی‌سیم');
});

test('a script in a text is a text, here and in the preview', async () => {
  const page = await enter('editor', 'texts');
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
  const page = await enter('viewer', 'club');
  await page.getByText(words.fa['customise.only_read']).waitFor();
  assert.equal(await at(page, '/name/fa').getAttribute('readonly'), '');
  assert.equal(await page.getByRole('button', { name: words.fa['customise.undo'] }).count(), 0);
});
