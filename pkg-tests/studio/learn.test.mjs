// Figures: each page in both languages, each light and each width; what a chart shows, its table says and its files
// hold; and a real shop's purchases come out as the independent computation has them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { eventually, picture } from '../stage.mjs';
import { Desk, faults, overflow, tabTo, words } from './desk.mjs';
import { bars, chart, csv, differences, marks, numberOf, png, table } from './sheets.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
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

const open = async (page, path) => {
  await page.locator('.tabs').waitFor();
  const [place, query = ''] = path.split('?');
  await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/studio/learn${place}${query && `?${query}`}`);
};
const ready = async (page, say, key) => {
  await page.getByRole('heading', { level: 1, name: say[key], exact: true }).waitFor();
  await eventually(() => page.locator('#main .skeleton').count(), 0, 'what is not there yet');
};

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

test('real purchases come out as they do by the definitions', async () => {
  // A part of the CDNOW purchases (see demo/purchases.csv for their source), brought in by the API.
  const lines = readFileSync(here('../../demo/purchases.csv'), 'utf8').split('\n').filter((line) => /^0[0-2]/.test(line));
  const noon = (date) => `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T17:00:00Z`;
  const shop = await Desk.open({ keep: () => false, program: (demo) => ({ ...demo, currency: { code: 'USD' }, calendar: 'gregorian', zone: 'America/New_York' }) });
  try {
    const part = join(shop.stage.folder, 'purchases.csv');
    writeFileSync(part, lines.join('\n'));
    const wanted = JSON.parse(execFileSync('node', [here('../../crates/rules/tests/cdnow.mjs'), part], { encoding: 'utf8', maxBuffer: 1 << 26 }));
    const orders = lines.map((line, place) => {
      const [member, date, items, usd] = line.split(',');
      const products = Array.from({ length: Number(items) }, (_, at) => ({ sku: `sku-${at}`, quantity: 1, unit_price: at ? 0 : Number(usd.replace('.', '')) }));
      return { order: { order_id: `o${place}`, member, status: 'paid', currency: 'USD', items: products, placed_at: noon(date), paid_at: noon(date) } };
    }).sort((a, b) => (a.order.paid_at < b.order.paid_at ? -1 : 1));
    const members = [...new Set(orders.map(({ order }) => order.member))].map((id) => ({ member: { external_id: id, joined_at: '1997-01-01T05:00:00Z' } }));
    const answer = await fetch(`${shop.stage.api}/v1/imports`, {
      method: 'POST', body: [...members, ...orders].map((line) => JSON.stringify(line)).join('\n'),
      headers: { authorization: `Bearer ${shop.stage.keys.secret_key}`, 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() },
    });
    const report = await answer.json();
    assert.deepEqual([answer.status, report.import?.refused, report.import?.taken], [200, 0, members.length + orders.length], JSON.stringify(report));

    const say = words.en;
    const page = await shop.enter('viewer', '/studio/learn', { lang: 'en' });
    const share = (bp) => new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 }).format(bp / 10_000);
    const times = (n) => new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 }).format(n / 10_000);
    const money = (cents) => new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'USD' }).format(cents / 100);
    const told = { frequency: times, yearly_frequency: times, average_order: money, lifetime_value: money };
    for (const [quarter, from, to, month] of [['1997Q1', '1997-01-01', '1997-03-31', 'Jan'], ['1997Q2', '1997-04-01', '1997-06-30', 'Apr'], ['1998Q2', '1998-04-01', '1998-06-30', 'Apr']]) {
      await open(page, `?from=${from}&to=${to}&margin=30&years=1`);
      await page.locator('p.lead').getByText(`1 ${month} ${from.slice(0, 4)} to`).waitFor();
      for (const [name, { figure, trend }] of Object.entries(wanted.quarters[quarter].readings)) {
        const show = told[name] ?? share;
        const card = await page.locator(`[data-indicator=${name}]`).innerText();
        const at = `${quarter} ${name}: ${card}`;
        if (figure === null) {
          assert.ok(card.includes(say['indicator.none']), at);
          continue;
        }
        assert.ok(card.includes(`\n${show(figure.value)}\n`), `${at} is ${show(figure.value)}`);
        assert.equal(Number(/of ([\d,]+) /.exec(card)[1].replace(',', '')), figure.n, at);
        const ends = say['indicator.interval'].replace('{low}', share(figure.low)).replace('{high}', share(figure.high));
        assert.equal(card.includes(ends), figure.low !== null, at);
        assert.equal(card.includes(say['learn.too_few']), figure.n < 30, at);
        assert.equal(card.includes(say['indicator.no_before']), trend === null, at);
      }
    }

    const end = '?from=1997-01-01&to=1998-06-30';
    await open(page, `/segments${end}`);
    await ready(page, say, 'learn.segments');
    const grid = await table(chart(page, say['segments.grid']), say);
    const cells = wanted.map.grid.map(({ members: count }) => count);
    await eventually(async () => JSON.stringify((await table(chart(page, say['segments.grid']), say)).rows.flatMap(([, ...row]) => row.map(numberOf))), JSON.stringify(cells), 'the map');
    assert.equal(grid.rows.length, 5);
    const groups = await table(chart(page, say['segments.rfm']), say);
    assert.deepEqual(groups.rows.map(([, ...row]) => row), wanted.map.rfm.map((group) => [
      String(group.members), share(Math.floor(group.members_bp / 10 + 0.5) * 10), money(group.revenue), share(Math.floor(group.revenue_bp / 10 + 0.5) * 10),
    ]));

    await open(page, `/cohorts${end}`);
    await ready(page, say, 'learn.cohorts');
    const cohorts = await table(chart(page, say['cohorts.table']), say);
    assert.deepEqual(
      cohorts.rows.map(([, size, ...shares]) => [Number(size), ...shares.filter(Boolean).map((cell) => Math.round((numberOf(cell) / 100) * Number(size)))]),
      wanted.cohorts.map(({ bought }) => bought),
    );

    await open(page, `/risk${end}`);
    await ready(page, say, 'learn.risk');
    const late = Object.values(wanted.risks).filter((risk) => risk.at_risk).length;
    await page.locator('.facts').getByText(share(Math.round((late / Object.keys(wanted.risks).length) * 1000) * 10)).waitFor();
    const list = chart(page, say['risk.table']);
    await eventually(() => list.locator('tbody tr').count(), 50, 'the members');
    await page.getByRole('button', { name: say['risk.more'], exact: true }).click();
    await eventually(() => list.locator('tbody tr').count(), 100, 'the members');
    for (const [member, since, gap] of (await table(list, say)).rows) {
      const risk = wanted.risks[member];
      assert.deepEqual([numberOf(since), numberOf(gap)], [risk.days_since, Number((risk.usual_gap / 4).toFixed(1))], member);
      assert.ok(risk.at_risk, member);
    }
    assert.deepEqual(differences(await table(list, say), await csv(list, say), say), []);
  } finally {
    await shop.close();
  }
});
