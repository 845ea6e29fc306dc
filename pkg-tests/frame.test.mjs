// The widget in a frame from the API's origin: on a page whose policy forbids everything else, spoken with from origins
// that the club lists, sized by what it shows, and left by the keyboard as it was entered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Shopfront } from './installed.mjs';
import { Stage, eventually, numberIn, picture } from './stage.mjs';

let stage, listed, foreign;
before(async () => {
  [listed, foreign] = await Promise.all([Shopfront.open(), Shopfront.open()]);
  stage = await Stage.open({ origins: [listed.origin] });
  for (const front of [listed, foreign]) {
    front.answers['/shop.js'] = () => script;
    front.answers['/'] = () => page;
    front.answers['/favicon.ico'] = () => '';
    const answer = front.answer.bind(front);
    front.answer = (path, response) => {
      if (path === '/') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...(policy && { 'content-security-policy': policy }) });
      if (path === '/shop.js') response.writeHead(200, { 'content-type': 'text/javascript' });
      return answer(path, response);
    };
  }
});
after(async () => {
  listed?.close();
  foreign?.close();
  await stage?.close();
});

let page, script, policy;
const tag = (more = '') => `<script async src="${stage.api}/v1/frame.js" data-program="demo" data-key="${stage.keys.publishable_key}"${more}></script>`;
const shop = (inside) => `<!doctype html><html lang="fa" dir="rtl"><meta charset="utf-8"><title>فروشگاه</title>
  <h1>فروشگاه</h1><button id="mine">باشگاه</button><script src="/shop.js"></script>${inside}`;
/** Everything is forbidden but the frame, and the one script that places it. */
const strict = () => `default-src 'none'; script-src 'self' ${stage.api}/v1/frame.js; frame-src ${stage.api}; require-trusted-types-for 'script'; trusted-types 'none'`;

async function open(origin, who, { inside = tag(), csp = strict(), more = '', ...options } = {}) {
  page = shop(inside);
  policy = csp;
  const token = who && await stage.token(who);
  script = `window.vafa = window.vafa || []; ${who ? `window.given = 0; vafa.push(['identify', () => { window.given += 1; return ${JSON.stringify(token)}; }]);` : ''} ${more}`;
  const context = await stage.visitor(options);
  const visit = await context.newPage();
  visit.words = [];
  visit.on('console', (message) => visit.words.push(message.text()));
  visit.on('pageerror', (error) => visit.words.push(`uncaught: ${error.message}`));
  await visit.goto(origin + '/');
  return visit;
}

const framed = (visit) => visit.frameLocator('iframe');
const button = (visit) => framed(visit).locator('[part=launcher]');
const dialog = (visit) => framed(visit).getByRole('dialog');
const box = (visit) => visit.locator('iframe').evaluate((frame) => getComputedStyle(frame).clipPath.match(/[\d.]+(?=px)/g)?.map(Number));
/** What lies under a point of the window. */
const under = (visit, x, y) => visit.evaluate(([x, y]) => document.elementFromPoint(x, y)?.localName, [x, y]);

