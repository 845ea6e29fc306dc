// A marketer's way by keyboard alone, in both languages: a club out of a template, changed and seen live, stopped by a
// fault, published, seen on a shop's page, and brought back.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { eventually, freePort, launcher, openPanel, panel } from '../stage.mjs';
import { at, saved, widget } from './customising.mjs';
import { Empty, PASSWORD, faults, tabTo, words } from './desk.mjs';

const TEXTS = {
  fa: { club: 'باشگاه انار', tier: 'یاقوتی', question: 'چای امروز چطور بود؟', low: '۱', sound: '۶٬۰۰۰٬۰۰۰' },
  en: { club: 'Pomegranate Club', tier: 'Ruby', question: 'How was today’s tea?', low: '1', sound: '6,000,000' },
};

/** A shop whose page embeds the club by its script tag, with the key that it is given. */
class Shop {
  key = '';

  static async open(site, lang) {
    const shop = new Shop();
    const page = () => `<!doctype html><html lang="${lang}"><title>Shop</title><h1>Shop</h1>
      <script async src="${site.api}/v1/vafa.js" data-program="pomegranate" data-key="${shop.key}"></script></html>`;
    shop.server = createServer((_, answer) => answer.setHeader('content-type', 'text/html; charset=utf-8').end(page()));
    const port = await freePort();
    shop.address = `http://127.0.0.1:${port}`;
    await new Promise((open) => shop.server.listen(port, '127.0.0.1', open));
    return shop;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(closed));
  }
}

/** What somebody who comes to the shop now finds in the panel, and the launcher's colour. */
async function found(site, shop, name) {
  const context = await site.browser.newContext();
  const page = await context.newPage();
  await page.goto(shop.address);
  await openPanel(page);
  await panel(page).getByText(name).first().waitFor();
  const colour = await launcher(page).evaluate((it) => it.closest('[part=launcher]').style.getPropertyValue('--vafa-own'));
  await context.close();
  return colour;
}

for (const lang of ['fa', 'en']) {
  test(`a marketer makes, changes, publishes and takes back (${lang})`, async () => {
    const site = await Empty.open();
    let shop;
    try {
      const [say, text] = [words[lang], TEXTS[lang]];
      // Without headers of the test's own: the preview's origin is another, and they would be asked about.
      const page = await site.visit('/studio', { lang, extraHTTPHeaders: {} });
      const type = async (id, typed) => {
        await tabTo(page, (now) => now.id === id);
        await page.keyboard.press('ControlOrMeta+A');
        await page.keyboard.type(typed);
      };
      const press = async (wanted, key) => {
        await tabTo(page, wanted, key);
        await page.keyboard.press('Enter');
      };
      const named = (name) => (now) => now.name === name;
      const back = (name) => press(named(name), 'Shift+Tab');
      // Beside its name stands how many faults it has.
      const section = (name) => press((now) => now.tag === 'a' && now.name.startsWith(say[`customise.section.${name}`]), 'Shift+Tab');

      await page.getByRole('heading', { level: 1, name: say['first.title'] }).waitFor();
      await tabTo(page, ({ tag, id }) => tag === 'input' && id === '');
      for (const _ of ['spending', 'tiers']) await page.keyboard.press('ArrowDown');
      await type('name', text.club);
      await type('program', 'pomegranate');
      await type('email', 'sara@shop.example');
      await type('password', PASSWORD);
      await type('code', site.code);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: say['overview.title'] }).waitFor();

      // Each change is seen in the shop's own widget.
      await press(named(say['customise.title']));
      await widget(page).locator('.panel').waitFor();
      await press(named(say['customise.section.look']));
      await type('at.look.accent', '#b3261e');
      await eventually(() => widget(page).locator('[part=launcher]').evaluate((it) => it.style.getPropertyValue('--vafa-own')), '#b3261e', 'the colour');
      await section('club');
      await type(`at.name.${lang}`, `${text.club} ۲`);
      await widget(page).getByText(`${text.club} ۲`).first().waitFor();
      await section('tiers');
      await press((now) => now.name.includes(lang === 'fa' ? 'نقره‌ای' : 'Silver') && now.tag === 'button');
      await type(`at.tiers.levels.1.name.${lang}`, text.tier);
      await widget(page).getByText(text.tier).first().waitFor();
      await section('surveys');
      await press(named(say['customise.of'].replace('{what}', say['customise.add']).replace('{name}', say['doc.surveys'])));
      await at(page, `/surveys/0/question/${lang}`).waitFor();
      await type(`at.surveys.0.question.${lang}`, text.question);
      // Both languages have to say it.
      const other = lang === 'fa' ? 'en' : 'fa';
      await type(`at.surveys.0.question.${other}`, TEXTS[other].question);
      await eventually(() => page.locator('.faults').count(), 0, 'the faults');
      await saved(page, lang);
      const who = page.getByLabel(say['customise.preview.who']);
      const select = await who.getAttribute('id');
      await tabTo(page, (now) => now.id === select);
      await eventually(async () => {
        const there = (await who.inputValue()).startsWith('survey:');
        if (!there) await page.keyboard.press('ArrowDown');
        return there;
      }, true, 'the survey');
      await widget(page).locator('.prompt').getByText(text.question).waitFor();
      assert.deepEqual(await faults(page), []);

      // A fault is told at its field, and stops the way to publishing.
      await section('tiers');
      await press((now) => now.name.includes(lang === 'fa' ? 'طلایی' : 'Gold') && now.tag === 'button');
      const gold = at(page, '/tiers/levels/2/enter');
      await type('at.tiers.levels.2.enter', text.low);
      await eventually(() => gold.getAttribute('aria-invalid'), 'true', 'the mark');
      assert.ok((await page.locator(`[id="${(await gold.getAttribute('aria-describedby')).split(' ')[0]}"]`).innerText()).length > 10);
      await saved(page, lang);
      await back(say['customise.review']);
      await page.locator('section[aria-labelledby=faults] li').first().waitFor();
      assert.equal(await page.getByRole('button', { name: say['publish.send'], exact: true }).count(), 0);
      assert.deepEqual(await faults(page), []);
      await press(named(say['publish.customise']));
      await page.locator('.customise').waitFor();
      await section('tiers');
      await press((now) => now.name.includes(lang === 'fa' ? 'طلایی' : 'Gold') && now.tag === 'button');
      await type('at.tiers.levels.2.enter', text.sound);
      await eventually(() => page.locator('.faults').count(), 0, 'the faults');
      await saved(page, lang);

      // Published: shoppers see it from their next page on.
      await back(say['customise.review']);
      await press((now) => now.name === say['publish.send'] && now.tag === 'button');
      await page.locator('section[aria-labelledby=none]').waitFor();
      shop = await Shop.open(site, lang);
      const made = await page.evaluate(async (origin) => {
        const body = JSON.stringify({ kind: 'publishable', origins: [origin] });
        return (await fetch('/v1/keys', { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
      }, shop.address);
      shop.key = made.key.publishable_key;
      assert.equal(await found(site, shop, `${text.club} ۲`), '#b3261e');

      // What ran before runs again.
      await press(named(say['publish.back.of'].replace('{n}', new Intl.NumberFormat(say.intl).format(1))));
      await press((now) => now.name === say['publish.back'] && now.tag === 'button');
      await page.getByText(say['publish.version'].replace('{n}', new Intl.NumberFormat(say.intl).format(3))).first().waitFor();
      assert.notEqual(await found(site, shop, text.club), '#b3261e');
    } finally {
      await shop?.close();
      await site.close();
    }
  });
}
