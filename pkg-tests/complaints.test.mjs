// Complaints: written and kept, filed once whatever becomes of the answer, talked over, judged, taken up again; and the
// way to one from a low score.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, buy, eventually, openPanel, panel, picture } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());

const body = (page) => panel(page).locator('.body');
const strip = (page) => panel(page).locator('.strip');
const press = (page, name) => body(page).getByRole('button', { name, exact: true }).click();
const area = (page) => body(page).locator('textarea');
const chip = (page, state) => body(page).locator(`.chip[data-state=${state}]`).waitFor();
const rows = () => stage.query(`SELECT complaint, topic, order_id, survey, state, verdict, reopened,
  (SELECT COUNT(*) FROM complaint_notes n WHERE n.tenant = c.tenant AND n.complaint = c.complaint) AS notes
  FROM complaints c ORDER BY number`);
const desk = (id, what, json) => stage.asShop('POST', `/v1/complaints/${id}/${what}`, json);

/** Opens the complaints from home. */
async function go(page) {
  await openPanel(page);
  await panel(page).locator('[data-more=complaints]').click();
  await body(page).locator('.top').waitFor();
}

async function write(page, topic, text) {
  await press(page, 'ثبت شکایت');
  await body(page).getByRole('radio', { name: topic }).check();
  await area(page).fill(text);
}

test('a complaint is filed once, answered, judged, taken up again and ended', async () => {
  const page = await stage.visit('parsa');
  await page.evaluate(() => { window.sent = []; window.vafa.on('complaint-sent', (detail) => window.sent.push(detail)); });
  await go(page);
  await body(page).getByText('شکایتی نداری').waitFor();
  await press(page, 'ثبت شکایت');

  // Nothing is sent that says nothing; the keyboard goes to what is missing.
  await press(page, 'بفرست');
  await strip(page).getByText('موضوع را انتخاب کن').waitFor();
  await eventually(() => body(page).locator('input').first().evaluate((it) => it.getRootNode().activeElement?.name), 'topic', 'the keyboard');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await eventually(() => body(page).getByRole('radio', { name: 'کالا' }).isChecked(), true, 'a topic by the keyboard');
  const orders = body(page).locator('select');
  const order = await orders.locator('option').nth(1).getAttribute('value');
  await orders.selectOption(order);
  await area(page).pressSequentially('قوطی چای باز بود');

  // What is typed outlasts a reload, and a look elsewhere.
  await page.reload();
  await page.evaluate(() => { window.sent = []; window.vafa.on('complaint-sent', (detail) => window.sent.push(detail)); });
  await go(page);
  await press(page, 'ثبت شکایت');
  assert.equal(await area(page).inputValue(), 'قوطی چای باز بود');
  assert.equal(await body(page).getByRole('radio', { name: 'کالا' }).isChecked(), true);
  assert.equal(await orders.inputValue(), order);

  const send = body(page).getByRole('button', { name: 'بفرست' });
  await send.evaluate((button) => { for (let i = 0; i < 10; i += 1) button.click(); });
  await chip(page, 'open');
  await strip(page).getByText('شکایتت ثبت شد، شمارهٔ').waitFor();
  const [filed, ...more] = await rows();
  assert.deepEqual(more, [], 'ten clicks are one complaint');
  assert.deepEqual({ ...filed, complaint: 0 }, {
    complaint: 0, topic: 'کالا', order_id: order, survey: null, state: 'open', verdict: null, reopened: 0, notes: 1,
  });
  const [told] = await page.evaluate(() => window.sent);
  assert.equal(told.id, filed.complaint);
  await picture(page, 'complaints-1-filed');

  // The shop answers, and both talk.
  await desk(filed.complaint, 'messages', { text: 'یک قوطی تازه می‌فرستیم' });
  await desk(filed.complaint, 'messages', { text: 'انبار را خبر کن', internal: true });
  await page.evaluate(() => window.vafa.refresh());
  await body(page).getByText('یک قوطی تازه می‌فرستیم').waitFor();
  await chip(page, 'answered');
  assert.equal(await body(page).getByText('انبار را خبر کن').count(), 0, 'notes of the shop stay its own');
  await press(page, 'بفرست');
  await strip(page).getByText('اول پیامت را بنویس').waitFor();
  await area(page).fill('ممنون، منتظرم');
  await press(page, 'بفرست');
  await body(page).locator('.say.mine').nth(1).getByText('ممنون، منتظرم').waitFor();
  await chip(page, 'open');
  await eventually(() => area(page).inputValue(), '', 'the text that was sent');

  // Not settled, then settled, then taken up again, then ended.
  await desk(filed.complaint, 'resolve');
  await page.evaluate(() => window.vafa.refresh());
  await chip(page, 'resolved');
  await picture(page, 'complaints-2-judge');
  await press(page, 'نه هنوز');
  await chip(page, 'reopened');
  await desk(filed.complaint, 'resolve');
  await page.evaluate(() => window.vafa.refresh());
  await press(page, 'بله، حل شد');
  await chip(page, 'closed');
  const [settled] = await rows();
  assert.deepEqual([settled.state, settled.verdict, settled.reopened], ['closed', 1, 1]);
  await press(page, 'بازش کن');
  await chip(page, 'reopened');
  await press(page, 'دیگر لازم نیست');
  await chip(page, 'closed');

  // Back to the list, and home.
  await press(page, 'برگشت');
  await body(page).locator('.link').getByText('بسته شد').waitFor();
  await press(page, 'برگشت');
  await panel(page).locator('.balance').waitFor();
  await page.context().close();
});

