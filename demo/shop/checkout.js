// Basket, checkout and thank-you page.

import { FREE_SHIPPING_FROM, product } from '../catalog.mjs';
import { basket } from './basket.js';
import { applyCoupon, refreshClub, tellOrder } from './club.js';
import { h, svg } from './dom.js';
import { drawing, icon } from './drawings.js';
import { clubLink } from './shelves.js';
import { ask, go, href, nameOf, shop } from './store.js';

const REPORT_POLL_MS = 1500;

const nothing = () => {
  const t = shop.words;
  return [
    h('h1', { tabindex: '-1', id: 'page-title' }, t.basketEmpty),
    h('div', { class: 'empty' }, svg(drawing('glasses')), h('p', {}, t.basketEmptyText), h('a', { href: href('/'), class: 'button main' }, t.heroShop)),
  ];
};

/** The sums of a basket or an order, as a list of names and amounts. */
function sumsList(sums) {
  const t = shop.words;
  const row = (name, amount, props = {}) => h('div', props, h('dt', {}, name), h('dd', {}, amount));
  const fee = sums.shipping === 0 ? t.free : t.money(sums.shipping);
  return h('dl', { class: 'sums' },
    row(t.items, t.money(sums.items)),
    sums.discount > 0 && row(t.discount, `−\u2060${t.money(sums.discount)}`, { class: 'good', 'data-discount': sums.discount }),
    sums.gift && row(t.gift, product(sums.gift)?.name[t.lang] ?? '', { class: 'good', 'data-gift': sums.gift }),
    row(t.shipping, fee, { class: sums.shipping === 0 ? 'good' : null, 'data-shipping': sums.shipping }),
    row(t.total, t.money(sums.total), { class: 'sum', 'data-total': sums.total }));
}

// Basket

let codeTyped = '';
let codeProblem = null;
let codeBusy = false;

function line({ slug, quantity }) {
  const t = shop.words;
  const item = product(slug);
  const name = item.name[t.lang];
  const step = (by, label, picture) =>
    h('button', { type: 'button', class: 'step', id: `${by > 0 ? 'more' : 'less'}-${slug}`, 'aria-label': label, onclick: () => basket.set(slug, quantity + by) }, svg(icon(picture), 'icon'));
  return h('li', { class: 'line', 'data-line': slug },
    h('div', { class: `plate small ${item.category}` }, svg(drawing(item.drawing))),
    h('div', { class: 'line-text' }, h('a', { href: href(`/p/${slug}`) }, name), h('p', { class: 'faint' }, `${item.size[t.lang]} · ${t.money(item.price)}`)),
    h('div', { class: 'stepper', role: 'group', 'aria-label': `${t.quantity}: ${name}` },
      step(1, t.more(name), 'plus'),
      h('output', { 'data-quantity': quantity }, t.number(quantity)),
      quantity > 1 ? step(-1, t.less(name), 'minus') : step(-1, t.remove(name), 'bin')),
    h('p', { class: 'price' }, t.money(item.price * quantity)));
}

function couponBox(redraw, say) {
  const t = shop.words;
  const { coupon } = basket;
  const { missing } = basket.sums;
  if (coupon) {
    const title = coupon.title?.[t.lang] ?? coupon.title?.fa ?? coupon.code;
    const gift = coupon.kind.donation !== undefined;
    return h('div', { class: 'coupon held-code', 'data-coupon': coupon.code, 'data-applied': String(missing === 0) },
      svg(icon('tag'), 'icon'),
      h('div', {}, h('p', {}, gift ? t.codeThanks : missing ? t.codeMissing(t.money(missing)) : t.codeApplied(title)), h('p', { class: 'faint' }, h('bdi', { dir: 'ltr' }, coupon.code))),
      h('button', { type: 'button', class: 'text-link', id: 'coupon-remove', onclick: () => { codeProblem = null; basket.use(null); } }, t.removeCode));
  }
  async function submit(event) {
    event.preventDefault();
    if (codeBusy || !codeTyped.trim()) return;
    codeBusy = true;
    const answer = await applyCoupon(codeTyped);
    codeBusy = false;
    codeProblem = answer.problem ?? null;
    if (!answer.problem) { codeTyped = ''; say(answer.applied ? t.codeApplied(t.code) : t.codeMissing(t.money(answer.missing))); }
    redraw();
  }
  return h('form', { class: 'coupon', onsubmit: submit, novalidate: true },
    h('label', { for: 'coupon-code' }, t.code),
    h('div', { class: 'row' },
      h('input', { id: 'coupon-code', name: 'code', dir: 'ltr', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', placeholder: t.codeHint, value: codeTyped,
        'aria-invalid': codeProblem ? 'true' : null, 'aria-describedby': codeProblem ? 'coupon-problem' : null, oninput: (event) => { codeTyped = event.target.value; } }),
      h('button', { class: 'button quiet', id: 'coupon-apply' }, t.apply)),
    codeProblem && h('p', { class: 'fault', id: 'coupon-problem', role: 'alert', 'data-problem': codeProblem }, t.codeProblem[codeProblem] ?? t.failed));
}

