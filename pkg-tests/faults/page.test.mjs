// Pages that do strange things to the platform and to our elements.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Stage } from '../stage.mjs';
import { choose, eventually, giveBack, launcher, leaveWithWish, oneCoupon, openPanel, ours, panel, place, settled, unharmed, visit } from './shopper.mjs';

let stage;
before(async () => { stage = await Stage.open(); });
after(() => stage.close());
afterEach(() => giveBack(stage, 'parsa'));

const PATCHES = {
  'toJSON on arrays, as old libraries have it': () => {
    Object.defineProperty(Array.prototype, 'toJSON', { configurable: true, writable: true, value() { return String(this); } });
  },
  'more on every prototype, seen by every loop': () => {
    for (const { prototype } of [Object, Array, String, Function, Promise, Element]) prototype.polluted = function polluted() { return 'polluted'; };
    // Names that a careless reader of options would find.
    for (const name of ['program', 'key', 'api', 'lang', 'link', 'launcher', 'code']) Object.prototype[name] = 'polluted';
  },
};
for (const [what, patch] of Object.entries(PATCHES)) {
  test(`a page that brings ${what}: all works`, async () => {
    const page = await visit(stage, 'parsa', { prepare: (context) => context.addInitScript(patch) });
    // What is kept of the wish has to be right.
    await leaveWithWish(stage, page, 'parsa');
    await unharmed(page);
    await page.context().close();
  });
}

test('a page that takes fetch, JSON and timers away once the door is there: all works', async () => {
  const page = await visit(stage, 'parsa');
  await launcher(page).waitFor();
  await page.evaluate(() => {
    const real = { fetch: fetch.bind(window), parse: JSON.parse, stringify: JSON.stringify };
    const own = () => /\/demo\//.test(new Error().stack) || !/vafa\.js|engine-/.test(new Error().stack);
    // The shop's own code goes on with the real ones.
    window.fetch = (...given) => (own() ? real.fetch(...given) : Promise.reject(new TypeError('patched')));
    JSON.parse = (...given) => { if (own()) return real.parse(...given); throw new SyntaxError('patched'); };
    JSON.stringify = (...given) => { if (own()) return real.stringify(...given); throw new TypeError('patched'); };
  });
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await settled(page);
  await unharmed(page);
  await page.context().close();
});

for (const [what, patch] of Object.entries({
  'no shadow roots': () => { Element.prototype.attachShadow = () => { throw new TypeError('refused'); }; },
  'no elements of one’s own': () => { customElements.define = () => { throw new TypeError('refused'); }; },
  'no style sheets made by code': () => { CSSStyleSheet.prototype.replaceSync = () => { throw new TypeError('refused'); }; },
})) {
  test(`a page that allows ${what}: no widget, one sentence, a shop that works`, async () => {
    const page = await visit(stage, 'parsa', { prepare: (context) => context.addInitScript(patch) });
    await eventually(() => ours(page).length, 1, 'sentences of ours');
    await unharmed(page, { lines: 1 });
    await page.context().close();
  });
}

test('elements whose ids and names clobber what scripts look for: all works', async () => {
  const page = await visit(stage, 'parsa', {
    prepare: (context) => context.addInitScript(() => {
      const clobber = () => {
        for (const name of ['vafa', 'float', 'engine', 'navigation', 'currentScript', 'body', 'readyState', 'shadow', 'room', 'config', 'api']) {
          const form = document.createElement('form');
          form.setAttribute('name', name);
          form.id = name;
          const image = document.createElement('img');
          image.setAttribute('name', name);
          form.append(image);
          document.documentElement.querySelector('body').prepend(form);
        }
      };
      new MutationObserver((_, observer) => {
        if (!document.documentElement?.querySelector('body')) return;
        observer.disconnect();
        clobber();
      }).observe(document, { childList: true, subtree: true });
    }),
  });
  assert.ok(await page.evaluate(() => document.body.localName === 'form' || document.body.length !== undefined), 'the page is clobbered');
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page);
  await page.context().close();
});

