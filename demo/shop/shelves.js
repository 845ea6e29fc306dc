// The home page with its shelves, and the page of one product.

import { CATEGORIES, product, PRODUCTS } from '../catalog.mjs';
import { basket } from './basket.js';
import { openClub } from './club.js';
import { h, svg } from './dom.js';
import { drawing, icon, scene } from './drawings.js';
import { href, shop } from './store.js';

let shelf = 'all';

/** A link to the club that opens the panel when it is there. */
export const clubLink = (text, className, view) =>
  h('a', { href: href('/club'), class: className, 'data-open-club': true, onclick: (event) => { if (openClub(view)) event.preventDefault(); } }, text);

function addButton(item, say, className = 'button quiet') {
  const t = shop.words;
  return h('button', {
    type: 'button', class: className, id: `add-${item.slug}`, 'data-add': item.slug,
    onclick: () => { basket.add(item.slug); say(t.added(item.name[t.lang])); },
  }, svg(icon('plus'), 'icon'), h('span', {}, className.includes('main') ? t.add : t.addShort), h('span', { class: 'unseen' }, `: ${item.name[t.lang]}`));
}

function card(item, say, level = 'h3') {
  const t = shop.words;
  const count = basket.quantity(item.slug);
  return h('li', { class: 'card', 'data-product': item.slug },
    h('div', { class: `plate ${item.category}` }, svg(drawing(item.drawing)), item.mark && h('span', { class: 'mark' }, t.mark[item.mark])),
    h('div', { class: 'card-text' },
      h(level, {}, h('a', { href: href(`/p/${item.slug}`), class: 'cover' }, item.name[t.lang])),
      h('p', { class: 'faint' }, item.line[t.lang])),
    h('div', { class: 'card-foot' },
      h('p', { class: 'price' }, t.money(item.price)),
      h('div', { class: 'card-add' }, count > 0 && h('span', { class: 'held' }, t.number(count)), addButton(item, say))));
}

export function home(redraw, say) {
  const t = shop.words;
  const shown = PRODUCTS.filter((item) => shelf === 'all' || item.category === shelf);
  const choose = (id) => h('button', {
    type: 'button', class: 'chip', id: `shelf-${id}`, 'data-shelf': id, 'aria-pressed': String(shelf === id),
    onclick: () => { shelf = id; redraw(); },
  }, id === 'all' ? t.all : t.category[id]);
  return {
    title: t.shop,
    content: [
      h('section', { class: 'hero' },
        h('div', { class: 'hero-text' },
          h('h1', { tabindex: '-1', id: 'page-title' }, t.heroTitle),
          h('p', { class: 'lead' }, t.heroText),
          h('p', { class: 'row' }, h('a', { href: '#products', class: 'button main', 'data-outside': true }, t.heroShop), clubLink(t.heroClub, 'button quiet'))),
        h('div', { class: 'hero-scene' }, svg(scene()))),
      h('ul', { class: 'promises' }, ['truck', 'undo', 'leaf'].map((name, i) => h('li', {}, svg(icon(name), 'icon'), t.promises[i]))),
      h('section', { id: 'products', 'aria-labelledby': 'products-title' },
        h('div', { class: 'section-head' },
          h('h2', { id: 'products-title' }, t.products),
          h('div', { class: 'chips', role: 'group', 'aria-label': t.shelves }, choose('all'), CATEGORIES.map(choose))),
        h('ul', { class: 'grid' }, shown.map((item) => card(item, say)))),
      h('section', { class: 'strip', 'aria-labelledby': 'strip-title' },
        h('div', {}, h('h2', { id: 'strip-title' }, t.stripTitle), h('p', {}, t.stripText)),
        clubLink(t.openClub, 'button main')),
    ],
  };
}

export function productPage(slug, redraw, say) {
  const t = shop.words;
  const item = product(slug);
  if (!item) return null;
  const count = basket.quantity(slug);
  // The next product of every other shelf, and one more of this one.
  const after = [...PRODUCTS.slice(PRODUCTS.indexOf(item) + 1), ...PRODUCTS.slice(0, PRODUCTS.indexOf(item))];
  const near = CATEGORIES.map((category) => after.find((other) => other.category === category));
  return {
    title: item.name[t.lang],
    content: [
      h('p', { class: 'trail' }, h('a', { href: href('/'), class: 'text-link' }, svg(icon('back'), 'icon'), t.back)),
      h('article', { class: 'product', 'data-product': slug },
        h('div', { class: `plate large ${item.category}` }, svg(drawing(item.drawing)), item.mark && h('span', { class: 'mark' }, t.mark[item.mark])),
        h('div', { class: 'product-text' },
          h('p', { class: 'kicker' }, `${t.category[item.category]} · ${item.size[t.lang]}`),
          h('h1', { tabindex: '-1', id: 'page-title' }, item.name[t.lang]),
          h('p', { class: 'lead' }, item.about[t.lang]),
          h('dl', { class: 'facts' }, h('dt', {}, ['ware', 'sweet'].includes(item.category) ? t.keep : t.howTo), h('dd', {}, item.brew[t.lang])),
          h('p', { class: 'price big' }, t.money(item.price)),
          h('p', { class: 'earns' }, h('vafa-earn', { amount: item.price, sku: slug, category: item.category })),
          h('p', { class: 'row' }, addButton(item, say, 'button main'),
            count > 0 && h('a', { href: href('/basket'), class: 'text-link', 'data-in-basket': count }, t.inBasket(t.number(count)))))),
      h('section', { 'aria-labelledby': 'related-title' }, h('h2', { id: 'related-title' }, t.related), h('ul', { class: 'grid' }, near.map((other) => card(other, say)))),
    ],
  };
}
