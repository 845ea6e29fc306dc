// The shop's server, run as its own process against a club that answers, refuses, or is dead.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createHmac } from 'node:crypto';
import { FREE_SHIPPING_FROM, price, SHIPPING_FEE } from '../catalog.mjs';

const KEYS = { program: 'demo', publishable_key: 'pk_demo', secret_key: 'sk_demo', signing_key: { kid: 'kid_1', alg: 'HS256', secret: Buffer.from('0123456789abcdef0123456789abcdef').toString('base64url') } };
const RECEIVER = { name: 'ندا', phone: '09123456789', address: 'رشت' };
const folder = mkdtempSync(join(tmpdir(), 'shop-'));
writeFileSync(join(folder, 'keys.json'), JSON.stringify(KEYS));

/** The other side: notes what it hears, and answers as the test says. */
const club = { heard: [], answer: () => [200, {}], server: null, port: 0 };
const running = [];

async function openClub(port = 0) {
  club.server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const heard = { method: request.method, path: request.url, headers: request.headers, body: body && JSON.parse(body) };
    club.heard.push(heard);
    const [status, said, headers = {}] = club.answer(heard);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(said));
  });
  await once(club.server.listen(port, '127.0.0.1'), 'listening');
  club.port = club.server.address().port;
}

async function closeClub() {
  club.server.close();
  club.server.closeAllConnections();
  await once(club.server, 'close');
}

async function openShop(...more) {
  const process_ = spawn(process.execPath, [fileURLToPath(new URL('../server.mjs', import.meta.url)), '--keys', join(folder, 'keys.json'), '--port', '0', '--api', `http://127.0.0.1:${club.port}`, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(process_);
  let said = '';
  process_.stderr.on('data', (part) => { said += part; });
  let out = '';
  for await (const part of process_.stdout) {
    out += part;
    const address = /http:\/\/localhost:(\d+)/.exec(out);
    if (address) return { url: `http://127.0.0.1:${address[1]}`, process: process_, said: () => said };
  }
  throw new Error(`the shop did not start: ${said}`);
}

/** A browser with one cookie. */
function visitor(url) {
  let cookie = '';
  return async function ask(method, path, body, headers = {}) {
    const response = await fetch(url + path, { method, headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), cookie, ...headers }, body: body && JSON.stringify(body) });
    const set = response.headers.get('set-cookie');
    if (set) cookie = set.split(';')[0];
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : null, set };
  };
}

async function until(true_) {
  while (!(await true_())) await new Promise((done) => { setImmediate(done); });
}

const order = (request, more = {}) => ({ request_id: `request-${request}-0000000`, lines: [{ slug: 'lahijan-qalam', quantity: 2 }], receiver: RECEIVER, ...more });
const coupon = (more) => ({ coupon: { code: 'CODE', reward_id: 'rwd_50k', title: { fa: 'x' }, kind: { amount_off: 500_000 }, minimum_order: 2_000_000, state: 'open', member: 'neda', order_id: null, ...more } });

let shop;
before(async () => { await openClub(); shop = await openShop('--csp', "default-src 'self'"); });
after(async () => {
  for (const one of running) one.kill('SIGKILL');
  await closeClub();
  rmSync(folder, { recursive: true });
});

test('the page carries the key, the language and the policy that were asked for', async () => {
  const ask = visitor(shop.url);
  const fa = await ask('GET', '/p/gaz-isfahan');
  assert.match(fa.text, /data-key="pk_demo"/);
  assert.match(fa.text, /<html lang="fa" dir="rtl">/);
  assert.equal(fa.headers.get('content-security-policy'), "default-src 'self'");
  assert.match((await ask('GET', '/?lang=en')).text, /<html lang="en" dir="ltr">/);
  assert.equal((await ask('GET', '/p/nothing')).status, 404);
});

test('only the files of the page leave the disk', async () => {
  const ask = visitor(shop.url);
  assert.equal((await ask('GET', '/demo/shop.js')).status, 200);
  for (const path of ['/demo/server.mjs', '/demo/server/club.mjs', '/demo/program.json', '/demo/..%2fkeys.json', '/Cargo.toml']) assert.notEqual((await ask('GET', path)).status, 200, path);
});

test('a guest has no token, a member one of five minutes with its claims and key', async () => {
  const ask = visitor(shop.url);
  assert.equal((await ask('GET', '/shop/token')).status, 204);
  const login = await ask('POST', '/shop/login', { member: 'neda' });
  assert.match(login.set, /HttpOnly; SameSite=Lax/);
  const [head, claims, mark] = (await ask('GET', '/shop/token')).text.split('.');
  assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url')), { alg: 'HS256', typ: 'JWT', kid: 'kid_1' });
  const said = JSON.parse(Buffer.from(claims, 'base64url'));
  assert.deepEqual([said.iss, said.aud, said.sub, said.exp - said.iat], ['demo', 'vafa', 'neda', 300]);
  assert.equal(mark, createHmac('sha256', Buffer.from(KEYS.signing_key.secret, 'base64url')).update(`${head}.${claims}`).digest('base64url'));
  await ask('POST', '/shop/logout');
  assert.equal((await ask('GET', '/shop/token')).status, 204);
});

