// How a piece of the widget looks from all sides: every language, light and dark, three widths, and the colours of those
// who choose their own. What axe finds, what overflows or is cut off, what is too small to hit, what moves though it
// should not; and a picture of each for the gallery.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { artefacts } from './stage.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
export const SIZES = { 1280: 900, 390: 844, 320: 568 };
export const SCHEMES = ['light', 'dark'];
/** The languages that are looked at: `VAFA_LOOKS=ar` has a look at another one. */
export const LANGS = (process.env.VAFA_LOOKS ?? 'fa,en').split(',');
/** Unrolled, so that a picture shows what has to be scrolled to. */
const UNROLLED = 320;
const PICTURE_HEIGHT_MAX = 2_600;

/** The floating widget. */
export const floating = 'vafa-widget[floating]';
export const gallery = join(artefacts, 'gallery');

const locale = (lang) => JSON.parse(readFileSync(new URL(`../www/locales/${lang}.json`, import.meta.url), 'utf8'));
const directions = Object.fromEntries(LANGS.map((lang) => [lang, locale(lang).dir]));

/** What was looked at, for the gallery: group, state, and the pictures' names. */
export const seen = [];
let looks = 0;
/** How many looks there were. */
export const tally = () => looks;

/** Makes room for new pictures. */
export function sweep() {
  rmSync(gallery, { recursive: true, force: true });
  mkdirSync(gallery, { recursive: true });
}

/** What axe finds in the widget, shadow roots and all. */
export async function axe(page, widget) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  looks += 1;
  const { violations, inside } = await page.evaluate(async ([host, tags]) => {
    const found = await window.axe.run({ include: [host] }, {
      runOnly: tags, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations', 'passes'],
    });
    const short = ({ id, nodes }) => ({ id, nodes: nodes.map((n) => `${n.target.join(' ')}: ${n.failureSummary}`) });
    return { violations: found.violations.map(short), inside: found.passes.flatMap((p) => p.nodes).some((n) => n.target.flat().length > 1) };
  }, [widget, TAGS]);
  assert.ok(inside, 'axe has looked into the shadow root');
  return violations;
}

/** What is wrong with how a root of ours is laid out. */
export const crooked = (page, widget, selector, lang) => page.evaluate(async ([host, selector, lang, dir]) => {
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  const root = document.querySelector(host).shadowRoot.querySelector(selector);
  if (!root) return [`there is no ${selector}`];
  const wrong = [];
  const say = (element, what) => wrong.push(`<${element.localName} class="${element.getAttribute('class')}"> “${element.textContent.slice(0, 40)}” ${what}`);
  const outer = root.getBoundingClientRect();
  const inside = (inner, box) => inner.left >= box.left - 1 && inner.right <= box.right + 1;
  const speaker = root.closest('[lang]');
  if (speaker?.lang !== lang) say(root, `speaks ${speaker?.lang}`);
  if (root.closest('.vafa') && speaker.dir !== dir) say(root, `is written ${speaker.dir}`);
  if (getComputedStyle(root).direction !== dir) say(root, `reads ${getComputedStyle(root).direction}`);
  const { scrollWidth, clientWidth } = document.scrollingElement;
  if (scrollWidth > clientWidth) say(root, `makes the page ${scrollWidth} wide in ${clientWidth}`);
  if (outer.left < 0 || outer.right > innerWidth || outer.top < -1 && host.includes('floating')) say(root, 'does not fit the window');
  for (const element of [root, ...root.querySelectorAll('*')]) {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest('svg') && element.localName !== 'svg') continue;
    if (!inside(box, outer)) say(element, 'juts out of its root');
    const style = getComputedStyle(element);
    if (element.scrollWidth > element.clientWidth + 1 && !['inline', 'inline-block'].includes(style.display) && element.localName !== 'svg') {
      say(element, `overflows: ${element.scrollWidth} in ${element.clientWidth}`);
    }
    const cut = ['hidden', 'clip'].includes(style.overflowY) && element !== root && element.textContent.trim();
    if (cut && element.scrollHeight > element.clientHeight + 1) say(element, `is cut off: ${element.scrollHeight} in ${element.clientHeight}`);
  }
  const targets = [...root.querySelectorAll('button, a[href], textarea, input, select')];
  for (const target of targets) {
    const box = target.getBoundingClientRect();
    if (box.width < 43.5 || box.height < 43.5) say(target, `is ${box.width} × ${box.height}`);
    const words = document.createRange();
    words.selectNodeContents(target);
    const said = words.getBoundingClientRect();
    const held = inside(said, box) && said.top >= box.top - 1 && said.bottom <= box.bottom + 1;
    if (!held && target.matches('button, a')) say(target, 'is too small for its words');
    for (const other of targets) {
      const next = other.getBoundingClientRect();
      const width = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const height = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      const sameLayer = Boolean(target.closest('.body')) === Boolean(other.closest('.body'));
      if (other !== target && sameLayer && width > 1 && height > 1) say(target, `lies over “${other.textContent}”`);
    }
  }
  return wrong;
}, [widget, selector, lang, directions[lang]]);

