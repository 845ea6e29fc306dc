// The account with its orders, the forms to log in and to join, and the club's own page.

import { product } from '../catalog.mjs';
import { claim, invited, openClub, refreshClub } from './club.js';
import { h, svg } from './dom.js';
import { drawing } from './drawings.js';
import { ask, go, href, join, login, logout, nameOf, shop } from './store.js';

const PEOPLE = ['neda', 'navid', 'elham', 'parsa'];
let orders = null;
let ordersOf = null;
let joinName = '';
let problem = null;
let busy = false;

async function once(act, redraw) {
  if (busy) return;
  busy = true;
  problem = null;
  const answer = await act();
  busy = false;
  if (!answer.ok) { problem = shop.words.failed; redraw(); }
  return answer;
}

function doors(redraw) {
  const t = shop.words;
  const joining = new URLSearchParams(location.search).has('join');
  async function submit(event) {
    event.preventDefault();
    const name = joinName.trim();
    if (!name) { problem = t.fieldNeeded(t.name); redraw(); document.getElementById('join-name')?.focus(); return; }
    // Without a claim in hand an invited shopper joins in the panel, where the invitation is kept.
    const viaPanel = invited() && !claim;
    const answer = await once(() => join({ name, claim_id: claim, club: !viaPanel }), redraw);
    if (!answer?.ok) return;
    joinName = '';
    go('/account', { replace: true });
    if (viaPanel) openClub('home');
    else if (answer.body.reported === false) setTimeout(refreshClub, 4000);
  }
  const joinForm = h('section', { class: 'panel', 'aria-labelledby': 'join-title' },
    h('h2', { id: 'join-title' }, t.joinTitle), h('p', { class: 'faint' }, t.joinText),
    h('form', { id: 'join-form', novalidate: true, onsubmit: submit },
      h('div', { class: 'field' }, h('label', { for: 'join-name' }, t.name),
        h('input', { id: 'join-name', name: 'name', autocomplete: 'given-name', maxlength: 40, required: true, value: joinName, 'aria-describedby': problem ? 'account-problem' : null, oninput: (event) => { joinName = event.target.value; } })),
      h('button', { class: 'button main wide', id: 'join-submit' }, t.joinButton)));
  const loginForm = h('section', { class: 'panel', 'aria-labelledby': 'login-title' },
    h('h2', { id: 'login-title' }, t.loginTitle), h('p', { class: 'faint' }, t.loginText),
    h('ul', { class: 'people' }, PEOPLE.map((id) => h('li', {}, h('button', { type: 'button', class: 'person', 'data-login': id, onclick: () => once(() => login(id), redraw) },
      h('span', { class: 'face', 'aria-hidden': 'true' }, t.demo[id][0][0]), h('span', {}, h('strong', {}, h('span', { class: 'unseen' }, `${t.loginAs} `), t.demo[id][0]), ' ', h('span', { class: 'faint' }, t.demo[id][1])))))));
  return [
    h('h1', { tabindex: '-1', id: 'page-title' }, t.accountTitle),
    problem && h('p', { class: 'fault', role: 'alert', id: 'account-problem' }, problem),
    h('div', { class: 'doors' }, joining ? [joinForm, loginForm] : [loginForm, joinForm]),
  ];
}

function orderCard(order, redraw, say) {
  const t = shop.words;
  async function giveBack() {
    const answer = await once(() => ask('POST', `/shop/orders/${order.id}/refund`, {}), redraw);
    if (!answer?.ok) return;
    orders = orders.map((one) => (one.id === order.id ? answer.body.order : one));
    refreshClub();
    say(t.refunded);
    redraw();
  }
  return h('li', { class: 'panel order', 'data-order': order.id, 'data-state': order.state },
    h('div', { class: 'order-head' },
      h('div', {}, h('strong', {}, h('bdi', { dir: 'ltr' }, order.id)), h('p', { class: 'faint' }, t.placed, ' ', t.date(order.placed_at))),
      h('div', { class: 'badges' }, h('span', { class: `badge ${order.state}` }, t.state[order.state]), order.reported !== null && h('span', { class: 'badge' }, order.reported ? t.reported : t.waiting))),
    h('ul', { class: 'short-lines' }, order.lines.map(({ slug, quantity }) => h('li', {}, h('span', {}, `${product(slug).name[t.lang]}\u00a0×\u00a0${t.number(quantity)}`)))),
    h('div', { class: 'order-foot' }, h('p', { class: 'price' }, t.money(order.total)),
      order.state === 'paid' && h('button', { type: 'button', class: 'button quiet', 'data-refund': order.id, 'aria-label': t.refundNamed(order.id), onclick: giveBack }, t.refund)));
}

export function accountPage(redraw, say) {
  const t = shop.words;
  if (shop.account === undefined) return { title: t.accountTitle, content: [h('h1', { tabindex: '-1', id: 'page-title' }, t.accountTitle), h('p', { class: 'faint' }, t.loading)] };
  if (!shop.account) { orders = ordersOf = null; return { title: t.accountTitle, content: doors(redraw) }; }
  const { id } = shop.account;
  if (ordersOf !== id) { orders = null; ordersOf = id; }
  return {
    title: t.accountTitle,
    content: [
      h('div', { class: 'section-head' },
        h('h1', { tabindex: '-1', id: 'page-title' }, t.hello(nameOf(shop.account))),
        h('button', { type: 'button', class: 'button quiet', id: 'logout', onclick: () => once(logout, redraw) }, t.logout)),
      problem && h('p', { class: 'fault', role: 'alert' }, problem),
      h('section', { 'aria-labelledby': 'orders-title' }, h('h2', { id: 'orders-title' }, t.orders),
        orders === null ? h('p', { class: 'faint', role: 'status' }, t.loading)
          : orders.length ? h('ul', { class: 'orders' }, orders.map((order) => orderCard(order, redraw, say)))
            : h('div', { class: 'empty' }, svg(drawing('tin-leaf')), h('p', {}, t.noOrders), h('a', { href: href('/'), class: 'button main' }, t.heroShop))),
    ],
    later: orders === null && (async () => {
      const answer = await ask('GET', '/shop/orders');
      if (ordersOf !== id) return true;
      orders = answer.ok ? answer.body.orders : [];
      if (!answer.ok) problem = shop.words.failed;
      return true;
    }),
  };
}

// One element for the page's life: drawing the page again must not take the card off it.
let card = null;

export function clubPage() {
  const t = shop.words;
  card ??= h('vafa-widget', { view: 'home', class: 'club-card' });
  return {
    title: t.clubTitle,
    content: [
      h('div', { class: 'club-page' },
        h('h1', { tabindex: '-1', id: 'page-title' }, t.clubTitle), h('p', { class: 'lead' }, t.clubText),
        card, h('p', { class: 'faint' }, t.clubOff, ' ', h('a', { href: href('/account') }, t.account))),
    ],
  };
}

export function lostPage() {
  const t = shop.words;
  return {
    title: t.notFound,
    content: [h('h1', { tabindex: '-1', id: 'page-title' }, t.notFound), h('div', { class: 'empty' }, svg(drawing('teapot')), h('p', {}, t.notFoundText), h('a', { href: href('/'), class: 'button main' }, t.heroShop))],
  };
}
