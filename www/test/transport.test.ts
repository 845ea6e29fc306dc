import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { openIdentity } from '../identity.ts';
import { openTransport } from '../transport.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
let minted = 0;
const mint = (sub = 'c1', life = 600) => [part({}), part({ sub, iat: 0, exp: life, jti: ++minted }), 's'].join('.');

type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A transport to a server of ours, and what that server was sent. */
const against = async (t: TestContext, answer: Answering, source: unknown = () => mint()) => {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
    answer(request, response, body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const identity = openIdentity(() => {});
  identity.name(source);
  const ahead = new Map<string, Promise<Response | undefined>>();
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kept = new Map<string, unknown>();
  const transport = openTransport({
    config: { api, key: 'pk_1' } as never,
    natives: { fetch, parse: JSON.parse, stringify: JSON.stringify },
    ahead,
    token: identity.token,
    subject: identity.subject,
    read: (name) => kept.get(name) ?? null,
    write: (name, value) => void kept.set(name, value),
  });
  return { ...transport, kept, seen, ahead, identity, api, server };
};

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));

test('each path gets its own credential', async (t) => {
  const { request, seen } = await against(t, (_, r) => json(r, 200, {}));
  await request('GET', '/v1/programs/demo');
  await request('POST', '/v1/referrals/ABC/claims', undefined, 'k1');
  await request('POST', '/v1/me/redemptions', { reward_id: 'rwd_1' }, 'k2');
  const [program, claim, redemption] = seen;
  assert.equal(program!.url, '/v1/programs/demo?key=pk_1');
  assert.equal(program!.headers.authorization, undefined);
  assert.equal(claim!.url, '/v1/referrals/ABC/claims?key=pk_1');
  assert.equal(claim!.headers['idempotency-key'], 'k1');
  assert.match(redemption!.headers.authorization!, /^Bearer /);
  assert.equal(redemption!.headers['idempotency-key'], 'k2');
  assert.equal(redemption!.body, '{"reward_id":"rwd_1"}');
});

test('a guest\'s own calls do not reach the network', async (t) => {
  const { request, seen } = await against(t, (_, r) => json(r, 200, {}), null);
  assert.deepEqual(await request('GET', '/v1/me'), { status: 401, body: { code: 'guest' }, age: 0 });
  assert.equal(seen.length, 0);
});

test('a refused token is renewed once, by one call for all', async (t) => {
  let asked = 0;
  let good = '';
  const { request, seen } = await against(
    t,
    (q, r) => (q.headers.authorization == 'Bearer ' + good ? json(r, 200, { ok: true }) : json(r, 401, { code: 'token_expired' })),
    () => (asked++, (good = mint())),
  );
  assert.equal((await request('GET', '/v1/me')).status, 200);
  good = '';
  const answers = await Promise.all([request('GET', '/v1/me'), request('GET', '/v1/me/entries')]);
  assert.deepEqual(answers.map((a) => a.status), [200, 200]);
  assert.equal(asked, 2);
  assert.equal(seen.length, 5);
});

test('a page that can give no better token gets the refusal, after one more try at the most', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const refuse: Answering = (_, r) => json(r, 401, { code: 'token_invalid' });
  const byFunction = await against(t, refuse);
  assert.deepEqual((await byFunction.request('GET', '/v1/me')).body, { code: 'token_invalid' });
  assert.equal(byFunction.seen.length, 2);
  const byToken = await against(t, refuse, mint());
  assert.equal((await byToken.request('GET', '/v1/me')).status, 401);
  assert.equal(byToken.seen.length, 1);
});

test('a token is renewed before it ends, by its length of life and not by the clock\'s date', async (t) => {
  let asked = 0;
  const { request } = await against(t, (_, r) => json(r, 200, {}), () => (asked++, mint('c1', asked == 1 ? 20 : 600)));
  await request('GET', '/v1/me'); // ends in 20 s: less than the margin
  await request('GET', '/v1/me');
  await request('GET', '/v1/me');
  assert.equal(asked, 2);
});

test('nobody knows what became of a request that something else than the API answers', async (t) => {
  const bodies: [status: number, body: string, status: number][] = [
    [200, '<html>captive portal', 0],
    [200, '{"cut":', 0],
    [202, '', 202],
    [502, '<html>bad gateway', 0],
    [404, '<html>no such page', 0],
    [404, '{"error":"not ours"}', 0],
    [409, '', 0],
  ];
  for (const [status, body, outcome] of bodies) {
    const { request } = await against(t, (_, r) => r.writeHead(status).end(body));
    const answer = await request('GET', '/v1/me');
    assert.deepEqual([answer.status, answer.body], [outcome, null], body);
  }
});

