// The figures of real purchases, from the definitions alone: node cdnow.mjs PURCHASES.csv > figures.json
//
// Shares no thought with the crate that it checks. Days and quarters are read off the dates as text; who is
// worse is counted one by one; intervals are found by search, not by formula; money is in whole fractions.

import { readFileSync } from 'node:fs';

const Z = 1.96;
const MARGIN = [3n, 10n];
const YEARS_MAX = [1n, 1n];
const YEAR_DAYS = [36525n, 100n];
const MONTHS = 18;

const orders = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .map((line) => {
    const [member, date, items, usd] = line.split(',');
    return { member, date, items: Number(items), cents: Number(usd.replace('.', '')) };
  });

const dayNumber = (date) => Date.UTC(date.slice(0, 4), date.slice(4, 6) - 1, date.slice(6, 8)) / 86_400_000;
const quarterOf = (date) => `${date.slice(0, 4)}Q${Math.ceil(Number(date.slice(4, 6)) / 3)}`;
const monthOf = (date) => (Number(date.slice(0, 4)) - 1997) * 12 + Number(date.slice(4, 6)) - 1;
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Items of a list by a key, keys in order of appearance. */
function grouped(list, key) {
  const groups = new Map();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

// Fractions of whole numbers.

const times = (...fractions) => fractions.reduce(([a, b], [c, d]) => [a * c, b * d]);
const over = (one, [c, d]) => times(one, [d, c]);
const isMore = ([a, b], [c, d]) => a * d > c * b;
/** Half up, for what is not below 0. */
const rounded = ([a, b]) => Number((2n * a + b) / (2n * b));
const fraction = (part, of) => [BigInt(part), BigInt(of)];

// Indicators.

/** Where a share would be just 1.96 standard errors away from what was seen, between two ends. */
function search(seen, n, from, to) {
  const inside = (p) => (seen - p) ** 2 <= (Z * Z * p * (1 - p)) / n;
  let [outer, inner] = [from, to];
  if (inside(outer)) return outer;
  for (let step = 0; step < 80; step += 1) {
    const middle = (outer + inner) / 2;
    if (inside(middle)) inner = middle;
    else outer = middle;
  }
  return inner;
}

/** A share in basis points, told to a tenth of a percent, with its interval. */
function share(pair) {
  if (pair === null) return null;
  const [part, n] = pair;
  const tenth = (p) => 10 * Math.floor(p * 1000 + 0.5);
  const seen = part / n;
  const value = 10 * rounded(times(fraction(part, n), [1000n, 1n]));
  return { value, low: tenth(search(seen, n, 0, seen)), high: tenth(search(seen, n, 1, seen)), n };
}

const plain = (value, n) => (n === 0 ? null : { value, low: null, high: null, n });

function daysOf(quarter) {
  const [year, number] = quarter.split('Q').map(Number);
  return (Date.UTC(year, number * 3, 1) - Date.UTC(year, number * 3 - 3, 1)) / 86_400_000;
}

function quarterFigures(quarter, before, of) {
  const buyers = grouped(of, (order) => order.member);
  const start = new Set(before.map((order) => order.member));
  const arrived = [...buyers.keys()].filter((member) => !start.has(member)).length;
  // The usual formula: (E - N) / S.
  const stayed = buyers.size - arrived;
  const retention = start.size > 0 ? [stayed, start.size] : null;
  const churn = start.size > 0 ? [start.size - stayed, start.size] : null;
  const repeat = [[...buyers.values()].filter((list) => list.length >= 2).length, buyers.size];
  const upsell = [of.filter((order) => order.items >= 2).length, of.length];
  const revenue = sum(of.map((order) => order.cents));

  const window = over(fraction(daysOf(quarter), 1), YEAR_DAYS);
  const yearly = over(fraction(of.length, buyers.size), window);
  let lifetime = null;
  if (churn !== null) {
    const endless = churn[0] === 0;
    const byChurn = endless ? null : over(window, fraction(...churn));
    const capped = endless || isMore(byChurn, YEARS_MAX);
    const lifespan = capped ? YEARS_MAX : byChurn;
    const value = rounded(times(fraction(revenue, of.length), yearly, MARGIN, lifespan));
    lifetime = { value, lifespan_days: rounded(times(lifespan, YEAR_DAYS)), capped, n: buyers.size };
  }
  const tenThousand = [10_000n, 1n];
  return {
    retention,
    churn,
    repeat_rate: repeat,
    upsell_ratio: upsell,
    frequency: [of.length, buyers.size],
    average_order: [revenue, of.length],
    lifetime,
    readings: {
      retention: share(retention),
      churn: share(churn),
      repeat_rate: share(repeat),
      upsell_ratio: share(upsell),
      frequency: plain(rounded(times(fraction(of.length, buyers.size), tenThousand)), buyers.size),
      yearly_frequency: plain(rounded(times(yearly, tenThousand)), buyers.size),
      average_order: plain(rounded(fraction(revenue, of.length)), of.length),
      lifetime_value: lifetime && plain(lifetime.value, lifetime.n),
      // Nobody did anything but buy.
      engagement: share([0, buyers.size]),
    },
  };
}

function quarterTable() {
  const byQuarter = grouped(orders, (order) => quarterOf(order.date));
  const names = [...byQuarter.keys()].sort();
  const table = {};
  names.forEach((name, index) => {
    const figures = quarterFigures(name, byQuarter.get(names[index - 1]) ?? [], byQuarter.get(name));
    const earlier = table[names[index - 1]]?.readings;
    for (const [indicator, figure] of Object.entries(figures.readings)) {
      const then = earlier?.[indicator]?.figure ?? null;
      figures.readings[indicator] = { figure, trend: figure && then ? figure.value - then.value : null };
    }
    table[name] = figures;
  });
  return table;
}

// Segments.

// Rows: recency 5 to 1; columns: frequency 1 to 5. Where two are named the first needs a money score of 4 or 5.
const GRID = [
  ['new_customers', 'potential_loyalists', 'potential_loyalists', 'champions loyal', 'champions loyal'],
  ['promising', 'potential_loyalists', 'potential_loyalists', 'champions loyal', 'champions loyal'],
  ['about_to_sleep', 'needs_attention', 'needs_attention', 'loyal', 'loyal'],
  ['hibernating', 'hibernating', 'at_risk', 'cannot_lose_them at_risk', 'cannot_lose_them at_risk'],
  ['lost', 'lost', 'at_risk', 'cannot_lose_them at_risk', 'cannot_lose_them at_risk'],
];

function memberTable() {
  const people = [...grouped(orders, (order) => order.member)].map(([id, list]) => ({
    id,
    last: list.map((order) => order.date).sort().at(-1),
    orders: list.length,
    revenue: sum(list.map((order) => order.cents)),
  }));
  const score = (one, field) => {
    let worse = 0;
    for (const other of people) if (other[field] < one[field]) worse += 1;
    return 1 + Math.floor((5 * worse) / people.length);
  };
  const total = sum(people.map((one) => one.revenue));
  const ranked = [...people].sort((a, b) => b.revenue - a.revenue || (a.id < b.id ? -1 : 1));
  const inside = (percent) => {
    let [count, brought] = [0, 0];
    while (brought * 100 < total * percent) brought += ranked[count++].revenue;
    return new Set(ranked.slice(0, count).map((one) => one.id));
  };
  const [first, second] = [inside(80), inside(95)];

  const members = {};
  const tally = { no_orders: 0, 'abc:a': 0, 'abc:b': 0, 'abc:c': 0 };
  for (const name of GRID.flat().join(' ').split(' ')) tally[`rfm:${name}`] = 0;
  for (const one of people) {
    const scores = [score(one, 'last'), score(one, 'orders'), score(one, 'revenue')];
    const names = GRID[5 - scores[0]][scores[1] - 1].split(' ');
    const rfm = `rfm:${scores[2] >= 4 ? names[0] : names.at(-1)}`;
    const abc = first.has(one.id) ? 'abc:a' : second.has(one.id) ? 'abc:b' : 'abc:c';
    members[one.id] = { orders: one.orders, revenue: one.revenue, scores, segments: [rfm, abc] };
    tally[rfm] += 1;
    tally[abc] += 1;
  }
  return { members, tally };
}

/** What each segment and each pair of scores brings. */
function mapTable(members) {
  const people = Object.values(members);
  const bp = (part, of) => rounded(times(fraction(part, of), [10_000n, 1n]));
  const revenueOf = (list) => sum(list.map((one) => one.revenue));
  const group = (segment) => {
    const list = people.filter((one) => one.segments.includes(segment));
    return {
      segment,
      members: list.length,
      revenue: revenueOf(list),
      members_bp: bp(list.length, people.length),
      revenue_bp: bp(revenueOf(list), revenueOf(people)),
    };
  };
  const grid = [5, 4, 3, 2, 1].flatMap((recency) =>
    [1, 2, 3, 4, 5].map((frequency) => {
      const list = people.filter(({ scores }) => scores[0] === recency && scores[1] === frequency);
      return { recency, frequency, members: list.length, revenue: revenueOf(list) };
    }),
  );
  const table = 'champions loyal potential_loyalists new_customers promising needs_attention about_to_sleep cannot_lose_them at_risk hibernating lost';
  return {
    customers: people.length,
    no_orders: 0,
    revenue: revenueOf(people),
    rfm: table.split(' ').map((name) => group(`rfm:${name}`)),
    grid,
    abc: ['abc:a', 'abc:b', 'abc:c'].map(group),
  };
}

// Cohorts and churn risk.

function cohortTable() {
  const months = [...grouped(orders, (order) => order.member).values()].map((list) => new Set(list.map((order) => monthOf(order.date))));
  const firsts = [...new Set(months.map((set) => Math.min(...set)))].sort((a, b) => a - b);
  return firsts.map((first) => {
    const cohort = months.filter((set) => Math.min(...set) === first);
    const bought = [];
    for (let month = first; month < MONTHS; month += 1) bought.push(cohort.filter((set) => set.has(month)).length);
    return { year: 1997, month: first + 1, bought };
  });
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  while (sorted.length > 2) {
    sorted.shift();
    sorted.pop();
  }
  return sum(sorted) / sorted.length;
}

function riskTable() {
  const now = dayNumber('19980701');
  const people = [...grouped(orders, (order) => order.member)].map(([id, list]) => {
    const days = [...new Set(list.map((order) => dayNumber(order.date)))].sort((a, b) => a - b);
    const gaps = days.flatMap((day, index) => (index > 0 ? [day - days[index - 1]] : []));
    return { id, since: now - days.at(-1), usual: days.length >= 3 ? median(gaps) : null };
  });
  const cohort = median(people.flatMap((one) => one.usual ?? []));
  const risks = {};
  for (const { id, since, usual } of people) {
    const gap = usual ?? cohort;
    risks[id] = {
      days_since: since,
      usual_gap: gap * 4,
      by: usual === null ? 'cohort' : 'own',
      ratio_bp: Number((BigInt(since) * 40_000n) / BigInt(gap * 4)),
      at_risk: since / gap > 2,
    };
  }
  return risks;
}

const { members, tally } = memberTable();
process.stdout.write(
  JSON.stringify({
    orders: orders.length,
    customers: Object.keys(members).length,
    quarters: quarterTable(),
    members,
    tally,
    map: mapTable(members),
    cohorts: cohortTable(),
    risks: riskTable(),
  }),
);
