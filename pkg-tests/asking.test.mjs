// Surveys that something makes due: the page asks, reports an event, is looked at for a while, is seen on a phone. And the
// one with three items.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, eventually, openPanel, panel, picture } from './stage.mjs';

const survey = (id, kind, trigger, more = {}) => ({ id, kind, trigger, scope: 'once', global_wait_days: 0, ...more });
const surveys = [
  survey('srv_index', 'cli', 'manual', { question: { fa: 'سه پرسش کوتاه دربارهٔ ما', en: 'Three short questions about us' } }),
  survey('srv_phone', 'ces', 'page', {
    pages: { devices: ['phone'] },
    follow_up: { low: { fa: 'در گوشی کجا گیر کردی؟', en: 'Where on the phone were you stuck?' } },
  }),
  survey('srv_event', 'csat', { event: 'tea_found' }),
  survey('srv_stay', 'csat', { dwell: 1 }, { pages: { only: ['/basket'] } }),
  survey('srv_hidden', 'csat', 'manual'),
  survey('srv_arrived', 'csat', 'order_delivered', { scope: 'per_order' }),
  survey('srv_settled', 'ces', 'complaint_resolved'),
];

let stage;
before(async () => {
  stage = await Stage.open({
    program: (demo) => {
      const kept = demo.earning.activities.filter((rule) => !rule.kind.survey);
      const paid = { id: 'survey_index', kind: { survey: 'srv_index' }, points: 30, title: { fa: 'سه پرسش', en: 'Three questions' } };
      return { ...demo, surveys, earning: { ...demo.earning, activities: [...kept, paid] } };
    },
  });
});
after(() => stage.close());

const prompt = (page) => page.locator('vafa-widget[floating] .prompt');
const dot = (page, score) => prompt(page).locator(`[data-score="${score}"]`);
const step = (page, words) => prompt(page).getByText(words, { exact: true }).waitFor();
const push = (page, ...call) => page.evaluate((one) => { window.vafa.push(one); }, call);
const kept = (page, name) => page.evaluate((key) => JSON.parse(localStorage.getItem(`vafa:demo:v1:${key}`)), name);
const keep = (page, name, value) => page.evaluate(([key, json]) => localStorage.setItem(`vafa:demo:v1:${key}`, json), [name, JSON.stringify(value)]);
/** Starts the engine in a new browser, as any call would that needs it, and waits until it has decided what is asked. */
const decided = async (page) => {
  assert.equal(await kept(page, 'visit'), null);
  await push(page, 'ask', 'srv_none');
  await eventually(() => kept(page, 'visit'), (visit) => visit !== null, 'the decision');
};
/** Waits until the server knows all that was to be told. */
const told = (page) => eventually(() => kept(page, 'outbox'), (actions) => !actions?.length, 'what is not told yet');
const events = (kind, name) => stage.query(
  'SELECT at FROM events JOIN members USING (tenant, member) WHERE kind = ? AND external_id = ? ORDER BY at', kind, name);

test('a loyalty index asks its three items in turn, and its answer has three scores', async () => {
  const page = await stage.visit('neda');
  await push(page, 'ask', 'srv_index');
  await step(page, '۱ از ۳');
  assert.match(await prompt(page).innerText(), /سه پرسش کوتاه[^]*پیشنهاد/, 'the merchant’s question, and the item’s');
  assert.equal(await prompt(page).getByRole('radio').count(), 6);
  await picture(page, 'asking-1-index');
  const stored = (good, what) => eventually(
    () => stage.query("SELECT scores, comment, completed, verified, points FROM responses WHERE survey = 'srv_index'"),
    (all) => all.length === 1 && good(all[0]), what);

  // An impatient finger gives no second answer.
  await dot(page, 6).dblclick();
  await step(page, '۲ از ۳');
  assert.equal(await prompt(page).locator('[aria-checked=true]').count(), 0);
  await stored((row) => row.scores === '[6]' && row.completed === 0, 'the first score');

  // By the keyboard, which then stands at the first score of the next item.
  await dot(page, 1).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Space');
  await step(page, '۳ از ۳');
  await eventually(() => dot(page, 1).evaluate((score) => score.getRootNode().activeElement === score), true, 'the keyboard at the first score');
  assert.match(await prompt(page).getByRole('radiogroup').getAttribute('aria-label'), /محصول.*\(۳ از ۳\)$/);
  await stored((row) => row.scores === '[6,6]', 'the second score');

  // The follow-up comes after the last item, by the lowest score; what was typed outlasts a look back.
  await dot(page, 5).click();
  await prompt(page).getByPlaceholder('چه چیزی تو را برمی‌گرداند؟ (اختیاری)').fill('تنوع بیشتر');
  await prompt(page).getByRole('button', { name: 'قبلی' }).click();
  await step(page, '۲ از ۳');
  assert.equal(await prompt(page).locator('textarea').count(), 0);
  assert.equal(await dot(page, 6).getAttribute('aria-checked'), 'true');
  await dot(page, 4).click();
  await step(page, '۳ از ۳');
  const words = prompt(page).getByPlaceholder('چه چیزی را بهتر کنیم؟ (اختیاری)');
  assert.equal(await words.inputValue(), 'تنوع بیشتر');
  await picture(page, 'asking-2-follow-up');
  await prompt(page).locator('.btn.main').click();
  await prompt(page).locator('.thanks').waitFor();
  assert.equal(await prompt(page).locator('.code').count(), 0, 'no invitation for who would hardly pass it on');

  const row = await stored((one) => one.completed === 1, 'the whole answer');
  assert.deepEqual(row, [{ scores: '[6,4,5]', comment: 'تنوع بیشتر', completed: 1, verified: 1, points: 30 }]);
  const { body } = await stage.asShop('GET', '/v1/insights/cli?survey=srv_index');
  assert.equal(body.survey.counts[6 + 4 + 5 - 3], 1);
  assert.equal(body.survey.counts.reduce((sum, n) => sum + n), 1);
  await page.context().close();
});

