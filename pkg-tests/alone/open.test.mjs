// What opening costs: nothing moves, no task is long, a warm panel is there at once, a tap is answered at once, and a page
// view with the panel closed hardly runs a script. Seconds differ from machine to machine, and from moment to moment on
// a busy one: what is counted is the time that the processor gave to the page's main thread, set against a fixed loop
// in the same page. Bounds are written for a machine where the loop takes 1.7 ms; the true times are printed. A warm
// panel is held to the clock as well.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, asking, eventually, launcher, panel, place } from '../stage.mjs';

/** What the loop takes where the bounds are written for. */
const LOOP_MS = 1.7;
/** How much slower than that machine a phone is. */
const SLOW = 4;
const RUNS = 5;
/** From the click to a warm panel, by the clock. */
const WARM_MS = 150;
/** Of what code costs that runs once, and cold. */
const COLD_RUNS = 8;
const FRAME_MS = 1_000 / 60;
const TRACE = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink.user_timing'];

const survey = { id: 'srv_ask', kind: 'nps' };

let stage;
before(async () => {
  stage = await Stage.open({ program: asking(survey) });
});
after(() => stage.close());

const prompt = (page) => page.locator('vafa-widget[floating] .prompt');

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** The least but one: whatever else a machine does to code that runs once only adds to it. */
const low = (values) => [...values].sort((a, b) => a - b)[1];

/** Milliseconds as they would be where the bounds are written for, with what was measured beside them. */
const told = (what, samples, bound, of = median) => {
  const as = samples.map(({ ms, loop }) => (ms * LOOP_MS) / loop);
  const now = of(as);
  const rounded = (values) => values.map((value) => value.toFixed(1)).join(', ');
  console.log(`${what}: ${now.toFixed(1)} of ${bound.toFixed(0)} ms (measured ${rounded(samples.map(({ ms }) => ms))}; the loop ${rounded(samples.map(({ loop }) => loop))})`);
  assert.ok(now <= bound, `${what} takes ${now.toFixed(1)} ms where the loop takes ${LOOP_MS} ms: ${rounded(as)}`);
};

/** A browser whose pages can run the loop and note what is painted. */
const visitor = async () => {
  const context = await stage.visitor();
  await context.addInitScript(() => {
    // Rounds of xorshift32, six operations that wait for each other: 6,000,000 cycles.
    window.vafaLoop = function vafaLoop() {
      let x = 0x9e3779b9 | 0;
      for (let i = 0; i < 1_000_000; i++) {
        x ^= x << 13;
        x ^= x >>> 17;
        x ^= x << 5;
      }
      return x;
    };
    window.vafaShifts = [];
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) window.vafaShifts.push({ value, of: sources.map(({ node }) => node?.nodeName) });
    }).observe({ type: 'layout-shift', buffered: true });
    addEventListener('click', ({ timeStamp }) => {
      window.vafaClicked = timeStamp;
      // The end of the frame that follows.
      window.vafaNext = new Promise((done) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            performance.mark('vafa-next');
            done(performance.now() - timeStamp);
          };
          port2.postMessage(0);
        });
      });
    }, true);
  });
  return context;
};

const throttle = async (page, rate) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate });
};

const idle = (page) => page.evaluate(() => new Promise((done) => { requestIdleCallback(done, { timeout: 2_000 }); }));
/** Nothing is on its way, nothing of the shop's own moves any more, nothing waits for the processor. */
const rest = async (page) => {
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await idle(page);
};

/** Records the page's main thread; gives its events, those that are over. */
const traced = async (page, work) => {
  await stage.browser.startTracing(page, { categories: TRACE });
  await work();
  // The loop, in tasks of its own: how fast this processor was.
  await page.evaluate(() => new Promise((done) => {
    let left = 9;
    const again = () => {
      window.vafaLoop();
      if (--left) setTimeout(again);
      else done();
    };
    setTimeout(again);
  }));
  const { traceEvents } = JSON.parse(await stage.browser.stopTracing());
  const all = traceEvents.filter(({ ph, tdur }) => ph === 'X' && tdur !== undefined);
  const ofLoop = all.filter(({ name, args }) => name === 'FunctionCall' && args.data?.functionName === 'again');
  assert.ok(ofLoop.length === 9, `the loop was seen ${ofLoop.length} times`);
  const [{ pid, tid }] = ofLoop;
  const events = all.filter((one) => one.pid === pid && one.tid === tid && one.ts < ofLoop[0].ts);
  const marked = (mark) => traceEvents.filter(({ name }) => name === mark).map(({ ts }) => ts).sort((a, b) => a - b);
  return { events, marked, loop: median(ofLoop.slice(3).map(({ tdur }) => tdur)) / 1_000 };
};

