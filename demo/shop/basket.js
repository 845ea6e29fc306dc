// The basket: kept in this browser, shared by its tabs, emptied by an order.

import { price, product, QUANTITY_MAX } from '../catalog.mjs';

const KEY = 'bahar:basket';
const listeners = new Set();
let state = read();

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const lines = Array.isArray(stored.lines) ? stored.lines : [];
    return {
      lines: lines.filter((line) => product(line?.slug) && Number.isInteger(line.quantity) && line.quantity > 0)
        .map(({ slug, quantity }) => ({ slug, quantity: Math.min(quantity, QUANTITY_MAX) })),
      coupon: typeof stored.coupon?.code === 'string' && stored.coupon.kind ? stored.coupon : null,
    };
  } catch {
    return { lines: [], coupon: null };
  }
}

function change(next) {
  state = next;
  try { localStorage.setItem(KEY, JSON.stringify(state)); } catch { /* storage refused: the basket lives as long as the page */ }
  for (const listener of listeners) listener();
}

addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  state = read();
  for (const listener of listeners) listener();
});

export const basket = {
  get lines() { return state.lines; },
  /** The club coupon on it: `{code, title, kind, minimum_order}` or null. */
  get coupon() { return state.coupon; },
  get count() { return state.lines.reduce((n, line) => n + line.quantity, 0); },
  get sums() { return price(state.lines, state.coupon); },
  quantity(slug) { return state.lines.find((line) => line.slug === slug)?.quantity ?? 0; },
  set(slug, quantity) {
    const wanted = Math.max(0, Math.min(QUANTITY_MAX, quantity));
    const known = state.lines.some((line) => line.slug === slug);
    const lines = known ? state.lines.map((line) => (line.slug === slug ? { slug, quantity: wanted } : line)) : [...state.lines, { slug, quantity: wanted }];
    change({ ...state, lines: lines.filter((line) => line.quantity > 0) });
  },
  add(slug) { this.set(slug, this.quantity(slug) + 1); },
  use(coupon) { change({ ...state, coupon }); },
  empty() { change({ lines: [], coupon: null }); },
  onchange(listener) { listeners.add(listener); },
};
