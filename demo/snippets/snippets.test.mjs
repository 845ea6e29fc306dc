// The snippets as shops run them: each by its own interpreter, against the real server.
//
// VAFA_SERVER names the server's binary; VAFA_PHP and VAFA_PYTHON name interpreters, else `php` and `python3` are taken.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../crates/api/tests/api/program.json', import.meta.url));

/** How each language reads `[function, arguments]` and prints `{gives}`, `{problem}` or `{refuses}`. */
const LANGUAGES = {
  node: [process.execPath, ['--input-type=module', '--eval', `
    import { readFileSync } from 'node:fs';
    import { memberToken, reportOrder, webhook } from './vafa.mjs';
    const [name, given] = JSON.parse(readFileSync(0));
    const work = { token: memberToken, order: reportOrder, hook: (headers, body) => webhook(headers, Buffer.from(body)) }[name];
    let said;
    try { said = { gives: await work(...given) }; } catch (error) { said = { problem: error.problem, refuses: error.message }; }
    console.log(JSON.stringify(said));`]],
  php: [process.env.VAFA_PHP ?? 'php', ['-d', 'display_errors=stderr', '-r', `
    error_reporting(E_ALL);
    require './vafa.php';
    [$name, $given] = json_decode(stream_get_contents(STDIN), true);
    $work = ['token' => 'Vafa\\\\member_token', 'order' => 'Vafa\\\\report_order', 'hook' => 'Vafa\\\\webhook'][$name];
    try { $said = ['gives' => $work(...$given)]; }
    catch (Vafa\\Refused $error) { $said = ['problem' => $error->problem, 'refuses' => $error->getMessage()]; }
    catch (RuntimeException | LogicException $error) { $said = ['refuses' => $error->getMessage()]; }
    echo json_encode($said, JSON_THROW_ON_ERROR);`]],
  python: [process.env.VAFA_PYTHON ?? 'python3', ['-B', '-W', 'error', '-c', `
import json, sys, vafa
name, given = json.load(sys.stdin)
work = {"token": vafa.member_token, "order": vafa.report_order, "hook": lambda headers, body: vafa.webhook(headers, body.encode())}[name]
try: said = {"gives": work(*given)}
except vafa.Refused as error: said = {"problem": error.problem, "refuses": str(error)}
except (ValueError, KeyError) as error: said = {"refuses": str(error)}
print(json.dumps(said))`]],
};

/** What the plugin of docs/embed.md is to find of WordPress and WooCommerce, and what it then does, as JSON. */
const WORDPRESS = `
  error_reporting(E_ALL);
  $said = ['hooks' => [], 'queued' => []];
  $user = 17;
  function add_action($name, $work) { $GLOBALS['said']['hooks'][$name] = $work; }
  function add_filter($name, $work, $priority, $count) { add_action($name, $work); }
  function wp_enqueue_script($name, $src, $needs, $version, $how) { $GLOBALS['said']['script'] = [$src, $version, $how]; }
  function wp_add_inline_script($name, $script, $where) { $GLOBALS['said']['inline'] = [$where, $script]; }
  function rest_url($path) { return "https://shop.example/wp-json/$path"; }
  function wp_create_nonce($what) { return 'n-' . $what; }
  function wp_json_encode($value) { return json_encode($value); }
  function register_rest_route($space, $route, $what) { $GLOBALS['route'] = $what; }
  function is_user_logged_in() { return $GLOBALS['user'] > 0; }
  function get_current_user_id() { return $GLOBALS['user']; }
  function wc_get_price_decimals() { return 2; }
  function as_enqueue_async_action($name, $given) { $GLOBALS['said']['queued'][] = [$name, $given]; }
  class Item { function get_product_id() { return 5; } function get_quantity() { return 2; } }
  class Order {
    function __construct(public $id) {}
    function get_customer_id() { return $this->id == 'guest' ? 0 : 17; }
    function get_currency() { return 'EUR'; }
    function get_items() { return [3 => new Item()]; }
    function get_item_total($item, $tax) { return $tax ? 49.995 : 40; }
  }
  function wc_get_order($id) { return new Order($id); }
  require $argv[1];
  $hooks = $said['hooks'];
  foreach (['wp_enqueue_scripts', 'rest_api_init'] as $name) $hooks[$name]();
  $said['tags'] = array_map(fn ($name) => $hooks['script_loader_tag']("<script src='x'></script>", $name), ['vafa', 'jquery']);
  $said['member'] = $route['callback']();
  $user = 0;
  $said['guest'] = $route['callback']();
  $hooks['woocommerce_order_status_completed']('guest');
  $hooks['woocommerce_order_status_completed']('1042');
  foreach ($said['queued'] as [$name, $given]) $said['reported'] = $hooks[$name](...$given);
  $said['hooks'] = array_keys($hooks);
  echo json_encode($said, JSON_THROW_ON_ERROR);`;