test('a forged session is a guest', async () => {
  const ask = visitor(shop.url);
  const answer = await ask('GET', '/shop/session', null, { cookie: 'bahar_session=parsa.9999999999.AAAA' });
  assert.equal(answer.body.account, null);
});

test('an order is priced by the server and reported once as paid', async () => {
  const ask = visitor(shop.url);
  await ask('POST', '/shop/login', { member: 'neda' });
  const first = await ask('POST', '/shop/orders', order('priced'));
  assert.deepEqual([first.status, first.body.order.total, first.body.order.reported], [201, 5_700_000 + SHIPPING_FEE, true]);
  const again = await ask('POST', '/shop/orders', order('priced'));
  assert.equal(again.body.order.id, first.body.order.id);
  const reports = club.heard.filter(({ path }) => path === `/v1/orders/${first.body.order.id}`);
  assert.equal(reports.length, 1);
  const { headers, body } = reports[0];
  assert.equal(headers.authorization, 'Bearer sk_demo');
  assert.deepEqual([body.member, body.status, body.currency, body.shipping, body.coupons], ['neda', 'paid', 'IRR', SHIPPING_FEE, []]);
  assert.deepEqual(body.items, [{ sku: 'lahijan-qalam', category: 'tea', quantity: 2, unit_price: 2_850_000 }]);
});

test('what a browser claims about lines and prices is not believed', async () => {
  const ask = visitor(shop.url);
  for (const lines of [[], [{ slug: 'gold', quantity: 1 }], [{ slug: 'bergamot', quantity: -1 }], [{ slug: 'bergamot', quantity: 1.5 }], [{ slug: 'bergamot', quantity: 99 }], [{ slug: '__proto__', quantity: 1 }]]) {
    assert.equal((await ask('POST', '/shop/orders', order('lines', { lines }))).status, 422);
  }
  assert.equal((await ask('POST', '/shop/orders', order('free', { lines: [{ slug: 'bergamot', quantity: 1, unit_price: 0 }] }))).body.order.items, 2_450_000);
});

test('a coupon is settled with the club before the order is written', async () => {
  const ask = visitor(shop.url);
  await ask('POST', '/shop/login', { member: 'neda' });
  club.answer = ({ path }) => (path.startsWith('/v1/coupons/') ? [200, coupon()] : [200, {}]);
  assert.equal((await ask('GET', '/shop/coupons/CODE?total=1000000')).body.missing, 1_000_000);
  const { body } = await ask('POST', '/shop/orders', order('coupon', { coupon: 'CODE' }));
  assert.equal(body.order.total, 5_700_000 - 500_000 + SHIPPING_FEE);
  const heard = club.heard.map(({ method, path }) => `${method} ${path}`);
  const used = heard.lastIndexOf('POST /v1/coupons/CODE');
  assert.deepEqual(club.heard[used].body, { action: 'use', order_id: body.order.id });
  assert.ok(used < heard.indexOf(`PUT /v1/orders/${body.order.id}`));
});

test('a coupon that cannot be used leaves no order behind', async () => {
  const ask = visitor(shop.url);
  const refused = async (said, who = 'neda') => {
    if (who) await ask('POST', '/shop/login', { member: who });
    club.answer = ({ method, path }) => (path.startsWith('/v1/coupons/') ? (method === 'POST' ? [409, { code: 'coupon_expired' }] : said) : [200, {}]);
    return (await ask('POST', '/shop/orders', order('refused', { coupon: 'CODE' }))).body.code;
  };
  assert.equal(await refused([200, coupon()], null), 'coupon_needs_login');
  assert.equal(await refused([404, {}]), 'coupon_unknown');
  assert.equal(await refused([200, coupon({ state: 'used', order_id: 'other' })]), 'coupon_used');
  assert.equal(await refused([200, coupon()], 'parsa'), 'coupon_not_yours');
  assert.equal(await refused([200, coupon({ minimum_order: 90_000_000 })]), 'coupon_minimum');
  assert.equal(await refused([200, coupon()]), 'coupon_expired');
  assert.equal(await refused([500, {}]), 'club_unavailable');
  assert.ok(!(await ask('GET', '/shop/orders')).text.includes('refused'));
  club.answer = () => [200, {}];
});

test('an order that the club refuses for good is not said to be in the club, and holds up no other', async () => {
  const ask = visitor(shop.url);
  await ask('POST', '/shop/login', { member: 'neda' });
  club.answer = () => [404, { code: 'not_found' }];
  assert.equal((await ask('POST', '/shop/orders', order('stranger'))).body.order.reported, null);
  club.answer = () => [200, {}];
  assert.equal((await ask('POST', '/shop/orders', order('member'))).body.order.reported, true);
});

