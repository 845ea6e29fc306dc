// The demo shop: draws its frame and the page that the address names. Plain modules, nothing to build.

import { accountPage, clubPage, lostPage } from './shop/account.js';
import { basket } from './shop/basket.js';
import { basketPage, checkoutPage, thanksPage } from './shop/checkout.js';
import { startClub } from './shop/club.js';
import { demoBar } from './shop/demo-bar.js';
import { h, svg } from './shop/dom.js';
import { icon, sign } from './shop/drawings.js';
import { home, productPage } from './shop/shelves.js';
import { href, nameOf, onShop, setLanguage, shop, whoAmI } from './shop/store.js';

const TOAST_MS = 4000;

const place = document.getElementById('shop');
const skip = h('a', { class: 'skip', href: '#main', 'data-outside': true });
const bar = h('aside', { class: 'demo' });
const top = h('header', { class: 'top' });
const main = h('main', { id: 'main', tabindex: '-1' });
const foot = h('footer', { class: 'foot' });
const frame = h('div', { class: 'inner' });
const toast = h('div', { class: 'toast', role: 'status', 'aria-live': 'polite' });
top.append(frame, toast);
place.append(skip, bar, top, main, foot);

let toastClock;

/** A short sentence at the top of the page, spoken as well. */
function say(sentence, bad = false) {
  clearTimeout(toastClock);
  toast.textContent = sentence;
  toast.dataset.tone = bad ? 'bad' : 'good';
  toastClock = setTimeout(() => { toast.textContent = ''; }, TOAST_MS);
}

/** Draws, and gives the keyboard back to the element with the id that had it. */
function keepingFocus(draw) {
  const held = document.activeElement;
  const id = place.contains(held) ? held.id : '';
  const spot = id && 'selectionStart' in held ? [held.selectionStart, held.selectionEnd] : null;
  draw();
  if (!id || document.activeElement?.id === id) return;
  const next = document.getElementById(id);
  next?.focus({ preventScroll: true });
  if (spot && next?.setSelectionRange) next.setSelectionRange(...spot);
}

function drawBar() {
  bar.setAttribute('aria-label', shop.words.demoTitle);
  bar.replaceChildren(demoBar(() => keepingFocus(drawBar), say));
}

function drawTop() {
  const t = shop.words;
  const here = location.pathname;
  const link = (path, id, picture, text) =>
    h('a', { href: href(path), id, class: 'top-link', 'aria-current': here === path ? 'page' : null }, picture && svg(icon(picture), 'icon'), h('span', {}, text));
  const count = basket.count;
  frame.replaceChildren(
    h('a', { href: href('/'), class: 'brand', id: 'brand' }, svg(sign()), h('span', {}, h('strong', {}, t.shop), h('small', {}, t.tagline))),
    h('nav', { 'aria-label': t.nav },
      link('/', 'nav-home', null, t.home), link('/club', 'nav-club', null, t.club),
      link('/account', 'nav-account', 'person', nameOf(shop.account) ?? t.login)),
    h('div', { class: 'top-end' },
      h('button', { type: 'button', class: 'top-link', id: 'language', lang: t.lang === 'fa' ? 'en' : 'fa', onclick: () => setLanguage(t.lang === 'fa' ? 'en' : 'fa') }, t.switchLanguage),
      h('a', { href: href('/basket'), class: 'basket-link', id: 'nav-basket', 'data-count': count, 'aria-current': here === '/basket' ? 'page' : null },
        svg(icon('basket'), 'icon'), h('span', { class: 'basket-word' }, t.basket), count > 0 && [' ', h('span', { class: 'count' }, t.number(count)), h('span', { class: 'unseen' }, ` ${t.pieces}`)])));
}

function pageHere() {
  const path = location.pathname.replace(/(.)\/$/, '$1');
  const part = decodeURIComponent(path.split('/')[2] ?? '');
  const redraw = () => keepingFocus(drawMain);
  if (path === '/' || path === '/index.html') return home(redraw, say);
  if (path.startsWith('/p/')) return productPage(part, redraw, say) ?? lostPage();
  if (path === '/basket') return basketPage(redraw, say);
  if (path === '/checkout') return checkoutPage(redraw, say);
  if (path.startsWith('/thanks/')) return shop.account === undefined ? { title: '', content: [] } : thanksPage(part, redraw);
  if (path === '/account') return accountPage(redraw, say);
  if (path === '/club') return clubPage();
  return lostPage();
}

function show(page) {
  const t = shop.words;
  document.title = page.title && page.title !== t.shop ? `${page.title} · ${t.shop}` : t.shop;
  main.replaceChildren(...page.content.flat(3).filter(Boolean));
}

function drawMain() {
  const page = pageHere();
  show(page);
  if (!page.later) return;
  const asked = location.href;
  page.later().then((found) => {
    if (location.href !== asked) return;
    keepingFocus(() => (found ? drawMain() : show(lostPage())));
  });
}

function drawFrame() {
  const t = shop.words;
  skip.textContent = t.skip;
  foot.replaceChildren(h('p', {}, t.footer));
  drawBar();
  drawTop();
}

onShop((what, detail) => {
  if (what === 'route') {
    drawTop();
    drawMain();
    if (!detail.back) scrollTo(0, 0);
    if (!detail.quiet) toast.textContent = '';
    if (!detail.quiet) document.getElementById('page-title')?.focus({ preventScroll: true });
  } else keepingFocus(() => { drawFrame(); drawMain(); });
});
basket.onchange(() => keepingFocus(() => { drawTop(); drawMain(); }));

startClub();
drawFrame();
drawMain();
whoAmI();