export function basketPage(redraw, say) {
  const t = shop.words;
  if (!basket.lines.length) return { title: t.basketTitle, content: nothing() };
  const sums = basket.sums;
  const toFree = FREE_SHIPPING_FROM - sums.items;
  return {
    title: t.basketTitle,
    content: [
      h('h1', { tabindex: '-1', id: 'page-title' }, t.basketTitle),
      h('div', { class: 'two' },
        h('ul', { class: 'lines' }, basket.lines.map(line)),
        h('section', { class: 'panel', 'aria-label': t.summary },
          couponBox(redraw, say),
          sumsList(sums),
          h('p', { class: 'earns' }, h('vafa-earn', {})),
          sums.shipping > 0 && toFree > 0 && h('p', { class: 'faint note' }, svg(icon('truck'), 'icon'), t.freeFrom(t.money(toFree))),
          h('a', { href: href('/checkout'), class: 'button main wide', 'data-to-checkout': true }, t.toCheckout))),
    ],
  };
}

// Checkout

const draft = { name: '', phone: '', address: '', faults: {}, problem: null, busy: false, request: null };
basket.onchange(() => { draft.request = null; });

/** Persian and Arabic digits as ASCII. */
const ascii = (text) => text.replace(/[۰-۹]/g, (d) => '۰۱۲۳۴۵۶۷۸۹'.indexOf(d)).replace(/[٠-٩]/g, (d) => '٠١٢٣٤٥٦٧٨٩'.indexOf(d));
const uuid = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
let lastOrder = null;

function checkFields() {
  const t = shop.words;
  const faults = {};
  for (const field of ['name', 'address']) if (!draft[field].trim()) faults[field] = t.fieldNeeded(t[field]);
  if (!/^09\d{9}$/.test(ascii(draft.phone).replace(/[\s-]/g, ''))) faults.phone = t.phoneWrong;
  return faults;
}

async function place(redraw, say) {
  const t = shop.words;
  if (draft.busy) return;
  draft.faults = checkFields();
  draft.problem = Object.keys(draft.faults).length ? t.fieldsWrong : null;
  if (draft.problem) {
    redraw();
    document.getElementById(`field-${Object.keys(draft.faults)[0]}`)?.focus();
    return;
  }
  draft.busy = true;
  draft.request ??= uuid();
  redraw();
  const answer = await ask('POST', '/shop/orders', {
    request_id: draft.request,
    lines: basket.lines,
    coupon: basket.coupon?.code ?? null,
    receiver: { name: draft.name.trim(), phone: ascii(draft.phone).replace(/[\s-]/g, ''), address: draft.address.trim() },
  });
  draft.busy = false;
  if (!answer.ok) {
    draft.problem = t.codeProblem[answer.body?.code] ?? t.failed;
    if (answer.body?.code?.startsWith('coupon_')) basket.use(null);
    redraw();
    return;
  }
  lastOrder = answer.body.order;
  basket.empty();
  go(`/thanks/${lastOrder.id}`);
}