test('under a policy that forbids everything else, a member opens the panel and redeems once', async () => {
  const visit = await open(listed.origin, 'parsa', {
    more: "vafa.push(['on', 'redeemed', (detail) => { window.redeemed = (window.redeemed || []).concat(detail.code); }]); vafa.push(['hook', 'redeem', ({ code }) => { window.applied = code; return { applied: true }; }]);",
  });
  await button(visit).waitFor();
  await eventually(() => box(visit), (edges) => edges?.length === 4 && edges[0] > 700, 'what is shown of the frame');
  assert.equal(await under(visit, 200, 200), 'html', 'the page is not covered');
  await button(visit).click();
  await dialog(visit).locator('.balance strong').waitFor();
  assert.ok((await numberIn(dialog(visit).locator('.balance strong'))) > 0);
  await eventually(() => box(visit), (edges) => edges[0] < 200, 'the frame with the panel');
  assert.notEqual(await under(visit, 1_000, 200), 'iframe', 'the page beside the panel is still there');
  const at = await dialog(visit).boundingBox();
  assert.equal(await under(visit, at.x + 10, at.y + 60), 'iframe');
  await picture(visit, 'frame-1-open');
  await dialog(visit).locator('[data-view=rewards]').click();
  const reward = dialog(visit).locator('[data-reward=rwd_50k]');
  await reward.locator('.btn.plain').click();
  await reward.locator('.confirm .btn.main').evaluate((yes) => { for (let i = 0; i < 10; i += 1) yes.click(); });
  const code = await dialog(visit).locator('[data-redemption] .code').innerText();
  assert.deepEqual(await eventually(() => visit.evaluate(() => window.redeemed), Boolean, 'the event in the page'), [code]);
  const { redemptions } = (await stage.asMember('parsa', 'GET', '/v1/me')).body;
  assert.equal(redemptions.filter((one) => one.reward_id === 'rwd_50k' && one.state === 'open').length, 1, 'ten clicks take one');
  // The page's hook puts the code on the basket.
  await dialog(visit).locator('[data-redemption] .btn.main').press('Enter');
  await eventually(() => visit.evaluate(() => window.applied), code, 'what the page was asked to apply');
  await dialog(visit).locator('.strip.good').waitFor();
  assert.deepEqual(visit.words, [], 'nothing in the console');
  await visit.context().close();
});

test('the token goes to the frame alone, when it is asked for', async () => {
  const visit = await open(listed.origin, 'navid', { more: "addEventListener('message', (event) => { (window.heard = window.heard || []).push(JSON.stringify(event.data)); });" });
  await button(visit).click();
  await dialog(visit).locator('.balance').waitFor();
  assert.equal(await visit.evaluate(() => window.given), 1);
  const token = await stage.token('navid');
  const heard = await visit.evaluate(() => window.heard);
  assert.ok(heard.length > 2 && heard.every((said) => !said.includes(token.split('.')[1].slice(0, 20))), 'the frame tells no token');
  assert.ok(!(await visit.locator('iframe').getAttribute('src')).includes('eyJ'), 'nor is one in its address');
  await visit.context().close();
});

