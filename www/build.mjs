/**
 * Builds what ships beside the WASM.
 *
 *   node build.mjs --glue DIR --out DIR   everything: vafa.js, assets/*, their .br and .gz, manifest.json
 *   node build.mjs --door-only [--out DIR] the door alone with placeholder hashes; prints its sizes
 *   node build.mjs --test                  bundles and runs test/*.test.ts with node's test runner
 *
 * DIR of --glue holds the engine: vafa.js (glue), vafa_bg.wasm and its further parts, each a .wasm, optimised. The same input gives the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import { brotli, gzip, hashed, minifyCss, ship, table, TARGET } from './ship.mjs';
import { shares } from './words.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
/** Properties that the door alone uses: neither the engine nor the page calls them by name. */
const OWN = ['mounted', 'shadow', 'forget', 'named', 'room', 'hide', 'prefetch', 'launcher', 'enter'];

/** Style sheets imported by TypeScript arrive as minified text. */
const cssText = {
  name: 'css-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await minifyCss(readFileSync(path, 'utf8')), loader: 'text' }));
  },
};

/** Locale files: language → { what to ship, the launcher's label }. Whatever lies in the folder is a language. */
const locales = () => {
  const folder = join(here, 'locales');
  const files = readdirSync(folder).filter((f) => f.endsWith('.json')).sort();
  return Object.fromEntries(files.map((file) => {
    const json = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return [file.slice(0, -'.json'.length), { json, label: json['launcher.label'] }];
  }));
};

const bundle = async (options, short = OWN) => {
  const { outputFiles } = await esbuild.build({
    bundle: true,
    minifySyntax: true,
    write: false,
    charset: 'utf8',
    legalComments: 'none',
    target: TARGET,
    plugins: [cssText],
    absWorkingDir: here,
    ...options,
  });
  // Terser's passes leave 3 % less than esbuild's own minifier.
  const module = options.format === 'esm';
  const pack = async (properties, conditionals = true) => {
    const mangle = { properties };
    const { code } = await minify(outputFiles[0].text, { ecma: 2020, module, mangle, compress: { passes: 2, inline: 1, unsafe_arrows: true, conditionals } });
    return Buffer.from(code);
  };
  if (module || !short.length) return pack(false);
  // Which letters short names get decides over some dozen bytes of the packed door: the smallest of a few is taken.
  const packs = await Promise.all(short.flatMap((_, n) => [true, false].map((shorter) => pack({ regex: RegExp(`^(${short.slice(0, n + 1).join('|')})$`) }, shorter))));
  return packs.reduce((best, one) => (brotli(one).length < brotli(best).length ? one : best));
};

/** Persian first: it is what a page without a language gets. */
const byPreference = (a, b) => (b === 'fa') - (a === 'fa') || a.localeCompare(b);

const door = (files, found) => {
  const langs = Object.keys(found).sort(byPreference);
  return bundle({
    entryPoints: ['door.ts'],
    format: 'iife',
    define: {
      ENGINE_JS: JSON.stringify(hashed('engine.js', files)),
      ENGINE_WASM: JSON.stringify(hashed('engine.wasm', files)),
      BASE_CSS: JSON.stringify(hashed('base.css', files)),
      WORDS: JSON.stringify(Object.fromEntries(langs.map((l) => [l, [found[l].label, hashed(l + '.json', files)]]))),
      VERSION: JSON.stringify(version),
      ELEMENTS_JS: JSON.stringify(hashed('elements.js', files)),
    },
  });
};

/** The two ends of the talk between a page and the widget in a frame. */
const FRAMING = ['frame.js', 'bridge.js'];
const framing = (file, found) => bundle({
  entryPoints: [file.replace('.js', '.ts')],
  format: 'iife',
  define: { VERSION: JSON.stringify(version), WORDS: JSON.stringify(Object.fromEntries(Object.keys(found).sort(byPreference).map((l) => [l, [found[l].label]]))) },
}, []);

/** The file of a part's words. */
const share = (lang, part) => `${part ? lang + '-' + part : lang}.json`;