const isTask = ({ name }) => name === 'RunTask';
const clicks = (events) => events.filter(({ name, args }) => name === 'EventDispatch' && args.data?.type === 'click').sort((a, b) => a.ts - b.ts);
/** Milliseconds that the main thread worked between two instants, the task at the beginning included. */
const worked = (events, from, to) => events.filter((one) => isTask(one) && one.ts + one.dur > from && one.ts < to).reduce((sum, { tdur }) => sum + tdur, 0) / 1_000;

const waitForEngine = (page) => eventually(
  () => page.evaluate(() => window.vafa.explain().engine === 'running' && performance.getEntriesByType('resource').some(({ name, responseEnd }) => /\/panel-\w+\.wasm$/.test(name) && responseEnd > 0)),
  true, 'the engine and its panel');

/**
 * Where the launcher is, for a click without the driver's own looks at the page, which would be part of the task. Notes the
 * end of the frame that has the balance; what it waits by costs no frame.
 */
const aim = async (page) => {
  await launcher(page).waitFor();
  return page.evaluate(() => {
    const { shadowRoot } = document.querySelector('vafa-widget[floating]');
    window.vafaPainted = new Promise((done, fail) => {
      setTimeout(() => fail(new Error('the balance was not painted')), 20_000);
      new MutationObserver((_, observer) => {
        if (!shadowRoot.querySelector('.panel .balance')) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            performance.mark('vafa-painted');
            done(performance.now());
          };
          port2.postMessage(0);
        });
      }).observe(shadowRoot, { childList: true, subtree: true });
    });
    const { x, y, width, height } = shadowRoot.querySelector('[part=launcher]').getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  });
};
const painted = (page) => page.evaluate(async () => (await window.vafaPainted) - window.vafaClicked);

/** Clicks the launcher; milliseconds until the frame that has the balance is over. */
const open = async (page) => {
  await page.mouse.click(...await aim(page));
  return painted(page);
};

test('nothing on the page moves: not by the launcher, not by the panel, not by a survey', async () => {
  const context = await visitor();
  const page = await stage.visit('navid', { context });
  await launcher(page).waitFor();
  await rest(page);
  await open(page);
  await place(page, 'rewards');
  await panel(page).locator('[data-reward]').first().waitFor();
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  await page.evaluate(() => window.vafa.ask('srv_ask'));
  await prompt(page).waitFor();
  await rest(page);
  await prompt(page).locator('.btn.square').click();
  await prompt(page).waitFor({ state: 'detached' });
  await rest(page);
  assert.deepEqual(await page.evaluate(() => window.vafaShifts), []);
  await context.close();
});

test('a page view with the panel closed hardly runs a script', async () => {
  const closed = [];
  const opened = [];
  for (let run = 0; run < COLD_RUNS; run++) {
    const context = await visitor();
    const page = await stage.visit('navid', { context });
    const view = async (samples) => {
      const { events, loop } = await traced(page, async () => {
        await page.reload();
        await launcher(page).waitFor();
        await rest(page);
      });
      const ours = events.filter(({ name, args }) => /^(EvaluateScript|FunctionCall)$/.test(name) && /\/v1\/vafa\.js/.test(args.data?.url));
      assert.ok(ours.some(({ name }) => name === 'EvaluateScript'), 'the loader ran');
      // A call within a call counts once.
      const outer = ours.filter((one) => !ours.some((other) => other !== one && other.ts <= one.ts && other.ts + other.dur >= one.ts + one.dur));
      samples.push({ ms: (SLOW * outer.reduce((sum, { tdur }) => sum + tdur, 0)) / 1_000, loop });
    };
    await view(closed);
    await open(page);
    await page.reload();
    // That day's files come now.
    await rest(page);
    await view(opened);
    await context.close();
  }
  told('script on a page view, never opened, 4×', closed, 14, low);
  told('script on a page view, opened before, 4×', opened, 14, low);
});