const folder = mkdtempSync(join(tmpdir(), 'snippets-'));
const club = { url: '', keys: null, server: null };
const servers = [];
const hooks = { server: null, heard: [], waiting: [] };

before(async () => {
  const binary = process.env.VAFA_SERVER;
  assert.ok(binary, 'VAFA_SERVER names the server: build it with `cargo build --bin vafa`');
  const database = ['--database', join(folder, 'club.db')];
  const env = { ...process.env, VAFA_LOG: 'warn' };
  club.keys = JSON.parse(execFileSync(binary, ['seed', ...database, '--program', PROGRAM, '--origin', 'https://shop.example'], { env }));
  club.server = spawn(binary, ['serve', ...database, '--listen', '127.0.0.1:0', '--allow-private-webhooks'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: club.server.stdout })) {
    const said = /listening on (http:\S+)/.exec(line);
    if (said) { club.url = said[1]; break; }
  }
  assert.ok(club.url, 'the server did not start; its own words are above');
  hooks.server = await listening(async (request, response) => {
    hooks.heard.push({ path: request.url, headers: request.headers, body: await text(request) });
    response.writeHead(204).end();
    for (const look of hooks.waiting.splice(0)) look();
  });
});

after(async () => {
  for (const server of servers) { server.close(); server.closeAllConnections(); }
  if (club.server?.exitCode === null && club.server.kill()) await once(club.server, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

async function text(request) {
  let all = '';
  for await (const part of request.setEncoding('utf8')) all += part;
  return all;
}

async function listening(answer) {
  const server = http.createServer(answer);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.url = `http://127.0.0.1:${server.address().port}`;
  return server;
}

/** The first delivery to this path for which `fits` is true. */
async function delivery(path, fits = () => true) {
  for (;;) {
    const found = hooks.heard.find((one) => one.path === path && fits(one));
    if (found) return found;
    await new Promise((done) => { hooks.waiting.push(done); });
  }
}

async function ask(method, path, credential, body) {
  const headers = { Authorization: `Bearer ${credential}`, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
  const answer = await fetch(club.url + path, { method, headers, body: body && JSON.stringify(body) });
  const said = await answer.text();
  return { status: answer.status, body: said && JSON.parse(said) };
}

/** Runs a function of a snippet in a process of its own. */
async function run(language, name, given, settings = {}) {
  const [program, flags] = LANGUAGES[language];
  const { program: id, secret_key: secret, signing_key: signing } = club.keys;
  const env = {
    ...process.env, VAFA_URL: club.url, VAFA_PROGRAM: id, VAFA_SECRET_KEY: secret, VAFA_SIGNING_KID: signing.kid,
    VAFA_SIGNING_SECRET: signing.secret, ...settings,
  };
  const child = spawn(program, flags, { cwd: HERE, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise((done, fail) => {
    child.on('error', () => fail(new Error(`${program} could not be started: install it, or name one that works in VAFA_PHP or VAFA_PYTHON`)));
    child.on('close', done);
  });
  child.stdin.on('error', () => {}).end(JSON.stringify([name, given]));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  assert.equal(code === 0 && err, '', `${language} ended with ${code}: ${out}${err}`);
  return JSON.parse(out);
}

/** A way to the club on which something happens to the first requests; the later ones pass. */
async function road(...mishaps) {
  const came = [];
  const server = await listening(async (request, response) => {
    const body = await text(request);
    came.push(performance.now());
    const mishap = mishaps[came.length - 1];
    if (typeof mishap === 'object') {
      response.writeHead(mishap.status, mishap.headers).end('<h1>Busy</h1>');
      return;
    }
    const { authorization } = request.headers;
    const answer = await fetch(club.url + request.url, { method: request.method, headers: { authorization, 'content-type': 'application/json' }, body });
    const said = await answer.text();
    if (mishap === 'lost') request.socket.destroy();
    else response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type'), 'content-length': Buffer.byteLength(said) });
    if (mishap === 'cut') response.write(said.slice(0, 20), () => request.socket.destroy());
    else response.end(said);
  });
  return { server, came };
}

const paid = (id, member, more = {}) => ({
  id, member, status: 'paid', currency: 'EUR', items: [{ sku: 'tea', category: 'drinks', quantity: 2, unit_price: 5_000 }], ...more,
});

test('the WordPress plugin of docs/embed.md: its tag, a token for who is logged in, an order once it is complete', async () => {
  const [, plugin] = /^```php\n(.*?)^```$/ms.exec(readFileSync(join(HERE, '../../docs/embed.md'), 'utf8'));
  const there = mkdtempSync(join(folder, 'plugin-'));
  writeFileSync(join(there, 'club.php'), plugin);
  copyFileSync(join(HERE, 'vafa.php'), join(there, 'vafa.php'));
  assert.equal((await ask('PUT', '/v1/members/17', club.keys.secret_key, {})).status, 201);
  LANGUAGES.wordpress = [LANGUAGES.php[0], ['-d', 'display_errors=stderr', '-r', WORDPRESS, join(there, 'club.php')]];
  const said = await run('wordpress', 'all', []);
  delete LANGUAGES.wordpress;
  assert.deepEqual(said.script, ['https://club.example/v1/vafa.js', null, { strategy: 'async' }]);
  assert.deepEqual(said.tags, ['<script data-program="demo" data-key="pk_…" src=\'x\'></script>', "<script src='x'></script>"]);
  const [where, inline] = said.inline;
  assert.equal(where, 'before');
  // The inline script is what a page would run.
  const calls = [];
  const page = { vafa: { push: (call) => calls.push(call) } };
  const asked = [];
  new Script(inline).runInNewContext({
    window: page, vafa: page.vafa, fetch: async (...given) => { asked.push(given); return { ok: true, json: async () => said.member }; },
  });
  const [[name, provider]] = calls;
  assert.equal(name, 'identify');
  const token = await provider();
  assert.deepEqual(JSON.parse(JSON.stringify(asked)), [['https://shop.example/wp-json/club/token', { headers: { 'X-WP-Nonce': 'n-wp_rest' } }]]);
  assert.equal((await ask('GET', '/v1/me', token)).status, 200);
  assert.equal(said.guest, null);
  assert.equal(said.queued.length, 1, 'a guest’s order is nobody’s');
  assert.deepEqual([said.reported.order_id, said.reported.base], ['1042', 10_000]);
});

describe('snippets', { concurrency: true }, () => {
  for (const language of Object.keys(LANGUAGES)) describe(language, { concurrency: true }, () => {
    const member = `u/17 ی ${language}`;
    const path = `/v1/members/${encodeURIComponent(member)}`;
    const points = async (of = path) => (await ask('GET', of, club.keys.secret_key)).body.member.balances.available;
    const joined = async (name) => {
      const answer = await ask('PUT', `/v1/members/${encodeURIComponent(name)}`, club.keys.secret_key, {});
      assert.equal(answer.status, 201);
      return `/v1/members/${encodeURIComponent(name)}`;
    };

    test('a token is its member, and orders give points once', async () => {
      const { gives: token } = await run(language, 'token', [member]);
      assert.equal((await ask('GET', '/v1/me', token)).status, 404);
      const me = await ask('POST', '/v1/me', token, {});
      assert.equal(me.status, 201, JSON.stringify(me.body));
      const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
      assert.ok(exp - iat <= 600 && Math.abs(iat - Date.now() / 1000) < 30);

      const id = `سفارش/1042?#% ${language}`;
      const told = await run(language, 'order', [paid(id, member)]);
      assert.deepEqual([told.gives?.order_id, told.gives?.base, told.gives?.points], [id, 10_000, 100], JSON.stringify(told));
      const again = await run(language, 'order', [paid(id, member)]);
      assert.deepEqual(again, told);
      assert.equal(await points(), 100);
      const read = await ask('GET', '/v1/me', token);
      assert.deepEqual([read.status, read.body.entries.length, read.body.entries[0].points], [200, 1, 100]);
      assert.equal((await ask('GET', path, club.keys.secret_key)).body.member.id, told.gives.member);
    });

    test('a token of another key is refused', async () => {
      const { gives: token } = await run(language, 'token', [member], { VAFA_SIGNING_SECRET: Buffer.alloc(32, 7).toString('base64url') });
      const answer = await ask('GET', '/v1/me', token);
      assert.deepEqual([answer.status, answer.body.errors[0].code], [401, 'bad_signature']);
    });

    test('an amount stays the integer that it is', async () => {
      const big = 999_999_999_999_999;
      const where = await joined(`big ${language}`);
      const items = [{ sku: 'house', quantity: 1, unit_price: big }];
      const { gives } = await run(language, 'order', [paid(`big-${language}`, `big ${language}`, { items })]);
      assert.deepEqual([gives.base, await points(where)], [big, Math.floor(big / 100)]);
    });

    test('a refused order tells its problem and is not sent again', async () => {
      await joined(`wrong ${language}`);
      const { server, came } = await road();
      const wrong = paid(`wrong-${language}`, `wrong ${language}`, { currency: 'USD', shipping: -1 });
      const { problem, refuses } = await run(language, 'order', [wrong], { VAFA_URL: server.url });
      assert.deepEqual([problem.status, problem.code], [422, 'validation_failed']);
      assert.deepEqual(problem.errors.map((one) => one.pointer), ['/currency', '/shipping']);
      assert.match(refuses, /^validation_failed: .*\n\/currency: .*\n\/shipping: /);
      const unknown = await run(language, 'order', [paid(`x-${language}`, 'nobody')], { VAFA_URL: server.url });
      assert.deepEqual([unknown.problem.status, unknown.problem.code, came.length], [404, 'not_found', 2]);
    });

    test('answers that are lost, cut or put off are asked for again, and the order counts once', async () => {
      const where = await joined(`lost ${language}`);
      const busy = (status, seconds) => ({ status, headers: { 'Retry-After': String(seconds) } });
      const { server, came } = await road('lost', busy(503, 3), 'cut');
      const { gives } = await run(language, 'order', [paid(`lost-${language}`, `lost ${language}`)], { VAFA_URL: server.url });
      assert.deepEqual([gives.points, await points(where), came.length], [100, 100, 4]);
      assert.ok(came[2] - came[1] >= 2_900, `it was told to wait 3 s and waited ${came[2] - came[1]} ms`);
    });

    test('who is put off for long is told, and does not wait', async () => {
      const { server, came } = await road({ status: 429, headers: { 'Retry-After': '3600' } });
      const { problem } = await run(language, 'order', [paid(`later-${language}`, 'nobody')], { VAFA_URL: server.url });
      assert.deepEqual([problem.status, problem.code, came.length], [429, 'no_problem', 1]);
    });

    test('a setting that is missing is named', async () => {
      const { refuses } = await run(language, 'token', ['u-17'], { VAFA_SIGNING_KID: undefined });
      assert.match(refuses, /VAFA_SIGNING_KID/);
    });

    test('a delivered webhook is taken, by the old secret and the new, and nothing else is', async () => {
      await joined(`hooked ${language}`);
      const where = `/hooks/${language}?club=1`;
      const made = await ask('POST', '/v1/webhooks/endpoints', club.keys.secret_key, { url: hooks.server.url + where, kinds: ['points.earned'] });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      const { endpoint, secret } = made.body;
      const read = (headers, body, by = secret) => run(language, 'hook', [headers, body], { VAFA_WEBHOOK_SECRET: by });

      await run(language, 'order', [paid(`hooked-${language}`, `hooked ${language}`)]);
      const mine = (one) => one.body.includes(`hooked ${language}`);
      const real = await delivery(where, mine);
      const { gives: event } = await read(real.headers, real.body);
      assert.deepEqual([event.type, event.data.external_id, event.data.amount], ['points.earned', `hooked ${language}`, 100]);

      const rotated = await ask('POST', `/v1/webhooks/endpoints/${endpoint.id}/rotate`, club.keys.secret_key);
      await ask('POST', `/v1/webhooks/endpoints/${endpoint.id}/test`, club.keys.secret_key);
      const both = await delivery(where, (one) => one.body.includes('webhook.test'));
      assert.equal(both.headers['webhook-signature'].split(' ').length, 2);
      for (const by of [secret, rotated.body.secret]) assert.equal((await read(both.headers, both.body, by)).gives?.type, 'webhook.test');

      const refused = async (headers, body = real.body, by = secret) => {
        const { gives, refuses } = await read({ ...real.headers, ...headers }, body, by);
        assert.equal(gives, undefined);
        return refuses;
      };
      const signed = (ago, by = secret) => {
        const time = String(Math.floor(Date.now() / 1000) - ago);
        const key = Buffer.from(by.slice('whsec_'.length), 'base64');
        const mac = createHmac('sha256', key).update(`${real.headers['webhook-id']}.${time}.${real.body}`).digest('base64');
        return { 'Webhook-Id': real.headers['webhook-id'], 'Webhook-Timestamp': time, 'Webhook-Signature': `v1a,${mac} v1,AAAA v1,${mac}` };
      };
      const lower = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      assert.equal((await read(lower(signed(240)), real.body)).gives?.type, 'points.earned');
      for (const ago of [310, -310]) assert.match(await refused(lower(signed(ago))), /too old, or a clock/);
      assert.match(await refused({ 'webhook-timestamp': 'soon' }), /too old, or a clock/);
      for (const [headers, body, by] of [
        [{}, real.body.replace('100', '900')],
        [{}, real.body, rotated.body.secret],
        [{ 'webhook-id': 'msg_other' }],
        [{ 'webhook-signature': '' }],
        [{ 'webhook-signature': real.headers['webhook-signature'].replace('v1,', 'v2,') }],
      ]) assert.match(await refused(headers, body, by), /signature does not fit/);
      if (language !== 'node') assert.equal((await read(signed(0), real.body)).gives?.type, 'points.earned');
    });
  });
});
