import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claims, openIdentity } from '../identity.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (sub: string) => [part({ alg: 'HS256' }), part({ sub, iat: 1, exp: 601 }), 'signature'].join('.');

test('claims are read from a token in base64url, and from nothing else', () => {
  const sub = 'c~~~???>>>'; // gives both - and _
  const token = tokenOf(sub);
  assert.match(token.split('.')[1]!, /[-_]/);
  assert.deepEqual(claims(token), { sub, iat: 1, exp: 601 });
  for (const bad of ['', 'a', 'a.b.c', null, undefined, 7, {}, `x.${part(null)}.y`, `x.${part({})}.y`]) {
    assert.equal(claims(bad).sub, undefined, String(bad));
  }
});

test('the page is asked once however many wait', async () => {
  let asked = 0;
  const identity = openIdentity(() => {});
  identity.name(async () => (asked++, tokenOf('c1')));
  const tokens = await Promise.all([identity.token(), identity.token(), identity.token()]);
  assert.equal(asked, 1);
  assert.deepEqual(new Set(tokens).size, 1);
  await identity.token(true);
  assert.equal(asked, 2);
});

test('a function that fails is asked again the next time', async () => {
  let asked = 0;
  const identity = openIdentity(() => {});
  identity.name(() => {
    if (asked++ == 0) throw new Error('offline');
    return tokenOf('c1');
  });
  await assert.rejects(identity.token(), /offline/);
  assert.equal(claims(await identity.token()).sub, 'c1');
});

test('a token that comes after somebody else was named is not used', async () => {
  const heard: (string | null)[] = [];
  const identity = openIdentity((sub) => heard.push(sub));
  let give!: (token: string) => void;
  identity.name(() => new Promise((done) => (give = done)));
  const late = identity.token();
  identity.name(tokenOf('c2'));
  give(tokenOf('c1'));
  assert.equal(claims(await late).sub, 'c2');
  assert.equal(identity.subject(), 'c2');
  assert.ok(!heard.includes('c1'));
});

test('a subject that is no text is nobody', () => {
  const identity = openIdentity(() => {});
  for (const odd of [`x.${part({ sub: 7 })}.y`, `x.${part('text')}.y`]) {
    identity.name(odd);
    assert.equal(identity.subject(), null);
  }
});

test('logging out leaves nobody', async () => {
  const identity = openIdentity(() => {});
  identity.name(tokenOf('c1'));
  assert.equal(identity.subject(), 'c1');
  identity.name(null);
  assert.equal(identity.subject(), null);
  assert.equal(identity.named(), false);
  assert.ok(!(await identity.token()));
});
