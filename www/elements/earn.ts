/**
 * `<vafa-earn>`: what a product, or the basket, would bring. The server plays it by the program's rules and gives the
 * sentence: one request for all such elements that the page has new questions about. What it said last is shown at once
 * on the next page, and asked for again.
 */
import type { Threshold } from '../host.ts';

interface Basket {
  total: number;
  items: { sku: string; category: string | null; amount: number }[];
}

/** Answers kept for the next page. */
const KEPT_MAX = 60;
/** Questions in one request: what the server takes. */
const ASKED_MAX = 50;
/** So long more elements may come, or the basket change again. */
const GATHER_MS = 30;

const amountOf = (value: unknown) => (typeof value == 'number' || (typeof value == 'string' && value.trim()) ? Math.round(+value) : NaN);

/** What an element asks about: its own amount, else what the page has told of its basket. */
export const basketOf = (element: Element, cart: any): Basket | null => {
  const given = (name: string) => element.getAttribute(name);
  const own = given('amount');
  const total = amountOf(own ?? cart?.total);
  if (!(total > 0 && Number.isSafeInteger(total))) return null;
  const line = (sku: unknown, category: unknown, amount: unknown) => ({
    sku: '' + (sku ?? ''),
    category: category == null || category === '' ? null : '' + category,
    amount: amountOf(amount),
  });
  const [sku, category] = [given('sku'), given('category')];
  if (own != null) return { total, items: sku || category ? [line(sku, category, total)] : [] };
  const items = Array.isArray(cart.items) ? cart.items.map((item: any) => line(item?.sku, item?.category, item?.amount)) : [];
  // Lines that are not all there would bring less than the whole.
  return { total, items: items.every(({ amount }: { amount: number }) => Number.isSafeInteger(amount)) ? items : [] };
};

/** Gives what draws such elements; `paint` puts a sentence into one, or nothing. */
export const openEarnings = (
  threshold: Threshold,
  named: () => boolean,
  paint: (element: HTMLElement, text: string | undefined) => void,
) => {
  const { config, natives, read, write, token, subject } = threshold;
  const { program, key, api } = config;
  const { fetch, parse, stringify } = natives;
  const all = new Set<WeakRef<HTMLElement>>();
  const seen = new WeakSet<HTMLElement>();
  /** Questions that this page has asked, in flight or answered. */
  let asked = new Set<string>();
  let said: Record<string, string> = {};
  /** Whose answers these are, and in which language. */
  let whose: string | undefined;
  let timer: unknown;

  const post = (path: string, body: string, who?: unknown) =>
    fetch(api + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(who ? { Authorization: 'Bearer ' + who } : {}) },
      body,
      credentials: 'omit',
    });

  const ask = async (questions: string[], who: unknown) => {
    const [now, language] = [whose, config.lang];
    const body = `{"language":${stringify(language)},"baskets":[${questions}]}`;
    try {
      let answer = who ? await post('/v1/me/earnings', body, who) : undefined;
      // Who is logged in and in no club, or by a token that has just ended, is told what anybody is.
      if (!answer?.ok) answer = await post(`/v1/programs/${program}/earnings?key=${encodeURIComponent(key)}`, body);
      const { earnings } = parse(await answer.text());
      if (now != whose) return;
      questions.forEach((question, at) => {
        delete said[question]; // the newest stand last
        if (earnings[at].text) said[question] = earnings[at].text;
      });
      said = Object.fromEntries(Object.entries(said).slice(-KEPT_MAX));
      write('earn', { whose, said });
      draw();
    } catch {
      // Asked again when something changes.
      for (const question of questions) asked.delete(question);
    }
  };

  /** Draws what is known, and gives what is to be asked. */
  const draw = () => {
    const open = new Set<string>();
    for (const held of all) {
      const one = held.deref();
      if (!one?.isConnected) {
        all.delete(held);
        continue;
      }
      const basket = basketOf(one, threshold.cart);
      const question = basket && stringify(basket);
      paint(one, question ? said[question] : undefined);
      if (question && !asked.has(question)) open.add(question);
    }
    return [...open];
  };

  const look = async () => {
    timer = undefined;
    const who = named() && (await token());
    const now = stringify([config.lang, who ? subject() : null]);
    if (now != whose) {
      const kept = read('earn');
      whose = now;
      asked = new Set();
      said = kept?.whose == now ? { ...kept.said } : {};
    }
    const open = draw();
    for (const question of open) asked.add(question);
    while (open.length) ask(open.splice(0, ASKED_MAX), who);
  };
  const soon = () => {
    timer ??= setTimeout(() => look().catch(() => {}), GATHER_MS);
  };
  addEventListener('vafa:cart', soon);

  return (element?: HTMLElement, fresh?: boolean) => {
    if (fresh) whose = undefined;
    if (element) {
      all.add(new WeakRef(element));
      if (!seen.has(element)) new MutationObserver(soon).observe(element, { attributeFilter: ['amount', 'sku', 'category'] });
      seen.add(element);
    }
    soon();
  };
};