test('a survey for phones is asked on a phone alone, and asks on in the merchant’s words', async () => {
  const desk = await stage.visit('neda');
  await decided(desk);
  assert.equal(await prompt(desk).count(), 0, 'not on a wide screen');
  const narrow = await stage.visit('neda', { viewport: { width: 390, height: 844 } });
  await decided(narrow);
  assert.equal(await prompt(narrow).count(), 0, 'not in a narrow window of a computer');

  const phone = await stage.visit('neda', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await push(phone, 'ask', 'srv_none');
  await prompt(phone).waitFor();
  assert.equal(await prompt(phone).getByRole('radio').count(), 7);
  await dot(phone, 1).tap();
  await prompt(phone).getByPlaceholder('در گوشی کجا گیر کردی؟').waitFor();
  await picture(phone, 'asking-3-phone');
  await dot(phone, 7).tap();
  await prompt(phone).getByPlaceholder('چه چیزی کار را راحت کرد؟ (اختیاری)').waitFor();
  await eventually(
    () => stage.query("SELECT scores, verified FROM responses WHERE survey = 'srv_phone'"),
    (rows) => rows[0]?.scores === '[7]' && rows[0].verified === 1, 'the answer that counts');
  await desk.context().close();
  await narrow.context().close();
  await phone.context().close();
});

test('an event asks the survey that waits for it, on a page where nothing runs yet as well', async () => {
  const page = await stage.visit('navid');
  await decided(page);
  await push(page, 'track', 'something_else');
  await push(page, 'track', 5);
  assert.equal(await page.evaluate(() => window.vafa.explain().engine), 'running');
  assert.equal(await prompt(page).count(), 0, 'another event asks nothing');

  // On the next page nothing else starts the engine.
  const face = await kept(page, 'face');
  assert.deepEqual(face.events, ['tea_found']);
  await keep(page, 'face', { ...face, wake_at: null });
  await page.goto(`${stage.shop}/?next`);
  await page.waitForFunction(() => window.vafa.version);
  await push(page, 'track', 'something_else');
  assert.equal(await page.evaluate(() => window.vafa.explain().engine), 'idle');
  await push(page, 'track', 'tea_found');
  await prompt(page).waitFor();
  assert.equal(await prompt(page).getByRole('radio').count(), 5);
  await page.context().close();
});

test('a survey that waits for its time on a page comes by itself', async () => {
  const page = await stage.visit('elham', { path: '/basket' });
  await page.evaluate(() => window.vafa.push(['on', 'survey-shown', (survey) => { window.shown = [survey, performance.now()]; }]));
  await decided(page);
  await prompt(page).waitFor();
  const [id, at] = await eventually(() => page.evaluate(() => window.shown), (shown) => shown, 'the event');
  assert.equal(id, 'srv_stay');
  assert.ok(at >= 1_000, `shown after ${at} ms on the page`);
  await page.context().close();
});

test('a prompt counts as shown when somebody can see it, and the panel as opened once for each opening', async () => {
  const page = await stage.visit('parsa');
  const hide = (display) => page.evaluate((value) => { document.querySelector('vafa-widget[floating]').shadowRoot.lastElementChild.style.display = value; }, display);
  await hide('none');
  await push(page, 'ask', 'srv_hidden');
  await prompt(page).waitFor({ state: 'attached' });
  await told(page);
  assert.deepEqual(await events('prompt_shown', 'parsa'), [], 'nobody can see it');
  await hide('block');
  await eventually(async () => (await events('prompt_shown', 'parsa')).length, 1, 'the event');
  await prompt(page).getByRole('button', { name: 'بستن' }).click();

  assert.deepEqual(await events('panel_opened', 'parsa'), []);
  for (const times of [1, 2]) {
    await openPanel(page);
    await push(page, 'open', 'rewards');
    await panel(page).locator('[data-view=rewards][aria-selected=true]').waitFor();
    await eventually(async () => (await events('panel_opened', 'parsa')).length, times, 'the event');
    await told(page);
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
  }
  await page.context().close();
});

test('a clock that once ran ahead does not begin a new visit', async () => {
  const page = await stage.visit('parsa');
  const ahead = Date.now() + 86_400_000;
  await keep(page, 'visit', { at: ahead, asked: true });
  await push(page, 'ask', 'srv_index');
  const visit = await eventually(() => kept(page, 'visit'), ({ at }) => at < ahead, 'the visit');
  assert.equal(visit.asked, true, 'it is this visit');
  assert.equal(await prompt(page).count(), 0, 'in which something was asked');
  await page.context().close();
});

test('an order that has arrived is asked about once, though nobody was there when it came', async () => {
  const order = 'parcel-1';
  const arrived = await stage.asShop('PUT', `/v1/orders/${order}`, {
    member: 'elham', status: 'fulfilled', currency: 'IRR', items: [{ sku: 'tea', quantity: 1, unit_price: 1_000_000 }],
  });
  assert.ok(arrived.status < 300, JSON.stringify(arrived.body));
  assert.equal((await stage.asMember('elham', 'GET', '/v1/me')).body.delivered_order_id, order);
  const page = await stage.visit('elham');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  // Nothing is asked beside the open panel, but on the same page when that is closed.
  await eventually(() => kept(page, 'visit'), (visit) => visit !== null, 'the decision');
  assert.equal(await prompt(page).count(), 0);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  await prompt(page).waitFor();
  await eventually(() => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('part')), 'launcher', 'the keyboard, which the prompt leaves alone');
  await dot(page, 5).click();
  const stored = () => stage.query("SELECT scope FROM responses WHERE survey = 'srv_arrived'");
  await eventually(async () => (await stored()).map(({ scope }) => scope).join(), order, 'the stored answer');
  assert.equal((await stage.asMember('elham', 'GET', '/v1/me')).body.delivered_order_id, null, 'not asked about again');
  await page.context().close();
});