export function checkoutPage(redraw, say) {
  const t = shop.words;
  if (!basket.lines.length) return { title: t.checkoutTitle, content: nothing() };
  if (!draft.name && shop.account) draft.name = nameOf(shop.account);
  const field = (name, props = {}) => {
    const fault = draft.faults[name];
    const tag = name === 'address' ? 'textarea' : 'input';
    return h('div', { class: 'field' },
      h('label', { for: `field-${name}` }, t[name]),
      h(tag, { id: `field-${name}`, name, required: true, value: draft[name], 'aria-invalid': fault ? 'true' : null, 'aria-describedby': fault ? `fault-${name}` : props.hint ? `hint-${name}` : null,
        oninput: (event) => { draft[name] = event.target.value; }, ...props, hint: null }),
      fault ? h('p', { class: 'fault', id: `fault-${name}` }, fault) : props.hint && h('p', { class: 'faint', id: `hint-${name}` }, props.hint));
  };
  return {
    title: t.checkoutTitle,
    content: [
      h('h1', { tabindex: '-1', id: 'page-title' }, t.checkoutTitle),
      h('form', { class: 'two', novalidate: true, id: 'checkout', onsubmit: (event) => { event.preventDefault(); place(redraw, say); } },
        h('div', {},
          h('fieldset', {}, h('legend', {}, t.receiver),
            field('name', { autocomplete: 'name' }),
            field('phone', { autocomplete: 'tel', inputmode: 'tel', dir: 'ltr', hint: t.phoneHint }),
            field('address', { autocomplete: 'street-address', rows: 3 })),
          h('fieldset', {}, h('legend', {}, t.payTitle),
            h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'pay', checked: true, value: 'demo' }), h('span', {}, h('strong', {}, t.payDemo), h('span', { class: 'faint' }, t.payDemoText))))),
        h('section', { class: 'panel', 'aria-label': t.summary },
          h('ul', { class: 'short-lines' }, basket.lines.map(({ slug, quantity }) => h('li', {}, h('span', {}, `${product(slug).name[t.lang]}\u00a0×\u00a0${t.number(quantity)}`), h('span', {}, t.money(product(slug).price * quantity))))),
          sumsList(basket.sums),
          draft.problem && h('p', { class: 'fault', role: 'alert', id: 'checkout-problem' }, draft.problem),
          h('button', { class: 'button main wide', id: 'pay', 'aria-disabled': draft.busy ? 'true' : null }, draft.busy ? t.paying : t.pay(t.money(basket.sums.total))),
          h('a', { href: href('/basket'), class: 'text-link centre' }, t.editBasket))),
    ],
  };
}

// Thank you

const told = new WeakSet();

/** Tells the club once per page view; while its server waits for the API, asks until the points are there. */
function follow(order, redraw) {
  if (told.has(order)) return;
  told.add(order);
  tellOrder(order);
  if (order.reported !== false) return;
  const path = location.pathname;
  const again = async () => {
    if (location.pathname !== path) return;
    const answer = await ask('GET', `/shop/orders/${order.id}`);
    if (!answer.body?.order?.reported) { setTimeout(again, REPORT_POLL_MS); return; }
    order.reported = true;
    refreshClub();
    redraw();
  };
  setTimeout(again, REPORT_POLL_MS);
}

export function thanksPage(id, redraw) {
  const t = shop.words;
  if (lastOrder?.id !== id || (lastOrder.member && shop.account && lastOrder.member !== shop.account.id)) {
    lastOrder = null;
    return {
      title: t.thanksTitle(''),
      content: [h('p', { class: 'faint', role: 'status' }, t.loading)],
      later: async () => {
        const answer = await ask('GET', `/shop/orders/${encodeURIComponent(id)}`);
        if (answer.ok) lastOrder = answer.body.order;
        return answer.ok;
      },
    };
  }
  const order = lastOrder;
  follow(order, redraw);
  return {
    title: t.thanksTitle(''),
    content: [
      h('section', { class: 'thanks', 'data-order': order.id, 'data-reported': String(order.reported) },
        h('span', { class: 'seal' }, svg(icon('check'), 'icon')),
        h('h1', { tabindex: '-1', id: 'page-title' }, t.thanksTitle(order.member ? nameOf(shop.account) : '')),
        h('p', { class: 'lead' }, t.thanksText),
        order.reported === false && h('p', { class: 'note-box', role: 'status' }, t.thanksQueued),
        h('div', { class: 'panel' },
          h('p', { class: 'order-number' }, t.orderNumber, ' ', h('bdi', { dir: 'ltr' }, order.id)),
          h('ul', { class: 'short-lines' }, order.lines.map(({ slug, quantity, unit_price: unit }) => h('li', {}, h('span', {}, `${product(slug).name[t.lang]}\u00a0×\u00a0${t.number(quantity)}`), h('span', {}, t.money(unit * quantity))))),
          sumsList(order)),
        h('p', { class: 'row centre' }, clubLink(t.thanksPoints, 'button main', 'home'), h('a', { href: href('/'), class: 'button quiet' }, t.keepShopping))),
    ],
  };
}
