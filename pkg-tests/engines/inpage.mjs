// What the journeys look at. Each of these is sent into a page as its source, so it may use nothing from outside itself.

/** An element of the floating widget. */
export const ours = (selector) => document.querySelector('vafa-widget[floating]')?.shadowRoot.querySelector(selector) ?? null;

export const count = (selector) => document.querySelector('vafa-widget[floating]')?.shadowRoot.querySelectorAll(selector).length ?? 0;

export const text = (selector) => document.querySelector('vafa-widget[floating]').shadowRoot.querySelector(selector).innerText;

export const engine = () => window.vafa.explain().engine;

export const focused = () => document.querySelector('vafa-widget[floating]').shadowRoot.activeElement?.part.value;

/** Signs in at the shop. */
export const login = (member) => fetch('/shop/login', {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ member }),
}).then((answer) => answer.status);

/** Keeps what goes wrong from here on: errors that nobody caught, what the policy refused, our own line to the console. */
export const listen = () => {
  const wrongs = window.wrongs = [];
  addEventListener('error', (event) => wrongs.push(event.message));
  addEventListener('unhandledrejection', (event) => wrongs.push(String(event.reason)));
  addEventListener('securitypolicyviolation', (event) => wrongs.push(`${event.violatedDirective} ${event.blockedURI}`));
  const { warn } = console;
  console.warn = (...words) => { wrongs.push(words.join(' ')); warn.apply(console, words); };
};

export const wrongs = () => window.wrongs;

/** Two frames, and the end of all movement. */
export const still = async () => {
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  const root = document.querySelector('vafa-widget[floating]')?.shadowRoot;
  const moving = [...root?.querySelectorAll('*') ?? []].flatMap((element) => element.getAnimations());
  await Promise.allSettled(moving.filter((one) => one.effect.getComputedTiming().endTime < 1e4).map((one) => one.finished));
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
};

/** What of the panel juts out of it, overflows, or leaves the window. */
export const crooked = () => {
  const panel = document.querySelector('vafa-widget[floating]').shadowRoot.querySelector('[role=dialog]');
  const outer = panel.getBoundingClientRect();
  const wrong = outer.left < 0 || outer.right > innerWidth || outer.top < 0 || outer.bottom > innerHeight ? ['it leaves the window'] : [];
  for (const element of panel.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest('svg')) continue;
    if (box.left < outer.left - 1 || box.right > outer.right + 1) wrong.push(`${element.className} juts out`);
    if (element.clientWidth && element.scrollWidth > element.clientWidth + 1) wrong.push(`${element.className}: ${element.scrollWidth} in ${element.clientWidth}`);
  }
  return wrong;
};

/** How the panel reads: who stands before whom, and in which letters. */
export const reads = () => {
  const root = document.querySelector('vafa-widget[floating]').shadowRoot;
  const left = (selector) => root.querySelector(selector).getBoundingClientRect().left;
  const panel = root.querySelector('[role=dialog]');
  const { lang, dir } = panel.closest('[lang]');
  const tabs = [...root.querySelectorAll('.tab')].map((tab) => tab.getBoundingClientRect().left);
  return {
    lang, dir,
    direction: getComputedStyle(panel).direction,
    avatar: left('.avatar') < left('header h2') ? 'left' : 'right',
    firstTab: tabs[0] < tabs.at(-1) ? 'left' : 'right',
    panel: left('[role=dialog]') < innerWidth / 2 ? 'left' : 'right',
    digits: /^[\d,]+$/.test(root.querySelector('.balance strong').innerText) ? 'Latin'
      : /^[۰-۹٬]+$/.test(root.querySelector('.balance strong').innerText) ? 'Persian' : root.querySelector('.balance strong').innerText,
  };
};

/** The contrast, by WCAG, of what is written on the panel in a theme, as the engine itself paints the colours. */
export const contrasts = (theme) => {
  const root = document.querySelector('vafa-widget[floating]').shadowRoot;
  const vafa = root.querySelector('.vafa');
  const before = vafa.dataset.theme;
  vafa.dataset.theme = theme;
  const brush = document.createElement('canvas').getContext('2d');
  const light = (color) => {
    brush.fillStyle = '#f0f'; // stays where the engine cannot read the colour
    brush.fillStyle = color;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const of = (selector, what) => light(getComputedStyle(root.querySelector(selector))[what]);
  const surface = of('[role=dialog]', 'backgroundColor');
  const found = {
    surface,
    text: ratio(of('.balance strong', 'color'), surface),
    soft: ratio(of('.balance span', 'color'), surface),
    accent: ratio(of('.tab[aria-selected=true]', 'color'), surface),
    button: ratio(of('.btn.main', 'color'), of('.btn.main', 'backgroundColor')),
  };
  vafa.dataset.theme = before ?? '';
  return found;
};

/** Makes the engine one that derives no colour from another, as those of before 2024 are; gives how often it was asked to. */
export const forget = async () => {
  const root = document.querySelector('vafa-widget[floating]').shadowRoot;
  let times = 0;
  const files = performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\/assets\/\w+-\w+\.css$/.test(name));
  const sheets = await Promise.all(files.map((file) => fetch(file).then((answer) => answer.text())));
  root.adoptedStyleSheets = [root.adoptedStyleSheets[0], ...sheets.map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text.replace(/oklch\(from/g, () => { times += 1; return 'unknown(from'; }));
    return sheet;
  })];
  return times;
};