/** The panel's part first: the others go on from it. */
const byPart = (a, b) => (b == 'panel.wasm') - (a == 'panel.wasm') || a.localeCompare(b);

const buildAll = async (glue, out) => {
  const found = locales();
  const split = readdirSync(glue).filter((file) => file.endsWith('.wasm') && file != 'vafa_bg.wasm').sort(byPart);
  const parts = {
    'engine.wasm': readFileSync(join(glue, 'vafa_bg.wasm')),
    ...Object.fromEntries(split.map((file) => [file, readFileSync(join(glue, file))])),
  };
  for (const sheet of readdirSync(here).filter((file) => file.endsWith('.css') && file != 'launcher.css').sort()) parts[sheet] = Buffer.from(await minifyCss(readFileSync(join(here, sheet), 'utf8')));
  const looks = readdirSync(join(here, 'looks')).sort();
  for (const sheet of looks) parts['look-' + sheet] = Buffer.from(await minifyCss(readFileSync(join(here, 'looks', sheet), 'utf8')));
  for (const [lang, { json }] of Object.entries(found)) {
    for (const [part, words] of Object.entries(shares(json))) parts[share(lang, part)] = Buffer.from(JSON.stringify(words));
  }
  parts['engine.js'] = await bundle({
    entryPoints: ['engine.ts'],
    format: 'esm',
    alias: { glue: join(glue, 'vafa.js') },
    define: {
      LOOKS: JSON.stringify(Object.fromEntries(looks.map((sheet) => [sheet.replace('.css', ''), hashed('look-' + sheet, parts)]))),
      PARTS: JSON.stringify(Object.fromEntries(split.map((file) => {
        const part = file.replace('.wasm', '');
        const of = (name) => parts[name] && hashed(name, parts);
        return [part, { wasm: of(file), css: of(part + '.css'), words: Object.fromEntries(Object.keys(found).map((lang) => [lang, of(share(lang, part))])) }];
      }))),
    },
  });

  parts['elements.js'] = await bundle({ entryPoints: ['elements.ts'], format: 'esm' });

  rmSync(join(out, 'assets'), { recursive: true, force: true });
  const manifest = { 'vafa.js': ship(out, 'vafa.js', await door(parts, found)) };
  for (const file of FRAMING) manifest[file] = ship(out, file, await framing(file, found));
  for (const [name, bytes] of Object.entries(parts)) manifest[name] = ship(out, 'assets/' + hashed(name, parts), bytes);
  writeFileSync(join(out, 'manifest.json'), JSON.stringify({ version, files: manifest }, null, 2) + '\n');
  table(manifest);
};

const buildDoor = async (out) => {
  const found = locales();
  const names = ['engine.js', 'engine.wasm', 'base.css', 'elements.js', ...Object.keys(found).map((l) => l + '.json')];
  const bytes = await door(Object.fromEntries(names.map((n) => [n, n])), found);
  table({ 'vafa.js': { raw: bytes.length, gzip: gzip(bytes).length, brotli: brotli(bytes).length } });
  if (out) ship(out, 'vafa.js', bytes);
};

const test = async () => {
  const out = mkdtempSync(join(here, 'node_modules', '.test-'));
  try {
    const entryPoints = readdirSync(join(here, 'test')).filter((f) => f.endsWith('.test.ts')).map((f) => join(here, 'test', f));
    await esbuild.build({ entryPoints, outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, format: 'esm', platform: 'node', target: 'node20', sourcemap: 'inline', plugins: [cssText] });
    const files = readdirSync(out).map((f) => join(out, f));
    return spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

const { values } = parseArgs({
  options: { glue: { type: 'string' }, out: { type: 'string' }, 'door-only': { type: 'boolean' }, test: { type: 'boolean' } },
});
const out = values.out && resolve(values.out);
if (values.test) process.exitCode = await test();
else if (values['door-only']) await buildDoor(out);
else if (values.glue && out) await buildAll(resolve(values.glue), out);
else {
  console.error('node build.mjs --glue DIR --out DIR | --door-only [--out DIR] | --test');
  process.exitCode = 2;
}
