// A language is one file in locales/, and nothing else knows of it; a sentence is in such a file, and nowhere else.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

type Words = Record<string, string>;
const files = readdirSync('locales').filter((file) => file.endsWith('.json'));
const locales: [lang: string, words: Words][] = files.map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join('locales', file), 'utf8'))]);
const of = (lang: string) => locales.find(([name]) => name == lang)![1];

/** Every file below a folder with one of the endings, but what npm brings. */
const sources = (folder: string, endings: RegExp): [file: string, text: string][] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => endings.test(file) && !/node_modules|^test|^locales/.test(file))
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
const engine = sources(join('..', 'src'), /\.rs$/);
const page = sources('.', /\.(ts|mts|mjs|css)$/);
const literals = new Set(engine.flatMap(([, text]) => [...text.matchAll(/"([a-z_0-9.]+)"/g)].map(([, key]) => key!)));

/** Keys that are counted: each has a sentence for every form of the number in its language. */
const counted = [...literals].filter((key) => `${key}.other` in of('en') && !['refused', 'reason', 'care.topic', 'care.refused', 'offer.why'].includes(key));
const FORMS = /\.(zero|one|two|few|many|other)$/;
const base = (key: string) => {
  const found = key.replace(FORMS, '');
  return counted.includes(found) ? found : key;
};
const places = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

test('every language has every sentence, and none that another lacks', () => {
  assert.ok(locales.length >= 3 && counted.length > 10, `${locales.length} languages, ${counted.length} counted`);
  const keys = (words: Words) => [...new Set(Object.keys(words).map(base))].sort();
  for (const [lang, words] of locales) assert.deepEqual(keys(words), keys(of('en')), lang);
});

test('a language names itself, the way that it is written, and the forms of its own numbers', () => {
  for (const [lang, words] of locales) {
    assert.equal(words['lang'], lang);
    assert.ok(['rtl', 'ltr'].includes(words['dir']!), lang);
    const rules = new Intl.PluralRules(words['intl']);
    assert.equal(rules.resolvedOptions().locale.split('-')[0], lang);
    const forms = rules.resolvedOptions().pluralCategories as string[];
    for (const key of counted) {
      const has = Object.keys(words).filter((name) => base(name) == key).map((name) => FORMS.exec(name)![1]!);
      assert.ok(has.includes('other') && has.every((form) => forms.includes(form)), `${lang}: ${key} has ${has} of ${forms}`);
      // One sentence for all numbers, or one for each form.
      assert.ok(has.length <= 2 || has.length == forms.length, `${lang}: ${key} lacks ${forms.filter((form) => !has.includes(form))}`);
    }
  }
});

test('a sentence has the same places in every language', () => {
  const wrong: string[] = [];
  for (const [lang, words] of locales) {
    for (const [key, sentence] of Object.entries(words)) {
      const other = of('en')[key] ?? of('en')[`${base(key)}.other`];
      const [here, there] = [places(sentence), places(other!)];
      // “One point” and “two points” need no figure.
      const may = /\.(zero|one|two)$/.test(key) ? (name: string) => name != 'n' : () => true;
      if (String(here.filter(may)) != String(there.filter(may)) || !sentence.trim()) wrong.push(`${lang}: ${key} has {${here}}, not {${there}}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('no sentence is left that nobody says', () => {
  const heads = [...literals].filter((key) => key.length > 1 && key.endsWith('.'));
  const door = ['launcher.label'];
  const said = (key: string) => [key, base(key), key.replace(/\.plain$/, '')].some((name) => literals.has(name)) || heads.some((head) => key.startsWith(head));
  assert.deepEqual(Object.keys(of('en')).filter((key) => !said(key) && !door.includes(key)), []);
});

test('nothing but its file knows of a language', () => {
  const names = RegExp(`['"\`](${locales.map(([lang]) => lang).join('|')})(\\.json)?['"\`]|[^:]:lang\\(`, 'g');
  const found = [...engine, ...page]
    .filter(([file]) => !/^vafa\.d\.ts$|^package/.test(file))
    .flatMap(([file, text]) => [...text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '').matchAll(names)].map(([name]) => `${file}: ${name}`));
  // What a page without a language gets.
  assert.deepEqual(found.sort(), ["build.mjs: 'fa'", "build.mjs: 'fa'", "config.ts: 'fa'"]);
});

test('no word that a shopper reads is outside of these files', () => {
  const script = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Cyrillic}]/u;
  const spoken = /\.text\("[^"]*[a-z]{2}|"(aria-label|aria-valuetext|placeholder|title|alt)", "/i;
  let lines = 0;
  const wrong: string[] = [];
  for (const [file, text] of [...engine, ...page]) {
    // Its examples may be in any script.
    if (file == 'vafa.d.ts') continue;
    for (const line of text.split('\n')) {
      lines += 1;
      if (script.test(line) || (file.endsWith('.rs') && spoken.test(line))) wrong.push(`${file}: ${line.trim()}`);
    }
  }
  assert.ok(lines > 5_000, `${lines} lines`);
  assert.deepEqual(wrong, []);
});
