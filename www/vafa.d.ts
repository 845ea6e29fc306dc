/**
 * Vafa in a page: `window.vafa`, its events, its hooks and its elements.
 *
 * The tag: `<script async src="https://…/v1/vafa.js" data-program="demo" data-key="pk_…"></script>`, and if need be
 *
 * - `data-api`: where the API is, when not at the script's origin
 * - `data-lang`: `fa`, `en` or `ar`; else the page's `lang`, else Persian
 * - `data-position`: `bottom-end` (default) or `bottom-start`; `data-offset-x`, `data-offset-y`: CSS pixels, 16 each
 * - `data-theme`: `auto` (default), `light` or `dark`
 * - `data-launcher`: `none` for a shop with a button of its own (`vafa.open()`)
 * - `data-hide-on`: paths without a launcher, e.g. `/checkout*, /خرید/*`
 * - `data-prefetch`: `auto` (default: at idle, once a day, for members who have opened the panel before), `intent` (when
 *   the pointer or the keyboard comes to the launcher) or `none` (on the click)
 * - `data-link`: the club's page, for a plain link where the panel cannot run; https or the shop's own origin
 *
 * Its looks, as CSS on `vafa-widget`: `--vafa-accent`, `--vafa-font`, `--vafa-z` (the stacking order), `::part(launcher)`.
 * No other rule of a page reaches the floating one: `vafa-widget::part(launcher) { display: none }` hides its button.
 *
 * Calls made before the script has loaded go into a plain array and are replayed in order:
 *
 * ```js
 * window.vafa = window.vafa || [];
 * vafa.push(['identify', () => fetch('/club-token').then(r => r.text())]);
 * vafa.push(['on', 'redeemed', e => console.log(e.code)]);
 * ```
 *
 * That very array becomes the API when the script loads, so a reference to it stays good, `push` keeps working,
 * and `vafa.open()` may then be called as a method. No call ever throws: wrong use is one `[vafa]` line in the console.
 */

/** A member token (JWT, ten minutes at most) as the shop's server mints it. */
export type Token = string;

/** Asked for a token when one is needed, again before it ends, and once when the API refuses it. `null` means: nobody is logged in. */
export type TokenProvider = () => Token | null | undefined | Promise<Token | null | undefined>;

/** Places in the panel. */
export type View =
  | 'home' | 'earn' | 'rewards' | 'refer' | 'history'
  | 'offers' | 'membership' | 'partners' | 'complaints' | 'tiers' | 'help'
  | (string & {});

/** An order that the shopper has just placed; the shop's server reports it to the API by itself. */
export interface Order {
  /** The shop's own order number, the same that its server sends. */
  id: string | number;
  /** In the currency's minor unit. */
  total?: number;
}

/** What is in the basket now. */
export interface Cart {
  /** In the currency's minor unit, after discounts, without tax and shipping. */
  total: number;
  currency?: string;
  /** Its lines, which may bring more or less than others. */
  items?: CartItem[];
}

export interface CartItem {
  /** The shop's product id. */
  sku: string;
  /** The shop's category. */
  category?: string | null;
  /** What the whole line costs, after discounts; without it the lines are left out of account. */
  amount?: number;
  [more: string]: unknown;
}

/** What the page hears: `vafa.on('redeemed', fn)`, or `vafa:redeemed` as a bubbling `CustomEvent` on the element. */
export interface Events {
  /** The queue has been replayed. */
  ready: undefined;
  /** The place that it was opened at. */
  opened: View;
  closed: undefined;
  /** A reward became a coupon. */
  redeemed: { id: string; reward_id: string; code: string; points: number; expires_at: string };
  /** The tier's id. */
  'tier-raised': string;
  /** The survey's id, when it can be seen. */
  'survey-shown': string;
  /** What was filed; `number` is the one to say on the telephone. */
  'complaint-sent': { id: string; number: string; topic: string; state: string; order_id?: string | null; survey_id?: string | null };
  /** What was sent. */
  'survey-answered': { id: string; survey_id: string; scope: string; scores: number[]; comment?: string };
  /** The survey's id. */
  'survey-dismissed': string;
  /** The invitation's address. */
  'referral-shared': string;
  /** The page has told its basket. */
  cart: Cart;
  /** The page has told that something happened. */
  track: { name: string; props?: Record<string, unknown> };
  /** The panel cannot run here; a plain link took its place if there is one. */
  error: { message: string };
}

