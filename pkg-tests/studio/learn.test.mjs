// Figures: each page in both languages, each light and each width; what a chart shows, its table says and its files hold.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { PNG } from 'pngjs';
import { eventually, picture } from '../stage.mjs';
import { Desk, faults, overflow, tabTo, words } from './desk.mjs';
import { bars, chart, csv, differences, marks, numberOf, open, png, ready, table } from './sheets.mjs';

const PLACES = {
  '': 'learn.indicators',
  '/indicators/csat': 'indicator.csat',
  '/scores?kind=csat&by=tier': 'learn.scores',
  '/segments': 'learn.segments',
  '/cohorts?period=365d': 'learn.cohorts',
  '/points?period=365d': 'learn.points',
  '/tiers?period=365d': 'learn.tiers',
  '/goals': 'learn.goals',
  '/experiments': 'learn.experiments',
  '/risk': 'learn.risk',
};
/** Each light and each width; what is read aloud is the same in all of them, and checked in some. */
const VIEWS = { fa: [['light', 320], ['dark', 1280], ['light', 390]], en: [['dark', 320], ['light', 1280]] };
const FORMULA = '=1+2';

/** The demo's program with an experiment, and a tier that a spreadsheet would reckon out. */
const program = (demo) => {
  const [bronze, silver, ...rest] = demo.tiers.levels;
  const levels = [bronze, { ...silver, name: { ...silver.name, fa: FORMULA } }, ...rest];
  const experiments = [{ id: 'exp_tea', arms: [{ id: 'tea', weight: 1 }, { id: 'cup', weight: 1 }] }];
  return { ...demo, tiers: { ...demo.tiers, levels }, experiments };
};

let desk;
before(async () => {
  desk = await Desk.open({ program });
  const goal = { indicator: 'yearly_frequency', from: 30_000, to: 33_000, starts_at: '2026-01-01T00:00:00Z', ends_at: '2099-01-01T00:00:00Z' };
  assert.equal((await desk.stage.asShop('PUT', '/v1/goals/goal_first', goal)).status, 201);
  const orders = await desk.stage.query("SELECT o.order_id AS id, m.external_id AS who FROM orders o JOIN members m ON m.tenant = o.tenant AND m.member = o.member WHERE o.gone = 0 ORDER BY o.paid_at DESC LIMIT 40");
  for (const [place, { id, who }] of orders.entries()) {
    const answer = { id: randomUUID(), survey_id: 'srv_order', scope: id, score: 1 + (place * 7) % 5, completed: true };
    const { status, body } = await desk.stage.asMember(who, 'POST', '/v1/me/responses', answer, randomUUID());
    assert.equal(status, 201, JSON.stringify(body));
  }
});
after(() => desk?.close());

