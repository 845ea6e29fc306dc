// The npm package by itself: what is in it, what it says of itself, its types, and its entry in a page and on a server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Installed, Shopfront, apps, run, tool } from '../installed.mjs';
import { openBrowser } from '../stage.mjs';

let installed;
before(() => { installed = Installed.make(); });
after(() => installed?.close());

const source = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const matches = (text, pattern) => [...new Set([...text.matchAll(pattern)].map((found) => found[1]))].sort();

test('the tarball has what the manifests list, and nothing else', () => {
  const { version, files } = installed.json('cdn/manifest.json');
  const shipped = Object.values(files).flatMap(({ file, raw, brotli, gzip }) => [
    `cdn/${file}`, ...(brotli < raw ? [`cdn/${file}.br`] : []), ...(gzip < raw ? [`cdn/${file}.gz`] : []),
  ]);
  const around = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'custom-elements.json', 'package.json', 'cdn/manifest.json',
    'index.js', 'index.d.ts', 'vafa.d.ts', 'elements.d.ts', 'react.d.ts', 'vue.d.ts'];
  const list = installed.list.files.map(({ path }) => path).sort();
  assert.deepEqual(list, [...shipped, ...around].sort());
  assert.equal(installed.list.version, version);
  assert.equal(version, JSON.parse(source('www/package.json')).version);
  assert.match(source('Cargo.toml'), new RegExp(`^version = "${version}"$`, 'm'));

  for (const [name, { file, raw, integrity }] of Object.entries(files)) {
    const bytes = readFileSync(join(installed.package, 'cdn', file));
    const hash = createHash('sha384').update(bytes);
    assert.equal(bytes.length, raw, name);
    const hex = hash.copy().digest('hex');
    assert.equal(integrity, `sha384-${hash.digest('base64')}`, name);
    if (!['vafa.js', 'frame.js', 'bridge.js'].includes(name)) assert.ok(file.includes(`-${hex.slice(0, 6)}.`), `${file} is named by its content`);
  }
  // Each file that the door asks for, by its present name.
  const door = readFileSync(join(installed.package, 'cdn/vafa.js'), 'utf8');
  for (const name of ['engine.js', 'engine.wasm', 'elements.js', 'fa.json', 'en.json']) {
    assert.ok(door.includes(files[name].file.replace('assets/', '')), name);
  }
});

test('what it exports is there, by publint and by name', async () => {
  const { publint } = await tool('publint');
  const tarball = readFileSync(installed.tarball);
  const { messages } = await publint({ strict: true, pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) } });
  assert.deepEqual(messages, []);
  const { exports, license, sideEffects } = installed.json('package.json');
  assert.equal(license, 'MIT OR Apache-2.0');
  assert.deepEqual(sideEffects, ['./cdn/vafa.js']);
  const targets = Object.values(exports).flatMap((target) => (typeof target == 'string' ? [target] : Object.values(target)));
  const list = new Set(installed.list.files.map(({ path }) => `./${path}`));
  for (const target of targets.filter((one) => !one.includes('*'))) assert.ok(list.has(target), target);
  const asked = 'vafa/cdn/' + installed.json('cdn/manifest.json').files['engine.wasm'].file;
  const found = execFileSync(process.execPath, ['--input-type=module', '--eval', `console.log(import.meta.resolve(${JSON.stringify(asked)}))`], { cwd: apps, encoding: 'utf8' });
  assert.match(found, /engine-\w+\.wasm\n$/);
});

test('the description of the elements is of the schema, and says what the code has', () => {
  const text = readFileSync(join(installed.package, 'custom-elements.json'), 'utf8');
  const checked = join(apps, 'react', 'manifest.made.ts');
  writeFileSync(checked, `import type { Package } from 'custom-elements-manifest';\nexport default (${text}) satisfies Package;\n`);
  try {
    run('typescript/bin/tsc', '-p', 'react');
  } finally {
    rmSync(checked);
  }
  const elements = JSON.parse(text).modules.flatMap((module) => module.declarations);
  const said = (list) => [...new Set(elements.flatMap((element) => element[list].map(({ name }) => name)))].sort();
  const own = (folder, ending) => readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: folder == 'src' }).filter((file) => file.endsWith(ending)).map((file) => source(`${folder}/${file}`)).join('\n');
  const scripts = own('www', '.ts');
  const parts = [...matches(own('src', '.rs'), /attr\("part", "([\w-]+)"\)/g), ...matches(scripts, /part: '([\w-]+)'/g)];
  assert.deepEqual(said('cssParts'), parts.sort());
  // What the door gives to the panel by itself is no property of the shop's.
  const inner = /^--vafa-(offset-y|panel-\w+|own|on)$/;
  assert.deepEqual(said('cssProperties'), matches(own('www', '.css'), /(--vafa-[\w-]+)/g).filter((name) => !inner.test(name)));
  const events = matches(source('www/vafa.d.ts').split('interface Events')[1].split('\n}')[0], /^ {2}'?([\w-]+)'?:/gm);
  assert.deepEqual(said('events'), events.map((name) => `vafa:${name}`).sort());
  const drawn = matches(/^impl View \{(.*?)^\}/ms.exec(source('src/store.rs'))[1], /Self::\w+ => "([a-z]+)"/g);
  const { text: places } = elements.find(({ tagName }) => tagName == 'vafa-widget').attributes[0].type;
  assert.deepEqual(matches(places, /'(\w+)'/g), drawn);
});