/** What moves though the shopper asked for as little of it as possible. A hundredth of a second is no movement. */
export const restless = (page, widget) => page.evaluate((host) => document.querySelector(host).shadowRoot.getAnimations()
  .filter((one) => { const { duration, iterations } = one.effect.getComputedTiming(); return duration > 20 || iterations > 1; })
  .map((one) => `${one.animationName} moves <${one.effect.target.localName} class="${one.effect.target.className}">`), widget);

/** What those cannot see who have colours of their own: edges of what can be used, a chosen thing, how far a bar has come. */
export const colourless = (page, widget, selector) => page.evaluate(([host, selector]) => {
  const root = document.querySelector(host).shadowRoot.querySelector(selector);
  const wrong = [];
  const say = (element, what) => wrong.push(`<${element.localName} class="${element.getAttribute('class')}"> “${element.textContent.slice(0, 30)}” ${what}`);
  const style = (element) => getComputedStyle(element);
  const drawn = (element) => element.getBoundingClientRect().width > 0;
  // A transparent edge has a colour here; only one that is not there is missing.
  const edged = (element) => parseFloat(style(element).borderTopWidth) >= 1 && style(element).borderTopStyle !== 'none';
  const own = root.matches('.panel, .prompt') && root.closest('.vafa:not(.inline)') ? [root] : [];
  for (const element of [...own, ...root.querySelectorAll('.btn, .score, .card, textarea, select, input, .code, .choice span')]) {
    if (drawn(element) && !edged(element) && !element.matches('input[type=range], .choice input, .card .card')) say(element, 'has no edge');
  }
  const look = (element) => `${style(element).backgroundColor} ${style(element).color} ${style(element).borderTopWidth} ${style(element).textDecorationLine}`;
  for (const chosen of root.querySelectorAll('[aria-selected=true], [aria-checked=true], [aria-pressed=true]')) {
    const other = chosen.parentElement.querySelector('[aria-selected=false], [aria-checked=false], [aria-pressed=false]');
    if (other && look(chosen) === look(other)) say(chosen, 'looks as if it were not chosen');
  }
  for (const bar of root.querySelectorAll('.track')) {
    const { backgroundColor, backgroundImage } = style(bar);
    if (drawn(bar) && (!backgroundImage.includes('rgb') || backgroundImage.includes(backgroundColor))) say(bar, `does not show how far it is: ${backgroundImage} on ${backgroundColor}`);
  }
  for (const icon of root.querySelectorAll('svg')) {
    if (drawn(icon) && style(icon).stroke === style(icon.parentElement).backgroundColor) say(icon.parentElement, 'hides its icon');
  }
  return wrong;
}, [widget, selector]);

/** Takes what is drawn, with a little around it. */
async function shoot(page, widget, selector, file) {
  page.cdp ??= await page.context().newCDPSession(page);
  const { shown, ...clip } = await page.evaluate(async ([host, selector]) => {
    const { shadowRoot } = document.querySelector(host);
    // A window of another width makes what slides in come once more.
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    // What never comes to rest is told elsewhere.
    const ends = shadowRoot.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity);
    await Promise.all(ends.map((one) => one.finished));
    const root = shadowRoot.querySelector(selector);
    // One that stands in the page may have to be scrolled to.
    const below = root.getBoundingClientRect();
    if (below.bottom > innerHeight) scrollBy(0, below.top - 12);
    const { left, top, right, bottom } = root.getBoundingClientRect();
    const shown = Math.min(innerHeight, bottom) - Math.max(0, top);
    const [x, y] = [Math.max(0, left - 12), Math.max(0, top - 12)];
    return {
      shown: shown / Math.min(innerHeight, bottom - top),
      x: x + scrollX, y: y + scrollY, width: Math.min(innerWidth, right + 12) - x, height: Math.min(innerHeight, bottom + 12) - y, scale: 1,
    };
  }, [widget, selector]);
  assert.ok(shown > 0.5, `${file}: ${selector} stands outside of the window, ${Math.round(shown * 100)} % of it can be seen`);
  const { data } = await page.cdp.send('Page.captureScreenshot', { format: 'webp', quality: 70, clip });
  mkdirSync(gallery, { recursive: true });
  writeFileSync(join(gallery, `${file}.webp`), Buffer.from(data, 'base64'));
  await page.evaluate(() => scrollTo(0, 0));
  return file;
}

