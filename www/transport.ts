/** Calls to the merchant API: the right credential, a time limit, and the truth about what is not known. */
import { claims } from './identity.ts';
import type { Answer, Threshold } from './host.ts';
import { setTimeout, warn } from './natives.ts';

/** Longest wait for an answer, its body included. */
const WAIT_MS_MAX = 15_000;
/** A token is renewed this long before it ends. */
const RENEW_MS = 30_000;
/** Longest that a server is left alone because it said so. */
const PAUSE_MS_MAX = 300_000;
/** No clock is further off: what is kept of one that is was tampered with. */
const SKEW_MS_MAX = 1e13;
/** The clock is set when it is off by more than an answer's own delay may be. */
const SKEW_MS = 2_000;

export interface Transport {
  request(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Milliseconds since 1970 by the server's clock. */
  now(): number;
  /** Milliseconds for which the server wants to be left alone. What is asked meanwhile has no answer. */
  pause(): number;
}

const UNKNOWN: Answer = { status: 0, body: null, age: 0 };
const GUEST: Answer = { status: 401, body: { code: 'guest' }, age: 0 };

const within = <T>(ms: number, promise: Promise<T>): Promise<T> =>
  new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error('no answer in time')), ms);
    promise.then(done, fail).finally(() => clearTimeout(timer));
  });

type Door = Pick<Threshold, 'config' | 'natives' | 'ahead' | 'token' | 'subject' | 'read' | 'write'>;

export const openTransport = ({ config, natives, ahead, token, subject, read, write }: Door): Transport => {
  const { fetch, parse, stringify } = natives;
  // The last visit's, until the server tells: what was to be done then must not look a day old, or not yet made.
  let skew = Number(read('skew'));
  if (!(Math.abs(skew) < SKEW_MS_MAX)) skew = 0;
  const now = () => Date.now() + skew;
  // By the kind of path: who guesses codes too fast may still redeem. Measured by a clock that nobody sets.
  const pauses = new Map<string, number>();
  const pause = () => Math.max(0, ...pauses.values()) - performance.now();

  // The token at hand, with the end of its life by this device's clock, which may be days off the server's.
  let held: unknown;
  let ends = Infinity;
  let renewal: Promise<unknown> | undefined;
  const said = new Set<string>();
  const once = (sentence: string) => {
    if (!said.has(sentence)) warn(sentence);
    said.add(sentence);
  };

  /** A token that is not `bad`, if the page has one. */
  const credential = async (bad?: unknown): Promise<unknown> => {
    let given = await within(WAIT_MS_MAX, token());
    if (given && given == held && (given == bad || ends < Date.now())) {
      renewal ||= within(WAIT_MS_MAX, token(true)).finally(() => (renewal = undefined));
      given = await renewal;
    }
    if (given && typeof given != 'string') {
      once('the function given to vafa.identify must give the token itself, a string');
      return null;
    }
    if (given != held) {
      const { iat, exp } = claims(given);
      held = given;
      ends = exp! - iat! > 0 ? Date.now() + (exp! - iat!) * 1_000 - RENEW_MS : Infinity;
    }
    return given;
  };

  const send = (method: string, path: string, body: unknown, key: string | undefined, credential: unknown): Promise<Response> => {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (key) headers['Idempotency-Key'] = key;
    if (credential) headers['Authorization'] = 'Bearer ' + credential;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), WAIT_MS_MAX);
    const query = /^\/v1\/(programs|referrals)/.test(path) ? (path.includes('?') ? '&' : '?') + 'key=' + encodeURIComponent(config.key) : '';
    return fetch(config.api + path + query, {
      method,
      headers,
      body: body === undefined ? null : stringify(body),
      credentials: 'omit',
      keepalive: method != 'GET', // a shopper who leaves the page has still asked
      signal: limit.signal,
    }).finally(() => clearTimeout(timer));
  };

  const attempt = async (method: string, path: string, body: unknown, key?: string, bad?: unknown): Promise<Answer> => {
    const personal = /^\/v1\/(me|events)\b/.test(path);
    const kind = path.split(/[/?]/)[2]!;
    if (pauses.get(kind)! > performance.now()) return UNKNOWN;
    const who = personal ? await credential(bad) : null;
    if (personal && !who) return GUEST;
    const asker = subject();
    const early = method == 'GET' && !bad && ahead.get(path);
    if (early) ahead.delete(path);
    const response = (early && (await within(WAIT_MS_MAX, early))) || (await send(method, path, body, key, who));
    const text = await within(WAIT_MS_MAX, response.text());
    // Somebody else is logged in by now: this answer is not theirs.
    if (personal && asker != subject()) return UNKNOWN;
    if (response.status == 401 && personal) {
      if (!bad && (await credential(who)) != who) return attempt(method, path, body, key, who);
      once('the API refuses the member token: ' + text.slice(0, 300));
    }
    // The public program may come from a cache, with the date of then.
    const date = Date.parse(response.headers.get('Date') ?? '');
    if (personal && Math.abs(date - now()) > SKEW_MS) write('skew', (skew = date - Date.now()));
    const age = Math.max(0, now() - date) || 0;
    const again = response.headers.get('Retry-After');
    if (again && /429|503/.test('' + response.status)) {
      const ms = +again * 1_000 || Date.parse(again) - now();
      if (ms > 0) pauses.set(kind, performance.now() + Math.min(ms, PAUSE_MS_MAX));
    }
    const read = text ? parse(text) : null; // what is no JSON is caught below
    // The API gives every refusal a code: one without is a proxy's, which knows nothing of what became of the request.
    return response.ok || read?.code ? { status: response.status, body: read, age } : UNKNOWN;
  };

  return {
    now,
    pause,
    request: (method, path, body, key) => attempt(method, path, body ?? undefined, key ?? undefined).catch(() => UNKNOWN),
  };
};
