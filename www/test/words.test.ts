import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { partsOf, shares } from '../words.mjs';

const locale = (lang: string): Record<string, string> => JSON.parse(readFileSync(join('locales', lang + '.json'), 'utf8'));
const sources = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.rs'));

/** What draws before any part is here. */
const ENGINE = ['sync.rs', 'prompts.rs', 'store.rs', 'views/shell.rs', 'views/prompt.rs', 'views/atoms.rs'];
/** The parts that a file belongs to, where it is not the panel's. */
const PARTS: Record<string, string[]> = {
  'views/rewards.rs': ['club'],
  'views/plans.rs': ['club'],
  'views/offers.rs': ['gifts'],
  'views/guest.rs': ['guest'],
  'invited.rs': ['guest'],
  'views/earn.rs': ['earn'],
  'views/profile.rs': ['earn'],
  'views/refer.rs': ['earn'],
  'views/tier.rs': ['earn'],
  'views/complaints.rs': ['care'],
  'views/history.rs': ['care'],
  'care.rs': ['care'],
  // Outcomes are spoken of by the part that their action belongs to.
  'outcomes.rs': ['club', 'gifts', 'guest', 'earn', 'care'],
};

test('a sentence comes with the part of the engine that says it', () => {
  const keys = Object.keys(locale('fa'));
  const wrong: string[] = [];
  const folder = join('..', 'src');
  let seen = 0;
  for (const file of sources(folder)) {
    if (file == 'outbox.rs') continue; // What it keeps is named, not said.
    for (const [, text] of readFileSync(join(folder, file), 'utf8').matchAll(/"([a-z_0-9.]+)"/g)) {
      // A key, or the beginning of some.
      if (!keys.some((key) => key == text || key.startsWith(text!.replace(/\.?$/, '.')) && text!.includes('.'))) continue;
      const here = ENGINE.includes(file) ? [''] : ['', 'panel', ...(PARTS[file] ?? [])];
      const parts = partsOf(text!.replace(/\.$/, ''));
      if (!parts.some((part) => here.includes(part))) wrong.push(`${file} says ${text}, which comes with ${parts}`);
      seen += 1;
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen > 200, `${seen} sentences were looked for`);
});

test('every sentence is in one share, and all languages are shared alike', () => {
  const all = readdirSync('locales').filter((file) => file.endsWith('.json'));
  assert.ok(all.length > 1);
  for (const file of all) {
    const words = locale(file.replace('.json', ''));
    const shared = shares(words);
    assert.deepEqual(Object.assign({}, ...Object.values(shared)), words, file);
    assert.deepEqual(Object.keys(shared).sort(), ['', 'care', 'club', 'earn', 'gifts', 'guest', 'panel'], file);
  }
});