test('a member’s order is nobody else’s to read or give back', async () => {
  const ask = visitor(shop.url);
  await ask('POST', '/shop/login', { member: 'neda' });
  const { id } = (await ask('POST', '/shop/orders', order('own'))).body.order;
  await ask('POST', '/shop/login', { member: 'parsa' });
  assert.equal((await ask('GET', `/shop/orders/${id}`)).status, 404);
  assert.equal((await ask('POST', `/shop/orders/${id}/refund`, {})).status, 404);
  await ask('POST', '/shop/login', { member: 'neda' });
  assert.equal((await ask('POST', `/shop/orders/${id}/refund`, {})).body.order.state, 'refunded');
  await ask('POST', `/shop/orders/${id}/refund`, {});
  assert.equal(club.heard.filter(({ path }) => path === `/v1/orders/${id}/refunds`).length, 1);
});

test('another site’s form cannot order, log in or join', async () => {
  const ask = visitor(shop.url);
  assert.equal((await ask('POST', '/shop/login', { member: 'neda' }, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await ask('POST', '/shop/join', undefined, { 'content-type': 'text/plain' })).status, 415);
});

test('joining makes an account and a member, with the claim of an invitation', async () => {
  const ask = visitor(shop.url);
  const { body } = await ask('POST', '/shop/join', { name: '  سارا ', claim_id: 'clm_1' });
  const put = club.heard.find(({ path }) => path === `/v1/members/${body.account.id}`);
  assert.deepEqual([put.method, put.body.first_name, put.body.claim_id], ['PUT', 'سارا', 'clm_1']);
  assert.equal((await ask('GET', '/shop/session')).body.account.name, 'سارا');
});

test('the way through keeps headers and bytes, and says when the club is dead', async () => {
  club.answer = ({ headers }) => [200, { lang: headers['accept-encoding'], from: headers['x-forwarded-for'] }, { ETag: '"1"', 'X-Other': 'kept' }];
  const ask = visitor(shop.url);
  const answer = await ask('GET', '/v1/programs/demo?key=pk_demo', null, { 'accept-encoding': 'br' });
  assert.deepEqual([answer.headers.get('etag'), answer.headers.get('x-other'), answer.body.lang], ['"1"', 'kept', 'br']);
  assert.match(answer.body.from, /127\.0\.0\.1$/);
  assert.equal(club.heard.at(-1).path, '/v1/programs/demo?key=pk_demo');
  club.answer = () => [200, {}];
});

test('a dead club loses nothing: reports outlive the shop’s own end and arrive in order', async () => {
  const ask = visitor(shop.url);
  const { port } = club;
  await closeClub();
  const joined = (await ask('POST', '/shop/join', { name: 'کیان' })).body;
  const placed = (await ask('POST', '/shop/orders', order('dead'))).body.order;
  assert.deepEqual([joined.reported, placed.reported], [false, false]);
  assert.equal((await ask('GET', '/v1/me')).status, 502);
  assert.equal((await ask('GET', '/')).status, 200);
  assert.ok(!shop.said().includes('sk_demo'));
  shop.process.kill('SIGKILL');
  await once(shop.process, 'exit');

  club.heard.length = 0;
  await openClub(port);
  shop = await openShop();
  await until(() => club.heard.length >= 2);
  assert.deepEqual(club.heard.map(({ method, path }) => `${method} ${path}`), [`PUT /v1/members/${joined.account.id}`, `PUT /v1/orders/${placed.id}`]);
});

test('prices: free shipping from a sum on, coupons by kind, and never below nothing', () => {
  const one = [{ slug: 'bergamot', quantity: 1 }];
  assert.equal(price(one).total, 2_450_000 + SHIPPING_FEE);
  assert.equal(price([{ slug: 'teapot-ceramic', quantity: 2 }]).shipping, 6_400_000 * 2 >= FREE_SHIPPING_FROM ? 0 : SHIPPING_FEE);
  assert.equal(price(one, { kind: 'free_shipping' }).total, 2_450_000);
  assert.equal(price(one, { kind: { amount_off: 9_000_000 } }).discount, 2_450_000);
  assert.equal(price(one, { kind: { percent_off: { rate: 1500, ceiling: 300_000 } } }).discount, 300_000);
  assert.equal(price(one, { kind: { percent_off: { rate: 1500 } } }).discount, 367_500);
  assert.deepEqual([price(one, { kind: { free_product: 'first-flush' } }).gift, price(one, { kind: { free_product: 'first-flush' } }).discount], ['first-flush', 0]);
  assert.deepEqual([price(one, { kind: { amount_off: 500_000 }, minimum_order: 3_000_000 }).discount, price(one, { kind: { amount_off: 500_000 }, minimum_order: 3_000_000 }).missing], [0, 550_000]);
  assert.equal(price([]).total, 0);
});