test('a message of another window, another origin or another shape does nothing, on either side', async () => {
  const visit = await open(listed.origin, 'navid', { csp: '', reducedMotion: 'reduce' });
  await button(visit).click();
  await dialog(visit).locator('.balance').waitFor();
  let before;
  await eventually(async () => {
    const was = before;
    before = await box(visit);
    return String(was) === String(before);
  }, true, 'the frame at rest');

  // To the page: by itself, by a frame of its own making, and by a window of the API's origin that is none of its frames.
  const lies = [
    { vafa: 'event', name: 'redeemed', detail: 'a lie' }, { vafa: 'size', box: [0, 0, 0, 0], height: 9, engine: 'x' },
    { vafa: 'go', href: '/stolen' }, { vafa: 'ask', id: 1, name: 'token' },
  ];
  await visit.evaluate(async (all) => {
    window.went = [];
    for (const name of ['redeemed', '<b>']) addEventListener(`vafa:${name}`, (event) => window.went.push(event.detail));
    window.last = () => new Promise((done) => { addEventListener('message', (event) => event.data === 'last' && done()); });
    for (const lie of all) postMessage(lie, '*');
    const other = document.body.appendChild(document.createElement('iframe'));
    other.srcdoc = `<script>for (const lie of ${JSON.stringify(all)}) parent.postMessage(lie, '*'); parent.postMessage('last', '*')<\/script>`;
    await window.last();
    other.remove();
  }, lies);
  const frame = visit.frames().find((one) => one.url().startsWith(stage.api));
  await frame.evaluate(() => { document.body.append(document.createElement('iframe')); });
  const [inner] = frame.childFrames();
  assert.equal(await inner.evaluate(() => window.origin), stage.api);
  const heard = visit.evaluate(() => window.last());
  await inner.evaluate((all) => { for (const lie of [...all, 'last']) top.postMessage(lie, '*'); }, lies);
  await heard;
  const untouched = async () => {
    assert.deepEqual(await visit.evaluate(() => window.went), []);
    assert.deepEqual(await box(visit), before);
    assert.equal(visit.url(), listed.origin + '/');
    assert.equal(await visit.evaluate(() => window.given), 1, 'no token was asked for');
  };
  await untouched();

  // The right window and the wrong shape, both ways; what is right comes last, when all before it was read.
  const came = visit.evaluate(() => new Promise((done) => { addEventListener('vafa:last', () => done()); }));
  await frame.evaluate(([origin, api]) => {
    const all = [
      null, 'open', { vafa: 'constructor' }, { vafa: 'go', href: 'javascript:void window.went.push("run")' }, { vafa: 'go', href: 5 },
      { vafa: 'go', href: `${api}/elsewhere` }, { vafa: 'size', box: [0, 0, 0], height: 1, engine: '' }, { vafa: 'size', box: ['0', '0', '0', '0'], height: 1, engine: '' },
      { vafa: 'size', box: [0, 0, 0, 0], height: 1 }, { vafa: 'event', name: '<b>' }, { vafa: 'event' }, { vafa: 'event', name: 'last' },
    ];
    for (const one of all) parent.postMessage(one, origin);
  }, [listed.origin, stage.api]);
  await came;
  await untouched();
  await visit.evaluate(async (api) => {
    const { contentWindow } = document.querySelector('iframe');
    const all = [null, 'close', { vafa: 'constructor' }, { vafa: 'call', name: 'nothing', args: [] }, { vafa: 'call', name: '__defineGetter__', args: [] }, { vafa: 'call', name: 'close' }, { vafa: 'answer', id: 'x' }];
    for (const bad of all) contentWindow.postMessage(bad, api);
    // Another window of the shop's own origin says what the shop could say.
    const other = document.body.appendChild(document.createElement('iframe'));
    other.srcdoc = `<script>parent.frames[0].postMessage({ vafa: 'call', name: 'close', args: [] }, '*'); parent.postMessage('last', '*')<\/script>`;
    await window.last();
    other.remove();
  }, stage.api);
  // And so does one of another origin inside the frame's page.
  await frame.evaluate(() => { window.postMessage({ vafa: 'call', name: 'close', args: [] }, '*'); });
  // There and back: the panel stands on the other side meanwhile.
  for (const lang of ['en', 'fa']) {
    await visit.evaluate((code) => window.vafa.setLanguage(code), lang);
    await framed(visit).locator(`.vafa[lang=${lang}] .panel`).waitFor();
  }
  await eventually(async () => String(await box(visit)), String(before), 'what is shown of the frame');
  await untouched();
  // What the shop says does close it.
  await visit.evaluate(() => window.vafa.close());
  await dialog(visit).waitFor({ state: 'detached' });
  assert.deepEqual(visit.words, []);
  await visit.context().close();
});

test('a page of an origin that the club does not list shows no frame', async () => {
  const visit = await open(foreign.origin, 'navid');
  await eventually(() => visit.words.join(), (words) => words.includes('frame-ancestors'), 'the browser’s refusal');
  assert.equal(await button(visit).count(), 0);
  assert.equal(await visit.evaluate(() => window.given), 0, 'and no token is asked for');
  const answer = await fetch(`${stage.api}/v1/frame/demo?key=${stage.keys.publishable_key}`);
  const rules = answer.headers.get('content-security-policy');
  assert.ok(rules.includes(listed.origin) && !rules.includes(foreign.origin), rules);
  assert.equal(answer.headers.get('x-frame-options'), null);
  for (const [path, status] of [['none?key=' + stage.keys.publishable_key, 404], ['demo?key=pk_none', 401], ['demo', 401]]) {
    const refused = await fetch(`${stage.api}/v1/frame/${path}`);
    assert.equal(refused.status, status, path);
    assert.equal(refused.headers.get('x-frame-options'), 'DENY', 'a refusal is for nobody’s frame');
  }
  await visit.context().close();
});

