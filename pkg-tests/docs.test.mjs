// docs/embed.md, followed as a newcomer would: its blocks taken in order, files written, commands run, the panel opened.
// And what it names is what there is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { balance, cdn, eventually, freePort, openBrowser, openPanel, panel } from './stage.mjs';

const top = fileURLToPath(new URL('..', import.meta.url));
const source = (path) => readFileSync(join(top, path), 'utf8');
const page = source('docs/embed.md');
const theming = source('docs/theming.md');
const section = (title) => {
  const [, rest] = page.split(`\n## ${title}\n`);
  assert.ok(rest, `there is a section "${title}"`);
  return rest.split('\n## ')[0];
};
const blocks = (text) => [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body]) => ({ language, body }));
const matches = (text, pattern) => [...new Set([...text.matchAll(pattern)].map((found) => found[1]))].sort();

const folder = mkdtempSync(join(tmpdir(), 'vafa-newcomer-'));
const started = [];
let browser;
after(async () => {
  await browser?.close();
  // Each leads a group of its own: the shell and what it started.
  for (const child of started) {
    try { process.kill(-child.pid); } catch { /* it has ended */ }
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a block of commands in the newcomer's folder until it ends well, or stays and says at which address it listens. */
async function run(commands, ports) {
  const { VAFA_DATABASE, VAFA_LISTEN, VAFA_SERVER = join(top, 'target/debug/vafa'), ...rest } = process.env;
  const env = { ...rest, CHECKOUT: top.replace(/\/$/, ''), PATH: `${join(folder, 'bin')}:${rest.PATH}`, VAFA_ASSETS: cdn };
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', 'vafa'), `#!/bin/sh\nexec '${VAFA_SERVER}' "$@"\n`, { mode: 0o755 });
  const child = spawn('sh', ['-e', '-c', commands], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  const listens = new Promise((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
        if (ports.some((port) => new RegExp(`(localhost|127\\.0\\.0\\.1):${port}\\b`).test(said))) done(0);
      });
    }
  });
  const ended = once(child, 'exit').then(([code]) => code);
  assert.equal(await Promise.race([listens, ended]), 0, `${commands}\n${said}`);
}

test('a newcomer who follows the page has a panel with points', async (t) => {
  const [api, shop] = [await freePort(), await freePort()];
  let keys;
  /** What the page asks its reader to put in place of `…`, and other ports, for these may be taken. */
  const own = (text) => {
    const values = keys && {
      VAFA_PROGRAM: keys.program, VAFA_SECRET_KEY: keys.secret_key, VAFA_SIGNING_KID: keys.signing_key.kid, VAFA_SIGNING_SECRET: keys.signing_key.secret,
    };
    return text
      .replaceAll('4001', api).replaceAll('8080', shop)
      .replace('pk_…', () => keys.publishable_key)
      .replace(/^(\w+)=…$/gm, (_, name) => `${name}=${values[name]}`);
  };
  const steps = blocks(section('From nothing to a panel'));
  assert.ok(steps.length >= 6);
  let visit;
  for (const { language, body } of steps) {
    const text = own(body);
    assert.ok(!text.includes('…'), `nothing is left to guess in ${text}`);
    if (language != 'sh') {
      const [, name] = /^(?:#|\/\/|<!--) ([\w.]+)/.exec(text) ?? [];
      assert.ok(name, `the block says which file it is: ${text}`);
      writeFileSync(join(folder, name), text);
      continue;
    }
    if (text.includes('curl')) {
      // Before that, the page promises an invitation to join.
      browser = await openBrowser();
      visit = await (await browser.newContext()).newPage();
      visit.setDefaultTimeout(15_000);
      visit.words = [];
      visit.on('console', (message) => visit.words.push(message.text()));
      visit.on('pageerror', (error) => visit.words.push(error.message));
      visit.on('response', (answer) => { if (!answer.ok() && !answer.url().endsWith('/favicon.ico')) visit.words.push(`${answer.status()} ${answer.url()}`); });
      await visit.goto(`http://localhost:${shop}`);
      await openPanel(visit);
      await panel(visit).getByRole('button', { name: /join/i }).first().waitFor();
      await visit.goto('about:blank');
    }
    await run(text, [api, shop]);
    if (text.includes('keys.json')) keys = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8'));
  }
  visit.words.length = 0;
  await visit.goto(`http://localhost:${shop}`);
  await openPanel(visit);
  await eventually(() => balance(visit), (n) => n > 0, 'the balance');
  assert.match(await panel(visit).locator('header h2').innerText(), /Sara/);
  assert.deepEqual(visit.words.filter((line) => !line.includes('favicon')), []);

  // The same page under the policy of the page, with its nonce on the inline script.
  const [{ body: policy }] = blocks(section('Content-Security-Policy'));
  const strict = `default-src 'none'; ${policy.trim().replace('nonce-…', 'nonce-n1').replaceAll('https://club.example', `http://127.0.0.1:${api}`)}`;
  const { memberToken } = await import(join(folder, 'vafa.mjs'));
  Object.assign(process.env, { VAFA_PROGRAM: keys.program, VAFA_SIGNING_KID: keys.signing_key.kid, VAFA_SIGNING_SECRET: keys.signing_key.secret });
  const open = started.find(({ spawnargs }) => /^node .*shop\.mjs/.test(spawnargs.at(-1)));
  process.kill(-open.pid);
  await once(open, 'close'); // Of all that it started, too: the port is free.
  const html = readFileSync(join(folder, 'index.html'), 'utf8').replace('<script>', '<script nonce="n1">');
  const guard = createServer((request, response) => {
    if (request.url == '/club-token') return response.end(memberToken('u-17'));
    return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': strict }).end(html);
  }).listen(shop, 'localhost');
  t.after(() => { guard.close(); guard.closeAllConnections(); });
  await once(guard, 'listening');
  const guarded = await (await browser.newContext()).newPage();
  guarded.setDefaultTimeout(15_000);
  guarded.words = [];
  guarded.on('console', (message) => guarded.words.push(message.text()));
  await guarded.goto(`http://localhost:${shop}/`);
  await openPanel(guarded);
  await eventually(() => balance(guarded), (n) => n > 0, 'the balance under the policy');
  assert.deepEqual(guarded.words.filter((line) => !line.includes('favicon')), []);
});

/** The names in the first column of a section's tables. */
const named = (title, pattern) => {
  const rows = section(title).split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|')[1]);
  return matches(rows.join('\n'), pattern);
};
const types = source('www/vafa.d.ts');
/** The engine's sources, as one text. */
const rust = () => readdirSync(join(top, 'src'), { recursive: true }).filter((file) => file.endsWith('.rs')).map((file) => source(join('src', file))).join('\n');
const members = (name, pattern) => matches(new RegExp(`interface ${name} \\{\\n(.*?)\\n\\}`, 's').exec(types)[1], pattern);

test('every attribute of the tag, in code, types, npm entry and page', () => {
  const read = matches(source('www/config.ts'), /(?:data|pixels)\('([\w-]+)'\)/g).map((name) => `data-${name}`);
  assert.ok(read.includes('data-offset-x') && read.length > 10);
  assert.deepEqual(named('Attributes', /`(data-[\w-]+)`/g), read);
  assert.deepEqual(matches(types.split('*/')[0], /`?<?(data-[a-z-]+)[=`:]/g), read);
  assert.deepEqual(matches(source('www/package/entry.ts'), /: '(data-[\w-]+)'/g), read);
});

test('every call, in code, types and page', () => {
  const made = matches(source('www/door.ts').split('openApi({')[1].split('\n  });')[0], /^ {4}(\w+)[:,]/gm);
  assert.ok(made.includes('identify') && made.includes('hook'));
  const all = [...made, 'push', 'version'].sort();
  assert.deepEqual(members('Vafa', /^ {2}(?:readonly )?(\w+)[(:<]/gm), all);
  assert.deepEqual(named('Calls', /^ `(\w+)/gm), all);
  const entry = matches(source('www/package/entry.ts').split('export const vafa')[1].split('\n};')[0], /^ {2}(?:get )?(\w+)[:(]/gm);
  assert.deepEqual(entry, all.filter((name) => name != 'push'));
});

test('every event, in code, types and page', () => {
  const fired = [
    ...matches(source('www/door.ts'), /\bemit\('([\w-]+)'/g),
    ...matches(rust(), /emit\(\s*"([\w-]+)"/g),
  ].sort();
  assert.ok(fired.includes('redeemed') && fired.includes('ready'));
  assert.deepEqual(members('Events', /^ {2}'?([\w-]+)'?:/gm), [...new Set(fired)]);
  assert.deepEqual(named('Events', /^ `([\w-]+)`/gm), [...new Set(fired)]);
});

test('every hook, in code, types and page', () => {
  const asked = matches(rust(), /(?:\bhook(?:ed)?\(\s*|\bleave\(store, )"([\w-]+)"/g);
  assert.ok(asked.includes('redeem'));
  assert.deepEqual(members('Hooks', /^ {2}(\w+):/gm), asked);
  assert.deepEqual(named('Hooks', /^ `([\w-]+)`/gm), asked);
});

test('every element and each of its attributes, in description, types and page', () => {
  const described = JSON.parse(source('pkg/custom-elements.json')).modules.flatMap(({ declarations }) => declarations);
  const rows = section('Elements').split('\n').filter((line) => line.startsWith('| `<')).map((line) => line.split('|'));
  assert.deepEqual(
    rows.map(([, tag, , attributes]) => [/<([\w-]+)/.exec(tag)[1], matches(attributes, /`([\w-]+)`:/g)]),
    described.map(({ tagName, attributes }) => [tagName, attributes.map(({ name }) => name).sort()]),
  );
  assert.deepEqual(matches(types, /'(vafa-[\w-]+)': HTMLElement;/g), described.map(({ tagName }) => tagName).sort());
  assert.deepEqual(matches(source('www/package/elements.d.ts'), /'(vafa-[\w-]+)':/g), described.map(({ tagName }) => tagName).sort());
});

test('every property and part, in description and the page on looks', () => {
  const described = JSON.parse(source('pkg/custom-elements.json')).modules.flatMap(({ declarations }) => declarations);
  const rows = (title) => theming.split(`\n## ${title}\n`)[1].split('\n## ')[0].split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|'));
  const widget = described.find(({ tagName }) => tagName == 'vafa-widget');
  assert.deepEqual(rows('Properties').flatMap(([, names]) => matches(names, /`([\w-]+)`/g)).sort(), widget.cssProperties.map(({ name }) => name).sort());
  assert.deepEqual(
    rows('Parts').flatMap(([, names, tag]) => matches(names, /`([\w-]+)`/g).map((name) => `${tag.trim().replaceAll('`', '')} ${name}`)).sort(),
    described.flatMap(({ tagName, cssParts }) => cssParts.map(({ name }) => `${tagName} ${name}`)).sort(),
  );
});

test('their links lead somewhere', () => {
  for (const text of [page, theming]) {
    const heads = matches(text, /^## (.+)$/gm).map((head) => head.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'));
    for (const anchor of matches(text, /\]\(#([\w-]+)\)/g)) assert.ok(heads.includes(anchor), `#${anchor}`);
    for (const file of matches(text, /\]\(([^#)]+)\)/g)) assert.ok(source(join('docs', file)).length > 0, file);
  }
});