test('types: right uses compile in React and Vue, wrong ones do not', () => {
  run('typescript/bin/tsc', '-p', 'react');
  run('typescript/bin/tsc', '-p', 'vue');
});

test('on a server, importing and calling do nothing', () => {
  const script = `
    const before = Object.getOwnPropertyNames(globalThis).join();
    const { load, vafa } = await import('vafa');
    load({ api: 'https://club.example', program: 'demo', key: 'pk_1' });
    for (const name of Object.keys(vafa)) if (name != 'version' && name != 'on') vafa[name]();
    vafa.on('ready', () => {})();
    console.log(JSON.stringify([before == Object.getOwnPropertyNames(globalThis).join(), vafa.version, vafa.explain().engine]));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: apps, encoding: 'utf8' });
  assert.deepEqual(JSON.parse(said), [true, '', 'the script has not loaded']);
});

test('in a page: one tag, every option on it, wrong use one sentence, a lost script may be asked for again', async (t) => {
  const front = await Shopfront.open();
  const browser = await openBrowser();
  t.after(async () => {
    await browser.close();
    front.close();
  });
  front.root = installed.package;
  front.answers['/page'] = () => '<!doctype html><link rel="icon" href="data:,"><form id="vafa"></form>';
  const visit = async (policy) => {
    const page = await browser.newPage();
    page.words = [];
    page.on('console', (message) => { if (/^\[vafa\]/.test(message.text())) page.words.push(message.text()); });
    page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
    await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', headers: policy ? { 'content-security-policy': policy } : {}, body: front.answers['/page']() }));
    await page.goto(`${front.origin}/page`);
    await page.evaluate(async () => { window.package = await import('/index.js'); });
    return page;
  };
  const tags = (page) => page.evaluate(() => [...document.querySelectorAll('script')].map((tag) => Object.fromEntries([...tag.attributes].map(({ name, value }) => [name, value]))));
  const good = { api: `${front.origin}/club/`, program: 'demo', key: 'pk_1' };

  const page = await visit();
  // Neither its own name in the page nor any argument may throw.
  for (const wrong of [undefined, null, 5, {}, { ...good, key: 'sk_1' }, { ...good, program: '' }, { program: 'demo', key: 'pk_1' }]) {
    await page.evaluate((options) => { window.package.load(options); }, wrong);
  }
  assert.deepEqual(page.words, Array(7).fill("[vafa] load wants {api: 'https://club.example', program, key: 'pk_…'}"));
  assert.deepEqual(await tags(page), []);
  page.words.length = 0;

  const lost = page.waitForEvent('console', (message) => message.text().includes('could not be loaded'));
  await page.evaluate((options) => { window.package.load({ ...options, colour: 'red' }); }, good);
  await lost;
  assert.deepEqual(page.words, ['[vafa] load knows no option "colour"', `[vafa] ${front.origin}/club/v1/vafa.js could not be loaded`]);
  assert.deepEqual(await tags(page), []);
  page.words.length = 0;

  // With the script coming from elsewhere, and all that can be said.
  const all = {
    ...good, src: `${front.origin}/cdn/vafa.js`, lang: 'en', position: 'bottom-start', offsetX: 8, offsetY: 24, theme: 'dark', launcher: 'none',
    hideOn: ['/a*', '/b'], prefetch: 'none', link: 'https://shop.example/club', nonce: 'n1', integrity: installed.json('cdn/manifest.json').files['vafa.js'].integrity,
  };
  const version = await page.evaluate((options) => new Promise((done) => {
    const { load, vafa } = window.package;
    vafa.on('ready', () => done(vafa.version));
    load(options);
    load(options);
    load({ ...options, program: 'other' });
  }), all);
  assert.equal(version, installed.list.version);
  assert.deepEqual(page.words, ['[vafa] load: the page has the club "demo" already, and can have no other']);
  const [tag, ...more] = await tags(page);
  assert.deepEqual(more, []);
  const { api, program, key, lang, position, theme, launcher, prefetch, link, src, integrity } = all;
  assert.deepEqual(tag, {
    'data-api': api, 'data-program': program, 'data-key': key, 'data-lang': lang, 'data-position': position, 'data-offset-x': '8', 'data-offset-y': '24',
    'data-theme': theme, 'data-launcher': launcher, 'data-hide-on': '/a*,/b', 'data-prefetch': prefetch, 'data-link': link, src, integrity,
    nonce: 'n1', async: '', crossorigin: 'anonymous',
  });
  const explained = await page.evaluate(() => window.package.vafa.explain());
  assert.deepEqual({ ...explained, hidden: true }, { program: 'demo', identified: false, hidden: true, engine: 'idle' });
  assert.equal(await page.evaluate(() => window.package.vafa.on('opened', 5)()), undefined);
  assert.match(page.words[1], /wants a name and a function/);

  // Trusted Types: refused in one sentence, unless the page's policy names ours.
  const own = "require-trusted-types-for 'script'; trusted-types";
  const strict = await visit(`${own} 'none'`);
  await strict.evaluate((options) => { window.package.load(options); }, all);
  assert.deepEqual(strict.words, ['[vafa] load: the page\'s Trusted Types want "trusted-types vafa" in its policy']);
  assert.deepEqual(await tags(strict), []);
  const named = await visit(`${own} vafa`);
  await named.evaluate((options) => new Promise((done) => {
    window.package.vafa.on('ready', () => done());
    window.package.load(options);
  }), all);
  assert.deepEqual(named.words, []);
});
