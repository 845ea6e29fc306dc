#!/usr/bin/env node
// Turns real purchases into the club's history: NDJSON for `vafa import`, oldest first.
//
// purchases.csv is a music shop's (source in its first lines). Dates are moved so that the last day is a few
// days ago, dollars become Rial at one rate, and customers become members c0001…. Four members of the demo
// are built from real sequences too, stretched and scaled so that whatever "now" is, `navid` stands a little
// below gold in this Jalali year, `elham` has points that end in 18 days, `parsa` is at the top, and `neda`
// has just joined.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { product, PRODUCTS } from './catalog.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const DAY = 86_400_000;
const HOUR = 3_600_000;
const RIAL_PER_DOLLAR = 200_000;
const ROUND_TO = 10_000;
const DAYS_SINCE_LAST = 3;
const EXPIRING_IN_DAYS = 18;
const SHORT_OF_GOLD = 4_800_000;

const NAMES = ('سارا علی مریم رضا زهرا امیر نرگس حسین فاطمه مهدی لیلا محمد شیرین بهرام نگار کاوه پریسا آرش مینا سعید نسرین بابک سمیرا احسان ' +
  'ترانه فرهاد مهسا کیان هانیه پویا آیدا سینا رویا حمید یاسمن داوود شقایق منصور گلناز بهنام نیلوفر سیامک فرزانه کامران الناز یوسف سحر جواد مهتاب ' +
  'ایمان آناهیتا فرید نازنین شهرام هدیه میلاد ستاره کیوان فریبا مجید').split(' ');

const HELP = `Writes the demo's history as NDJSON.

  node demo/history.mjs [--now 2026-03-01T12:00:00Z] [--purchases FILE] > history.ndjson

  --now ISO         the instant that counts as now (the clock's)
  --purchases FILE  purchases as customer,date,items,usd (demo/purchases.csv)
`;

/** A small stable number for a text: FNV-1a. */
function hash(text) {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619) >>> 0;
  return value;
}

// The program's calendar: Jalali, in Tehran.

const jalaliFormat = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', { timeZone: 'Asia/Tehran', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' });

function jalali(at) {
  const parts = Object.fromEntries(jalaliFormat.formatToParts(at).map(({ type, value }) => [type, Number.parseInt(value, 10)]));
  return { year: parts.year, month: parts.month, day: parts.day, msOfDay: ((parts.hour * 60 + parts.minute) * 60 + parts.second) * 1000 };
}

/** First instant of the Jalali year in which `at` lies. */
function yearStart(at) {
  let day = at - (at % 1000);
  for (;;) {
    const { month, day: dayOfMonth, msOfDay } = jalali(day);
    if (month === 1 && dayOfMonth === 1) return day - msOfDay;
    day -= month === 1 ? (dayOfMonth - 1) * DAY : Math.max(1, (month - 2) * 29 + dayOfMonth - 1) * DAY;
  }
}

/** The same Jalali day and time of the year before: what twelve months from then end at `at`. */
function yearBefore(at) {
  const wanted = jalali(at);
  for (let days = 366; days >= 365; days -= 1) {
    const then = jalali(at - days * DAY);
    if (then.month === wanted.month && then.day === wanted.day) return at - days * DAY;
  }
  return at - 366 * DAY;
}

// Orders

const tehranMidnight = (at) => at - jalali(at).msOfDay;

/** Cuts a sum into at most three lines whose products have about the price that a piece comes to. */
function itemsOf(id, pieces, total) {
  const unit = Math.floor(total / pieces / ROUND_TO) * ROUND_TO;
  const near = [...PRODUCTS].sort((a, b) => Math.abs(a.price - unit) - Math.abs(b.price - unit)).slice(0, 5);
  const seed = hash(id);
  const line = (i, quantity, price) => {
    const { slug, category } = near[(seed + i * 2) % near.length];
    return { sku: slug, category, quantity, unit_price: price };
  };
  if (unit === 0) return [line(0, 1, total)];
  // The last piece takes what rounding has left.
  const counts = [Math.ceil((pieces - 1) / 2), Math.floor((pieces - 1) / 2)].filter(Boolean);
  return [...counts.map((count, i) => line(i, count, unit)), line(counts.length, 1, total - unit * (pieces - 1))];
}

