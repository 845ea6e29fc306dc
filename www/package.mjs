/**
 * Writes what npm needs around the browser's files.
 *
 *   node package.mjs --out DIR   DIR has the folder cdn already, as build.mjs made it
 */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const templates = join(here, 'package');
const { values } = parseArgs({ options: { out: { type: 'string' } } });
if (!values.out) {
  console.error('node package.mjs --out DIR');
  process.exit(2);
}
const out = resolve(values.out);
const put = (file, text) => writeFileSync(join(out, file), text);
const read = (file) => readFileSync(join(templates, file), 'utf8');

/** The description of the elements, with places and events as the types have them. */
const manifest = () => {
  const types = readFileSync(join(here, 'vafa.d.ts'), 'utf8');
  const described = JSON.parse(read('custom-elements.json'));
  const [, places] = /type View =([^;]*);/.exec(types);
  const view = places.match(/'\w+'/g).join(' | ');
  const [, fired] = /interface Events \{\n(.*?)\n\}/s.exec(types);
  const events = [...fired.matchAll(/(?:\/\*\* (.*) \*\/\n *)?'?([\w-]+)'?: (.+);/g)].map(([, description, name, detail]) => ({
    name: 'vafa:' + name,
    type: { text: detail == 'undefined' ? 'CustomEvent' : `CustomEvent<${detail}>` },
    ...(description && { description }),
  }));
  for (const { declarations } of described.modules) {
    for (const element of declarations.filter(({ tagName }) => tagName == 'vafa-widget')) {
      element.attributes.find(({ name }) => name == 'view').type.text = view;
      element.events = events;
    }
  }
  return JSON.stringify(described, null, 2) + '\n';
};

const { version } = JSON.parse(readFileSync(join(out, 'cdn', 'manifest.json'), 'utf8'));
for (const file of readdirSync(templates)) {
  if (file == 'entry.ts') {
    const { code } = await esbuild.transform(read(file), { loader: 'ts', target: 'es2022', charset: 'utf8' });
    put('index.js', code);
  } else if (file == 'package.json') {
    const { name, ...rest } = JSON.parse(read(file));
    put(file, JSON.stringify({ name, version, ...rest }, null, 2) + '\n');
  } else if (file == 'custom-elements.json') {
    put(file, manifest());
  } else {
    // In the package all types lie side by side.
    put(file, read(file).replaceAll("'../", "'./"));
  }
}
copyFileSync(join(here, 'vafa.d.ts'), join(out, 'vafa.d.ts'));
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(join(here, '..', licence), join(out, licence));
