/**
 * Vafa by npm: `load` puts the club's script tag on the page, once; `vafa` is what to say to it, at any time.
 *
 * ```js
 * import { load, vafa } from 'vafa';
 *
 * load({ api: 'https://club.example', program: 'demo', key: 'pk_…' });
 * vafa.identify(() => fetch('/club-token').then((r) => (r.ok ? r.text() : null)));
 * ```
 *
 * Importing has no effect by itself. On a server (rendering of pages) every call does nothing.
 */
import type { Explanation, Vafa } from '../vafa.d.ts';

export type * from '../vafa.d.ts';

/** What `load` puts on the script tag. Each is described with the tag's attribute in `vafa.d.ts`. */
export interface Options {
  /** The club's address: origin and, for a proxied one, a path. Needed, unless `src` names the script. */
  api?: string;
  /** The program's id. */
  program: string;
  /** The publishable key, `pk_…`. */
  key: string;
  lang?: string;
  position?: 'bottom-end' | 'bottom-start';
  /** CSS pixels. */
  offsetX?: number;
  /** CSS pixels. */
  offsetY?: number;
  theme?: 'auto' | 'light' | 'dark';
  launcher?: 'auto' | 'none';
  /** Paths without a launcher; `*` stands for anything. */
  hideOn?: string | string[];
  prefetch?: 'auto' | 'intent' | 'none';
  /** The club's page, for a plain link where the panel cannot run. */
  link?: string;
  /** Where the script is, when not at `/v1/vafa.js` of the API: a copy of this package's folder `cdn`. */
  src?: string;
  /** The script's hash, as `manifest.json` of this package has it for `vafa.js`. */
  integrity?: string;
  /** For a Content-Security-Policy that asks for one. */
  nonce?: string;
}

/**
 * Puts the script tag on the page. Again with the same program it does nothing, so it may stand in an effect that runs
 * twice. Never throws: a wrong option is one `[vafa]` line in the console.
 */
export declare const load: (options: Options) => void;

/** All of `window.vafa`, usable before the script has come: calls wait for it. */
export declare const vafa: Omit<Vafa, 'push'> & {
  /** As `explain` of `window.vafa`; before the script has come, `engine` says so. */
  explain(): Explanation;
  /** Version of the script; empty before it has come. */
  readonly version: string;
};