const iso = (at) => new Date(at).toISOString().replace('.000Z', 'Z');

const orderLine = (member, number, at, pieces, total) => {
  const id = `${member}-${number}`;
  const when = iso(at);
  return { at, line: { order: { order_id: id, member, status: 'paid', currency: 'IRR', items: itemsOf(id, pieces, total), placed_at: when, paid_at: when } } };
};

const memberLine = (id, name, at) => ({ at, line: { member: { external_id: id, first_name: name, joined_at: iso(at) } } });

function readPurchases(path) {
  const customers = new Map();
  for (const row of readFileSync(path, 'utf8').split('\n')) {
    const [customer, date, items, usd] = row.split(',');
    if (!/^\d{8}$/.test(date ?? '')) continue;
    const day = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) / DAY;
    if (!customers.has(customer)) customers.set(customer, []);
    customers.get(customer).push({ day, items: Number(items), usd: Number(usd) });
  }
  return customers;
}

// Everybody

/** The whole cohort, moved in time as one. */
function* everybody(customers, now) {
  const last = Math.max(...[...customers.values()].map((orders) => orders.at(-1).day));
  const dayZero = tehranMidnight(now) - (last + DAYS_SINCE_LAST) * DAY;
  for (const [customer, orders] of customers) {
    const id = `c${customer}`;
    const at = (order, i) => dayZero + order.day * DAY + 8 * HOUR + (hash(`${id}@${order.day}/${i}`) % (14 * 3600)) * 1000;
    const times = orders.map(at).sort((a, b) => a - b);
    yield memberLine(id, NAMES[hash(id) % NAMES.length], times[0] - 60_000 - (hash(id) % 3600) * 1000);
    for (const [i, order] of orders.entries()) {
      const total = Math.round((order.usd * RIAL_PER_DOLLAR) / ROUND_TO) * ROUND_TO;
      const { line } = orderLine(id, i + 1, times[i], order.items, total);
      yield { at: times[i], line };
      // Now and then something goes back: the whole parcel, or half of its worth.
      const chance = hash(`${id}-${i}/refund`) % 120;
      const back = times[i] + (2 + (chance % 5)) * DAY;
      if (chance > 2 || total === 0 || back >= now) continue;
      const amount = chance === 2 ? { amount: Math.floor(total / 2 / ROUND_TO) * ROUND_TO } : {};
      yield { at: back, line: { refund: { order_id: line.order.order_id, id: `${line.order.order_id}-r`, ...amount } } };
    }
  }
}

/** A real sequence stretched onto [from, to), its amounts scaled to sum up to `total` exactly. */
function replay(sequence, from, to, total) {
  const first = sequence[0].day;
  const span = sequence.at(-1).day - first || 1;
  const dollars = sequence.reduce((sum, order) => sum + order.usd, 0);
  let left = total;
  return sequence.map((order, i) => {
    const amount = i === sequence.length - 1 ? left : Math.floor((total * order.usd) / dollars / ROUND_TO) * ROUND_TO;
    left -= amount;
    const at = Math.floor((from + ((to - 1 - from) * (order.day - first)) / span) / 1000) * 1000;
    return { at, items: order.items, amount };
  });
}

