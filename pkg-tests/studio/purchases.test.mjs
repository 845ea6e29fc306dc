// A real shop's purchases, brought in by the studio's own page from spreadsheets with columns of their own, come out as
// the independent computation has them: in the figures of the API, on the cards, in the tables and in the charts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { eventually, picture } from '../stage.mjs';
import { Desk, words } from './desk.mjs';
import { bars, chart, csv, differences, numberOf, open, png, ready, table } from './sheets.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const say = words.en;
// The CDNOW purchases, all of them; the file names their source.
const FILE = here('../../demo/purchases.csv');
const purchases = readFileSync(FILE, 'utf8').split('\n').filter((line) => /^\d/.test(line)).map((line, place) => {
  const [member, day, items, usd] = line.split(',');
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return { order: `o${place}`, member, date, items: Number(items), cents: Number(usd.replace('.', '')) };
}).sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
const customers = [...new Set(purchases.map(({ member }) => member))];
/** By the definitions alone; every day has its midnight at −05:00 there, and so has the club. */
const wanted = JSON.parse(execFileSync('node', [here('../../crates/rules/tests/cdnow.mjs'), FILE], { encoding: 'utf8', maxBuffer: 1 << 26 }));
const END = '?from=1997-01-01&to=1998-06-30';

const share = (bp) => new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 }).format(bp / 10_000);
const times = (n) => new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 }).format(n / 10_000);
const money = (cents) => new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'USD' }).format(cents / 100);
const number = (n) => new Intl.NumberFormat('en-GB').format(n);
/** Shares are told to a tenth of a per cent. */
const tenth = (part, of) => share(10 * Math.floor((1000 * part) / of + 0.5));
const TOLD = { frequency: times, yearly_frequency: times, average_order: money, lifetime_value: money };

let shop;
before(async () => {
  const zone = 'Etc/GMT+5';
  shop = await Desk.open({ keep: () => false, program: (demo) => ({ ...demo, currency: { code: 'USD' }, calendar: 'gregorian', zone }) });
});
after(() => shop?.close());

/** What the server says when the page asks for a window that begins on this day. */
const answered = async (page, path, from, doing) => {
  const asked = (url) => url.pathname === path && url.searchParams.get('from') === from;
  const [answer] = await Promise.all([page.waitForResponse((one) => asked(new URL(one.url()))), doing()]);
  return answer.json();
};
const lines = (rows) => rows.map((row) => row.join(',')).join('\r\n');

