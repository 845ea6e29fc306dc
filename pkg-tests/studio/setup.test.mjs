// Setting the club up: the code for the page, whether it is there, keys, webhooks.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { eventually, freePort, picture } from '../stage.mjs';
import { Desk, looks, tabTo, words } from './desk.mjs';

const say = words.fa;
let desk;
before(async () => {
  // The receiver of this test stands on this machine.
  process.env.VAFA_ALLOW_PRIVATE_WEBHOOKS = 'true';
  desk = await Desk.open();
});
after(() => desk.close());

const heading = (page, name) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
const button = (page, key) => page.getByRole('button', { name: say[key], exact: true });

test('the code has the club in it, and the page says since when it is there', async () => {
  await desk.stage.asProgram();
  const page = await desk.enter('viewer', '/studio/setup', { lang: 'en', permissions: ['clipboard-read', 'clipboard-write'] });
  await heading(page, words.en['setup.paste']);
  const code = page.locator('.snippet pre');
  await code.getByText(desk.stage.keys.publishable_key).waitFor();
  assert.match(await code.innerText(), new RegExp(`src="${desk.api}/v1/vafa.js" data-program="demo"`));
  await page.getByRole('button', { name: words.en.copy }).click();
  await page.getByText(words.en['copy.done']).first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.textContent());
  for (const [platform, part] of [['wordpress', 'wp_enqueue_scripts'], ['hosted', '{% if customer %}'], ['react', 'useEffect'], ['vue', 'isCustomElement']]) {
    await page.getByLabel(words.en[`platform.${platform}`], { exact: true }).check();
    await code.getByText(part).waitFor();
    assert.match(await code.innerText(), new RegExp(desk.stage.keys.publishable_key));
  }
  // Where the button is, and on which pages there is none.
  await page.getByLabel(words.en['platform.html'], { exact: true }).check();
  await page.getByLabel(words.en['launcher.start'], { exact: true }).check();
  await page.getByLabel(words.en['launcher.dark'], { exact: true }).check();
  await page.getByLabel(words.en['launcher.hide_on'], { exact: true }).fill('/checkout*');
  await code.getByText(`data-key="${desk.stage.keys.publishable_key}" data-position="bottom-start" data-theme="dark" data-hide-on="/checkout*"`).waitFor();
  await page.getByText(desk.stage.shop, { exact: true }).waitFor();
  await eventually(async () => {
    await page.getByRole('button', { name: words.en['setup.look_again'] }).click();
    return page.getByText(words.en['setup.seen.yes'], { exact: true }).count();
  }, 1, 'the sighting');
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-setup-en-${light}-${width}`)), []);
  assert.deepEqual(page.words.filter((word) => !/status of 401/.test(word)), []);
  // Keys are for owners.
  await page.getByRole('link', { name: words.en['setup.keys'], exact: true }).first().click();
  await page.getByText(words.en['setup.only_owners']).waitFor();
  assert.equal(await page.evaluate(() => fetch('/v1/keys').then(({ status }) => status)), 403);
});

test('a secret is shown once, works, and ends', async () => {
  const page = await desk.enter('owner', '/studio/setup/keys');
  await heading(page, say['key.make']);
  const rows = page.locator('.card > .rows > li');
  await eventually(async () => (await rows.count()) >= 3, true, 'the keys');
  const keys = await rows.count();
  await page.getByLabel(say['key.secret']).check();
  await tabTo(page, ({ name }) => name === say['key.make.send']);
  await page.keyboard.press('Enter');
  const fresh = page.locator('.fresh pre');
  const secret = /^VAFA_SECRET_KEY=(sk_\S+)$/.exec((await fresh.innerText()).trim())[1];
  await eventually(() => page.evaluate(() => document.activeElement.id), 'fresh-title', 'the focus');
  const works = async () => (await fetch(`${desk.stage.api}/v1/members/neda`, { headers: { authorization: `Bearer ${secret}` } })).status;
  assert.equal(await works(), 200);
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-keys-${light}-${width}`)), []);
  await button(page, 'secret.kept').click();
  assert.equal(await page.locator('.fresh').count(), 0);
  await eventually(() => rows.count(), keys + 1, 'the keys');
  await page.reload();
  await eventually(() => rows.count(), keys + 1, 'the keys');
  assert.ok(!(await page.content()).includes(secret));
  await rows.last().getByRole('button', { name: new RegExp(say['key.end']) }).click();
  await button(page, 'key.end.confirm').click();
  await eventually(() => rows.count(), keys, 'the keys');
  assert.equal(await works(), 401);

  // Addresses of a key for pages: one that is none is told where it was typed.
  const pages = rows.filter({ hasText: say['key.publishable'] });
  await pages.getByRole('button', { name: new RegExp(say['key.origins']) }).click();
  const list = page.locator('#key-origins-list');
  const before = await list.inputValue();
  await list.fill(`${before}\nhttps://shop.example/path`);
  await button(page, 'key.origins.send').click();
  await page.locator('#key-origins-list-fault').waitFor();
  await list.fill(`${before}\nhttps://www.shop.example`);
  await button(page, 'key.origins.send').click();
  await pages.getByText('https://www.shop.example').waitFor();
});

test('a webhook is made, tested, read and sent again', async () => {
  const got = [];
  const receiver = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      got.push({ id: request.headers['webhook-id'], body: Buffer.concat(parts).toString() });
      response.writeHead(204).end();
    });
  });
  const port = await freePort();
  await new Promise((listens) => { receiver.listen(port, '127.0.0.1', listens); });
  try {
    const page = await desk.enter('owner', '/studio/setup/webhooks');
    await page.getByText(say['hook.none']).waitFor();
    await page.locator('#hook-url').fill(`http://127.0.0.1:${port}/hooks`);
    await page.locator('#hook-note').fill('<b>CRM</b>');
    await page.getByLabel(say['hook.all']).uncheck();
    await page.getByLabel('points.earned', { exact: true }).check();
    await button(page, 'hook.add.send').click();
    await page.locator('.fresh pre').getByText('whsec_').waitFor();
    await button(page, 'secret.kept').click();
    assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-webhooks-${light}-${width}`)), []);
    await page.getByRole('link', { name: new RegExp(`127.0.0.1:${port}`) }).click();
    await page.getByText('<b>CRM</b>').waitFor();
    // It is sent what was chosen, and nothing else.
    await page.locator('bdi.code').getByText('points.earned', { exact: true }).waitFor();
    await button(page, 'hook.test').click();
    await eventually(() => got.length, 1, 'the test');
    await eventually(async () => {
      await button(page, 'setup.look_again').click();
      return page.getByText(say['delivery.delivered'], { exact: true }).count();
    }, 1, 'the delivery');
    assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-webhook-${light}-${width}`)), []);
    await button(page, 'delivery.read').click();
    const message = page.locator('#message');
    await message.locator('pre').getByText('webhook.test').waitFor();
    assert.equal((await message.locator('pre').textContent()).trim(), got[0].body);
    await button(page, 'delivery.again').click();
    await eventually(() => got.length, 2, 'the replay');
    assert.equal(got[1].id, got[0].id);
    await button(page, 'hook.stop').click();
    await page.getByText(say['hook.stopped'], { exact: true }).waitFor();
    await button(page, 'hook.enable').click();
    await page.getByText(say['hook.well'], { exact: true }).waitFor();
    await button(page, 'hook.remove').click();
    await button(page, 'hook.remove.confirm').click();
    await page.getByText(say['hook.none']).waitFor();
  } finally {
    receiver.close();
  }
});