/** The demo's people. */
function* people(customers, program, now) {
  const start = yearStart(now);
  const startBefore = yearStart(start - 30 * DAY);
  const spent = now - start;
  const until = now - Math.min(5 * DAY, spent * 0.1);
  // What was bought now a year ago is about to end; that is elham's to show alone.
  const yearAgo = yearBefore(now);
  const clear = (orders) => orders.map((order) => {
    const past = order.at - yearAgo;
    if (past < -DAY || past > 32 * DAY) return order;
    return { ...order, at: Math.floor((order.at < start ? yearAgo - 2 * DAY : yearAgo + 33 * DAY) / 1000) * 1000 + Math.floor(past / DAY) * 60_000 };
  });
  const enter = Object.fromEntries(program.tiers.levels.map((level) => [level.id, level.enter]));
  const sequence = (customer, least) => {
    const orders = [];
    for (const { day, items, usd } of (customers.get(customer) ?? []).filter((order) => order.usd > 5)) {
      const same = orders.at(-1)?.day === day ? orders.pop() : { items: 0, usd: 0 };
      orders.push({ day, items: items + same.items, usd: usd + same.usd });
    }
    if (orders.length < least) throw new Error(`customer ${customer} is not in the purchases`);
    return orders;
  };
  function* told(id, name, orders) {
    yield memberLine(id, name, Math.min(...orders.map((order) => order.at)) - 2 * HOUR);
    for (const [i, order] of orders.entries()) yield orderLine(id, i + 1, order.at, order.items, order.amount);
  }

  yield memberLine('neda', 'ندا', now - 20 * HOUR);

  // Silver since last year; this year all but 480,000 Toman of the way to gold.
  const navid = sequence('1201', 17);
  yield* told('navid', 'نوید', clear([
    ...replay(navid.slice(0, 6), startBefore + 120 * DAY, start - 25 * DAY, 24_000_000),
    ...replay(navid.slice(6), start + spent * 0.04, until, enter.gold - SHORT_OF_GOLD),
  ]));

  // One lot that ends in 18 days, some that have ended, and a year of buying since.
  const elham = sequence('1117', 9);
  const earned = yearBefore(now + EXPIRING_IN_DAYS * DAY);
  yield* told('elham', 'الهام', [
    ...replay(elham.slice(0, 2), earned - 70 * DAY, earned - 52 * DAY, 7_400_000),
    { at: earned, items: 2, amount: 2_600_000 },
    ...replay(elham.slice(2), earned + 48 * DAY, now - 6 * DAY, 17_200_000),
  ]);

  // Platinum last year by a good margin, and on the way to keep it.
  const parsa = sequence('0157', 42);
  yield* told('parsa', 'پارسا', clear([
    ...replay(parsa.slice(0, 24), startBefore + 20 * DAY, start - 12 * DAY, 176_000_000),
    ...replay(parsa.slice(24), start + spent * 0.03, until, Math.max(ROUND_TO * 1000, Math.round((188_000_000 * spent) / (365 * DAY) / ROUND_TO) * ROUND_TO)),
  ]));
}

/** All lines of the history up to `now`, oldest first; a member stands before the first order. */
export function history(purchases, program, now) {
  const customers = readPurchases(purchases);
  const rank = (line) => ['member', 'order', 'refund'].findIndex((kind) => kind in line);
  return [...everybody(customers, now), ...people(customers, program, now)]
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at || rank(a.line) - rank(b.line))
    .map(({ line }) => line);
}

function main() {
  let options;
  try {
    options = parseArgs({ options: { now: { type: 'string' }, purchases: { type: 'string', default: join(HERE, 'purchases.csv') }, help: { type: 'boolean', default: false } } }).values;
  } catch (fault) {
    process.stderr.write(`history: ${fault.message}. See --help.\n`);
    process.exit(2);
  }
  if (options.help) return process.stdout.write(HELP);
  const now = options.now === undefined ? Date.now() : Date.parse(options.now);
  if (Number.isNaN(now)) {
    process.stderr.write(`history: --now must be an instant such as 2026-03-01T12:00:00Z, not "${options.now}".\n`);
    process.exit(2);
  }
  const program = JSON.parse(readFileSync(join(HERE, 'program.json'), 'utf8'));
  return process.stdout.write(history(options.purchases, program, now).map((line) => `${JSON.stringify(line)}\n`).join(''));
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) main();