test('what a page says beside its open panel is thought of when that is closed', async () => {
  const page = await stage.visit('navid');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  await page.evaluate(() => { window.vafa.on('survey-shown', (survey) => { window.shown = survey; }); });
  await push(page, 'ask', 'srv_hidden');
  await eventually(() => kept(page, 'visit'), (visit) => visit !== null, 'the decision');
  assert.equal(await prompt(page).count(), 0);
  await panel(page).getByRole('button', { name: 'بستن' }).click();
  await prompt(page).waitFor();
  assert.equal(await eventually(() => page.evaluate(() => window.shown), Boolean, 'the event'), 'srv_hidden');
  await page.context().close();
});

test('a complaint that the shop has settled is asked about once, wherever its member comes next', async () => {
  const page = await stage.visit('parsa');
  await openPanel(page);
  await panel(page).locator('[data-more=complaints]').click();
  const body = panel(page).locator('.body');
  await body.getByRole('button', { name: 'ثبت شکایت', exact: true }).click();
  await body.getByRole('radio', { name: 'ارسال' }).check();
  await body.locator('textarea').fill('بسته دیر رسید');
  await body.getByRole('button', { name: 'بفرست', exact: true }).click();
  await body.locator('.chip[data-state=open]').waitFor();
  const me = async () => (await stage.asMember('parsa', 'GET', '/v1/me')).body.resolved_complaint;
  assert.equal(await me(), null, 'nothing is settled yet');

  const [{ complaint }] = await stage.query('SELECT complaint FROM complaints');
  assert.equal((await stage.asShop('POST', `/v1/complaints/${complaint}/resolve`)).status, 200);
  assert.equal(await me(), complaint);
  await page.evaluate(() => window.vafa.refresh());
  await body.locator('.chip[data-state=resolved]').waitFor();
  assert.equal(await prompt(page).count(), 0, 'nothing is asked beside the panel');

  // The next page asks by itself.
  await page.reload();
  await prompt(page).waitFor();
  assert.match(await prompt(page).innerText(), /راحت پیش رفت/);
  assert.equal(await prompt(page).getByRole('radio').count(), 7);
  await picture(page, 'asking-4-settled');
  await dot(page, 6).click();
  await prompt(page).locator('.btn.main').click();
  await prompt(page).locator('.thanks').waitFor();
  await told(page);
  const stored = () => stage.query("SELECT scores, scope, completed, verified FROM responses WHERE survey = 'srv_settled'");
  assert.deepEqual(await stored(), [{ scores: '[6]', scope: '', completed: 1, verified: 1 }]);
  assert.equal(await me(), null, 'asked about');

  // Neither in another visit nor in another browser.
  await keep(page, 'visit', null);
  await page.reload();
  await decided(page);
  assert.equal(await prompt(page).count(), 0, 'another visit');
  await page.context().close();
  const other = await stage.visit('parsa');
  await decided(other);
  assert.equal(await prompt(other).count(), 0, 'another browser');
  assert.equal((await stored()).length, 1);
  await other.context().close();
});
