// Takes the pictures of docs/theming.md: each look's own block of the page, on the demo shop. `look` is for the test, too.
//
//   node pkg-tests/themes.mjs        writes docs/images/look-*.png
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Stage, balance, eventually, openPanel, panel } from './stage.mjs';

const page = readFileSync(new URL('../docs/theming.md', import.meta.url), 'utf8');

/** Name to style sheet. */
export const looks = Object.fromEntries(
  [...page.split('\n## Three looks\n')[1].matchAll(/^\*\*(\w+)\*\*.*?^```css\n(.*?)^```/gms)].map(([, name, css]) => [name.toLowerCase(), css]),
);

/** Opens the panel of a shop that has this style sheet. */
export async function dressed(stage, css, { colorScheme = 'light' } = {}) {
  const visit = await stage.visit('navid', { colorScheme, path: '/?lang=en', locale: 'en-GB' });
  await visit.addStyleTag({ content: css });
  await openPanel(visit);
  await eventually(() => balance(visit), (n) => n > 0, 'the balance');
  return visit;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stage = await Stage.open();
  try {
    for (const [name, css] of Object.entries(looks)) {
      // The shop steps back for the picture.
      const visit = await dressed(stage, `${css} body { background: #e9e9ec !important } body > :not(vafa-widget) { visibility: hidden !important }`);
      await visit.evaluate(() => Promise.all(document.querySelector('vafa-widget[floating]').shadowRoot.getAnimations().map((one) => one.finished)));
      const { x, y, width, height } = await panel(visit).boundingBox();
      const path = fileURLToPath(new URL(`../docs/images/look-${name}.png`, import.meta.url));
      await visit.screenshot({ path, clip: { x: x - 16, y: y - 16, width: width + 32, height: height + 100 } });
      process.stdout.write(`${path}\n`);
      await visit.context().close();
    }
  } finally {
    await stage.close();
  }
}
