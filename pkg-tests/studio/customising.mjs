// What the tests of Customise have in common: people at the draft, and what is in it.
import { eventually } from '../stage.mjs';
import { Desk, words } from './desk.mjs';

const DRAFT = '/v1/programs/demo/draft';

/** The control for a place of the document. */
export const at = (page, pointer) => page.locator(`[id="at${pointer.replaceAll('/', '.')}"]`);
/** What is in the preview. */
export const widget = (page) => page.frameLocator('.preview iframe');
export const saved = (page, lang = 'fa') => page.locator('#saving').getByText(words[lang]['customise.saving.done'], { exact: true }).waitFor();
export const section = (page, name, lang = 'fa') => page.locator('.sections').getByRole('link', { name: words[lang][`customise.section.${name}`] }).click();
export const item = (page, name) => page.locator('.section .toggle', { hasText: name }).click();

/** The demo's club, and whoever works on its draft. */
export class Customising {
  pages = [];
  sessions = {};

  static async open() {
    const all = new Customising();
    all.desk = await Desk.open();
    return all;
  }

  /** A page of somebody who logs in once. Without headers of the test's own: the frame's origin is another, and they would be asked about. */
  async enter(role, place, options = {}) {
    const path = `/studio/customise/${place}`;
    const given = { ...options, extraHTTPHeaders: {}, storageState: this.sessions[role] };
    const page = await (this.sessions[role] ? this.desk.visit(path, given) : this.desk.enter(role, path, given));
    this.pages.push(page);
    this.sessions[role] ??= await page.context().storageState();
    await page.locator('.customise').waitFor();
    return page;
  }

  /** The draft's document as the server has it. */
  async draft() {
    return (await this.desk.stage.asShop('GET', DRAFT)).body.draft.document;
  }

  /** The same, once it is like that. */
  async draftLike(like) {
    let now;
    await eventually(async () => like((now = await this.draft())), true, 'the draft');
    return now;
  }

  /** Closes what is open, which saves what it has, and begins anew. */
  async anew() {
    for (const page of this.pages.splice(0)) await page.context().close();
    await this.desk.stage.asShop('DELETE', DRAFT);
  }

  close() {
    return this.desk.close();
  }
}
