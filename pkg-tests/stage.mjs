// The stage on which every test plays: the real server on a new SQLite file, the demo shop in front of it, and
// Chromium. Nothing is faked; a test that needs a fault makes a real one (a killed process, a cut answer).

import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import initSqlJs from 'sql.js';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
export const server = process.env.VAFA_SERVER ?? join(top, 'target/debug/vafa');
export const artefacts = join(top, 'artefacts');
export const cdn = join(top, 'pkg/cdn');
/** The studio as it was built, or as another folder has it. */
export const studio = process.env.VAFA_STUDIO ?? join(top, 'crates/studio/made');

/** The people of the demo, who all have a history of their own. */
export const people = { neda: 'ندا', navid: 'نوید', elham: 'الهام', parsa: 'پارسا' };

/**
 * A port that nobody has, below those that the system gives to whoever connects somewhere: a server that is down for a
 * moment finds its own again, though other tests run beside.
 */
export async function freePort() {
  for (;;) {
    const port = 11_000 + Math.floor(Math.random() * 9_000);
    const probe = createServer().listen(port, '127.0.0.1');
    const free = await once(probe, 'listening').then(() => true, () => false);
    if (!free) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

/** Starts a process and waits until its address answers. */
export async function start(command, args, address, log) {
  const child = spawn(command, args, { cwd: top, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => log.push(chunk));
  child.stderr.on('data', (chunk) => log.push(chunk));
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ended at once:\n${Buffer.concat(log)}`);
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return child;
    await answer?.body?.cancel();
    if (Date.now() > deadline) throw new Error(`${address} does not answer:\n${Buffer.concat(log)}`);
    await new Promise((tick) => setTimeout(tick, 25));
  }
}

export async function end(child, signal) {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
}

/** The lines of the demo's history that are about its named people. */
function history() {
  const lines = execFileSync('node', ['demo/history.mjs'], { cwd: top, encoding: 'utf8', maxBuffer: 1 << 26 });
  const ours = new Set();
  return lines.split('\n').filter((line) => {
    if (!line) return false;
    const { member, order, refund, redemption } = JSON.parse(line);
    const who = member?.external_id ?? order?.member ?? redemption?.member;
    const known = who ? who in people : ours.has(refund?.order_id);
    if (known && order) ours.add(order.order_id);
    return known;
  }).join('\n');
}

/** The demo's program with one survey alone, asked when the page says so and paid for by nothing. */
export const asking = (survey) => (demo) => {
  const activities = demo.earning.activities.filter((rule) => !rule.kind.survey);
  const asked = { trigger: 'manual', scope: 'once', global_wait_days: 0, ...survey };
  return { ...demo, surveys: [asked], earning: { ...demo.earning, activities } };
};

/** Chromium, as every test starts it. */
export const openBrowser = () => chromium.launch({
  executablePath: process.env.VAFA_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run'],
});

export class Stage {
  /**
   * `csp` is the shop's Content-Security-Policy; `origins` may embed the widget besides the shop; `program` makes another
   * program of the demo's; `keep` says which lines of the demo's history are told to the server; `browser` opens another
   * browser than Chromium, or none; `desk` serves the studio too, behind a proxy.
   */
  static async open({ csp, origins: others = [], program = (demo) => demo, keep = () => true, browser = openBrowser, desk = false } = {}) {
    const stage = new Stage();
    stage.desk = desk;
    stage.folder = mkdtempSync(join(tmpdir(), 'vafa-stage-'));
    stage.database = join(stage.folder, 'vafa.db');
    stage.log = [];
    stage.apiPort = await freePort();
    stage.shopPort = await freePort();
    stage.api = `http://127.0.0.1:${stage.apiPort}`;
    stage.shop = `http://localhost:${stage.shopPort}`;
    const origins = [stage.shop, `http://127.0.0.1:${stage.shopPort}`, ...others].flatMap((o) => ['--origin', o]);
    const club = join(stage.folder, 'program.json');
    writeFileSync(club, JSON.stringify(program(JSON.parse(readFileSync(join(top, 'demo/program.json'), 'utf8')))));
    const keys = stage.vafa('seed', '--program', club, ...origins);
    stage.keys = JSON.parse(keys);
    writeFileSync(join(stage.folder, 'keys.json'), keys, { mode: 0o600 });
    const lines = join(stage.folder, 'history.ndjson');
    writeFileSync(lines, history().split('\n').filter((line) => keep(JSON.parse(line))).join('\n'));
    stage.vafa('import', '--program', 'demo', lines);
    await stage.startApi();
    stage.shopProcess = await start('node', [
      'demo/server.mjs', '--port', String(stage.shopPort), '--api', stage.api,
      '--keys', join(stage.folder, 'keys.json'), ...(csp ? ['--csp', csp] : []),
    ], `${stage.shop}/`, stage.log);
    stage.browser = await browser();
    return stage;
  }

  /** Runs the server's binary and gives what it prints. */
  vafa(command, ...args) {
    return execFileSync(server, [command, '--database', this.database, ...args], {
      cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async startApi() {
    this.apiProcess = await start(server, [
      'serve', '--database', this.database, '--listen', `127.0.0.1:${this.apiPort}`, '--assets', cdn,
      ...(this.desk ? ['--studio', studio, '--behind-proxy'] : []),
    ], `${this.api}/readyz`, this.log);
  }

  /** As a power cut: nothing of the process gets a last word. */
  async killApi() {
    await end(this.apiProcess, 'SIGKILL');
  }

  /** A call with the shop's secret key. */
  async asShop(method, path, body) {
    const answer = await fetch(this.api + path, {
      method,
      headers: { authorization: `Bearer ${this.keys.secret_key}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }

  /** The program as the public reads it. */
  async asProgram() {
    const answer = await fetch(`${this.api}/v1/programs/demo?key=${this.keys.publishable_key}`, { headers: { origin: this.shop } });
    return (await answer.json()).program;
  }

  /** A member token as the shop's server mints it. */
  async token(sub) {
    const { kid, secret } = this.keys.signing_key;
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const words = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part({ iss: this.keys.program, aud: 'vafa', sub, iat, exp: iat + 300 })}`;
    return `${words}.${createHmac('sha256', Buffer.from(secret, 'base64url')).update(words).digest('base64url')}`;
  }

  /** A call as a member. */
  async asMember(sub, method, path, body, key) {
    const answer = await fetch(this.api + path, {
      method,
      headers: {
        authorization: `Bearer ${await this.token(sub)}`, 'content-type': 'application/json',
        ...(key && { 'idempotency-key': key }),
      },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }

  /** Reads the database as it stands, from a copy made while it is in use. */
  async query(sql, ...values) {
    const copy = join(this.folder, `copy-${randomUUID()}.db`);
    this.vafa('backup', copy);
    const { Database } = await initSqlJs();
    const database = new Database(readFileSync(copy));
    try {
      const statement = database.prepare(sql);
      statement.bind(values);
      const rows = [];
      while (statement.step()) rows.push(statement.getAsObject());
      return rows;
    } finally {
      database.close();
    }
  }

  /** A browser of its own: no storage, no cookies. */
  async visitor(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'fa-IR', ...options });
    context.setDefaultTimeout(15_000);
    return context;
  }

  /** A page of the shop as one of the demo's people, or as a guest. */
  async visit(who = 'guest', { path = '/', context, until, ...options } = {}) {
    const own = context ?? (await this.visitor(options));
    const page = await own.newPage();
    page.words = [];
    page.on('console', (message) => page.words.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
    if (who !== 'guest') {
      const login = await own.request.post(`${this.shop}/shop/login`, { data: { member: who }, headers: { origin: this.shop } });
      if (!login.ok()) throw new Error(`login of ${who}: ${login.status()} ${await login.text()}`);
    }
    await page.goto(this.shop + path, { waitUntil: until });
    return page;
  }

  async close() {
    await this.browser?.close();
    if (this.shopProcess) await end(this.shopProcess, 'SIGTERM');
    if (this.apiProcess) await end(this.apiProcess, 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The launcher of the floating widget. */
export const launcher = (page) => page.locator('vafa-widget').getByRole('button', { name: /باشگاه|club/i }).first();

/** The floating panel. */
export const panel = (page) => page.getByRole('dialog');

/** Opens the panel by its launcher and waits for what it shows. */
export async function openPanel(page) {
  await launcher(page).click();
  await panel(page).waitFor();
  return panel(page);
}

/** A place of the panel's bar: home, earn, rewards, refer, history. Waits until it is there, unless it is only `begun`. */
export async function place(page, view, { begun = false } = {}) {
  await panel(page).locator(`[data-view=${view}]`).click();
  if (begun) return;
  await panel(page).locator(`[data-view=${view}][aria-selected=true]`).waitFor();
  await panel(page).locator('.skeleton').waitFor({ state: 'detached' });
}

/** Buys a product in the shop's own checkout, without ever reloading. */
export async function buy(page, { basketFilled = false } = {}) {
  if (!basketFilled) await page.locator('[data-add]').first().click();
  await page.locator('#nav-basket').click();
  await page.locator('[data-to-checkout]').click();
  await page.locator('#field-name').fill('نوید رضایی');
  await page.locator('#field-phone').fill('09121234567');
  await page.locator('#field-address').fill('رشت، خیابان سعدی، پلاک ۱۲');
  await page.locator('#pay').click();
  await page.waitForURL('**/thanks/*');
  return page.url().split('/').pop();
}

const latin = (text) => text.replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x6f0)).replace(/[^\d−-]/g, '');

/** A number as it stands in an element, in any digits. */
export const numberIn = async (locator) => Number(latin(await locator.innerText()));

/** The balance on the home view. */
export const balance = (page) => numberIn(panel(page).locator('.balance strong'));

/** Waits until a value that is read again and again is as it should be; says the last one otherwise. */
export async function eventually(read, wanted, what = 'the value', ms = 20_000) {
  const good = typeof wanted === 'function' ? wanted : (value) => value === wanted;
  const deadline = Date.now() + ms;
  let last;
  for (;;) {
    last = await read();
    if (good(last)) return last;
    if (Date.now() > deadline) throw new Error(`${what} stays ${JSON.stringify(last)}, wanted ${wanted}`);
    await new Promise((tick) => setTimeout(tick, 50));
  }
}

/** Keeps a picture among the artefacts. */
export async function picture(page, name) {
  mkdirSync(join(artefacts, 'screenshots'), { recursive: true });
  await page.screenshot({ path: join(artefacts, 'screenshots', `${name}.png`) });
}
