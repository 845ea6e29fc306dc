// What the demo promises of its people must hold on whatever day it is shown.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { history } from '../history.mjs';

const at = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const program = JSON.parse(readFileSync(at('program.json'), 'utf8'));
const enter = Object.fromEntries(program.tiers.levels.map((level) => [level.id, level.enter]));
const DAY = 86_400_000;

// An ordinary day, the last and the first day of a Jalali year, a leap day of each calendar, a summer midnight.
const DAYS = ['2026-11-22T05:30:00Z', '2026-03-20T12:00:00Z', '2026-03-20T21:00:00Z', '2027-03-20T10:00:00Z', '2025-03-20T12:00:00Z', '2028-02-29T08:00:00Z', '2026-07-01T00:00:00Z'];

const year = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', { timeZone: 'Asia/Tehran', year: 'numeric' });
const day = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', { timeZone: 'Asia/Tehran', month: 'numeric', day: 'numeric' });
const sum = (order) => order.items.reduce((total, item) => total + item.quantity * item.unit_price - (item.discount ?? 0), 0);
const ordersOf = (lines, member) => lines.flatMap((line) => (line.order?.member === member ? [line.order] : []));
const spent = (lines, member, jalaliYear) => ordersOf(lines, member).filter((order) => year.format(Date.parse(order.paid_at)) === jalaliYear).reduce((total, order) => total + sum(order), 0);

for (const now of DAYS) {
  const instant = Date.parse(now);
  const lines = history(at('purchases.csv'), program, instant);
  const thisYear = year.format(instant);

  test(`on ${now} navid is 480,000 Toman short of gold`, () => {
    assert.equal(enter.gold - spent(lines, 'navid', thisYear), 4_800_000);
  });

  test(`on ${now} elham has an order whose points end in 18 days`, () => {
    const end = day.format(instant + 18 * DAY);
    const ending = ordersOf(lines, 'elham').map((order) => Date.parse(order.paid_at)).filter((paid) => day.format(paid) === end && instant - paid > 300 * DAY);
    // A day that only a leap year has ends with its month in the next.
    assert.equal(ending.length === 1 || end.startsWith('12/30'), true);
  });

  test(`on ${now} nothing of navid and parsa is about to end`, () => {
    for (const order of [...ordersOf(lines, 'navid'), ...ordersOf(lines, 'parsa')]) {
      const age = (instant - Date.parse(order.paid_at)) / DAY;
      assert.ok(age < 334 || age > 366, `${order.order_id} is ${age} days old`);
    }
  });

  test(`on ${now} parsa reached platinum last year or has in this`, () => {
    const years = new Set(ordersOf(lines, 'parsa').map((order) => year.format(Date.parse(order.paid_at))));
    assert.ok([...years].some((one) => spent(lines, 'parsa', one) >= enter.platinum));
  });

  test(`on ${now} neda has joined and bought nothing`, () => {
    assert.ok(lines.some((line) => line.member?.external_id === 'neda'));
    assert.deepEqual(ordersOf(lines, 'neda'), []);
  });

  test(`on ${now} the history is in order, in the past, and of whole Rials`, () => {
    let before = 0;
    const known = new Set();
    for (const { member, order } of lines) {
      const when = Date.parse(order?.paid_at ?? member?.joined_at ?? '');
      if (Number.isNaN(when)) continue; // a refund stands where it happened and tells no time
      assert.ok(when >= before && when <= instant, `${when} after ${before}`);
      before = when;
      if (member) known.add(member.external_id);
      if (!order) continue;
      assert.ok(known.has(order.member), `${order.member} is a member before ${order.order_id}`);
      for (const item of order.items) assert.ok(Number.isInteger(item.unit_price) && item.unit_price >= 0 && item.quantity >= 1, order.order_id);
    }
  });
}

test('all purchases of the sample are carried', () => {
  const lines = history(at('purchases.csv'), program, Date.parse(DAYS[0]));
  const cohort = lines.filter((line) => line.order && /^c\d/.test(line.order.member));
  assert.equal(cohort.length, 6919);
  assert.equal(new Set(cohort.map((line) => line.order.order_id)).size, 6919);
  assert.equal(lines.filter((line) => /^c\d/.test(line.member?.external_id ?? '')).length, 2357);
});
