// Packs the studio: the page, and beside it everything else under names that say what is in them.
//
//   node pack.mjs --glue DIR --out DIR
//
// DIR of --glue holds studio.js (the bindings) and studio_bg.wasm, optimised. The same input gives the same bytes.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled, hashed, minifyCss, ship, table } from '../../www/ship.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const read = (...path) => readFileSync(join(here, ...path), 'utf8');
/** The widget's locale files. */
const WIDGET = '../../www/locales';
/** The style sheets, each on top of those before it. */
const SHEETS = ['tokens', 'base', 'forms', 'shell', 'pages', 'customise', 'lists', 'publish', 'learn'];

const { values } = parseArgs({ options: { glue: { type: 'string' }, out: { type: 'string' } } });
if (!values.glue || !values.out) throw new Error('node pack.mjs --glue DIR --out DIR');
const [glue, out] = [resolve(values.glue), resolve(values.out)];

const locales = Object.fromEntries(readdirSync(join(here, 'locales')).sort().reverse().map((file) => {
  const words = JSON.parse(read('locales', file));
  return [words.lang, words];
}));

const unknown = readdirSync(join(here, 'style')).filter((file) => !SHEETS.includes(file.replace('.css', '')));
if (unknown.length) throw new Error(`say in SHEETS where ${unknown} stands`);

/** What the widget says, in the order of its files, without what they say about themselves. */
const SETTINGS = ['lang', 'intl', 'digits', 'dir'];
const sentences = Object.fromEntries(readdirSync(join(here, WIDGET)).filter((file) => file.endsWith('.json')).sort().map((file) => {
  const said = JSON.parse(read(WIDGET, file));
  return [said.lang, { dir: said.dir, sentences: Object.entries(said).filter(([key]) => !SETTINGS.includes(key)) }];
}));

const parts = {
  'studio.css': Buffer.from(await minifyCss(SHEETS.map((sheet) => read('style', `${sheet}.css`)).join('\n'), ['chrome123', 'firefox120', 'safari17.5'])),
  'studio.wasm': readFileSync(join(glue, 'studio_bg.wasm')),
  'studio.js': await bundled({ entryPoints: [join(glue, 'studio.js')], format: 'esm' }),
  'sentences.json': Buffer.from(JSON.stringify(sentences)),
  'icon.svg': readFileSync(join(here, 'icon.svg')),
};
parts['boot.js'] = await bundled({
  entryPoints: [join(here, 'boot.js')],
  format: 'iife',
  define: {
    DIRECTIONS: JSON.stringify(Object.fromEntries(Object.entries(locales).map(([lang, { dir }]) => [lang, dir]))),
    GLUE: JSON.stringify(hashed('studio.js', parts)),
    WASM: JSON.stringify(hashed('studio.wasm', parts)),
  },
});

parts['preview.js'] = await bundled({ entryPoints: [join(here, 'preview.js')], format: 'iife' });

const inEach = (key, name) => Object.entries(locales).map(([lang, words]) => `<p class="${name}" lang="${lang}" dir="${words.dir}">${words[key]}</p>`).join('\n');
const places = { failed: inEach('boot.failed', 'failed'), noscript: inEach('boot.noscript', 'none') };
const filled = (file) => read(file).replace(/\{([\w.]+)\}/g, (_, name) => places[name] ?? `/studio/assets/${hashed(name, parts)}`);

rmSync(out, { recursive: true, force: true });
const manifest = {};
for (const [name, bytes] of Object.entries(parts)) manifest[name] = ship(out, 'assets/' + hashed(name, parts), bytes, [[0, 0]]);
for (const [file, name] of [['page.html', 'index.html'], ['preview.html', 'preview.html']]) manifest[name] = ship(out, name, Buffer.from(filled(file)));
writeFileSync(join(out, 'manifest.json'), JSON.stringify({ files: manifest }, null, 2) + '\n');
table(manifest);
