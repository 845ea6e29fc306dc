// The shop's backend under /shop/: logging in, joining, coupons, orders and refunds.

import { createHash, randomBytes } from 'node:crypto';
import { price, product, QUANTITY_MAX } from '../catalog.mjs';
import { json, problem, readJson, Refusal } from './replies.mjs';

/** Customers that the history brings; anybody may be one of them in the demo. */
export const DEMO_PEOPLE = { neda: 'ندا', navid: 'نوید', elham: 'الهام', parsa: 'پارسا' };

const CURRENCY = 'IRR';
const REPORT_WAIT_MS = 2500;
const LINES_MAX = 30;
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const COUPON_STATES = { used: 'coupon_used', cancelled: 'coupon_cancelled', expired: 'coupon_expired' };

const letters = (bytes) => Array.from(bytes.subarray(0, 12), (byte) => ALPHABET[byte % ALPHABET.length]).join('');

/** An account's id, which nobody guesses: 12 letters of 30. */
const freshAccountId = () => `u-${letters(randomBytes(12)).toLowerCase()}`;

/** The order that a request makes: the same request has the same order, even if its first try was cut off. */
const orderIdOf = (member, requestId) => `B${letters(createHash('sha256').update(`${member ?? ''}/${requestId}`).digest())}`;

const text = (value, most) => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trim().slice(0, most) : '');