test('an answer that is lost files nothing twice, and nothing that was written is lost', async () => {
  const page = await stage.visit('elham');
  await go(page);
  await write(page, 'ارسال', 'بسته نرسید');
  const filing = (url) => url.pathname === '/v1/me/complaints';
  // The server does it, and nobody hears of it.
  await page.context().route(filing, async (route) => {
    if (route.request().method() === 'POST') await route.fetch();
    await route.abort();
  });
  const mine = async () => (await rows()).filter((row) => row.topic === 'ارسال');
  await press(page, 'بفرست');
  await eventually(async () => (await mine()).length, 1, 'the complaint at the server');
  await strip(page).getByText('داریم نتیجه را می‌پرسیم').waitFor();
  await press(page, 'برگشت');
  await body(page).getByText('در راه فروشگاه').waitFor();
  await picture(page, 'complaints-3-unknown');
  await page.reload();
  await page.context().unroute(filing);
  await go(page);
  await eventually(() => body(page).locator('.link').count(), 1, 'complaints on screen');
  assert.equal((await mine()).length, 1, 'one complaint');

  // A new one begins empty.
  await press(page, 'ثبت شکایت');
  assert.equal(await area(page).inputValue(), '');

  // Offline from the start, with what was written before.
  await area(page).fill('این هم بماند');
  await page.context().route('**/v1/me/complaints*', (route) => route.abort());
  await page.reload();
  await go(page);
  await body(page).getByText('شکایت‌هایت نرسید').waitFor();
  await page.context().unroute('**/v1/me/complaints*');
  await press(page, 'دوباره امتحان کن');
  await press(page, 'ثبت شکایت');
  assert.equal(await area(page).inputValue(), 'این هم بماند');

  // What is refused stays written.
  for (let i = 1; i < 10; i += 1) {
    const file = { topic: 'پر', text: 'پر' };
    assert.equal((await stage.asMember('elham', 'POST', '/v1/me/complaints', file, crypto.randomUUID())).status, 201);
  }
  await body(page).getByRole('radio', { name: 'پرداخت' }).check();
  await press(page, 'بفرست');
  await strip(page).getByText('۱۰ شکایت باز داری').waitFor();
  assert.equal(await area(page).inputValue(), 'این هم بماند');

  // Nobody else reads it.
  await page.evaluate(() => window.vafa.logout());
  await eventually(() => page.evaluate(() => localStorage.getItem('vafa:demo:v1:draft')), null, 'the draft of who has left');
  await page.context().close();
});

test('a low score leads to a complaint that has what was written, the survey and the order', async () => {
  const page = await stage.visit('navid');
  const order = await buy(page);
  const prompt = page.locator('vafa-widget[floating] .prompt');
  await prompt.locator('[data-score="1"]').click();
  await prompt.locator('textarea').fill('لیوان شکسته بود');
  await prompt.locator('.btn.main').click();
  await prompt.locator('.thanks').waitFor();
  await picture(page, 'complaints-4-bridge');
  await prompt.getByRole('button', { name: 'ثبت شکایت' }).click();
  await panel(page).waitFor();
  assert.equal(await area(page).inputValue(), 'لیوان شکسته بود');
  assert.equal(await body(page).locator('select').inputValue(), order);
  await body(page).getByRole('radio', { name: 'کالا' }).check();
  await press(page, 'بفرست');
  await chip(page, 'open');
  const all = await rows();
  assert.deepEqual(all.filter((row) => row.order_id === order).map((row) => [row.survey, row.state]), [['srv_order', 'open']]);
  await page.context().close();
});

test('a good score leads to none', async () => {
  const page = await stage.visit('neda');
  await buy(page);
  const prompt = page.locator('vafa-widget[floating] .prompt');
  await prompt.locator('[data-score="5"]').click();
  await prompt.locator('.btn.main').click();
  await prompt.locator('.thanks').waitFor();
  assert.equal(await prompt.getByRole('button', { name: 'ثبت شکایت' }).count(), 0);
  await page.context().close();
});
