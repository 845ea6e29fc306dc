// Where an invitation lands, when more than one page, browser or invitation has a part in it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, eventually, openPanel, panel } from './stage.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage?.close());

const codeOf = async (sub) => (await stage.asMember(sub, 'GET', '/v1/me')).body.referral.code;
const friends = async (sub) => (await stage.asMember(sub, 'GET', '/v1/me')).body.referral.friends.map(({ state }) => state);
const claims = async () => (await stage.query('SELECT COUNT(*) AS n FROM claims'))[0].n;
const card = (page) => panel(page).locator('.invited');
const kept = (page, name) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), `vafa:demo:v1:${name}`);
const keep = (page, name, value) => page.evaluate(([key, json]) => localStorage.setItem(key, json), [`vafa:demo:v1:${name}`, JSON.stringify(value)]);
/** Waits until the card tells of a gift. */
const gift = (page) => card(page).getByText(/۳۰۰ امتیاز هدیه می‌گیری/).waitFor();
const follow = (code, options) => stage.visit('guest', { path: `/?vafa_ref=${code}`, ...options });

/** The keys of the claims that a browser sends, each held until `opened`. */
async function sent(context, opened = Promise.resolve()) {
  const keys = [];
  await context.route(/\/claims\?/, async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    await opened;
    await route.continue();
  });
  return keys;
}

test('two tabs that open one link make one claim, and both tell of it', async () => {
  const [code, before] = [await codeOf('navid'), await claims()];
  const context = await stage.visitor();
  let open;
  const keys = await sent(context, new Promise((done) => { open = done; }));
  const first = await follow(code, { context });
  await eventually(() => keys.length, 1, 'claims sent');
  // The first one has no answer yet.
  const second = await follow(code, { context });
  await eventually(() => keys.length, 2, 'claims sent');
  open();
  // It opens by itself once.
  await eventually(async () => await panel(first).count() + await panel(second).count(), 1, 'panels that have opened');
  for (const page of [first, second]) {
    if (!(await panel(page).count())) await openPanel(page);
    await gift(page);
  }
  assert.equal(new Set(keys).size, 1, 'one key');
  assert.equal(await claims(), before + 1);
  await context.close();
});

test('the same link in another browser is a claim of its own, and who joins with one leaves the other as it is', async () => {
  const [code, before] = [await codeOf('elham'), await claims()];
  const [here, there] = [await follow(code), await follow(code)];
  for (const page of [here, there]) await gift(page);
  assert.equal(await claims(), before + 2);
  const [mine, other] = [await kept(here, 'claim'), await kept(there, 'claim')];
  assert.notEqual(mine.id, other.id);
  await panel(here).getByRole('button', { name: 'عضو شو' }).click();
  await here.locator('#join-name').fill('سارا');
  await here.locator('#join-submit').click();
  await eventually(async () => (await friends('elham')).filter((state) => state === 'joined').length, 1, 'friends who joined');
  await eventually(() => kept(here, 'claim'), null, 'the claim of who is in');
  await there.reload();
  assert.equal((await kept(there, 'claim')).id, other.id);

  // Who is in, there as well, has no use for it.
  const login = await there.context().request.post(`${stage.shop}/shop/login`, { data: { member: 'parsa' }, headers: { origin: stage.shop } });
  assert.ok(login.ok());
  await there.goto(stage.shop);
  await openPanel(there);
  await panel(there).locator('.balance').waitFor();
  await eventually(() => kept(there, 'claim'), null, 'the claim of a member');
  assert.equal(await card(there).count(), 0);
  await here.context().close();
  await there.context().close();
});

test('the invitation that was followed last is the one that counts', async () => {
  const [lost, then, before] = [await codeOf('elham'), await codeOf('parsa'), await claims()];
  const context = await stage.visitor();
  const keys = [];
  await context.route(/\/claims\?/, async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  // Nobody hears what became of the first; the second is another wish, under a key of its own.
  const page = await follow(lost, { context });
  await eventually(() => keys.length, 1, 'claims sent');
  await page.goto(`${stage.shop}/?vafa_ref=${then}`);
  await gift(page);
  assert.equal((await kept(page, 'claim')).code, then);
  assert.equal(new Set(keys).size, 2);
  // And another one after that.
  await page.goto(`${stage.shop}/?vafa_ref=${await codeOf('navid')}`);
  await gift(page);
  await eventually(async () => (await kept(page, 'claim')).code, await codeOf('navid'), 'the claim that is held');
  assert.equal(await claims(), before + 3);
  await context.close();
});

test('a link whose claim is over may be followed again', async () => {
  const [code, before] = [await codeOf('parsa'), await claims()];
  const page = await follow(code);
  await gift(page);
  const claim = await kept(page, 'claim');
  await keep(page, 'claim', { ...claim, expires_at: '2026-01-01T00:00:00Z' });
  await page.reload();
  await eventually(async () => (await kept(page, 'claim')).id, (id) => id !== claim.id, 'the claim');
  assert.equal(await claims(), before + 1 + 1);
  await openPanel(page);
  await gift(page);
  await page.context().close();
});

test('who is named a moment after the page has come claims nothing', async () => {
  const before = await claims();
  const page = await follow(await codeOf('parsa'));
  // By then the panel knows of a guest.
  await page.waitForFunction(() => JSON.parse(localStorage.getItem('vafa:demo:v1:face'))?.label);
  await page.evaluate((token) => window.vafa.identify(token), await stage.token('navid'));
  await eventually(() => panel(page).locator('.strip').innerText(), (words) => /تو عضو باشگاهی/.test(words), 'what is said');
  await eventually(() => kept(page, 'ref'), null, 'the invitation that is to be seen to');
  assert.equal(await kept(page, 'claim'), null);
  assert.equal(await claims(), before);
  await page.context().close();
});

test('what somebody else has put in the place of an invitation is sent nowhere', async () => {
  const page = await stage.visit('guest');
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await keep(page, 'ref', '../me/redemptions?');
  await openPanel(page);
  await eventually(() => kept(page, 'ref'), null, 'the place');
  await panel(page).locator('.steps').waitFor();
  assert.deepEqual(asked.filter((path) => /claims|redemptions/.test(path)), []);
  assert.equal(await card(page).count(), 0);
  await page.context().close();
});