/** Lets the panel be as high as what it has to say, and the window with it; gives the way back. */
async function unroll(page, widget, selector) {
  const height = await page.evaluate(([host, selector]) => {
    const { shadowRoot } = document.querySelector(host);
    const root = shadowRoot.querySelector(selector);
    const body = root.querySelector('.body') ?? root;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.panel, .prompt { height: auto !important; max-height: none !important }');
    shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
    const beside = root.getBoundingClientRect().height - body.getBoundingClientRect().height;
    return Math.ceil(body.scrollHeight + beside) + 120;
  }, [widget, selector]);
  await page.setViewportSize({ width: UNROLLED, height: Math.min(Math.max(height, SIZES[UNROLLED]), PICTURE_HEIGHT_MAX) });
  return () => page.evaluate((host) => {
    const { shadowRoot } = document.querySelector(host);
    shadowRoot.adoptedStyleSheets = shadowRoot.adoptedStyleSheets.slice(0, -1);
  }, widget);
}

/**
 * Looks at what stands on the page from all sides. `name` is its place in the gallery, as `group/state`; `ready` is there
 * when it has come; `again` brings about what does not outlast a change of language.
 */
export async function inspect(page, name, { widget = floating, selector = '.panel', ready, again } = {}) {
  const wrong = [];
  const pictures = [];
  const base = name.replaceAll('/', '-');
  for (const lang of LANGS) {
    await page.evaluate((code) => window.vafa.setLanguage(code), lang);
    await page.locator(`${widget} :is(.vafa[lang=${lang}] ${selector}, ${selector}[lang=${lang}])`).first().waitFor();
    await again?.();
    if (ready) await page.locator(`${widget} ${ready}`).first().waitFor();
    for (const [width, height] of Object.entries(SIZES)) {
      await page.setViewportSize({ width: Number(width), height });
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce', forcedColors: 'none' });
        const at = `${lang}-${colorScheme}-${width}`;
        // Colours do not move anything.
        if (colorScheme === SCHEMES[0]) for (const what of await crooked(page, widget, selector, lang)) wrong.push(`${at}: ${what}`);
        for (const { id, nodes } of await axe(page, widget)) wrong.push(`${at}: axe ${id}\n    ${nodes.join('\n    ')}`);
        if (Number(width) !== UNROLLED) pictures.push(await shoot(page, widget, selector, `${base}-${at}`));
      }
    }
    const roll = await unroll(page, widget, selector);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      pictures.push(await shoot(page, widget, selector, `${base}-${lang}-${colorScheme}-${UNROLLED}`));
    }
    await roll();
  }
  for (const what of await restless(page, widget)) wrong.push(what);
  await page.setViewportSize({ width: 390, height: SIZES[390] });
  await page.emulateMedia({ colorScheme: SCHEMES[0], forcedColors: 'active' });
  for (const what of await colourless(page, widget, selector)) wrong.push(`forced colours: ${what}`);
  pictures.push(await shoot(page, widget, selector, `${base}-forced`));
  await page.emulateMedia({ forcedColors: 'none' });
  await page.setViewportSize({ width: 1280, height: SIZES[1280] });
  // As the page's shop speaks, so that what comes next finds its words.
  await page.evaluate(() => window.vafa.setLanguage('fa'));
  await page.locator(`${widget} :is(.vafa[lang=fa] ${selector}, ${selector}[lang=fa])`).first().waitFor();
  seen.push({ name, pictures });
  assert.equal(wrong.length, 0, `${name}:\n  ${wrong.join('\n  ')}`);
}
