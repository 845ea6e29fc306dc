// The journeys in WebKitGTK's MiniBrowser, over WebDriver, on a display that nobody sees.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { eventually, freePort } from '../stage.mjs';
import { journeys } from './journeys.mjs';

/** Debian's driver and browser, unless they are named. */
const DRIVER = process.env.VAFA_WEBKIT_DRIVER ?? 'WebKitWebDriver';
const BROWSER = process.env.VAFA_WEBKIT ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const DISPLAY = process.env.VAFA_XVFB ?? 'Xvfb';
/** The name under which WebDriver hands over an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
/** Keys without a letter of their own, by what the protocol calls them. */
const KEYS = { Escape: '\uE00C' };

/** Ends a process that we started. */
async function end(child) {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

/** One call of the protocol; throws what the driver says went wrong. */
async function ask(method, address, body, signal) {
  const answer = await fetch(address, { method, signal, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** One window, as `journeys.mjs` describes it: a session of its own, for a session has one store of cookies. */
class Page {
  constructor(session) {
    this.session = session;
  }

  post(path, body = {}) {
    return ask('POST', this.session + path, body);
  }

  async goto(url) {
    await this.post('/url', { url });
  }

  run(work, ...args) {
    return this.post('/execute/sync', { script: `return (${work})(...arguments)`, args });
  }

  /** The element that a function finds in the page. */
  async found(find, args) {
    const element = await this.run(find, ...args);
    if (!element?.[ELEMENT]) throw new Error(`nothing is found by ${find} with ${args}`);
    return `/element/${element[ELEMENT]}`;
  }

  async click(find, ...args) {
    await this.post(`${await this.found(find, args)}/click`);
  }

  async type(text, find, ...args) {
    await this.post(`${await this.found(find, args)}/value`, { text });
  }

  async press(key) {
    const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value: KEYS[key] }));
    await this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async picture(path) {
    writeFileSync(path, Buffer.from(await ask('GET', `${this.session}/screenshot`), 'base64'));
  }

  async close() {
    await ask('DELETE', this.session);
  }
}

async function open() {
  const display = spawn(DISPLAY, ['-displayfd', '1', '-screen', '0', '1400x1100x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [number] = await once(display.stdout, 'data');
  const drive = async () => {
    const port = await freePort();
    const driver = spawn(DRIVER, ['--host=127.0.0.1', `--port=${port}`], {
      stdio: 'ignore', env: { ...process.env, DISPLAY: `:${String(number).trim()}` },
    });
    const address = `http://127.0.0.1:${port}`;
    try {
      await eventually(() => fetch(`${address}/status`).then((answer) => answer.ok, () => false), true, 'the driver’s readiness');
    } catch (fault) {
      await end(driver);
      throw fault;
    }
    return { driver, address };
  };
  let driving;
  const close = async () => {
    if (driving) await end(driving.driver);
    await end(display);
  };
  try {
    driving = await drive();
  } catch (fault) {
    await close();
    throw fault;
  }
  const options = { binary: BROWSER, args: ['--automation'] };
  const capabilities = { alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options } };
  const begin = () => ask('POST', `${driving.address}/session`, { capabilities }, AbortSignal.timeout(30_000));
  return {
    page: async ({ width, height }) => {
      // Now and then a driver waits for ever for a browser that never came up: another one is asked then, once.
      const { sessionId } = await begin().catch(async (fault) => {
        if (fault.name !== 'TimeoutError') throw fault;
        await end(driving.driver);
        driving = await drive();
        return begin();
      });
      const page = new Page(`${driving.address}/session/${sessionId}`);
      // Its window has a bar of its own above the page, and is never narrower than some 450 pixels.
      await page.post('/window/rect', { width, height });
      return page;
    },
    close,
  };
}

journeys('webkit', open);
