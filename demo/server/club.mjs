// The shop's server as a customer of the merchant API: looks up coupons, and reports members, orders and
// refunds through an outbox. A report leaves the outbox only when the API has acknowledged it, in order,
// so a dead API delays points and loses none.

const TIMEOUT_MS = 4000;
const WAIT_MS_MIN = 400;
const WAIT_MS_MAX = 15_000;
const REFUSED_KEPT = 50;

export function openClub({ api, keys, books }) {
  let timer = null;
  let flight = null;
  let stopped = true;
  let wait = WAIT_MS_MIN;
  let silent = false;
  const waiting = new Set();

  async function call(method, path, body) {
    const response = await fetch(new URL(path, api), {
      method,
      headers: { Authorization: `Bearer ${keys.secret_key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const text = await response.text();
    let said = null;
    try { said = JSON.parse(text); } catch { /* an answer without JSON has no code */ }
    return { status: response.status, body: said };
  }

  /** Whether asking again could help. A wrong key can be mended by the operator, so it is no final answer. */
  const passing = (status) => status >= 500 || [401, 403, 408, 409, 425, 429].includes(status);

  function settle(refusal) {
    books.change((state) => {
      const report = state.outbox.shift();
      if (refusal) state.refused = [...state.refused, { ...report, ...refusal }].slice(-REFUSED_KEPT);
    });
    wait = WAIT_MS_MIN;
    if (silent) process.stderr.write('shop: the club answers again.\n');
    silent = false;
    for (const check of waiting) check();
  }

  function later(cause) {
    if (!silent) process.stderr.write(`shop: the club does not take reports (${cause}); they are kept and sent again.\n`);
    silent = true;
    if (stopped) return;
    timer = setTimeout(flush, wait * (0.75 + Math.random() / 2));
    timer.unref();
    wait = Math.min(wait * 2, WAIT_MS_MAX);
  }

  async function drain() {
    while (!stopped && books.state.outbox.length) {
      const report = books.state.outbox[0];
      let answer;
      try {
        answer = await call(report.method, report.path, report.body);
      } catch (fault) {
        return later(fault.name === 'TimeoutError' ? 'no answer' : 'no connection');
      }
      if (answer.status < 300) settle(null);
      else if (passing(answer.status)) return later(`HTTP ${answer.status}`);
      else {
        process.stderr.write(`shop: the club refused ${report.method} ${report.path}: ${answer.status} ${answer.body?.code ?? ''}\n`);
        settle({ status: answer.status, code: answer.body?.code ?? null });
      }
    }
  }

  function flush() {
    clearTimeout(timer);
    flight ??= drain().finally(() => { flight = null; });
  }

  const pending = (id) => books.state.outbox.some((report) => report.id === id);

  return {
    start() { stopped = false; flush(); },
    stop() { stopped = true; clearTimeout(timer); },
    /** What a change of the books adds, to be sent later. */
    report: (id, method, path, body) => ({ id, method, path, body }),
    flush,
    pending,
    /** True once the report has left the outbox; false after `ms`. */
    acknowledged(id, ms) {
      flush();
      if (!pending(id)) return Promise.resolve(true);
      return new Promise((done) => {
        const end = (answer) => { clearTimeout(clock); waiting.delete(check); done(answer); };
        const check = () => pending(id) || end(true);
        const clock = setTimeout(() => end(false), ms);
        waiting.add(check);
      });
    },
    /** The coupon of this code, null when there is none; throws when the club is out of reach. */
    async coupon(code) {
      const answer = await call('GET', `/v1/coupons/${encodeURIComponent(code)}`);
      if (answer.status === 404) return null;
      if (answer.status >= 300 || !answer.body?.coupon) throw new Error(`HTTP ${answer.status}`);
      return answer.body.coupon;
    },
    /** The API's answer to spending the coupon on the order. */
    useCoupon: (code, orderId) => call('POST', `/v1/coupons/${encodeURIComponent(code)}`, { action: 'use', order_id: orderId }),
  };
}
