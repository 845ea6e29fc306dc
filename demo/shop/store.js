// What the pages share: the language, who is logged in, where we are, and how to ask the shop's server.

import { basket } from './basket.js';
import { speak } from './words.js';

const listeners = new Set();

export const shop = {
  words: speak('fa'),
  /** `{id, name, demo}`, null for a guest, undefined until the server has said. */
  account: undefined,
};

/** What to call who is logged in, in the page's language where we know it. */
export const nameOf = (account) => (account?.demo ? shop.words.demo[account.id][0] : account?.name);

/** Hears `route`, `account`, `language`. */
export const onShop = (listener) => listeners.add(listener);
const tell = (what, detail) => { for (const listener of listeners) listener(what, detail); };

// Language

const asked = () => (new URLSearchParams(location.search).get('lang') === 'en' ? 'en' : 'fa');

function dress() {
  shop.words = speak(asked());
  document.documentElement.lang = shop.words.lang;
  document.documentElement.dir = shop.words.dir;
}

/** A path in the present language. */
export function href(path, lang = shop.words.lang) {
  const url = new URL(path, location.origin);
  if (lang === 'en') url.searchParams.set('lang', 'en');
  else url.searchParams.delete('lang');
  return url.pathname + url.search + url.hash;
}

export function setLanguage(lang) {
  history.replaceState(history.state, '', href(location.pathname + location.search, lang));
  dress();
  tell('language');
}

// Places

/** Goes to a page of the shop. `quiet` leaves the keyboard focus where it is. */
export function go(path, { quiet = false, replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState']({}, '', href(path));
  tell('route', { quiet });
}

addEventListener('popstate', () => { dress(); tell('route', { back: true }); });

document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element && event.target.closest('a[href^="/"]:not([target])');
  if (!link || link.hasAttribute('data-outside')) return;
  event.preventDefault();
  const { pathname, search, hash } = new URL(link.href);
  go(pathname + search + hash);
});

// The shop's server

/** Asks; never throws. `status` 0 means that no answer came. */
export async function ask(method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const type = response.headers.get('Content-Type') ?? '';
    return { ok: response.ok, status: response.status, body: /json/.test(type) ? await response.json() : null };
  } catch {
    return { ok: false, status: 0, body: null };
  }
}

// Who

function arrive(account) {
  const former = shop.account;
  shop.account = account;
  if (former !== undefined && former?.id !== account?.id && basket.coupon) basket.use(null);
  if (former === undefined || former?.id !== account?.id) tell('account', { first: former === undefined });
}

/** Asks who is logged in: at the start, and when the page comes back into view. */
export async function whoAmI() {
  const answer = await ask('GET', '/shop/session');
  if (answer.ok) arrive(answer.body.account);
  else if (shop.account === undefined) arrive(null);
}

addEventListener('pageshow', (event) => { if (event.persisted) whoAmI(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) whoAmI(); });

async function enter(path, body) {
  const answer = await ask('POST', path, body);
  if (answer.ok) arrive(answer.body.account);
  return answer;
}

export const login = (member) => enter('/shop/login', { member });
export const logout = () => enter('/shop/logout', {});
export const join = (form) => enter('/shop/join', form);

dress();
