// The demo's own bar above the shop: be each kind of customer without reloading. No part of the shop.

import { h, svg } from './dom.js';
import { icon } from './drawings.js';
import { login, logout, shop } from './store.js';

const KEY = 'bahar:demo-bar';
const PEOPLE = ['guest', 'neda', 'navid', 'elham', 'parsa'];

const wide = matchMedia('(min-width: 760px)').matches;
let open = wide;
try { open = (localStorage.getItem(KEY) ?? String(wide)) === 'true'; } catch { /* storage refused: as the screen allows */ }
let busy = false;

const present = () => (shop.account ? (shop.account.demo ? shop.account.id : 'self') : shop.account === null ? 'guest' : null);

/** The bar; `redraw` draws it again, `say` announces the change. */
export function demoBar(redraw, say) {
  const t = shop.words;
  const now = present();

  async function become(person) {
    if (busy || person === now) return;
    busy = true;
    const answer = await (person === 'guest' ? logout() : login(person));
    busy = false;
    say(answer.ok ? t.demoNow(t.demo[person][0]) : t.failed, !answer.ok);
    redraw();
  }

  const person = (id, [name, kind]) =>
    h('button', { type: 'button', class: 'demo-person', id: `demo-${id}`, 'data-demo-as': id, 'aria-pressed': String(now === id), onclick: () => become(id) },
      h('strong', {}, name), ' ', h('span', {}, kind));

  const bar = h('details', { class: 'demo-bar', open, 'data-demo-bar': true },
    h('summary', { id: 'demo-toggle' },
      h('span', { class: 'demo-name' }, t.demoTitle),
      h('span', { class: 'demo-now' }, now === 'self' ? shop.account.name : now ? t.demo[now].join(t.lang === 'fa' ? '، ' : ', ') : ''),
      svg(icon('chevron'), 'icon')),
    h('div', { class: 'demo-people', role: 'group', 'aria-label': t.demoPeople },
      h('p', {}, t.demoText),
      PEOPLE.map((id) => person(id, t.demo[id])),
      now === 'self' && h('button', { type: 'button', class: 'demo-person', 'data-demo-as': 'self', 'aria-pressed': 'true' }, h('strong', {}, shop.account.name), ' ', h('span', {}, t.demoSelf))));
  bar.addEventListener('toggle', () => {
    open = bar.open;
    try { localStorage.setItem(KEY, String(open)); } catch { /* not remembered, then */ }
  });
  return bar;
}
