// What a shop's server says to its club, and hears from it. Node 20 or later, no packages.
//
//   memberToken(session.customerId)        // answers /club-token, for whoever is logged in, never for an id out of the request
//   await reportOrder({ id: '1042', member: 'u-17', status: 'paid', currency: 'IRR',
//     items: [{ sku: 'tea', quantity: 1, unit_price: 2500000 }] })       // from a queue: it may wait and ask again
//   const event = webhook(request.headers, rawBody)                      // then answer 204; webhook-id tells a repetition
//
// VAFA_URL is the club's address. `vafa seed` prints VAFA_PROGRAM, VAFA_SECRET_KEY, VAFA_SIGNING_KID and
// VAFA_SIGNING_SECRET; VAFA_WEBHOOK_SECRET came with the endpoint.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** The club said no. `problem` has its status, code, detail and errors, each with a pointer into the order. */
export class Refused extends Error {
  constructor(problem) {
    super([`${problem.code}: ${problem.detail}`, ...(problem.errors ?? []).map((one) => `${one.pointer}: ${one.detail}`)].join('\n'));
    this.problem = problem;
  }
}

function setting(name) {
  if (!process.env[name]) throw new Error(`set ${name} in the environment`);
  return process.env[name];
}

/** A member token, good for five minutes (ten at most). `sub` is the shop's id of the logged-in customer. */
export function memberToken(sub) {
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'HS256', typ: 'JWT', kid: setting('VAFA_SIGNING_KID') };
  const claims = { iss: setting('VAFA_PROGRAM'), aud: 'vafa', sub: String(sub), iat: now, exp: now + 300 };
  const text = `${part(header)}.${part(claims)}`;
  const key = Buffer.from(setting('VAFA_SIGNING_SECRET'), 'base64url');
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** Reports an order and gives it as the club has it. Amounts are integers in minor units. The same again changes nothing. */
export async function reportOrder({ id, ...order }) {
  const url = `${setting('VAFA_URL')}/v1/orders/${encodeURIComponent(id)}`;
  const headers = { Authorization: `Bearer ${setting('VAFA_SECRET_KEY')}`, 'Content-Type': 'application/json' };
  const request = { method: 'PUT', headers, body: JSON.stringify(order), redirect: 'manual' };
  for (let tries = 1; ; tries += 1) {
    let [status, text, after] = [0, '', null];
    try {
      const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(15_000) });
      text = await answer.text();
      [status, after] = [answer.status, answer.headers.get('retry-after')];
    } catch (fault) {
      text = `no answer from ${url}: ${fault.cause?.message ?? fault.message}`;
    }
    let said = {};
    try { said = JSON.parse(text); } catch { /* a proxy's page, or nothing */ }
    if (said?.order && status < 300) return said.order;
    const wait = Number(after) || 2 ** (tries - 1);
    if (![0, 408, 429, 502, 503, 504].includes(status) || tries === 5 || wait > 60) {
      throw new Refused(said?.code ? said : { status, code: 'no_problem', detail: text.slice(0, 300) });
    }
    await pause(wait * 1000);
  }
}

/** The event of a webhook that the club sent, by its headers and its body as it came, unparsed. Throws for any other. */
export function webhook(headers, body) {
  const header = (name) => (typeof headers.get === 'function' ? headers.get(name) : headers[name]) ?? '';
  const time = header('webhook-timestamp');
  if (!/^\d{1,12}$/.test(time) || Math.abs(Date.now() / 1000 - Number(time)) > 300) throw new Error('the webhook is too old, or a clock is wrong');
  const key = Buffer.from(setting('VAFA_WEBHOOK_SECRET').replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${header('webhook-id')}.${time}.`).update(body);
  const ours = Buffer.from(`v1,${mac.digest('base64')}`);
  const theirs = header('webhook-signature').split(' ').map((one) => Buffer.from(one));
  if (!theirs.some((one) => one.length === ours.length && timingSafeEqual(one, ours))) throw new Error('the signature does not fit');
  return JSON.parse(body);
}
