// What every test of a fault does: a visitor whose page notes its own troubles, a redemption that is begun, and the two
// questions at the end: is the shop unharmed, and is there exactly one coupon.
import assert from 'node:assert/strict';
import { eventually, launcher, openPanel, panel, place } from '../stage.mjs';

/** Notes what a fault could do to the shop's page: errors thrown into it, and what moved while no panel was open. */
const note = () => {
  window.faults = [];
  window.shifts = [];
  addEventListener('error', (event) => window.faults.push(`error: ${event.message}`));
  addEventListener('unhandledrejection', (event) => window.faults.push(`rejection: ${event.reason}`));
  new PerformanceObserver((list) => {
    if (document.querySelector('vafa-widget')?.shadowRoot?.querySelector('[role=dialog]')) return;
    for (const { value, sources } of list.getEntries()) window.shifts.push({ value, of: sources.map(({ node }) => node?.nodeName ?? 'gone') });
  }).observe({ type: 'layout-shift', buffered: true });
};

/**
 * A page of the shop in a browser of its own. `prepare` gets the context before anything is loaded; scripts that it adds
 * run after the notes are open and before the shop's own.
 */
export async function visit(stage, who, { prepare, path, until, context: known, ...options } = {}) {
  const context = known ?? (await stage.visitor(options));
  if (!known) {
    await context.addInitScript(note);
    context.wishes = new Set();
    context.on('request', (request) => {
      if (isPost(request) && request.url().endsWith('/v1/me/redemptions')) context.wishes.add(request.headers()['idempotency-key']);
    });
  }
  await prepare?.(context);
  return stage.visit(who, { context, path, until });
}

/** What the widget said in the console. */
export const ours = (page) => page.words.filter((line) => line.includes('[vafa]'));

/**
 * The shop's own buttons work, nothing was thrown at it, nothing of ours moved it, and the widget said no more than
 * `lines` sentences. The panel is closed first: on a small screen it lies over the shop.
 */
export async function unharmed(page, { lines = 0 } = {}) {
  if (await panel(page).count()) {
    await page.evaluate(() => window.vafa.close());
    await panel(page).waitFor({ state: 'detached' });
  }
  await page.locator('#nav-home').click();
  const before = Number(await page.locator('#nav-basket').getAttribute('data-count'));
  await page.locator('[data-add]').first().click();
  await page.locator(`#nav-basket[data-count="${before + 1}"]`).click();
  await page.locator('[data-line]').first().waitFor();
  await page.locator('[data-to-checkout]').waitFor();
  assert.deepEqual(page.words.filter((line) => line.startsWith('uncaught')), [], 'uncaught errors');
  const { faults, moved } = await page.evaluate(() => ({
    faults: window.faults,
    moved: window.shifts.filter(({ of }) => of.some((name) => name.startsWith('VAFA'))),
  }));
  assert.deepEqual(faults, [], 'what was thrown at the shop');
  assert.deepEqual(moved, [], 'what moved');
  assert.equal(ours(page).length, lines, `sentences of ours: ${page.words.join('\n')}`);
}

/** The launcher has become a link that leads where the merchant said. */
export async function isPlainLink(page) {
  const link = page.locator('vafa-widget a[href][part=launcher]');
  await link.waitFor();
  assert.equal(new URL(await link.getAttribute('href')).pathname, '/account');
  assert.equal(await page.locator('vafa-widget button').count(), 0, 'no button is left');
  assert.equal(await panel(page).count(), 0, 'no panel is left');
}

const open = async (stage, who) => (await stage.asMember(who, 'GET', '/v1/me')).body.redemptions.filter((r) => r.state === 'open');
const tickets = (page) => panel(page).locator('[data-redemption]');

/** Opens the rewards and asks for the first one that is in reach; stops before "yes", which it gives. */
export async function choose(page) {
  if (!(await panel(page).count())) await openPanel(page);
  await place(page, 'rewards');
  const reward = panel(page).locator('[data-reward]:has(.btn.plain)').first();
  const id = await reward.getAttribute('data-reward');
  await reward.locator('.btn.plain').click();
  return panel(page).locator(`[data-reward="${id}"] .confirm .btn.main`);
}

/** Exactly one coupon exists at the server, and the panel, opened if it is not, shows that one. */
export async function oneCoupon(stage, page, who, ms = 30_000) {
  if (!(await panel(page).count())) await openPanel(page);
  await place(page, 'rewards');
  await eventually(() => tickets(page).count(), 1, 'coupons on screen', ms);
  const [{ code }, ...more] = await open(stage, who);
  assert.deepEqual(more, [], 'one coupon at the server');
  await eventually(() => tickets(page).locator('.code').innerText(), code, 'the panel shows that one');
  assert.equal(page.context().wishes.size, 1, 'it was asked for under one id');
  assert.doesNotMatch(await panel(page).innerText(), /نشد/, 'nothing is said to have failed');
}

/** Leaves a member without coupons. */
export async function giveBack(stage, who) {
  for (const { id } of await open(stage, who)) {
    const { status } = await stage.asMember(who, 'DELETE', `/v1/me/redemptions/${id}`, undefined, crypto.randomUUID());
    assert.ok(status < 300, `given back: ${status}`);
  }
}

/** Where a coupon is asked for. */
export const REDEEM = '**/v1/me/redemptions';
const isPost = (request) => request.method() === 'POST';

/** Answers wishes for a coupon by `meet`, which is told how many came before; other requests go through. */
export async function meetWishes(context, meet) {
  let n = 0;
  await context.route(REDEEM, (route) => (isPost(route.request()) ? meet(route, n++) : route.continue()));
  return () => n;
}

/** Asks for a reward whose wish does not reach the server before the page is left; comes back, and has one coupon. */
export async function leaveWithWish(stage, page, who) {
  let cut = true;
  const asked = await meetWishes(page.context(), (route) => (cut ? route.abort('connectionreset') : route.continue()));
  await (await choose(page)).click();
  await eventually(asked, (n) => n > 0, 'the wish');
  await page.reload();
  cut = false;
  await oneCoupon(stage, page, who);
}

/** A promise, and what keeps it. */
export function gate() {
  let open;
  const opened = new Promise((done) => { open = done; });
  return { opened, open };
}

/** The member's own documents and the program. */
export const isRead = (url) => /^\/v1\/(me|programs\/demo)$/.test(url.pathname);

/** Waits until nothing is left to be sent. */
export const settled = (page) => eventually(
  () => page.evaluate(() => JSON.parse(localStorage.getItem('vafa:demo:v1:outbox'))), (all) => !all?.length, 'what is not settled');

/** A value that the widget keeps in this browser. */
export const kept = (page, name) => page.evaluate((key) => JSON.parse(localStorage.getItem(`vafa:demo:v1:${key}`)), name);

export { eventually, launcher, openPanel, panel, place };
