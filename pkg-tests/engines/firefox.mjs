// The journeys in the system's Firefox, over WebDriver BiDi.
import puppeteer from 'puppeteer-core';
import { journeys } from './journeys.mjs';

/** `VAFA_FIREFOX`, or where Debian puts it. */
const executablePath = process.env.VAFA_FIREFOX ?? '/usr/bin/firefox-esr';

/** One tab, as `journeys.mjs` describes it. */
class Page {
  constructor(context, tab) {
    this.context = context;
    this.tab = tab;
  }

  async goto(url) {
    await this.tab.goto(url);
  }

  run(work, ...args) {
    return this.tab.evaluate(work, ...args);
  }

  /** The element that a function finds in the page. */
  async found(find, args) {
    const handle = (await this.tab.evaluateHandle(find, ...args)).asElement();
    if (!handle) throw new Error(`nothing is found by ${find} with ${args}`);
    return handle;
  }

  async click(find, ...args) {
    const element = await this.found(find, args);
    await element.click();
  }

  async type(text, find, ...args) {
    const element = await this.found(find, args);
    await element.type(text);
  }

  async press(key) {
    await this.tab.keyboard.press(key);
  }

  async picture(path) {
    await this.tab.screenshot({ path });
  }

  async close() {
    await this.context.close();
  }
}

async function open() {
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath, headless: true,
    extraPrefsFirefox: { 'intl.accept_languages': 'fa-IR' },
  });
  return {
    page: async ({ width, height }) => {
      const context = await browser.createBrowserContext();
      const tab = await context.newPage();
      await tab.setViewport({ width, height });
      return new Page(context, tab);
    },
    close: () => browser.close(),
  };
}

journeys('firefox', open);
