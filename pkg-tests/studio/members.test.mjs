// Members: found, looked at, given points, handed their data, erased; seen alone by who may only see.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Desk, looks, tabTo, words } from './desk.mjs';

const say = words.fa;
const SCRIPT = '<img src=x onerror="window.hurt = true">';
const ODD = 'a/b %2F?#é';
let desk;
before(async () => {
  desk = await Desk.open();
});
after(() => desk.close());

const put = async (id, body) => {
  const { status } = await desk.stage.asShop('PUT', `/v1/members/${encodeURIComponent(id)}`, body);
  assert.ok([200, 201].includes(status), `${status}`);
};
const read = async (id) => (await desk.stage.asShop('GET', `/v1/members/${encodeURIComponent(id)}`)).body?.member;
const rows = (page) => page.locator('#members .row');
const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

test('a member is found by how their id or their name begins', async () => {
  await put('scripted', { first_name: SCRIPT });
  const page = await desk.enter('viewer', '/studio/members', { lang: 'en' });
  await eventually(async () => (await rows(page).count()) > 3, true, 'the rows');
  await page.locator('#search').fill('scr');
  await page.keyboard.press('Enter');
  await eventually(() => rows(page).count(), 1, 'the rows');
  assert.equal(new URL(page.url()).search, '?search=scr');
  // What a shop has told is text.
  assert.equal(await rows(page).locator('.topic').innerText(), SCRIPT);
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  await page.locator('#search').fill('no such member');
  await page.getByRole('button', { name: words.en['members.search.send'], exact: true }).click();
  await page.getByText(words.en['members.none.text']).waitFor();
  await page.goBack();
  await eventually(() => rows(page).count(), 1, 'the rows');
  await page.locator('#search').fill('');
  await page.keyboard.press('Enter');
  await eventually(async () => (await rows(page).count()) > 3, true, 'the rows');
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-members-en-${light}-${width}`)), []);
  assert.deepEqual(page.words.filter((word) => !/status of 401/.test(word)), []);
});

test('whoever may only see sees a member, and is offered nothing else', async () => {
  const page = await desk.enter('viewer', '/studio/members/neda');
  await heading(page, 'ندا');
  await page.getByText(say['member.only_read']).waitFor();
  await page.locator('#ledger .row').first().waitFor();
  assert.equal(await page.locator('#main form').count(), 0);
  assert.equal(await page.locator('.danger').count(), 0);
  const refused = await page.evaluate(() => fetch('/v1/members/neda', { method: 'DELETE' }).then(({ status }) => status));
  assert.equal(refused, 403);
});

test('older entries come when they are asked for, and the keyboard is at the first of them', async () => {
  const page = await desk.enter('viewer', '/studio/members/parsa', { lang: 'en' });
  const entries = page.locator('#ledger > li');
  await eventually(() => entries.count(), 20, 'the entries');
  await page.route('**/entries?cursor=*', (route) => route.abort(), { times: 1 });
  const more = page.getByRole('button', { name: words.en['list.more'], exact: true });
  await more.click();
  await page.getByRole('alert').getByText(words.en['failure.offline']).waitFor();
  await more.click();
  await eventually(async () => (await entries.count()) > 20, true, 'the entries');
  await eventually(() => page.evaluate(() => [...document.querySelectorAll('#ledger > li')].indexOf(document.activeElement)), 20, 'the focus');
  await page.getByRole('status').getByText(/more rows/).waitFor({ state: 'attached' });
});

test('points are given by keyboard alone, once, after a question', async () => {
  const before = (await read('parsa')).balances.available;
  const page = await desk.enter('editor', '/studio/members/parsa', { viewport: { width: 390, height: 780 } });
  await heading(page, 'پارسا');
  await tabTo(page, ({ id }) => id === 'adjust-points');
  await page.keyboard.type('امتیاز');
  await page.keyboard.press('Enter');
  await page.locator('#adjust-points-fault').waitFor();
  await page.locator('#adjust-reason-fault').waitFor();
  await eventually(() => page.evaluate(() => document.activeElement.id), 'adjust-points', 'the focus');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('۱٬۲۵۰');
  await page.keyboard.press('Tab');
  await page.keyboard.type(SCRIPT);
  await page.keyboard.press('Enter');
  const question = page.locator('#adjust-question');
  await question.getByText('۱٬۲۵۰').waitFor();
  // Escape asks nothing of the server, and what was typed is there.
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'hidden' });
  assert.equal((await read('parsa')).balances.available, before);
  await page.locator('#adjust-reason').press('Enter');
  await tabTo(page, ({ name }) => name === say['adjust.confirm']);
  await page.keyboard.press('Enter');
  await page.locator('.notice.good').getByText('۱٬۲۵۰').waitFor();
  assert.equal((await read('parsa')).balances.available, before + 1250);
  await page.locator('#ledger .row').first().getByText(say['entry.adjustment']).waitFor();
  assert.equal(await page.locator('#adjust-points').inputValue(), '');
  // The reason is text, for colleagues.
  await page.locator('#adjusted .row').first().getByText(SCRIPT, { exact: true }).waitFor();
  const { adjustments } = (await desk.stage.asShop('GET', '/v1/members/parsa/adjustments')).body;
  assert.equal(adjustments.filter(({ reason }) => reason === SCRIPT).length, 1);
  assert.equal(await page.evaluate(() => window.hurt), undefined);
});

test('more is not taken than there is, and a member looks well', async () => {
  const page = await desk.enter('editor', '/studio/members/neda');
  await heading(page, 'ندا');
  await page.getByLabel(say['adjust.take'], { exact: true }).check();
  await page.locator('#adjust-points').fill('900000000');
  await page.locator('#adjust-reason').fill('اشتباه');
  await page.getByRole('button', { name: say['adjust.send'], exact: true }).click();
  await page.getByRole('button', { name: say['adjust.confirm'], exact: true }).click();
  await page.getByRole('alert').getByText(say['failure.not_enough_points']).waitFor();
  await page.locator('#ledger .row').first().waitFor();
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-member-${light}-${width}`)), []);
});

test('a member is handed their data, and erased by whoever types their id', async () => {
  await put(ODD, { first_name: 'کیان' });
  const page = await desk.enter('editor', `/studio/members?search=${encodeURIComponent('a/b')}`);
  await rows(page).click();
  await heading(page, 'کیان');
  await page.reload();
  await heading(page, 'کیان');
  const { id } = await read(ODD);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: say['member.export'], exact: true }).click();
  const file = await saved;
  assert.equal(file.suggestedFilename(), `${id}.json`);
  assert.equal(JSON.parse(readFileSync(await file.path(), 'utf8')).member.external_id, ODD);

  await page.getByRole('button', { name: say['member.erase'], exact: true }).click();
  const question = page.locator('#erase-question');
  await question.getByText(say['erase.stays']).waitFor();
  await question.locator('#erase-id').fill('a/b');
  await page.keyboard.press('Enter');
  await question.getByText(say['erase.wrong']).waitFor();
  assert.ok(await read(ODD));
  await question.locator('#erase-id').fill(ODD);
  await page.keyboard.press('Enter');
  await heading(page, say['member.gone']);
  assert.equal(await read(ODD), undefined);
});
