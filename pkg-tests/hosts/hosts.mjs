// Pages that a widget has to live in: what their style sheets say, what their servers send, what stands in their markup.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compile } from 'tailwindcss';

const { resolve } = createRequire(import.meta.url);
const sheet = (name) => readFileSync(resolve(name), 'utf8');

/** Tailwind's own compiler, for a page that takes its reset and none of its classes. */
const { build } = await compile('@layer theme, base; @import "tailwindcss/theme" layer(theme); @import "tailwindcss/preflight" layer(base);', {
  loadStylesheet: async (id) => ({ path: id, base: '', content: sheet(`${id}.css`) }),
});

/** What every host's sheet begins with: a font that is here, room to scroll, and one place for the inline panel. */
const GROUND = `
  :root { --vafa-font: "Noto Sans Arabic", "Noto Sans", sans-serif; }
  /* A picture of a page that overflows to the left is taken askew. */
  html { display: block !important; height: 4000px !important; overflow: auto !important; }
  body { margin: 0 !important; overflow: clip !important; }
  .column { all: initial !important; font-family: inherit !important; position: absolute !important; top: 1000px !important; left: 700px !important; width: 420px !important; height: 1000px !important; overflow: hidden !important; }
  .tall { height: 4000px; }
`;

/** name → { css, headers, more: markup in its body, boxes: it moves what stands in its flow } */
export const hosts = {
  // By itself, to see that two visits give the same.
  plain: {},
  bootstrap: { css: sheet('bootstrap/dist/css/bootstrap.rtl.css') },
  tailwind: { css: build([]) },
  // A page's own font reaches the widget; here it is the one that the others name for it.
  font: { css: ':root { --vafa-font: initial; } body { font-family: "Noto Sans Arabic", "Noto Sans", sans-serif; font-size: 22px; }' },
  // Names of custom properties that component kits use, with values that are no colours of themselves.
  tokens: { css: `:root { ${['a', 'accent', 'on', 'on-accent', 'tint', 'surface', 'text', 'soft', 'line', 'fill', 'edge', 'r', 'at', 'shadow', 'green', 'amber', 'red'].map((name) => `--${name}: 240 4.8% 95.9%;`).join(' ')} }` },
  reset: { css: '*, ::before, ::after { all: unset !important; } div, button, svg, section { display: none !important; }' },
  // Whatever elements inherit from each other: an inline panel stands in the middle of it.
  letters: {
    css: `* {
      color: red; letter-spacing: 0.3em; word-spacing: 1em; line-height: 3; text-transform: uppercase; text-align: justify; text-indent: 3em; text-shadow: 2px 2px red;
      white-space: nowrap; list-style: square inside; font-size: 30px; font-style: italic; font-weight: 900; font-variant: small-caps; cursor: wait; hyphens: auto;
      -webkit-text-fill-color: red; border-collapse: collapse; overflow-wrap: anywhere; word-break: break-all; tab-size: 1; caret-color: red; quotes: none;
    }`,
  },
  boxes: {
    css: `body * {
      opacity: 0.4 !important; transform: rotate(4deg) scale(0.8) !important; filter: blur(2px) !important; visibility: hidden !important; pointer-events: none !important;
      position: relative !important; inset: 30px !important; margin: 20px !important; padding: 20px !important; border: 4px solid red !important; outline: 9px solid lime !important;
      font: italic 900 30px/2 monospace !important; writing-mode: vertical-rl !important; user-select: none !important; zoom: 1.3 !important; float: left !important;
      overflow: hidden !important; width: 10px !important; max-height: 10px !important; clip-path: inset(40%) !important; contain: strict !important; z-index: -1 !important;
      animation: lean 1s infinite !important; transition: all 9s !important; display: inline-grid !important; direction: ltr !important;
    }
    @keyframes lean { from, to { rotate: 20deg; } }`,
    boxes: true,
  },
  'strict policy': {
    headers: {
      'Content-Security-Policy': "default-src 'none'; script-src 'self' API 'wasm-unsafe-eval'; connect-src API; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    },
  },
  'clobbered names': {
    more: `<form id="vafa" name="vafa"><input name="push"><input name="vafa"></form><a id="program"></a><img name="currentScript" alt=""><form name="VAFA"></form>
      <input id="launcher"><div id="panel" class="panel vafa"></div><form name="head"></form><object id="localStorage"></object><a id="Element"></a>`,
  },
};

/** A host's page. `tag` is the widget's script tag, or nothing. */
export const pageOf = (name, tag) => sheet('./page.html').replace('<!-- vafa -->', tag).replace('<!-- more -->', hosts[name].more ?? '');

export const cssOf = (name) => GROUND + (hosts[name].css ?? '');

/** The page's own script: a button that works, and who is here. */
export const scriptOf = (token) => `
  document.querySelector('#buy').onclick = () => { document.title = 'bought'; };
  if (document.querySelector('script[data-program]')) {
    if (!Array.isArray(window.vafa)) window.vafa = [];
    window.vafa.push(['identify', ${JSON.stringify(token)}]);
  }
`;
