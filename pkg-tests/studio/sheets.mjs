// Charts as a test reads them: the table behind one, its files, and what is drawn.

import { readFileSync } from 'node:fs';
import { eventually } from '../stage.mjs';

/** Latin digits and signs for those of any language. */
export const latin = (text) => text
  .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
  .replace(/[٬\u200e\u200f\u2066-\u2069]/g, '')
  .replace(/٫/g, '.')
  .replace(/−/g, '-')
  .replace(/٪/g, '%');

/** The number in a text; NaN where there is none. */
export const numberOf = (text) => Number.parseFloat(latin(text).replace(/,/g, '').replace(/[^\d.-]*(-?)[^\d.-]*/, '$1'));

/** Goes to a place among the figures, without loading the page again. */
export async function open(page, path) {
  await page.locator('.tabs').waitFor();
  const [place, query = ''] = path.split('?');
  await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, `/studio/learn${place}${query && `?${query}`}`);
}

/** Waits until a page of this name has all that it shows. */
export async function ready(page, say, key) {
  await page.getByRole('heading', { level: 1, name: say[key], exact: true }).waitFor();
  await eventually(() => page.locator('#main .skeleton').count(), 0, 'what is not there yet');
}

/** The chart of this name. */
export const chart = (page, title) => page.locator('figure.chart').filter({ has: page.getByRole('heading', { level: 2, name: title, exact: true }) });

/** Names and rows of the table behind a chart, which is opened when it is closed. */
export async function table(figure, say) {
  const sheet = figure.locator('table.sheet');
  if (await sheet.count() === 0) await figure.getByRole('button', { name: new RegExp(`^${say['chart.table']}`) }).click();
  await sheet.waitFor();
  return sheet.evaluate((sheet) => ({
    names: [...sheet.querySelectorAll('thead th')].map((cell) => cell.textContent),
    rows: [...sheet.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => (cell.querySelector('bdi') ?? cell).textContent)),
  }));
}

/** What a button hands over. */
async function file(figure, name) {
  const [download] = await Promise.all([
    figure.page().waitForEvent('download'),
    figure.getByRole('button', { name: new RegExp(`^${name}`) }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

export const png = (figure, say) => file(figure, say['chart.png']);

/** The cells of a file of values between commas. */
export async function csv(figure, say) {
  const { name, bytes } = await file(figure, say['chart.csv']);
  const text = bytes.toString('utf8');
  if (!text.startsWith('\ufeff') || !text.endsWith('\r\n')) throw new Error(`a spreadsheet does not know these letters: ${text.slice(0, 40)}`);
  const lines = text.slice(1, -2).split('\r\n').map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)]
    .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
  return { name, names: lines[0], rows: lines.slice(1) };
}

/** Where a table and a file of it differ. A cell of the page may be rounded; words are the same, guarded against formulas. */
export function differences(shown, written, say) {
  const found = [];
  if (shown.rows.length !== written.rows.length) found.push(`${shown.rows.length} rows, in the file ${written.rows.length}`);
  shown.names.forEach((name, column) => {
    if (!written.names[column].startsWith(name)) found.push(`${name} is ${written.names[column]} in the file`);
  });
  shown.rows.forEach((row, place) => row.forEach((cell, column) => {
    const other = written.rows[place]?.[column] ?? '(absent)';
    const guarded = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    const same = other === guarded || (other === '' && cell === say['sheet.none'])
      || (/^-?[\d.]+$/.test(other) && Math.abs(numberOf(cell) - Number(other)) <= 0.0501);
    if (!same) found.push(`${place}/${column}: ${cell} is ${other} in the file`);
  }));
  return found;
}

/** The drawn bars: what is said of each, and how long it is along the axis of its values. */
export const bars = (figure) => figure.locator('.plot svg').evaluate((svg) => [...svg.querySelectorAll('path.bar')].filter((bar) => bar.querySelector('title')).map((bar) => {
  const { width, height, x } = bar.getBBox();
  return { says: bar.querySelector('title').textContent, width, height, x };
}));

/** The drawn marks: what is said of each, and where its middle is. */
export const marks = (figure) => figure.locator('.plot svg').evaluate((svg) => [...svg.querySelectorAll('path.mark, path.hollow')].filter((mark) => mark.querySelector('title')).map((mark) => {
  const { x, y, width, height } = mark.getBBox();
  return { says: mark.querySelector('title').textContent, x: x + width / 2, y: y + height / 2, hollow: mark.classList.contains('hollow') };
}));
