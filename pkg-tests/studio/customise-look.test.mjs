// Customise, as it looks: each kind of form, a fault, and two people on one draft, at each width and in each light.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { picture } from '../stage.mjs';
import { Desk, looks, words } from './desk.mjs';

let desk;
before(async () => {
  desk = await Desk.open();
});
after(() => desk.close());

const at = (page, pointer) => page.locator(`[id="at${pointer.replaceAll('/', '.')}"]`);
const fit = async (page, name) => assert.deepEqual(await looks(page, (light, width) => picture(page, `studio-${name}-${light}-${width}`)), [], name);
const section = (page, name) => page.locator('.sections').getByRole('link', { name: words.fa[`customise.section.${name}`] }).click();

test('it is fit to be seen', async () => {
  // Without headers of the test's own: the frame's origin is another, and they would be asked about.
  const page = await desk.enter('editor', '/studio/customise/look', { extraHTTPHeaders: {} });
  await page.frameLocator('.preview iframe').locator('.panel').waitFor();
  await fit(page, 'look');
  await section(page, 'tiers');
  await page.locator('.section .toggle', { hasText: 'طلایی' }).click();
  await page.locator('.section details.more > summary').first().click();
  await at(page, '/tiers/levels/2/enter').fill('۱');
  await page.locator('.faults summary').click();
  await fit(page, 'tiers');
  await section(page, 'surveys');
  await page.locator('.section .toggle').first().click();
  await page.locator('.section details.more > summary').first().click();
  await fit(page, 'surveys');

  await desk.stage.asShop('PUT', '/v1/programs/demo/draft', { id: 'demo', name: { fa: 'دیگر' } });
  await section(page, 'club');
  await at(page, '/name/fa').fill('باشگاه');
  await page.locator('.clash').waitFor();
  await fit(page, 'clash');
});