/** Chooses a file, says what its columns are, looks at its first rows, sends it, and waits for the end. */
async function bringIn(page, kind, name, rows, columns, taken) {
  await page.locator('#import-kind').selectOption(kind);
  await page.locator('#import-file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(lines(rows)) });
  const heads = page.locator('.wide-table thead select');
  await eventually(() => heads.count(), rows[0].length, 'the columns');
  const guessed = await heads.evaluateAll((all) => all.map(({ value }) => value));
  const start = page.getByRole('button', { name: say['imports.start'], exact: true });
  assert.equal(await start.getAttribute('aria-disabled'), 'true');
  for (const [place, column] of columns.entries()) {
    if (guessed[place] === column) continue;
    assert.equal(guessed[place], '', 'what is not known is left to whoever imports');
    await page.getByLabel(say['mapping.is'].replace('{name}', rows[0][place])).selectOption(column);
  }
  const preview = await page.locator('.wide-table tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  assert.deepEqual(preview, rows.slice(1, 6).map((row) => row.map(String)));
  await eventually(() => start.getAttribute('aria-disabled'), null, 'the button');
  await picture(page, `studio-purchases-${kind}`);
  await start.click();
  const bar = page.locator('#import-progress');
  const seen = [];
  const result = page.locator('section[tabindex="-1"]');
  await eventually(async () => {
    const at = await bar.evaluateAll(([one]) => one && one.value / one.max);
    if (at && at !== seen.at(-1)) seen.push(at);
    return result.count();
  }, 1, 'the result', 240_000);
  assert.deepEqual([await result.locator('.good').innerText(), await result.locator('.bad').count()], [say['imports.taken.other'].replace('{n}', number(taken)), 0]);
  return seen;
}

test('all purchases are brought in by the page', async () => {
  const page = await shop.enter('editor', '/studio/imports', { lang: 'en' });
  const members = [['Client', 'Since'], ...customers.map((id) => [id, '1997-01-01T00:00:00-05:00'])];
  await bringIn(page, 'members', 'clients.csv', members, ['external_id', 'joined_at'], customers.length);
  // A row for each product, as spreadsheets of shops have them. Half an hour before midnight it is the next day in UTC.
  const orders = purchases.flatMap(({ order, member, date, items, cents }) => Array.from({ length: items }, (_, at) => [
    order, member, 'paid', 'USD', `${date}T23:30:00-05:00`, `sku-${at}`, 1, at ? 0 : cents,
  ]));
  const names = ['Order', 'Client', 'State', 'Currency', 'Date', 'Product', 'Qty', 'Price'];
  const columns = ['order_id', 'member', 'status', 'currency', 'paid_at', 'sku', 'quantity', 'unit_price'];
  const seen = await bringIn(page, 'orders', 'orders.csv', [names, ...orders], columns, purchases.length);
  assert.ok(seen.length > 0 && seen.every((at, place) => at <= 1 && at > (seen[place - 1] ?? 0)), `how far it is: ${seen}`);
});

test('every indicator of every quarter is as by the definitions, on its card, in the table and in its file', async () => {
  const page = await shop.enter('viewer', '/studio/learn', { lang: 'en' });
  const card = (name) => page.locator(`[data-indicator=${name}]`);
  for (const [quarter, { readings }] of Object.entries(wanted.quarters)) {
    const [year, part] = quarter.split('Q').map(Number);
    const day = (at) => new Date(at).toISOString().slice(0, 10);
    const [from, to] = [day(Date.UTC(year, part * 3 - 3, 1)), day(Date.UTC(year, part * 3, 0))];
    const { indicators } = await answered(page, '/v1/indicators', from, () => open(page, `?from=${from}&to=${to}&margin=30&years=1`));
    const month = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' }).format(new Date(from));
    await page.locator('p.lead').getByText(`1 ${month} ${year} to`).waitFor();
    const sheet = await table(chart(page, say['indicators.table']), say);
    assert.deepEqual(differences(sheet, await csv(chart(page, say['indicators.table']), say), say), []);
    for (const [name, { figure, trend }] of Object.entries(readings)) {
      const at = `${quarter} ${name}`;
      const told = indicators.readings.find((reading) => reading.name === name);
      const plain = told.figure && { low: null, high: null, ...told.figure };
      assert.deepEqual([plain ?? null, told.trend ?? null], [figure, trend], at);
      const show = TOLD[name] ?? share;
      const text = await card(name).innerText();
      const row = sheet.rows.find(([title]) => title === say[`indicator.${name}`]);
      const none = say['sheet.none'];
      if (figure === null) {
        assert.ok(text.includes(say['indicator.none']), `${at}: ${text}`);
        assert.deepEqual(row.slice(2, 6), [none, none, none, none], at);
        continue;
      }
      const { value, low, high, n } = figure;
      const end = (bound) => (bound === null ? none : show(bound));
      assert.deepEqual(row.slice(2, 6), [show(value), end(low), end(high), number(n)], at);
      assert.equal(row[6], trend === null ? none : show(value - trend), at);
      assert.ok(text.includes(`\n${show(value)}\n`), `${at}: ${text} is ${show(value)}`);
      assert.equal(Number(/of ([\d,]+) /.exec(text)[1].replace(',', '')), n, `${at}: ${text}`);
      assert.equal(text.includes(say['indicator.interval'].replace('{low}', end(low)).replace('{high}', end(high))), low !== null, `${at}: ${text}`);
      assert.equal(text.includes(say['learn.too_few']), n < 30, `${at}: ${text}`);
      assert.equal(text.includes(say['indicator.no_before']), trend === null, `${at}: ${text}`);
    }
  }
  assert.equal(Object.keys(wanted.quarters).length, 6);
  await picture(page, 'studio-purchases-indicators');
});

test('the segments are as by the definitions, and drawn so', async () => {
  const page = await shop.enter('viewer', '/studio/learn', { lang: 'en' });
  const told = await answered(page, '/v1/insights/segments', '1997-01-01', () => open(page, `/segments${END}`));
  assert.deepEqual(told.segments, wanted.map);
  await ready(page, say, 'learn.segments');
  const figure = chart(page, say['segments.grid']);
  const grid = await table(figure, say);
  assert.deepEqual(grid.rows.flatMap(([, ...row]) => row.map(numberOf)), wanted.map.grid.map(({ members }) => members));
  assert.deepEqual(differences(grid, await csv(figure, say), say), []);
  // Each field says what its row says, and is the darker the more it is.
  const fields = await figure.locator('path.field').evaluateAll((all) => all.map((one) => [Number(/heat-(\d)/.exec(one.getAttribute('class'))[1]), one.textContent]));
  const most = Math.max(...wanted.map.grid.map(({ members }) => members));
  assert.deepEqual(fields, grid.rows.flatMap(([head, ...row]) => row.map((cell, place) => [
    Math.min(4, Math.floor((5 * numberOf(cell)) / most)), `${head}, ${grid.names[place + 1]}: ${cell}`,
  ])));
  for (const kind of ['rfm', 'abc']) {
    const shown = chart(page, say[`segments.${kind}`]);
    const groups = await table(shown, say);
    assert.deepEqual(groups.rows.map(([, ...row]) => row), wanted.map[kind].map((group) => [
      number(group.members), tenth(group.members_bp, 10_000), money(group.revenue), tenth(group.revenue_bp, 10_000),
    ]));
    const drawn = await bars(shown);
    // Where there is nobody, there is no bar.
    const filled = wanted.map[kind].filter(({ members }) => members > 0);
    const rows = groups.rows.filter(([, members]) => members !== '0');
    const widest = Math.max(...filled.map(({ members }) => members));
    assert.deepEqual(drawn.map(({ says }) => says), rows.map(([head, members]) => `${head}, ${groups.names[1]}: ${members}`));
    const longest = Math.max(...drawn.map(({ width }) => width));
    for (const [place, { width }] of drawn.entries()) {
      assert.ok(Math.abs(width - (longest * filled[place].members) / widest) < 0.5, `${kind} ${place}: ${width} of ${longest}`);
    }
  }
  await picture(page, 'studio-purchases-segments');
});

test('the cohorts are as by the definitions', async () => {
  const page = await shop.enter('viewer', '/studio/learn', { lang: 'en' });
  const told = await answered(page, '/v1/insights/cohorts', '1997-01-01', () => open(page, `/cohorts${END}`));
  assert.deepEqual(told.cohorts, wanted.cohorts);
  await ready(page, say, 'learn.cohorts');
  const figure = chart(page, say['cohorts.table']);
  const cohorts = await table(figure, say);
  assert.deepEqual(cohorts.rows.map(([, size, ...row]) => [size, ...row.filter(Boolean)]), wanted.cohorts.map(({ bought: [size, ...rest] }) => [
    number(size), ...rest.map((bought) => tenth(bought, size)),
  ]));
  assert.deepEqual(differences(cohorts, await csv(figure, say), say), []);
  await picture(page, 'studio-purchases-cohorts');
  // The darker the more come back, by the largest share that there is.
  const shares = wanted.cohorts.flatMap(({ bought: [size, ...rest] }) => rest.map((bought) => Math.floor((1000 * bought) / size + 0.5)));
  const dark = shares.map((one) => Math.min(4, Math.floor((5 * one) / Math.max(...shares))));
  const heat = (all) => all.map((one) => Number(/heat-(\d)/.exec(one.getAttribute('class'))[1]));
  assert.deepEqual(await figure.locator('table.sheet td[class*=heat]').evaluateAll(heat), dark);
  // The picture that is taken along has what the table has, shades and all.
  const { name, bytes } = await png(figure, say);
  assert.equal(name, 'cohorts.png');
  const painted = await figure.locator('.to-paint svg').evaluate((svg) => ({
    texts: [...svg.querySelectorAll('text')].map((one) => one.textContent).filter(Boolean),
    shades: [...svg.querySelectorAll('path.field')].map((one) => getComputedStyle(one).fill),
    size: [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height],
  }));
  assert.deepEqual(painted.texts.sort(), [cohorts.names, ...cohorts.rows].flat().filter(Boolean).sort());
  const { width, height, data } = PNG.sync.read(bytes);
  assert.ok(width >= 2 * painted.size[0] && height >= 2 * painted.size[1], `${width} × ${height}`);
  const colours = new Set();
  for (let at = 0; at < data.length; at += 4) colours.add(`rgb(${data[at]}, ${data[at + 1]}, ${data[at + 2]})`);
  assert.deepEqual((await figure.locator('.to-paint path.field').evaluateAll(heat)).sort(), dark.sort());
  for (const shade of new Set(painted.shades)) assert.ok(colours.has(shade), `${shade} is not in the picture`);
});

test('who is at risk is as by the definitions, the most urgent first', async () => {
  const page = await shop.enter('editor', '/studio/learn', { lang: 'en' });
  await open(page, `/risk${END}`);
  await ready(page, say, 'learn.risk');
  const late = Object.entries(wanted.risks).filter(([, risk]) => risk.at_risk);
  const all = Object.keys(wanted.risks).length;
  await page.locator('.facts').getByText(tenth(late.length, all)).waitFor();
  await page.locator('.facts').getByText(number(all), { exact: true }).waitFor();
  const list = chart(page, say['risk.table']);
  await eventually(() => list.locator('tbody tr').count(), 50, 'the members');
  await page.getByRole('button', { name: say['risk.more'], exact: true }).click();
  await eventually(() => list.locator('tbody tr').count(), 100, 'the members');
  const shown = await table(list, say);
  for (const [member, since, gap, ratio] of shown.rows) {
    const risk = wanted.risks[member];
    assert.deepEqual([numberOf(since), numberOf(gap), ratio], [risk.days_since, Number((risk.usual_gap / 4).toFixed(1)), times(risk.ratio_bp)], member);
  }
  assert.deepEqual(differences(shown, await csv(list, say), say), []);
  await picture(page, 'studio-purchases-risk');
  // All of them are in the file.
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: say['risk.export'] }).click()]);
  const [, ...rows] = readFileSync(await file.path(), 'utf8').trim().split(/\r?\n/).map((line) => line.split(','));
  assert.deepEqual(
    Object.fromEntries(rows.map(([member, since, gap, by, ratio]) => [member, [Number(since), Number(gap) * 4, by, Math.round(ratio * 10_000)]])),
    Object.fromEntries(late.map(([member, risk]) => [member, [risk.days_since, risk.usual_gap, risk.by, risk.ratio_bp]])),
  );
  const ratios = rows.map((row) => Number(row[4]));
  assert.deepEqual(ratios, [...ratios].sort((a, b) => b - a));
  assert.deepEqual(shown.rows.map(([member]) => member), rows.slice(0, 100).map(([member]) => member));
});
