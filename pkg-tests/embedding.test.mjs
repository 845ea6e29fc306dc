// The widget on a page of another origin than the club's server, as nearly every merchant has it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Stage, balance, openPanel, panel } from './stage.mjs';

let stage;
const hosts = {};
before(async () => {
  for (const name of ['listed', 'foreign']) {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(html);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    hosts[name] = { server, origin: `http://localhost:${server.address().port}` };
  }
  stage = await Stage.open({ origins: [hosts.listed.origin] });
});
after(async () => {
  for (const { server } of Object.values(hosts)) server.close();
  await stage.close();
});

/** A bare page with the one script tag, as the README shows it. */
let html;

async function embed(origin, token) {
  html = `<!doctype html><html lang="fa" dir="rtl"><title>فروشگاه</title><link rel="icon" href="data:,"><h1>فروشگاه</h1>
    <script async src="${stage.api}/v1/vafa.js" data-program="demo" data-key="${stage.keys.publishable_key}"></script>
    <script>window.vafa = window.vafa || []; vafa.push(['identify', ${JSON.stringify(token)}]);</script>`;
  const context = await stage.visitor();
  const page = await context.newPage();
  page.words = [];
  page.on('console', (message) => page.words.push(message.text()));
  page.on('pageerror', (error) => page.words.push(`uncaught: ${error.message}`));
  await page.goto(origin);
  return page;
}

test('the panel opens, reads and redeems from a page of another origin', async () => {
  const page = await embed(hosts.listed.origin, await stage.token('parsa'));
  await openPanel(page);
  assert.ok((await balance(page)) > 0);
  await panel(page).locator('[data-view=rewards]').click();
  const reward = panel(page).locator('[data-reward]:has(.btn.plain)').first();
  await reward.locator('.btn.plain').click();
  await reward.locator('.confirm .btn.main').click();
  await panel(page).locator('[data-redemption] .code').waitFor();
  assert.deepEqual(page.words, [], 'nothing in the console');
  await page.context().close();
});

test('a page whose origin is not in the program’s list gets nothing but a clear state', async () => {
  const page = await embed(hosts.foreign.origin, await stage.token('parsa'));
  await openPanel(page);
  await panel(page).getByText('باشگاه در دسترس نیست').waitFor();
  assert.ok(!(await panel(page).innerText()).includes('پارسا'), 'no name reaches a foreign page');
  await page.context().close();
});
