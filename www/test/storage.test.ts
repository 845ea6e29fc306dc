import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../storage.ts';

/** What node lacks: keys are properties, as in a browser. */
const disk = (start: Record<string, string> = {}): Storage => {
  const entries = Object.create({
    getItem: (key: string) => entries[key] ?? null,
    setItem: (key: string, value: string) => void (entries[key] = value),
    removeItem: (key: string) => void delete entries[key],
  });
  return Object.assign(entries, start);
};

test('what is written is read again, under the program\'s own name', () => {
  const d = disk();
  const store = openStore('demo', () => d);
  store.write('face', { points: '۱۲' });
  assert.deepEqual(store.read('face'), { points: '۱۲' });
  assert.deepEqual(Object.keys(d), ['vafa:demo:v1:face']);
  assert.equal(openStore('other', () => d).read('face'), null);
  store.write('face', null);
  assert.deepEqual(Object.keys(d), []);
});

test('what is no JSON reads as nothing', () => {
  const d = disk({ 'vafa:demo:v1:face': '{"points":' });
  const store = openStore('demo', () => d);
  assert.equal(store.read('face'), null);
});

test('a browser that refuses storage is served from memory', () => {
  const refusing = (): Storage => {
    throw new DOMException('denied', 'SecurityError');
  };
  const full = disk();
  Object.getPrototypeOf(full).setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  for (const place of [refusing, () => full]) {
    const store = openStore('demo', place);
    store.write('me', { a: 1 });
    assert.deepEqual(store.read('me'), { a: 1 });
    store.write('me', null);
    assert.equal(store.read('me'), null);
  }
});

test('a value too long for the disk stays in memory and leaves no older one behind', () => {
  const d = disk();
  const store = openStore('demo', () => d);
  store.write('me', 'old');
  store.write('me', 'x'.repeat(70_000));
  assert.equal(store.read('me').length, 70_000);
  assert.deepEqual(Object.keys(d), []);
});

test('without consent the disk is emptied of ours alone, and nothing is put there', () => {
  const d = disk({ 'vafa:demo:v0:old': '1', 'vafa:demo2:v1:me': '2', cart: '3' });
  const store = openStore('demo', () => d);
  store.write('me', 1);
  store.consent(false);
  const left = ['cart', 'vafa:demo2:v1:me', 'vafa:demo:no'];
  assert.deepEqual(Object.keys(d).sort(), left);
  assert.equal(store.read('me'), null);
  store.write('me', 2);
  assert.equal(store.read('me'), 2);
  assert.deepEqual(Object.keys(d).sort(), left);
  // The next page knows.
  const next = openStore('demo', () => d);
  next.write('me', 3);
  next.forget();
  assert.deepEqual(Object.keys(d).sort(), left);
  next.consent(true);
  next.write('me', 4);
  assert.equal(d.getItem('vafa:demo:v1:me'), '4');
  openStore('demo', () => d).write('me', 5);
  assert.equal(d.getItem('vafa:demo:v1:me'), '5');
});

test('another member finds nothing of the former one, but the browser\'s own things stay', () => {
  const d = disk();
  const store = openStore('demo', () => d);
  for (const name of ['me', 'face', 'outbox', 'prompts:c1', 'ref', 'claim', 'program', 'visit']) store.write(name, name);
  store.forget();
  const left = ['me', 'face', 'outbox', 'prompts:c1', 'ref', 'claim', 'program', 'visit'].filter((name) => store.read(name));
  assert.deepEqual(left, ['face', 'ref', 'claim', 'program', 'visit']);
});
