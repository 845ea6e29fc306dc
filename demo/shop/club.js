// All that a merchant writes to have Vafa in the shop. The queue stub works before the script has loaded,
// after it, and without it: if the club never comes, these calls cost nothing.

import { basket } from './basket.js';
import { product } from '../catalog.mjs';
import { ask, go, onShop, shop } from './store.js';

const vafa = (window.vafa = window.vafa || []);
const INVITED = 'bahar:invited';

/** Asked by Vafa whenever it needs a token; an empty answer means that nobody is logged in. */
const memberToken = () => fetch('/shop/token').then((response) => (response.ok ? response.text() : null));

/** Opens the panel; false when the club is not there, so that the link may lead to its page. */
export function openClub(view) {
  if (!window.vafa.version) return false;
  vafa.push(['open', view]);
  return true;
}

/** The thank-you page: fresh points, and perhaps a question about the order. */
export const tellOrder = (order) => vafa.push(['order', { id: order.id, total: order.total }]);

export const refreshClub = () => vafa.push(['refresh']);

/** Puts a club coupon on the basket if the shop's server finds it good. */
export async function applyCoupon(code) {
  const answer = await ask('GET', `/shop/coupons/${encodeURIComponent(code.trim())}?total=${basket.sums.items}`);
  if (!answer.ok) return { applied: false, problem: answer.body?.code ?? 'club_unavailable' };
  basket.use(answer.body.coupon);
  return { applied: answer.body.applied, missing: answer.body.missing };
}

/** An invitation that this visit came by; joining is then left to the panel, which holds its claim. */
export const invited = () => {
  try { return sessionStorage.getItem(INVITED) !== null; } catch { return false; }
};

/** The claim that the panel handed over with its `join` hook, if it did. */
export let claim = null;

/** What is in the basket, each line net of its share of the coupon. */
function tellCart() {
  const { items, discount } = basket.sums;
  let [whole, off] = [items, discount];
  const line = ({ slug, quantity }) => {
    const full = product(slug).price * quantity;
    const share = Math.floor((off * full) / whole);
    [whole, off] = [whole - full, off - share];
    return { sku: slug, category: product(slug).category, amount: full - share };
  };
  vafa.push(['cart', { total: items - discount, currency: 'IRR', items: basket.lines.map(line) }]);
}

/** Called once, before anything is drawn. */
export function startClub() {
  try { if (new URLSearchParams(location.search).has('vafa_ref')) sessionStorage.setItem(INVITED, '1'); } catch { /* storage refused: joining works without it */ }
  vafa.push(
    ['hook', 'redeem', async ({ code }) => {
      const { applied } = await applyCoupon(code);
      go('/basket', { quiet: true });
      return { applied };
    }],
    ['hook', 'login', () => go('/account')],
    ['hook', 'join', (offer) => { claim = offer?.claim_id ?? null; go('/account?join=1'); }],
  );
  tellCart();
  basket.onchange(tellCart);
  onShop((what, detail) => {
    if (what === 'account' && shop.account) vafa.push(['identify', memberToken]);
    if (what === 'account' && !shop.account) vafa.push(detail.first ? ['identify', null] : ['logout']);
    if (what === 'language') vafa.push(['setLanguage', shop.words.lang]);
    // A thank-you page tells its order instead, which is fresh as well.
    if (what === 'route' && !location.pathname.startsWith('/thanks/')) refreshClub();
  });
}
