/**
 * The npm entry: puts the one script tag on the page, and speaks to `window.vafa` whether it has come or not. Importing it
 * does nothing, on a server or in a browser; on a server all of it does nothing.
 */
import type { load as Load, Options, vafa as Speaker } from './index.d.ts';

const warn = (sentence: string): void => console.warn(`[vafa] ${sentence}`);
const page = (): Document | undefined => (typeof document == 'undefined' ? undefined : document);

/** Option of `load` to attribute of the tag. */
const ATTRIBUTES: Record<keyof Options, string> = {
  program: 'data-program',
  key: 'data-key',
  api: 'data-api',
  lang: 'data-lang',
  position: 'data-position',
  offsetX: 'data-offset-x',
  offsetY: 'data-offset-y',
  theme: 'data-theme',
  launcher: 'data-launcher',
  hideOn: 'data-hide-on',
  prefetch: 'data-prefetch',
  link: 'data-link',
  src: 'src',
  integrity: 'integrity',
  nonce: 'nonce',
};

/** What stands at `window.vafa`: the stub queue at first, the API afterwards; the same array. A form of that name is no queue. */
const queue = (): any => (Array.isArray(window.vafa) ? window.vafa : (window.vafa = [] as any));

const call = (name: string) => (...args: unknown[]): void => {
  if (page()) queue().push([name, ...args]);
};

export const vafa: typeof Speaker = {
  identify: call('identify'),
  logout: call('logout'),
  open: call('open'),
  close: call('close'),
  order: call('order'),
  cart: call('cart'),
  track: call('track'),
  ask: call('ask'),
  refresh: call('refresh'),
  setLanguage: call('setLanguage'),
  setConsent: call('setConsent'),
  hook: call('hook'),
  // A queued call can give nothing back, so these two do not go through the queue.
  on: (name: string, listener: (detail: never) => void) => {
    const hear = (event: Event) => listener((event as CustomEvent<never>).detail);
    if (typeof listener != 'function') warn('vafa.on wants a name and a function');
    else if (page()) {
      addEventListener('vafa:' + name, hear);
      return () => removeEventListener('vafa:' + name, hear);
    }
    return () => {};
  },
  explain: () =>
    vafa.version
      ? queue().explain()
      : { program: '', identified: false, hidden: false, engine: 'the script has not loaded' },
  get version() {
    return (page() && queue().version) || '';
  },
};

let policy: any;
/** A script's address as a page with Trusted Types wants it. */
const trusted = (address: string): string => {
  policy ||= (window as any).trustedTypes?.createPolicy('vafa', { createScriptURL: (given: string) => given });
  return policy?.createScriptURL(address) ?? address;
};

export const load: typeof Load = (options) => {
  const here = page();
  if (!here) return;
  const { api, program, key, src } = Object(options) as Partial<Options>;
  if (!program || !/^pk_/.test(key ?? '') || !(api || src)) {
    return warn("load wants {api: 'https://club.example', program, key: 'pk_…'}");
  }
  const there = here.querySelector('script[data-program]')?.getAttribute('data-program');
  if (there) {
    if (there != program) warn(`load: the page has the club "${there}" already, and can have no other`);
    return;
  }
  const tag = here.createElement('script');
  tag.async = true;
  const address = src ?? `${api!.replace(/\/$/, '')}/v1/vafa.js`;
  for (const [option, value] of Object.entries(options)) {
    const attribute = Object.hasOwn(ATTRIBUTES, option) && ATTRIBUTES[option as keyof Options];
    if (!attribute) warn(`load knows no option "${option}"`);
    else if (value != null && option != 'src') tag.setAttribute(attribute, `${value}`);
  }
  if (options.integrity) tag.crossOrigin = 'anonymous';
  tag.onerror = () => {
    warn(`${address} could not be loaded`);
    // So that a later call may try again.
    tag.remove();
  };
  try {
    tag.src = trusted(address);
    here.head.append(tag);
  } catch {
    warn(`load: the page's Trusted Types want "trusted-types vafa" in its policy`);
  }
};
