// Measures everybody in turn, n times, and prints the medians as JSON.
//
//   node measure.mjs [--runs 7] [--only NAME] [--pictures FOLDER]
//
// Each measurement has a browser context of its own: nothing is kept, nothing is compiled. The order goes round, so that
// a busy minute is nobody's alone.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBrowser } from '../stage.mjs';
import { readClub } from './club.mjs';
import { everybody } from './peers.mjs';
import { openServer } from './server.mjs';

/** How much slower the processor is made, as Lighthouse does for a phone. */
const SLOW = 4;
/** Slow 4G as Chromium's own tools define it: 150 ms a trip, 1.6 Mbit/s down. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const TRACE = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
const PATIENCE_MS = 60_000;

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '7' }, only: { type: 'string' }, pictures: { type: 'string' } } });
const runs = Number(options.runs);

export const median = (values) => {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** A page of a peer's, loaded and at rest. */
const visit = async (context, server, peer, { slow = 1, network } = {}) => {
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (fault) => faults.push(fault.message));
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable');
  if (network) {
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', network);
  }
  if (slow > 1) await cdp.send('Emulation.setCPUThrottlingRate', { rate: slow });
  await page.goto(`${server.shop}/${encodeURIComponent(peer.name)}`, { timeout: PATIENCE_MS });
  await page.waitForLoadState('networkidle', { timeout: PATIENCE_MS });
  if (peer.ready) await page.waitForFunction(peer.ready, undefined, { timeout: PATIENCE_MS });
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(done, { timeout: 5_000 }); }));
  return { page, cdp, faults };
};

const spent = async (cdp) => {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration').value * 1_000;
};

/** Notes in the page when `seen` is first true, at the end of the frame in which it is. */
const watch = (page, seen) => page.evaluate((source) => {
  const there = new Function(`return (${source})()`);
  window.painted = new Promise((done) => {
    const look = () => {
      if (!there()) return requestAnimationFrame(look);
      // A message comes after the frame that this callback is part of.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      port2.postMessage(0);
    };
    requestAnimationFrame(look);
  });
}, seen.toString());

/** Milliseconds from the click, by the event's own stamp, until what `watch` looks for was painted. */
const painted = (page) => page.evaluate(async () => (await window.painted) - window.clicked);

const shifted = (page) => page.evaluate(() => window.shift);

/** Bytes sent since a mark, files and answers apart. */
const bytes = (server, mark) => {
  const all = server.sent.slice(mark);
  const lost = all.filter(({ status }) => status === 404);
  if (lost.length) throw new Error(`there is no ${lost.map(({ path }) => path)}`);
  const sum = (file) => all.filter((one) => one.file === file).reduce((total, one) => total + one.bytes, 0);
  return { files: sum(true), answers: sum(false), requests: all.length };
};

const newContext = async (browser) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'fa-IR' });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(() => {
    addEventListener('click', (event) => { window.clicked = event.timeStamp; }, true);
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return context;
};

const picture = async (page, peer, what) => {
  if (options.pictures) await page.screenshot({ path: join(options.pictures, `${peer.name.split(/\W/)[0]}-${what}.png`) });
};

const press = async (page, peer) => {
  const at = await page.locator('#ask').boundingBox();
  await watch(page, peer.prompt);
  await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
};

/** A page view, then a click that asks for the survey. */
const askOnce = async (browser, server, peer) => {
  const context = await newContext(browser);
  try {
    const mark = server.sent.length;
    const { page, cdp, faults } = await visit(context, server, peer, { slow: SLOW });
    const view = { ...bytes(server, mark), script: await spent(cdp) };
    if (!peer.prompt) return { view };
    const before = server.sent.length;
    await press(page, peer);
    const time = await painted(page);
    const prompt = { script: (await spent(cdp)) - view.script, time, ...bytes(server, before), shift: await shifted(page) };
    if (faults.length) throw new Error(faults.join('\n'));
    await picture(page, peer, 'survey');
    return { view, prompt };
  } finally {
    await context.close();
  }
};

/** Longest tasks of the page's main thread, before the click and from it on. */
const tasksOf = (trace) => {
  const { traceEvents: events } = JSON.parse(trace);
  const click = events.filter(({ name, args }) => name === 'EventDispatch' && args.data?.type === 'click').pop();
  if (!click) throw new Error('the trace has no click');
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && pid === click.pid && tid === click.tid);
  const longest = (some) => some.reduce((most, { dur }) => Math.max(most, dur ?? 0), 0) / 1_000;
  // The task of the click itself began before its event.
  const isLater = ({ ts, dur }) => ts + dur >= click.ts;
  return { view: longest(tasks.filter((task) => !isLater(task))), prompt: longest(tasks.filter(isLater)) };
};