test('a lost answer and a provider that fails are unknown, not failed', async (t) => {
  const cut = await against(t, (q) => q.socket.destroy());
  assert.equal((await cut.request('POST', '/v1/me/redemptions', {}, 'k')).status, 0);
  const failing = await against(t, (_, r) => json(r, 200, {}), () => Promise.reject(new Error('offline')));
  assert.equal((await failing.request('GET', '/v1/me')).status, 0);
  assert.equal(failing.seen.length, 0);
});

test('an answer to somebody who has logged out meanwhile is dropped', async (t) => {
  const { request, identity } = await against(t, (_, r) => {
    identity.name(mint('c2'));
    json(r, 200, { first_name: 'A' });
  });
  assert.deepEqual(await request('GET', '/v1/me'), { status: 0, body: null, age: 0 });
});

test('the clock is the server\'s', async (t) => {
  const ahead = 86_400_000;
  const { request, now } = await against(t, (_, r) => json(r, 200, {}, { Date: new Date(Date.now() + ahead).toUTCString() }));
  assert.ok(Math.abs(now() - Date.now()) < 10);
  await request('GET', '/v1/me');
  assert.ok(Math.abs(now() - Date.now() - ahead) < 2_000);
});

test('what was fetched ahead is used once, and what failed ahead is asked again', async (t) => {
  const { request, ahead, seen, api } = await against(t, (_, r) => json(r, 200, { n: seen.length }));
  ahead.set('/v1/programs/demo', fetch(api + '/v1/programs/demo?key=pk_1'));
  assert.equal((await request('GET', '/v1/programs/demo')).body.n, 1);
  assert.equal((await request('GET', '/v1/programs/demo')).body.n, 2);
  ahead.set('/v1/programs/demo', Promise.resolve(undefined));
  assert.equal((await request('GET', '/v1/programs/demo')).body.n, 3);
});

test('a server that says when to come again is left alone until then, for that kind of request', async (t) => {
  const { request, pause, seen } = await against(t, (_, r) => json(r, 429, { code: 'rate_limited' }, { 'Retry-After': '60' }));
  assert.ok(pause() <= 0);
  assert.equal((await request('POST', '/v1/me/redemptions', {}, 'k')).status, 429);
  assert.ok(pause() > 59_000 && pause() <= 60_000, `${pause()}`);
  assert.equal((await request('GET', '/v1/me')).status, 0);
  assert.equal(seen.length, 1);
  await request('GET', '/v1/programs/demo');
  assert.equal(seen.length, 2);
});

test('how long a server is left alone has a limit, and only 429 and 503 are asked', async (t) => {
  let status = 500;
  let again = '60';
  const { request, pause } = await against(t, (_, r) => json(r, status, { code: 'x' }, { 'Retry-After': again }));
  await request('GET', '/v1/me');
  assert.ok(pause() <= 0);
  status = 503;
  again = 'soon';
  await request('GET', '/v1/me');
  assert.ok(pause() <= 0);
  again = new Date(Date.now() + 86_400_000).toUTCString();
  await request('GET', '/v1/me');
  assert.ok(pause() > 200_000 && pause() <= 300_000, `${pause()}`);
});

test('the server\'s clock is known on the next page before it answers, unless what is kept cannot be', async (t) => {
  const { request, kept, identity, api } = await against(t, (_, r) => json(r, 200, {}, { Date: new Date(Date.now() + 86_400_000).toUTCString() }));
  await request('GET', '/v1/me');
  const next = (skew: unknown) =>
    openTransport({
      config: { api, key: 'pk_1' } as never,
      natives: { fetch, parse: JSON.parse, stringify: JSON.stringify },
      ahead: new Map(),
      token: identity.token,
      subject: identity.subject,
      read: () => skew,
      write: () => {},
    }).now() - Date.now();
  assert.ok(Math.abs(next(kept.get('skew')) - 86_400_000) < 2_000);
  for (const skew of [null, 'x', 1e300, {}, Infinity, [1, 2]]) assert.ok(Math.abs(next(skew)) < 100, `${skew}`);
});