test('400 % zoom: the launcher can be hit, the panel read, a reward taken', async () => {
  const page = await visit(stage, 'parsa', { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), 'nothing sticks out');
  await page.context().close();
});

const again = (page, attributes) => page.evaluate((given) => new Promise((done) => {
  const script = document.createElement('script');
  for (const [name, value] of Object.entries({ src: '/v1/vafa.js', ...given })) script.setAttribute(name, value);
  script.onload = script.onerror = done;
  document.head.append(script);
}), attributes);

test('the tag a second time, another version of the loader, another program: one widget, the first one, and no word thrown', async () => {
  const page = await visit(stage, 'parsa', {
    // Another release of the loader under another address.
    prepare: (context) => context.route('**/other/vafa.js', async (route) => route.fulfill({ response: await route.fetch({ url: `${stage.shop}/v1/vafa.js` }) })),
  });
  await launcher(page).waitFor();
  const same = await page.evaluateHandle(() => window.vafa);
  const tag = { 'data-program': 'demo', 'data-key': stage.keys.publishable_key };
  await again(page, tag);
  await again(page, { ...tag, src: '/other/vafa.js' });
  await again(page, { ...tag, 'data-program': 'other' });
  // The stub of a careless page, which throws the first queue away.
  await page.evaluate(() => { window.kept = window.vafa; window.vafa = []; });
  await again(page, tag);
  await page.evaluate(() => { window.vafa = window.kept; });
  assert.ok(await page.evaluate((first) => first === window.vafa, same));
  assert.equal(await page.locator('vafa-widget').count(), 1);
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page, { lines: 1 });
  await page.context().close();
});

test('our elements moved, removed, put back and copied: each panel is where it stands, once', async () => {
  const page = await visit(stage, 'parsa');
  await openPanel(page);
  await panel(page).locator('.balance').waitFor();
  const inline = page.locator('vafa-widget:not([floating])');
  await page.evaluate(() => {
    window.boxes = ['a', 'b'].map((id) => {
      const box = document.createElement('section');
      box.id = `box-${id}`;
      document.querySelector('#shop').before(box);
      return box;
    });
    const own = document.createElement('vafa-widget');
    own.setAttribute('view', 'rewards');
    window.boxes[0].append(own);
  });
  await inline.locator('[data-reward]').first().waitFor();
  const has = (n) => eventually(() => inline.locator('.panel').count(), n, 'panels in the page');
  await page.evaluate(() => window.boxes[1].append(document.querySelector('#box-a vafa-widget')));
  await has(1);
  assert.equal(await page.locator('#box-b vafa-widget [data-reward]').first().isVisible(), true);
  for (let i = 0; i < 3; i += 1) {
    await page.evaluate(() => { window.own = document.querySelector('#box-b vafa-widget'); window.own.remove(); });
    await has(0);
    // Longer away than a move is.
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => { window.boxes[0].append(window.own); done(); }); }));
    await inline.locator('[data-reward]').first().waitFor();
    await has(1);
    await page.evaluate(() => window.boxes[1].append(window.own));
  }
  await page.evaluate(() => window.boxes[0].append(window.own.cloneNode(true)));
  await has(2);
  await page.evaluate(() => { for (const box of window.boxes) box.remove(); });
  await has(0);

  // The floating one: taken away with all of the body, cloned back by a page cache.
  await page.evaluate(() => {
    window.copy = document.querySelector('vafa-widget').cloneNode(true);
    document.querySelector('vafa-widget').remove();
    document.body.append(window.copy);
  });
  await page.evaluate(() => window.vafa.refresh());
  await eventually(() => page.locator('vafa-widget').count(), 1, 'floating widgets');
  if (!(await panel(page).count())) await openPanel(page);
  await place(page, 'earn');
  await (await choose(page)).click();
  await oneCoupon(stage, page, 'parsa');
  await unharmed(page);
  await page.context().close();
});