/** What the page may do for the panel. Return `undefined` to leave it to the panel. */
export interface Hooks {
  /** Put a coupon's code into the basket. */
  redeem: (coupon: { code: string; redemption_id: string }) => { applied: boolean } | undefined | Promise<{ applied: boolean } | undefined>;
  /** Take the guest to the shop's login. */
  login: () => unknown;
  /** Take the guest to the shop's registration. `claim_id` is there when an invitation led here: the shop's server names it in `PUT /v1/members/…`. */
  join: (offer: { claim_id?: string | null }) => unknown;
}

/** Why something is, or is not, on the page. */
export interface Explanation {
  program: string;
  /** The page has called `identify` on this page view. */
  identified: boolean;
  /** The launcher is off here, by `data-launcher` or `data-hide-on`. */
  hidden: boolean;
  /** `idle`, `loading`, `running`, or the sentence that says why it cannot run. */
  engine: string;
}

/** A queued call: the method's name, then its arguments. */
export type Call = [method: Exclude<keyof Vafa, 'push' | 'version'>, ...args: unknown[]];

export interface Vafa {
  /** Version of the script. */
  readonly version: string;
  /**
   * Says who is logged in: a token, or better a function that gets one. Call it on every page view of a member; again
   * when somebody else logs in. Nothing personal is shown before this was called.
   */
  identify(who: Token | TokenProvider | null): void;
  /** Nobody is logged in any more: forgets the token and what was cached for the member. */
  logout(): void;
  /** Opens the panel, at a place in it if named; fetches the engine first if need be. */
  open(view?: View): void;
  close(): void;
  /** On the page that thanks for an order: refreshes the points and may ask how it went. */
  order(order: Order): void;
  /** Tells what is in the basket, for "you earn N points". */
  cart(cart: Cart): void;
  /** Tells that something happened in the page; mirrored as the event `vafa:track`. A survey that waits for an event of this name may be asked. */
  track(name: string, props?: Record<string, unknown>): void;
  /** Asks a member the survey with this id, one that waits to be asked for; as with any other, only if they may be asked now. */
  ask(survey: string): void;
  /** The page has changed by itself (single-page shops): puts the launcher back, reads the hiding rules anew, fetches fresh points. */
  refresh(): void;
  /** `fa`, `en` or `ar`. */
  setLanguage(lang: string): void;
  /** `false` empties Vafa's storage in this browser and keeps everything in memory from then on: only the refusal is remembered. */
  setConsent(allowed: boolean): void;
  explain(): Explanation;
  /** Hears an event; returns the function that stops it. */
  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): () => void;
  on(event: string, listener: (detail: never) => void): () => void;
  /** Lets the page do a step itself. One function per name; the last one counts. */
  hook<H extends keyof Hooks>(name: H, answer: Hooks[H]): void;
  /** Replays queued calls; the same before and after loading. */
  push(...calls: Call[]): void;
}

declare global {
  interface Window {
    vafa: Vafa;
  }
  interface HTMLElementTagNameMap {
    /** An inline panel: `<vafa-widget view="rewards"></vafa-widget>`. */
    'vafa-widget': HTMLElement;
    /** A member's balance in words, such as in a header; empty for guests. */
    'vafa-points': HTMLElement;
    /** A member's tier, the way to the next one as a bar, and its name; empty for guests and in clubs without tiers. */
    'vafa-tier': HTMLElement;
    /** What a product, or the basket, would bring; empty when that is nothing. */
    'vafa-earn': HTMLElement;
  }
}