const taskOnce = async (browser, server, peer) => {
  const context = await newContext(browser);
  try {
    await browser.startTracing(undefined, { categories: TRACE });
    const { page: shop } = await visit(context, server, peer, { slow: SLOW });
    await press(shop, peer);
    await painted(shop);
    return tasksOf(await browser.stopTracing());
  } finally {
    await context.close();
  }
};

/** From the click on the launcher to the painted panel: at the first visit, and again on the next page of that visit. */
const openOnce = async (browser, server, peer, conditions) => {
  const context = await newContext(browser);
  try {
    const opened = [];
    for (let visits = 0; visits < 2; visits++) {
      const mark = server.sent.length;
      const { page, faults } = await visit(context, server, peer, conditions);
      const view = bytes(server, mark);
      const button = page.locator(`${peer.launcher} [part=launcher]`).first();
      await watch(page, peer.panel);
      const at = await button.boundingBox();
      const before = server.sent.length;
      // The pointer arrives and clicks at once, as a finger does.
      await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
      const time = await painted(page);
      opened.push({ view, time, ...bytes(server, before) });
      await picture(page, peer, 'panel');
      if (faults.length) throw new Error(faults.join('\n'));
      await page.waitForLoadState('networkidle');
      await page.close();
    }
    return { first: opened[0], again: opened[1] };
  } finally {
    await context.close();
  }
};

const CONDITIONS = {
  fast: {},
  slow: { slow: SLOW },
  network: { network: SLOW_4G },
};

const processor = () => {
  const all = cpus();
  return `${all.length} × ${all[0].model.replace(/\(\w+\)|CPU| @.*/g, '').replace(/\s+/g, ' ').trim() || process.arch}`;
};

const medians = (samples) => {
  const [first] = samples;
  if (typeof first === 'number') return median(samples);
  return Object.fromEntries(Object.keys(first).map((name) => [name, medians(samples.map((one) => one[name]))]));
};

const club = await readClub();
const { nobody, peers: all } = await everybody(club);
const peers = all.filter(({ name }) => !options.only || name.startsWith(options.only));
const files = {};
const answers = {};
for (const peer of [nobody, ...peers]) {
  Object.assign(files, peer.files);
  Object.assign(answers, peer.answers);
}
const server = await openServer(files, answers);
for (const peer of [nobody, ...peers]) server.page(`/${encodeURIComponent(peer.name)}`, peer.page(server.cdn));
const browser = await openBrowser();
try {
  const samples = new Map([nobody, ...peers].map((peer) => [peer, { ask: [], task: [], open: { fast: [], slow: [], network: [] } }]));
  for (let run = 0; run < runs; run++) {
    process.stderr.write(`round ${run + 1} of ${runs}\n`);
    for (const peer of [nobody, ...peers]) {
      const kept = samples.get(peer);
      try {
        kept.ask.push(await askOnce(browser, server, peer));
        if (peer.prompt) kept.task.push(await taskOnce(browser, server, peer));
        if (!peer.panel) continue;
        for (const [name, conditions] of Object.entries(CONDITIONS)) kept.open[name].push(await openOnce(browser, server, peer, conditions));
      } catch (fault) {
        throw new Error(`${peer.name}: ${fault.message}`, { cause: fault });
      }
    }
  }
  const told = (peer) => {
    const { ask, task, open } = samples.get(peer);
    return {
      name: peer.name,
      ...medians(ask),
      ...(task.length && { tasks: medians(task) }),
      ...(peer.panel && { open: Object.fromEntries(Object.entries(open).map(([name, some]) => [name, medians(some)])) }),
    };
  };
  console.log(JSON.stringify({ chromium: browser.version(), processor: processor(), runs, bare: told(nobody), peers: peers.map(told) }, null, 2));
} finally {
  await browser.close();
  server.close();
}