test('no task is long at 4× while the panel opens', async () => {
  const first = [];
  const again = [];
  for (let run = 0; run < COLD_RUNS; run++) {
    const context = await visitor();
    for (const samples of [first, again]) {
      const page = await stage.visit('navid', { context });
      await rest(page);
      const at = await aim(page);
      const { events, loop } = await traced(page, async () => {
        await page.mouse.click(...at);
        await painted(page);
        await page.waitForLoadState('networkidle');
      });
      samples.push({ ms: (SLOW * Math.max(...events.filter(isTask).map(({ tdur }) => tdur))) / 1_000, loop });
      await page.close();
    }
    await context.close();
  }
  told('the longest task, first opening, 4×', first, 50, low);
  told('the longest task, opening again, 4×', again, 50, low);
});

test('a warm panel is painted soon after the click at 4×', async () => {
  const work = [];
  const clocks = [];
  const context = await visitor();
  for (let run = 0; run < 2 * COLD_RUNS; run++) {
    const page = await stage.visit('navid', { context });
    await rest(page);
    await launcher(page).hover();
    await waitForEngine(page);
    await rest(page);
    const at = await aim(page);
    if (run >= COLD_RUNS) {
      // By the clock, with the processor slowed.
      await throttle(page, SLOW);
      await page.mouse.click(...at);
      clocks.push(await painted(page));
    } else {
      const { events, marked, loop } = await traced(page, async () => {
        await page.mouse.click(...at);
        await painted(page);
      });
      const [click] = clicks(events);
      const [end] = marked('vafa-painted');
      work.push({ ms: SLOW * worked(events, click.ts, end), loop });
    }
    await page.close();
  }
  await context.close();
  console.log(`a warm panel by the clock, 4×: ${median(clocks).toFixed(0)} ms (${clocks.map((ms) => ms.toFixed(0)).join(', ')})`);
  assert.ok(low(clocks) <= WARM_MS, `a warm panel takes ${low(clocks).toFixed(0)} ms by the clock, not ${WARM_MS}`);
  told('a warm panel, from the click, 4×', work, 100, low);
});

test('a warm panel waits for no answer', async () => {
  const context = await visitor();
  const first = await stage.visit('navid', { context });
  await open(first);
  await first.waitForLoadState('networkidle');
  await first.close();
  const held = [];
  await context.route(/\/v1\/(me|programs)\b/, (route) => { held.push(route); });
  const page = await stage.visit('navid', { context });
  assert.ok(await open(page) > 0, 'painted from what the browser keeps');
  assert.ok(held.length > 0, 'while the server is still asked');
  await context.close();
});

test('taps are answered within 50 ms', async () => {
  const context = await visitor();
  const page = await stage.visit('navid', { context });
  await rest(page);
  await open(page);
  await rest(page);
  const floating = (selector) => page.locator('vafa-widget[floating]').locator(selector);
  const to = (view) => [`to ${view}`, floating(`[data-view=${view}]`)];
  const taps = [
    to('earn'), to('refer'), to('history'), to('home'), to('rewards'),
    ['take a reward', floating('[data-reward] .row .btn').first()],
    ['think better of it', floating('.confirm .btn.quiet')],
    ['close', floating('.panel header .btn')],
    ['open', floating('[part=launcher]')],
  ];
  const samples = new Map(taps.map(([name]) => [name, []]));
  const clocks = new Map(taps.map(([name]) => [name, []]));
  for (let run = 0; run < RUNS; run++) {
    const { events, marked, loop } = await traced(page, async () => {
      for (const [name, button] of taps) {
        await button.waitFor();
        const { x, y, width, height } = await button.boundingBox();
        await page.mouse.click(x + width / 2, y + height / 2);
        clocks.get(name).push(await page.evaluate(() => window.vafaNext));
      }
      await rest(page);
    });
    const [tapped, next] = [clicks(events), marked('vafa-next')];
    assert.deepEqual([tapped.length, next.length], [taps.length, taps.length], 'each tap and its frame');
    taps.forEach(([name], at) => samples.get(name).push({ ms: worked(events, tapped[at].ts, next[at]), loop }));
  }
  for (const [name, of] of samples) {
    console.log(`a tap by the clock: ${name}: ${median(clocks.get(name)).toFixed(0)} ms`);
    // A tap may have to wait for a frame to begin.
    told(`a tap: ${name}`, of, 50 - FRAME_MS);
  }
  await context.close();
});
