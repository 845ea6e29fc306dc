import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, readConfig, safeLink } from '../config.ts';

const LANGUAGES = { fa: 1, en: 1 };
const SRC = 'https://club.shop.example/v1/vafa.js';
const read = (attributes: Record<string, string>, pageLang = '') =>
  readConfig((name) => attributes[name] ?? '', SRC, pageLang, LANGUAGES);
const given = { program: 'demo', key: 'pk_1' };

test('the API is at the script\'s origin unless the tag says otherwise', () => {
  assert.equal(read(given)?.api, 'https://club.shop.example');
  assert.equal(read({ ...given, api: 'https://shop.example/loyalty/' })?.api, 'https://shop.example/loyalty');
  assert.equal(read({ ...given, api: '/loyalty' })?.api, 'https://club.shop.example/loyalty');
});

test('a tag without a program or with a secret key does not do', () => {
  for (const wrong of [{}, { program: 'demo' }, { program: 'demo', key: 'sk_1' }, { program: 'a/b', key: 'pk_1' }, { ...given, api: 'https://' }]) {
    assert.equal(read(wrong), null);
  }
});

test('the language is the tag\'s, else the page\'s, else Persian', () => {
  assert.equal(read({ ...given, lang: 'en' }, 'fa')?.lang, 'en');
  assert.equal(read(given, 'en-GB')?.lang, 'en');
  assert.equal(read(given, 'de')?.lang, 'fa');
});

test('offsets are numbers whatever the tag says', () => {
  const config = read({ ...given, 'offset-x': '24px', 'offset-y': '1;}*{' });
  assert.deepEqual([config?.x, config?.y], [24, 1]);
  const { x, y } = read({ ...given, 'offset-x': '0', 'offset-y': 'wide' })!;
  assert.deepEqual([x, y, read(given)?.x], [0, 0, 16]);
});

test('a pattern stands for a whole path', () => {
  const cases: [patterns: string, path: string, hidden: boolean][] = [
    ['', '/', false],
    ['/checkout', '/checkout', true],
    ['/checkout', '/checkout/pay', false],
    ['/checkout*', '/checkout/pay', true],
    ['*/pay', '/checkout/pay', true],
    ['/a, /b*', '/basket', true],
    ['/a.b', '/axb', false],
    ['/(a|b)+', '/a', false],
    ['/خرید*', encodeURI('/خرید/۱'), true],
    [encodeURI('/خرید'), encodeURI('/خرید'), true],
    ['*', '/anything', true],
  ];
  for (const [patterns, path, hidden] of cases) assert.equal(matches(patterns, path), hidden, `${patterns} on ${path}`);
});

test('a link leads to https or to the page\'s own origin', () => {
  const page = 'http://localhost:4000';
  for (const bad of [undefined, '', 'https://', 'javascript:alert(1)', 'java\tscript:alert(1)', 'data:text/html,x', 'http://elsewhere.example/']) {
    assert.equal(safeLink(bad as string, page), '', String(bad));
  }
  assert.equal(safeLink('https://shop.example/club', page), 'https://shop.example/club');
  assert.equal(safeLink('/club', page), 'http://localhost:4000/club');
});