for (const lang of ['fa', 'en']) {
  test(`every page can be read by everybody (${lang})`, async () => {
    const say = words[lang];
    const page = await desk.enter('viewer', '/studio/learn', { lang });
    const found = [];
    for (const [path, key] of Object.entries(PLACES)) {
      await open(page, path);
      await ready(page, say, key);
      for (const [light, width] of VIEWS[lang]) {
        await page.emulateMedia({ colorScheme: light, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        const at = `${path} ${light} ${width}`;
        if (`${lang} ${width}` !== 'en 320' && width !== 390) found.push(...(await faults(page)).map((fault) => `${at}: ${fault}`));
        if (await overflow(page) > 0) found.push(`${at}: wider than the window by ${await overflow(page)}`);
        if (width !== 390) await picture(page, `studio-${key}-${lang}-${light}-${width}`);
      }
    }
    assert.deepEqual(found, []);
    // 401 is what somebody is told who has not logged in yet.
    assert.deepEqual(page.words.filter((word) => !/status of 401/.test(word)), []);
  });
}

test('the table says what the chart shows, and the file what the table says', async () => {
  const say = words.fa;
  const page = await desk.enter('editor', '/studio/learn/points?period=365d');
  await ready(page, say, 'learn.points');
  const moved = chart(page, say['points.moved']);
  const shown = await table(moved, say);
  const drawn = await bars(moved);
  const expected = shown.rows.flatMap(([head, ...cells]) => cells.slice(0, 3).map((cell, column) => ({
    says: `${head}، ${shown.names[column + 1]}: ${cell}`, value: numberOf(cell),
  })));
  assert.deepEqual(drawn.map(({ says }) => says).sort(), expected.map(({ says }) => says).sort());
  const most = expected.reduce((a, b) => (b.value > a.value ? b : a));
  const tallest = drawn.find(({ says }) => says === most.says).height;
  assert.ok(tallest > 50, `${tallest}`);
  for (const { says, value } of expected) {
    const { height } = drawn.find((bar) => bar.says === says);
    assert.ok(Math.abs(height - (tallest * Math.abs(value)) / most.value) < 0.5, `${says} is ${height} of ${tallest}`);
  }
  // Months of the club's calendar, and time runs from right to left.
  assert.match(shown.rows[0][0], /[۰-۹]{4}$/);
  const first = drawn.find(({ says }) => says.startsWith(shown.rows[0][0]));
  const last = drawn.find(({ says }) => says.startsWith(shown.rows.at(-1)[0]));
  assert.ok(first.x > last.x, 'the first month is at the right');
  assert.deepEqual(differences(shown, await csv(moved, say), say), []);

  // The same of a picture: it is there, and something is in it.
  const { name, bytes } = await png(moved, say);
  assert.equal(name, 'points.png');
  const { width, height, data } = PNG.sync.read(bytes);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) colours.add(data.readUInt32BE(at));
  assert.ok(width > 600 && height > 300 && colours.size > 20, `${width} × ${height}, ${colours.size} colours`);

  await open(page, '/tiers?period=365d');
  await ready(page, say, 'learn.tiers');
  const held = chart(page, say['tiers.held']);
  const tiers = await table(held, say);
  assert.ok(tiers.rows.some(([tier]) => tier === FORMULA), 'the tier is told by its name');
  const written = await csv(held, say);
  assert.deepEqual(differences(tiers, written, say), []);
  assert.ok(written.rows.some(([tier]) => tier === `'${FORMULA}`), 'and is no formula in the file');

  // A line: each mark is as high as its value says.
  await open(page, '/indicators/csat?step=week');
  await ready(page, say, 'indicator.csat');
  const line = chart(page, say['indicator.csat']);
  const values = await table(line, say);
  const known = values.rows.filter(([, value]) => value !== say['sheet.none']);
  const points = await marks(line);
  assert.ok(points.length > 0);
  assert.deepEqual(points.map(({ says }) => says), known.map(([head, value]) => `${head}، ${values.names[1]}: ${value}`));
  assert.deepEqual(points.map(({ hollow }) => hollow), known.map((row) => row === values.rows.at(-1)));
  assert.deepEqual(differences(values, await csv(line, say), say), []);
});

test('the time is chosen, stands in the address, and what is too little is said', async () => {
  const say = words.en;
  const page = await desk.enter('viewer', '/studio/learn', { lang: 'en' });
  await ready(page, say, 'learn.indicators');
  const card = page.locator('[data-indicator=csat]');
  await card.locator('strong').waitFor();
  // Forty answers are enough, what four members bought is not.
  assert.equal(await card.getByText(say['learn.too_few_answers'], { exact: true }).count(), 0);
  await page.locator('[data-indicator=retention]').getByText(say['learn.too_few'], { exact: true }).waitFor();
  await page.getByRole('combobox', { name: say['period.title'], exact: true }).selectOption('last_year');
  await eventually(() => new URL(page.url()).search, '?period=last_year', 'the address');
  await page.locator('[data-indicator=nps]').getByText(say['indicator.none'], { exact: true }).waitFor();
  await page.getByRole('combobox', { name: say['period.title'], exact: true }).selectOption('between');
  await eventually(() => new URL(page.url()).search, (it) => /^\?from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d$/.test(it), 'the address');
  await page.getByLabel('From, year').selectOption('2020');
  await eventually(() => new URL(page.url()).search, (it) => it.startsWith('?from=2020-'), 'the address');
  // It goes along from page to page, and is there after a reload.
  await page.locator('.tabs').getByRole('link', { name: say['learn.points'] }).click();
  await ready(page, say, 'learn.points');
  assert.match(page.url(), /from=2020-/);
  await page.reload();
  await ready(page, say, 'learn.points');
  await page.getByLabel('From, year').waitFor();
  assert.equal(await page.getByLabel('From, year').inputValue(), '2020');

  // Without the server a page says so, and goes on when it is back.
  await page.context().setOffline(true);
  await page.locator('.tabs').getByRole('link', { name: say['learn.segments'] }).click();
  await page.getByRole('alert').getByText(say['failure.offline']).waitFor();
  await page.context().setOffline(false);
  await page.getByRole('button', { name: say.again }).click();
  await chart(page, say['segments.grid']).waitFor();
});

test('an editor sets a goal by keyboard and takes it away; a viewer is offered neither', async () => {
  const say = words.fa;
  const page = await desk.enter('editor', '/studio/learn/goals');
  await ready(page, say, 'learn.goals');
  await page.locator('.goal').waitFor();
  assert.equal(await page.locator('.goal progress').count(), 1);
  await tabTo(page, ({ id }) => id === 'goal-from');
  await page.keyboard.type('سه');
  await tabTo(page, ({ name }) => name === say['goals.send']);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText(say['goals.no_number']).waitFor();
  await page.locator('#goal-from').fill('۳');
  await page.locator('#goal-to').fill('۳٫۳');
  await page.keyboard.press('Enter');
  await eventually(() => page.locator('.goal').count(), 2, 'the goals');
  const { body } = await desk.stage.asShop('GET', '/v1/insights/goals');
  const made = body.goals.map(({ goal }) => goal).find(({ id }) => id !== 'goal_first');
  assert.deepEqual([made.indicator, made.from, made.to], ['yearly_frequency', 30_000, 33_000]);
  await page.locator('.goal').filter({ hasNotText: '۲۰۹۹' }).getByRole('button').last().click();
  await eventually(() => page.locator('.goal').count(), 1, 'the goals');

  const viewer = await desk.enter('viewer', '/studio/learn/goals');
  await viewer.getByText(say['goals.only_read']).waitFor();
  assert.equal(await viewer.locator('.goal button, form').count(), 0);
  const refused = await viewer.evaluate(() => fetch('/v1/goals/goal_first', { method: 'DELETE' }).then(({ status }) => status));
  assert.equal(refused, 403);
});
