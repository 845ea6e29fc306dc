// Logging in, out, and in again in the middle of work.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Desk, PASSWORD, logIn, looks, tabTo, words } from './desk.mjs';

let desk;
before(async () => { desk = await Desk.open(); });
after(() => desk.close());

const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

test('who logs in is where they wanted to be, and stays logged in', async () => {
  const page = await desk.visit('/studio/account', { lang: 'en' });
  await heading(page, words.en['login.title']);
  assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-login-en-${light}-${width}`)), []);
  await logIn(page, 'en', 'owner@shop.example', 'not the password');
  await page.getByRole('alert').getByText(words.en['failure.login_failed']).waitFor();
  await logIn(page, 'en', ' Owner@Shop.example ');
  await heading(page, words.en['account.title']);
  assert.equal(new URL(page.url()).pathname, '/studio/account');
  assert.equal(await page.title(), 'My account · Vafa studio');
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite], ['__Host-vafa', true, true, 'Strict']);
  await page.reload();
  await heading(page, words.en['account.title']);
  assert.deepEqual(page.words.filter((word) => !/status of 401/.test(word)), []);
});

test('what somebody prefers stays: language and light', async () => {
  const page = await desk.enter('viewer', '/studio', { lang: 'fa', colorScheme: 'light' });
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.locator('.side').getByRole('button', { name: words.fa['light.dark'] }).click();
  assert.notEqual(await paper(), light);
  await page.locator('.side').getByRole('button', { name: 'English' }).click();
  await heading(page, words.en['overview.title']);
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['en', 'ltr']);
  await page.reload();
  await heading(page, words.en['overview.title']);
  assert.notEqual(await paper(), light);
});

test('the keyboard skips to the content, and goes to the heading of each new page', async () => {
  const page = await desk.enter('viewer', '/studio', { lang: 'en' });
  await page.reload();
  await heading(page, words.en['overview.title']);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), words.en.skip);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await page.reload();
  await tabTo(page, ({ name }) => name === words.en['account.title']);
  await page.keyboard.press('Enter');
  await heading(page, words.en['account.title']);
  await eventually(() => page.evaluate(() => document.activeElement.textContent), words.en['account.title'], 'the focus');
  await page.goBack();
  await heading(page, words.en['overview.title']);
});

test('on a phone the menu opens as a drawer, keeps the keyboard, and closes', async () => {
  const page = await desk.enter('viewer', '/studio', { lang: 'fa', viewport: { width: 390, height: 780 } });
  const menu = page.getByRole('button', { name: words.fa['menu.open'] });
  await menu.click();
  const drawer = page.getByRole('dialog', { name: words.fa['menu.label'] });
  await drawer.waitFor();
  await picture(page, 'studio-drawer-fa-390');
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  await eventually(() => menu.evaluate((it) => document.activeElement === it), true, 'the keyboard is back');
  await menu.click();
  await drawer.getByRole('link', { name: words.fa['inbox.title'] }).click();
  await heading(page, words.fa['inbox.title']);
  await drawer.waitFor({ state: 'hidden' });
});

test('a session that ends takes nothing with it', async () => {
  const page = await desk.enter('editor', '/studio', { lang: 'fa' });
  await page.locator('.side').getByRole('link', { name: words.fa['account.title'] }).click();
  await heading(page, words.fa['account.title']);
  await page.locator('#current').fill(PASSWORD);
  await page.locator('#new').fill('five other plain long words');
  await page.context().clearCookies();
  await page.locator('#main').getByRole('button', { name: words.fa['account.send'] }).click();
  const question = page.getByRole('dialog', { name: words.fa['again.title'] });
  await question.getByText('editor@shop.example').waitFor();
  await picture(page, 'studio-again-fa');
  // There is nothing to go back to.
  await page.keyboard.press('Escape');
  assert.equal(await question.isVisible(), true);
  await question.locator('#again-password').fill('not the password');
  await page.keyboard.press('Enter');
  await question.getByText(words.fa['failure.login_failed']).waitFor();
  assert.equal(await page.locator('#new').inputValue(), 'five other plain long words');
  await question.locator('#again-password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'hidden' });
  // What had to wait is done, by itself.
  await page.locator('.notice.good').getByText(words.fa['account.changed']).waitFor();
  assert.equal(await page.locator('#new').inputValue(), '');
  assert.equal(new URL(page.url()).pathname, '/studio/account');

  // The new password is the one.
  await page.locator('.side').getByRole('button', { name: words.fa.log_out }).click();
  await heading(page, words.fa['login.title']);
  assert.deepEqual(await page.context().cookies(), []);
  await logIn(page, 'fa', 'editor@shop.example');
  await page.getByRole('alert').getByText(words.fa['failure.login_failed']).waitFor();
  await logIn(page, 'fa', 'editor@shop.example', 'five other plain long words');
  await heading(page, words.fa['overview.title']);
});

test('too many tries are told when to come back', async () => {
  const page = await desk.visit('/studio', { lang: 'en' });
  for (let tries = 0; tries < 10; tries += 1) {
    const answer = await page.request.post(`${desk.api}/v1/sessions`, {
      headers: { origin: desk.api }, data: { program: 'demo', email: 'nobody@shop.example', password: `guess number ${tries}` },
    });
    if (answer.status() === 429) break;
    assert.equal(answer.status(), 401);
  }
  await logIn(page, 'en', 'nobody@shop.example', 'another guess');
  await page.getByRole('alert').getByText(/Too many tries\. Come back in \d+ minutes?\./).waitFor();
});
