// The first run: an owner makes a club out of a template, with the keyboard alone, in both languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, picture } from '../stage.mjs';
import { Empty, PASSWORD, focused, looks, tabTo, words } from './desk.mjs';

const TEMPLATES = { fa: 'tiers', en: 'spending' };

for (const lang of ['fa', 'en']) {
  test(`an owner makes the first club by keyboard (${lang})`, async () => {
    const site = await Empty.open();
    try {
      const say = words[lang];
      const page = await site.visit('/studio', { lang });
      await page.getByRole('heading', { level: 1, name: say['first.title'] }).waitFor();
      assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [lang, say.dir]);
      assert.equal(await page.title(), say.title.replace('{page}', say['first.title']));
      assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-first-${lang}-${light}-${width}`)), []);

      // Nothing is sent that says nothing: each empty field says so, and the keyboard is on the first.
      await tabTo(page, ({ name }) => name === say['first.send']);
      await page.keyboard.press('Enter');
      await eventually(async () => (await focused(page)).id, 'name', 'the keyboard');
      assert.equal(await page.locator('.fault').count(), 4);
      assert.equal(await page.locator('#name').getAttribute('aria-describedby'), 'name-fault name-hint');

      // Another template by the arrows.
      await page.reload();
      await tabTo(page, ({ tag, id }) => tag === 'input' && id === '');
      const chosen = page.locator(`.template:nth-of-type(${['points', 'spending', 'tiers', 'coalition'].indexOf(TEMPLATES[lang]) + 1}) input`);
      await eventually(async () => {
        if (!(await chosen.isChecked())) await page.keyboard.press('ArrowDown');
        return chosen.isChecked();
      }, true, 'the template');

      await tabTo(page, ({ id }) => id === 'name');
      await page.keyboard.type('باشگاه بهار <b>');
      await tabTo(page, ({ id }) => id === 'program');
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type('Not An Id');
      await tabTo(page, ({ id }) => id === 'email');
      await page.keyboard.type('sara@shop.example');
      await tabTo(page, ({ id }) => id === 'password');
      await page.keyboard.type('short');
      await tabTo(page, ({ id }) => id === 'code');
      await page.keyboard.type('0000-0000-0000');
      await page.keyboard.press('Enter');
      // What the server refuses is said where it was typed, in the reader's language.
      await page.getByRole('alert').getByText(say['failure.setup_code_wrong']).waitFor();
      await page.locator('#code').fill(site.code.toLowerCase().replaceAll('-', ' '));
      await page.keyboard.press('Enter');
      await page.locator('#password-fault').getByText(say['fault.bad_password']).waitFor();
      await eventually(async () => (await focused(page)).id, 'password', 'the keyboard');
      await page.locator('#password').fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.locator('#program-fault').getByText(say['fault.bad_id']).waitFor();
      await page.locator('#program').fill('bahar');
      await page.keyboard.press('Enter');

      // Inside, as the owner; the club is there, and runs.
      await page.getByRole('heading', { level: 1, name: say['overview.title'] }).waitFor();
      await page.locator('.side .brand').getByText('باشگاه بهار <b>').waitFor();
      await page.locator('.figure').first().waitFor();
      const version = await page.evaluate(async () => (await fetch('/v1/programs/bahar/versions/1')).json());
      const { document: program } = version;
      assert.equal(program.languages[0], lang);
      assert.equal(program.name.fa, 'باشگاه بهار <b>');
      assert.equal(Boolean(program.tiers), TEMPLATES[lang] === 'tiers');
      assert.equal(Boolean(program.cashback), TEMPLATES[lang] === 'spending');
      assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-overview-${lang}-${light}-${width}`)), []);
      // 403 and 422 are what the tries above were answered.
      assert.deepEqual(page.words.filter((word) => !/status of (401|403|422)/.test(word)), []);

      // Nobody can do it again.
      const late = await site.visit('/studio', { lang });
      await late.getByRole('heading', { level: 1, name: say['login.title'] }).waitFor();
      assert.equal(await late.locator('#program').count(), 0, 'there is one club alone');
    } finally {
      await site.close();
    }
  });
}
