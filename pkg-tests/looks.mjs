// How a piece of the widget looks from all sides: both languages, light and dark, three widths; what axe finds, what
// overflows, what is too small to hit; a picture of each.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { picture } from './stage.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
const SIZES = { 1280: 900, 390: 844, 320: 568 };
/** Which pictures are kept: each language, theme and width in some of them. */
const PICTURES = new Set(['fa-light-390', 'fa-dark-1280', 'en-light-1280', 'en-dark-320']);

/** The floating widget. */
export const floating = 'vafa-widget[floating]';
let looks = 0;
/** Says how many looks there were. */
export const tally = () => console.log(`${looks} looks with axe`);

/** What axe finds in the widget, shadow roots and all. */
export async function axe(page, widget) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  looks += 1;
  const { violations, seen } = await page.evaluate(async ([host, tags]) => {
    const found = await window.axe.run({ include: [host] }, {
      runOnly: tags, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations', 'passes'],
    });
    const short = ({ id, nodes }) => ({ id, nodes: nodes.map((n) => `${n.target.join(' ')}: ${n.failureSummary}`) });
    return { violations: found.violations.map(short), seen: found.passes.flatMap((p) => p.nodes).some((n) => n.target.flat().length > 1) };
  }, [widget, TAGS]);
  assert.ok(seen, 'axe has looked into the shadow root');
  return violations;
}

/** What is wrong with how a root of ours is laid out. */
const crooked = (page, widget, selector) => page.evaluate(async ([host, selector]) => {
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  const root = document.querySelector(host).shadowRoot.querySelector(selector);
  if (!root) return [`there is no ${selector}`];
  const wrong = [];
  const say = (element, what) => wrong.push(`<${element.localName} class="${element.getAttribute('class')}"> “${element.textContent.slice(0, 40)}” ${what}`);
  const outer = root.getBoundingClientRect();
  const inside = (inner, box) => inner.left >= box.left - 1 && inner.right <= box.right + 1;
  if (outer.left < 0 || outer.right > innerWidth || outer.top < -1 && host.includes('floating')) say(root, 'does not fit the window');
  for (const element of [root, ...root.querySelectorAll('*')]) {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest('svg') && element.localName !== 'svg') continue;
    if (!inside(box, outer)) say(element, 'juts out of the panel');
    if (element.scrollWidth > element.clientWidth + 1 && !['inline', 'inline-block'].includes(getComputedStyle(element).display) && element.localName !== 'svg') {
      say(element, `overflows: ${element.scrollWidth} in ${element.clientWidth}`);
    }
  }
  const targets = [...root.querySelectorAll('button, a[href], textarea, input, select')];
  for (const target of targets) {
    const box = target.getBoundingClientRect();
    if (box.width < 43.5 || box.height < 43.5) say(target, `is ${box.width} × ${box.height}`);
    const words = document.createRange();
    words.selectNodeContents(target);
    if (!inside(words.getBoundingClientRect(), box) && target.localName === 'button') say(target, 'is too small for its words');
    for (const other of targets) {
      const next = other.getBoundingClientRect();
      const width = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const height = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      const sameLayer = Boolean(target.closest('.body')) === Boolean(other.closest('.body'));
      if (other !== target && sameLayer && width > 1 && height > 1) say(target, `lies over “${other.textContent}”`);
    }
  }
  return wrong;
}, [widget, selector]);

/** Looks at what stands on the page from all sides. */
export async function inspect(page, name, { widget = floating, selector = '.panel', ready } = {}) {
  const wrong = [];
  for (const lang of ['fa', 'en']) {
    await page.evaluate((code) => window.vafa.setLanguage(code), lang);
    await page.locator(`${widget} .vafa[lang=${lang}] ${selector}`).waitFor();
    if (ready) await page.locator(`${widget} ${ready}`).first().waitFor();
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const [width, height] of Object.entries(SIZES)) {
        const at = `${lang}-${theme}-${width}`;
        if (theme === 'dark' && !PICTURES.has(at)) continue; // colours do not move anything
        await page.setViewportSize({ width: Number(width), height });
        for (const what of await crooked(page, widget, selector)) wrong.push(`${at}: ${what}`);
        if (!PICTURES.has(at)) continue;
        for (const { id, nodes } of await axe(page, widget)) wrong.push(`${at}: axe ${id}\n    ${nodes.join('\n    ')}`);
        await picture(page, `views-${name}-${at}`);
      }
    }
  }
  assert.equal(wrong.length, 0, `${name}:\n  ${wrong.join('\n  ')}`);
}