export function openDesk({ books, club, sessions }) {
  function account(id) {
    if (!id) return null;
    const name = Object.hasOwn(DEMO_PEOPLE, id) ? DEMO_PEOPLE[id] : books.state.accounts[id]?.name;
    return name ? { id, name, demo: Object.hasOwn(DEMO_PEOPLE, id) } : null;
  }

  const unreachable = () => new Refusal(503, 'club_unavailable', 'The club cannot be reached now; the code is safe.', { headers: { 'Retry-After': '5' } });

  /** The coupon if this shopper may use it now, on this order; its minimum is judged by `price`. */
  async function usableCoupon(code, who, orderId) {
    if (!who) throw new Refusal(403, 'coupon_needs_login', 'Log in to use a club code.');
    let coupon;
    try {
      coupon = await club.coupon(code);
    } catch {
      throw unreachable();
    }
    if (!coupon) throw new Refusal(404, 'coupon_unknown', 'There is no such code.');
    if (coupon.member !== who) throw new Refusal(409, 'coupon_not_yours', 'The code belongs to another member.');
    const ours = coupon.state === 'used' && orderId && coupon.order_id === orderId;
    if (coupon.state !== 'open' && !ours) throw new Refusal(409, COUPON_STATES[coupon.state] ?? 'coupon_used', `The code is ${coupon.state}.`);
    return { code: coupon.code, title: coupon.title, kind: coupon.kind, minimum_order: coupon.minimum_order ?? null };
  }

  /** Has the club settle that this order, and no other, has the coupon; asking again changes nothing. */
  async function takeCoupon(code, orderId) {
    let answer;
    try {
      answer = await club.useCoupon(code, orderId);
    } catch {
      throw unreachable();
    }
    if (answer.status === 409) throw new Refusal(409, answer.body?.code ?? 'coupon_used', 'The code can no longer be used.');
    if (answer.status >= 300) throw unreachable();
  }

  function readLines(value) {
    const sound = Array.isArray(value) && value.length > 0 && value.length <= LINES_MAX &&
      value.every((line) => product(line?.slug) && Number.isInteger(line.quantity) && line.quantity >= 1 && line.quantity <= QUANTITY_MAX) &&
      new Set(value.map((line) => line.slug)).size === value.length;
    if (!sound) throw new Refusal(422, 'validation_failed', 'lines must name 1 to 30 different products of the shop, 1 to 20 pieces of each.', { errors: [{ pointer: '/lines', code: 'invalid', detail: 'Unknown product or quantity.' }] });
    return value.map(({ slug, quantity }) => ({ slug, quantity }));
  }

  function readReceiver(value) {
    const receiver = { name: text(value?.name, 80), phone: text(value?.phone, 20), address: text(value?.address, 300) };
    const errors = Object.entries(receiver)
      .filter(([field, said]) => (field === 'phone' ? !/^09\d{9}$/.test(said) : !said))
      .map(([field]) => ({ pointer: `/receiver/${field}`, code: 'invalid', detail: field === 'phone' ? 'Eleven digits that start with 09.' : 'Must not be empty.' }));
    if (errors.length) throw new Refusal(422, 'validation_failed', 'The receiver is not complete.', { errors });
    return receiver;
  }

  /** True when the club has it, false while it waits, null when it is none of the club's: a guest's, or of no member. */
  function reported(order) {
    if (!order.member || books.state.refused.some((report) => report.id === order.id)) return null;
    return !club.pending(order.id);
  }

  const shown = (order) => ({ ...order, receiver: undefined, reported: reported(order) });

  /** What the API hears of an order. A gift is a line that costs nothing. */
  function orderReport(order) {
    const items = order.lines.map((line) => ({ sku: line.slug, category: product(line.slug).category, quantity: line.quantity, unit_price: line.unit_price }));
    const gift = order.gift && product(order.gift);
    if (gift) items.push({ sku: gift.slug, category: gift.category, quantity: 1, unit_price: gift.price, discount: gift.price });
    return {
      member: order.member, status: 'paid', currency: CURRENCY, items, tax: 0, shipping: order.fee,
      coupons: order.coupon ? [order.coupon.code] : [], placed_at: order.placed_at, paid_at: order.placed_at,
    };
  }

  const routes = {
    'GET /shop/session': (_, response, { who }) => json(response, 200, { account: account(who) }),

    'GET /shop/token': (_, response, { who }) => {
      if (!account(who)) return response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
      return response.end(sessions.token(who));
    },

    'POST /shop/login': async (request, response) => {
      const { member } = await readJson(request);
      const known = typeof member === 'string' ? account(member) : null;
      if (!known) throw new Refusal(404, 'account_unknown', 'There is no such account.');
      json(response, 200, { account: known }, { 'Set-Cookie': sessions.login(known.id) });
    },

    'POST /shop/join': async (request, response) => {
      const { name, claim_id: claim, club: intoClub = true } = await readJson(request);
      const firstName = text(name, 40);
      if (!firstName) throw new Refusal(422, 'validation_failed', 'A name is needed.', { errors: [{ pointer: '/name', code: 'required', detail: 'Must not be empty.' }] });
      const id = freshAccountId();
      const joined = new Date().toISOString();
      books.change((state) => {
        state.accounts[id] = { name: firstName, joined_at: joined };
        if (intoClub) {
          const member = { first_name: firstName, joined_at: joined, ...(typeof claim === 'string' && claim ? { claim_id: claim.slice(0, 64) } : {}) };
          state.outbox.push(club.report(id, 'PUT', `/v1/members/${id}`, member));
        }
      });
      const reported = await club.acknowledged(id, REPORT_WAIT_MS);
      json(response, 201, { account: account(id), reported }, { 'Set-Cookie': sessions.login(id) });
    },

    'POST /shop/logout': (_, response) => json(response, 200, { account: null }, { 'Set-Cookie': sessions.logout() }),

    'GET /shop/coupons/:code': async (_, response, { who, part, url }) => {
      const coupon = await usableCoupon(part, who);
      const total = Number(url.searchParams.get('total') ?? 0);
      const missing = Math.max(0, (coupon.minimum_order ?? 0) - (Number.isSafeInteger(total) && total > 0 ? total : 0));
      json(response, 200, { coupon, applied: missing === 0, missing });
    },

    'GET /shop/orders': (_, response, { who }) => {
      const orders = Object.values(books.state.orders).filter((order) => who && order.member === who);
      json(response, 200, { orders: orders.sort((a, b) => (a.placed_at < b.placed_at ? 1 : -1)).map(shown) });
    },

    'GET /shop/orders/:id': (_, response, { who, part }) => json(response, 200, { order: shown(own(part, who)) }),

    'POST /shop/orders': async (request, response, { who }) => {
      const body = await readJson(request);
      const requestId = text(body.request_id, 64);
      if (!/^[\w-]{16,64}$/.test(requestId)) throw new Refusal(422, 'validation_failed', 'request_id must be a fresh UUID; the same one again gives the same order.', { errors: [{ pointer: '/request_id', code: 'invalid', detail: '16 to 64 letters.' }] });
      const member = account(who)?.id ?? null;
      const id = orderIdOf(member, requestId);
      if (!Object.hasOwn(books.state.orders, id)) {
        const lines = readLines(body.lines).map((line) => ({ ...line, unit_price: product(line.slug).price }));
        const receiver = readReceiver(body.receiver);
        const coupon = body.coupon ? await usableCoupon(text(body.coupon, 64), member, id) : null;
        const sums = price(lines, coupon);
        if (sums.missing) throw new Refusal(409, 'coupon_minimum', 'The basket is below the code’s minimum.', { missing: sums.missing });
        if (coupon) await takeCoupon(coupon.code, id);
        books.change((state) => {
          if (Object.hasOwn(state.orders, id)) return;
          const { items, discount, fee, shipping, gift, total } = sums;
          const placed = { id, member, placed_at: new Date().toISOString(), state: 'paid', lines, coupon, items, discount, fee, shipping, gift, total, receiver };
          state.orders[id] = placed;
          if (member) state.outbox.push(club.report(id, 'PUT', `/v1/orders/${id}`, orderReport(placed)));
        });
      }
      if (member) await club.acknowledged(id, REPORT_WAIT_MS);
      json(response, 201, { order: shown(books.state.orders[id]) });
    },

    'POST /shop/orders/:id/refund': async (request, response, { who, part }) => {
      await readJson(request);
      const refund = `${own(part, who).id}-refund`;
      books.change((state) => {
        const order = state.orders[part];
        if (order.state === 'refunded') return;
        order.state = 'refunded';
        if (order.member) state.outbox.push(club.report(refund, 'POST', `/v1/orders/${part}/refunds`, { id: refund }));
      });
      await club.acknowledged(refund, REPORT_WAIT_MS);
      json(response, 200, { order: shown(books.state.orders[part]) });
    },
  };

  /** A member's order is for its member alone; a guest's for who knows its number. */
  function own(id, who) {
    const order = Object.hasOwn(books.state.orders, id) ? books.state.orders[id] : null;
    if (!order || (order.member && order.member !== who)) throw new Refusal(404, 'order_unknown', 'There is no such order.');
    return order;
  }

  /** The route's name for a path, with what stands in its variable place. */
  function find(method, path) {
    const [, , first, second, third, ...rest] = path.split('/');
    if (rest.length) return {};
    const pattern = second === undefined ? first : first === 'coupons' ? 'coupons/:code' : `${first}/:id`;
    let part;
    try { part = second === undefined ? undefined : decodeURIComponent(second); } catch { return {}; }
    return { name: `${method} /shop/${pattern}${third === undefined ? '' : `/${third}`}`, part };
  }

  return async function desk(request, response, url) {
    const { name, part } = find(request.method, url.pathname);
    const route = Object.hasOwn(routes, name ?? '') ? routes[name] : null;
    if (!route) return problem(response, 404, 'not_found', `The shop has no ${request.method} ${url.pathname}.`);
    const site = request.headers['sec-fetch-site'];
    if (request.method === 'POST' && site && !['same-origin', 'none'].includes(site)) return problem(response, 403, 'cross_site', 'Only the shop’s own pages may do this.');
    try {
      return await route(request, response, { who: sessions.who(request), part, url });
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      return problem(response, fault.status, fault.code, fault.message, fault.more);
    }
  };
}
