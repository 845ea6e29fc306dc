// Complaints: read, answered, noted, resolved and taken up again by the shop; seen alone by who may only see.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Desk, PASSWORD, looks, tabTo, words } from './desk.mjs';

const say = words.fa;
const SCRIPT = '<img src=x onerror="window.hurt = true"> چای باز بود';
let desk;
before(async () => {
  desk = await Desk.open();
});
after(() => desk.close());

const file = async (member, topic, text) => {
  const { status, body } = await desk.stage.asMember(member, 'POST', '/v1/me/complaints', { topic, text }, randomUUID());
  assert.equal(status, 201, JSON.stringify(body));
  return body.complaint.id;
};
const state = async (id) => (await desk.stage.asShop('GET', `/v1/complaints/${id}`)).body.complaint.complaint.state;
const rows = (page) => page.locator('.rows .row');
const thread = (page) => page.locator('.thread .message');
const button = (page, key) => page.locator('.desk').getByRole('button', { name: say[key], exact: true });

test('an empty inbox says so', async () => {
  const page = await desk.enter('viewer', '/studio/inbox');
  await page.getByText(say['inbox.empty.text']).waitFor();
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-inbox-empty-${light}-${width}`)), []);
});

test('a complaint is answered, noted, resolved and taken up again', async () => {
  const id = await file('neda', 'بسته‌بندی', SCRIPT);
  await file('parsa', 'ارسال', 'دیر رسید');
  const page = await desk.enter('editor', '/studio/inbox');
  await eventually(() => rows(page).count(), 2, 'the rows');
  await page.locator('.side .badge').getByText(say['inbox.waiting'].replace('{n}', '۲')).waitFor({ state: 'attached' });

  // Who is read stands in the address.
  await page.getByRole('link', { name: 'بسته‌بندی' }).click();
  await page.getByRole('heading', { level: 2, name: 'بسته‌بندی' }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/studio/inbox/${id}`);
  await page.reload();
  await page.getByRole('heading', { level: 2, name: 'بسته‌بندی' }).waitFor();
  // What a shopper has written is text.
  assert.equal(await thread(page).first().locator('.text').innerText(), SCRIPT);
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-complaint-${light}-${width}`)), []);

  // A note answers nothing.
  await page.locator('#reply').fill('از پیک بپرسید');
  await page.getByLabel(say['complaint.internal']).check();
  await button(page, 'complaint.send').click();
  await eventually(() => thread(page).count(), 2, 'the messages');
  assert.equal(await state(id), 'open');
  await page.getByLabel(say['complaint.internal']).uncheck();

  // The session ends while an answer is written: it is sent once all the same.
  await page.locator('#reply').fill('یک قوطی تازه در راه است');
  await page.context().clearCookies();
  await button(page, 'complaint.send').click();
  const question = page.getByRole('dialog', { name: say['again.title'] });
  await question.locator('#again-password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await eventually(() => thread(page).count(), 3, 'the messages');
  assert.equal(await page.locator('#reply').inputValue(), '');
  assert.equal(await state(id), 'answered');
  const { messages } = (await desk.stage.asShop('GET', `/v1/complaints/${id}`)).body;
  assert.equal(messages.filter(({ message }) => message.author === 'shop').length, 1);

  await button(page, 'complaint.resolve').click();
  await page.locator('.read').getByText(say['state.resolved'], { exact: true }).waitFor();
  assert.equal(await state(id), 'resolved');
  await page.getByRole('status').getByText(say['complaint.resolved']).waitFor({ state: 'attached' });
  assert.equal(await button(page, 'complaint.resolve').count(), 0);
  await button(page, 'complaint.close').click();
  await button(page, 'complaint.reopen').click();
  await page.locator('.read').getByText(say['state.reopened'], { exact: true }).waitFor();
  assert.equal(await state(id), 'reopened');
});

test('the list is filtered by the address, and by what is chosen', async () => {
  const page = await desk.enter('editor', '/studio/inbox?state=reopened');
  await eventually(() => rows(page).count(), 1, 'the rows');
  await page.getByLabel(say['inbox.filter.state']).selectOption('closed');
  await page.getByText(say['inbox.none.text']).waitFor();
  assert.equal(new URL(page.url()).search, '?state=closed');
  await page.goBack();
  await eventually(() => rows(page).count(), 1, 'the rows');
  await page.getByLabel(say['inbox.filter.overdue']).check();
  await page.getByText(say['inbox.none.text']).waitFor();
});

test('somebody else has been here in the meantime', async () => {
  const id = await file('navid', 'قیمت', 'گران بود');
  const page = await desk.enter('editor', `/studio/inbox/${id}`);
  await button(page, 'complaint.resolve').waitFor();
  for (const what of ['resolve', 'close']) await desk.stage.asShop('POST', `/v1/complaints/${id}/${what}`);
  await button(page, 'complaint.resolve').click();
  await page.getByText(say['failure.complaint_not_now']).waitFor();
  await button(page, 'complaint.reopen').waitFor();
});

test('who may only see is offered nothing else', async () => {
  const id = await file('elham', 'کیفیت', 'عطر نداشت');
  const page = await desk.enter('viewer', `/studio/inbox/${id}`);
  await page.getByText(say['complaint.only_read']).waitFor();
  assert.equal(await page.locator('.desk button, .desk textarea').count(), 0);
  const refused = await page.evaluate((id) => fetch(`/v1/complaints/${id}/resolve`, { method: 'POST' }).then(({ status }) => status), id);
  assert.equal(refused, 403);
});

test('a complaint is answered by keyboard alone, on a phone', async () => {
  const id = await file('parsa', 'فاکتور', 'فاکتور نیامد');
  const page = await desk.enter('editor', '/studio/inbox', { viewport: { width: 390, height: 780 } });
  await tabTo(page, ({ name }) => name.startsWith('فاکتور'));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'فاکتور' }).waitFor();
  await tabTo(page, ({ id }) => id === 'reply');
  await page.keyboard.type('همین حالا فرستادیم');
  await tabTo(page, ({ name }) => name === say['complaint.send']);
  await page.keyboard.press('Enter');
  await eventually(() => thread(page).count(), 2, 'the messages');
  assert.equal(await state(id), 'answered');
  await page.keyboard.press('Shift+Tab');
  await page.locator('.back').click();
  await page.getByRole('heading', { level: 1, name: say['inbox.title'] }).waitFor();
});
