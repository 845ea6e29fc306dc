// The gallery's page: leafed through by view and state, with switches for language, colours and width. It stands alone in
// its folder, beside the pictures, and needs no server.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGS, SCHEMES, SIZES, gallery } from '../looks.mjs';

const css = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { margin: 0; display: grid; grid-template-columns: 15rem 1fr; height: 100vh }
nav { overflow: auto; padding: 1rem; border-inline-end: 1px solid #8886 }
nav h2 { font-size: .8rem; margin: 1rem 0 .2rem; text-transform: uppercase; letter-spacing: .06em; opacity: .7 }
nav a { display: block; padding: .15rem .5rem; border-radius: 6px; color: inherit; text-decoration: none }
nav a[aria-current] { background: #6554c4; color: #fff }
main { overflow: auto; padding: 1rem }
fieldset { display: inline-flex; gap: .75rem; border: 0; padding: 0; margin: 0 1.5rem .75rem 0 }
legend { float: left; margin-inline-end: .5rem; opacity: .7 }
figure { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top }
img { display: block; max-width: 100%; border: 1px solid #8884; border-radius: 8px; background: #fff }
figcaption { opacity: .7; font-size: .85rem }
kbd { border: 1px solid #8886; border-radius: 4px; padding: 0 .3em; font: inherit }`;

/** Runs in the page. */
const leaf = () => {
  const { states, choices } = JSON.parse(document.querySelector('#data').textContent);
  const make = (name, attributes, ...inside) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...inside);
    return made;
  };
  const chosen = () => Object.fromEntries(Object.keys(choices).map((name) => [name, document.querySelector(`input[name=${name}]:checked`).value]));
  const here = () => Math.max(0, states.findIndex(({ name }) => '#' + name === decodeURI(location.hash)));
  const nav = document.querySelector('nav');
  let group;
  for (const { name } of states) {
    const [own, state] = name.split('/');
    if (own !== group) nav.append(make('h2', {}, own));
    group = own;
    nav.append(make('a', { href: '#' + name }, state));
  }
  const switches = document.querySelector('form');
  for (const [name, values] of Object.entries(choices)) {
    const radios = ['all', ...values].map((value) => make('label', {}, make('input', { type: 'radio', name, value, checked: value === values[0] }), ' ' + value));
    switches.append(make('fieldset', {}, make('legend', {}, name), ...radios));
  }
  const draw = () => {
    const state = states[here()];
    const { language, colours, width } = chosen();
    const fits = (file) => {
      const parts = file.slice(state.base.length + 1).split('-');
      if (parts[0] === 'forced') return colours === 'all' || colours === 'forced';
      return [language, colours, width].every((value, n) => value === 'all' || value === parts[n]);
    };
    document.querySelector('h1').textContent = state.name;
    document.querySelector('#pictures').replaceChildren(...state.pictures.filter(fits).map((file) =>
      make('figure', {}, make('img', { src: file + '.webp', alt: file }), make('figcaption', {}, file.slice(state.base.length + 1)))));
    for (const link of nav.querySelectorAll('a')) {
      if (decodeURI(link.hash) === '#' + state.name) {
        link.setAttribute('aria-current', 'page');
        link.scrollIntoView({ block: 'nearest' });
      } else link.removeAttribute('aria-current');
    }
  };
  const turn = (by) => { location.hash = states[(here() + by + states.length) % states.length].name; };
  const flip = (name) => {
    const radios = [...document.querySelectorAll(`input[name=${name}]`)];
    radios[(radios.findIndex((one) => one.checked) + 1) % radios.length].checked = true;
    draw();
  };
  addEventListener('hashchange', draw);
  switches.addEventListener('change', draw);
  addEventListener('keydown', (event) => {
    const act = { ArrowRight: () => turn(1), ArrowDown: () => turn(1), ArrowLeft: () => turn(-1), ArrowUp: () => turn(-1), l: () => flip('language'), c: () => flip('colours'), w: () => flip('width') }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  draw();
};

/** Writes the page about what was seen; gives its path. */
export function write(seen) {
  const order = (a, b) => a.name.localeCompare(b.name);
  const states = [...seen].sort(order).map(({ name, pictures }) => ({ name, base: name.replaceAll('/', '-'), pictures }));
  const choices = { language: LANGS, colours: [...SCHEMES, 'forced'], width: Object.keys(SIZES).sort((a, b) => b - a) };
  const data = JSON.stringify({ states, choices }).replaceAll('<', '\\u003c');
  const file = join(gallery, 'index.html');
  writeFileSync(file, `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Gallery of the widget</title>
<style>${css}</style>
<nav aria-label="States"></nav>
<main>
<h1></h1>
<form></form>
<p><kbd>←</kbd> <kbd>→</kbd> turn the page, <kbd>l</kbd> <kbd>c</kbd> <kbd>w</kbd> change language, colours, width. The narrowest pictures are unrolled.</p>
<div id="pictures"></div>
</main>
<script type="application/json" id="data">${data}</script>
<script>(${leaf})()</script>
`);
  return file;
}
