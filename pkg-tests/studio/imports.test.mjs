// Files in and out: a spreadsheet whose columns are told by hand, its report, and an export.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Desk, looks, words } from './desk.mjs';

const say = words.fa;
let desk;
before(async () => {
  desk = await Desk.open();
});
after(() => desk.close());

const button = (page, key) => page.getByRole('button', { name: say[key], exact: true });
const file = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
const member = async (id) => (await desk.stage.asShop('GET', `/v1/members/${id}`)).body?.member;
const FORMULA = '=HYPERLINK("https://evil.example")';

test('a spreadsheet is taken in, and every line that is not is told', async () => {
  const page = await desk.enter('editor', '/studio/imports');
  const rows = ['\u{feff}کد,City,نام,تولد', 'i-1,تهران,"سارا, \u{6f1}",', `i-2,,"${FORMULA.replaceAll('"', '""')}",`, 'i-3,,نیکا,13-45', ''].join('\r\n');
  await page.locator('#import-file').setInputFiles(file('members.csv', rows));
  const columns = page.locator('.wide-table thead select');
  await eventually(() => columns.count(), 4, 'the columns');
  assert.deepEqual(await columns.evaluateAll((all) => all.map(({ value }) => value)), ['', '', 'first_name', 'birthday']);
  // Without an id nothing is sent.
  await page.getByText('external_id', { exact: false }).last().waitFor();
  assert.equal(await button(page, 'imports.start').getAttribute('aria-disabled'), 'true');
  await columns.first().selectOption('external_id');
  await eventually(() => button(page, 'imports.start').getAttribute('aria-disabled'), null, 'the button');
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-imports-${light}-${width}`)), []);
  await button(page, 'imports.start').click();
  await page.getByRole('heading', { name: say['imports.result'] }).waitFor();
  assert.equal((await member('i-1')).first_name, 'سارا, \u{6f1}');
  assert.equal((await member('i-2')).first_name, FORMULA);
  assert.equal(await member('i-3'), undefined);
  const faults = page.locator('section[tabindex="-1"] tbody tr');
  await faults.first().waitFor();
  assert.deepEqual([...new Set(await faults.locator('td:first-child').allInnerTexts())], ['۴']);
  const saved = page.waitForEvent('download');
  await page.locator('section[tabindex="-1"]').getByRole('button', { name: say['imports.report'] }).click();
  assert.match(readFileSync(await (await saved).path(), 'utf8'), /^line,pointer,code,detail\n4,/);

  // The same file again is known, and nothing is taken twice.
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await button(page, 'imports.start').click();
  const again = (await (await answered).json()).import;
  assert.deepEqual([again.taken, again.refused], [2, 1]);
  const { imports } = (await desk.stage.asShop('GET', '/v1/imports')).body;
  assert.deepEqual(imports.filter(({ kind }) => kind === 'members').map(({ id }) => id), [again.id]);
});

test('an upload that breaks off goes on', async () => {
  const page = await desk.enter('editor', '/studio/imports', { lang: 'en' });
  await page.route('**/v1/imports?*', (route) => route.abort(), { times: 1 });
  await page.locator('#import-file').setInputFiles(file('more.csv', 'external_id\ni-7\n'));
  const start = page.getByRole('button', { name: words.en['imports.start'], exact: true });
  await eventually(() => start.getAttribute('aria-disabled'), null, 'the button');
  await start.click();
  await page.getByText(words.en['imports.broke_off']).waitFor();
  await page.getByRole('button', { name: words.en['imports.go_on'], exact: true }).click();
  await page.getByRole('heading', { name: words.en['imports.result'] }).waitFor();
  assert.ok(await member('i-7'));
});

test('an export is no formula to a spreadsheet', async () => {
  const page = await desk.enter('editor', '/studio/imports');
  const saved = page.waitForEvent('download');
  await button(page, 'exports.save').click();
  const file = await saved;
  assert.equal(file.suggestedFilename(), 'members.csv');
  const text = readFileSync(await file.path(), 'utf8');
  assert.ok(text.includes(`"'${FORMULA.replaceAll('"', '""')}"`), text.slice(0, 500));
  assert.ok(!text.includes(',=') && !text.includes(',"='));
});

test('whoever may only see sees what was imported', async () => {
  const page = await desk.enter('viewer', '/studio/imports');
  await page.getByText(say['imports.only_read']).waitFor();
  await page.locator('#main .topic').getByText(say['kind.members'], { exact: true }).first().waitFor();
  assert.equal(await page.locator('#import-file, #export-table').count(), 0);
});
