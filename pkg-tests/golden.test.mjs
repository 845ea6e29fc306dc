// The rules' golden cases as WebAssembly in a browser: the bytes that the host test wants of the same files.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './stage.mjs';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = process.env.VAFA_GOLDEN ?? join(top, 'target/golden-web');
const folder = join(top, 'crates/golden/cases');
const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
const TYPES = { js: 'text/javascript', wasm: 'application/wasm' };

/** JSON in one way only: keys sorted, no spaces. A number that JavaScript cannot hold would be compared falsely. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
  }
  if (Number.isInteger(value)) assert.ok(Number.isSafeInteger(value), `${value} is beyond what a browser's JSON can tell apart`);
  return JSON.stringify(value);
}

let browser;
let page;
before(async () => {
  browser = await openBrowser();
  page = await browser.newPage();
  await page.route('http://golden.test/**', (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (!name) return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>golden cases</title>' });
    return route.fulfill({ contentType: TYPES[name.split('.').pop()], body: readFileSync(join(built, name)) });
  });
  await page.goto('http://golden.test/');
  await page.evaluate(async () => {
    const rules = await import('/golden.js');
    await rules.default({ module_or_path: '/golden_bg.wasm' });
    window.run = (cases) => cases.map(rules.run_case);
  });
});
after(() => browser.close());

let count = 0;
for (const file of files) {
  test(`${file} gives the same bytes in WebAssembly`, async () => {
    const cases = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const answers = await page.evaluate((all) => window.run(all), cases.map((one) => JSON.stringify(one)));
    const wrong = cases.flatMap(({ name, expect }, at) => {
      const wanted = canonical(expect);
      return answers[at] === wanted ? [] : [`${name}\n  expected ${wanted}\n  answered ${answers[at]}`];
    });
    count += cases.length;
    assert.equal(wrong.length, 0, `${wrong.length} of ${cases.length} cases differ:\n${wrong.join('\n')}`);
  });
}

test('there are as many cases as on the host', () => {
  console.log(`${count} golden cases in ${files.length} files`);
  assert.ok(count >= 40, `only ${count} golden cases`);
});

test('what cannot be read is answered with an error in WebAssembly too', async () => {
  assert.deepEqual(await page.evaluate(() => window.run(['{"call":"dance","input":{}}'])), ['{"error":"there is no call “dance”"}']);
});