test('the keyboard goes in and out: Tab, Escape, and a button of the shop’s own', async () => {
  const visit = await open(listed.origin, 'navid');
  await button(visit).waitFor();
  const inside = () => framed(visit).locator('body').evaluate(() => {
    const inner = document.activeElement.shadowRoot?.activeElement;
    return inner && (inner.getAttribute('role') ?? inner.getAttribute('part'));
  });
  await visit.locator('#mine').focus();
  await visit.keyboard.press('Tab');
  await eventually(inside, 'launcher', 'the keyboard after Tab');
  await visit.keyboard.press('Enter');
  await eventually(inside, 'dialog', 'the keyboard in the panel');
  await visit.keyboard.press('Escape');
  await dialog(visit).waitFor({ state: 'detached' });
  await eventually(inside, 'launcher', 'the keyboard after Escape');

  await visit.locator('#mine').focus();
  await visit.evaluate(() => window.vafa.open('rewards'));
  await dialog(visit).locator('[data-view=rewards][aria-selected=true]').waitFor();
  await eventually(inside, 'dialog', 'the keyboard in the opened panel');
  await visit.keyboard.press('Escape');
  await eventually(() => visit.evaluate(() => document.activeElement.id), 'mine', 'the keyboard back at the shop’s button');
  assert.deepEqual(visit.words, []);
  await visit.context().close();
});

test('on a phone the frame is the sheet, and nothing else when it is closed', async () => {
  const visit = await open(listed.origin, 'navid', { viewport: { width: 390, height: 844 } });
  await button(visit).click();
  await dialog(visit).locator('.balance').waitFor();
  assert.equal(await dialog(visit).getAttribute('aria-modal'), 'true');
  assert.equal((await dialog(visit).boundingBox()).width, 390);
  await picture(visit, 'frame-2-phone');
  await dialog(visit).getByRole('button', { name: 'بستن' }).click();
  await eventually(() => box(visit), (edges) => edges[0] > 600, 'the closed frame');
  assert.equal(await under(visit, 195, 300), 'html');
  await visit.context().close();
});

test('a frame that the page’s author wrote needs no script, and has its height from one', async () => {
  const src = () => `${stage.api}/v1/frame/demo?key=${stage.keys.publishable_key}&lang=en&view=home`;
  const alone = await open(listed.origin, '', { inside: `<iframe src="${src()}" title="Club" width="400" height="300"></iframe>`, csp: `default-src 'none'; script-src 'self'; frame-src ${stage.api}` });
  await framed(alone).getByRole('region').locator('.steps').waitFor();
  assert.equal(await framed(alone).locator('html').getAttribute('lang'), 'en');
  assert.deepEqual(alone.words, []);
  await alone.context().close();

  const served = await open(listed.origin, 'elham', {
    inside: `<iframe id="wide" referrerpolicy="origin" src="${src()}" title="Club" width="400" height="300"></iframe>${tag(' data-launcher="none"')}`,
  });
  const own = served.frameLocator('#wide');
  await own.getByRole('region').locator('.balance').waitFor();
  const height = await eventually(() => served.locator('#wide').evaluate((frame) => frame.offsetHeight), (now) => now > 500, 'its height');
  assert.ok(await own.locator('html').evaluate((root) => root.scrollHeight <= root.clientHeight + 1), `all of it is seen in ${height}`);
  // Links are the shop's, not the API's.
  await own.locator('[data-view=refer]').click();
  await own.locator('.code').waitFor();
  const [link] = await own.locator('body').evaluate(async () => {
    const { shadowRoot } = document.querySelector('vafa-widget:not([floating])');
    const told = new Promise((done) => { Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => done([text]) } }); });
    shadowRoot.querySelector('.code').closest('section, .page').querySelector('.actions .btn').click();
    return told;
  });
  assert.ok(link.startsWith(listed.origin + '/?vafa_ref='), link);
  await served.context().close();
});

test('a guest who wants to log in is led to the shop’s page', async () => {
  const visit = await open(listed.origin, '');
  await button(visit).click();
  await dialog(visit).locator('.steps').waitFor();
  await dialog(visit).getByRole('button', { name: 'ورود' }).click();
  await visit.waitForURL(listed.origin + '/account');
  await visit.context().close();
});
