/**
 * `bridge.js`: in the page that the API serves for frames. Brings the loader, and speaks with the page around it: with no
 * other than an origin of the club's publishable keys, and with nobody when it stands alone.
 */
import { safeLink } from './config.ts';
import { setTimeout, warn } from './natives.ts';
import { type FromFrame, readPage } from './talk.ts';

const own = document.currentScript as HTMLScriptElement;
const given = new URLSearchParams(location.search);
const data = (name: string) => own.getAttribute('data-' + name)!;
const root = document.documentElement;
/** Attributes of the tag that the page may set. */
const PASSED = ['lang', 'position', 'offset-x', 'offset-y', 'theme', 'launcher', 'prefetch'];
/** Room for the shadows around what is drawn. */
const MARGIN = 24;

/** The page around this one, if it is one that may be. */
const shop = (() => {
  if (parent == window) return '';
  let from = location.ancestorOrigins?.[0];
  try {
    from ??= new URL(document.referrer).origin;
  } catch {
    // It does not say.
  }
  return from && data('origins').split(' ').includes(from) ? from : '';
})();
const tell = (message: FromFrame) => {
  if (shop) parent.postMessage(message, shop);
};

const waiting = new Map<number, (value: unknown) => void>();
let asked = 0;
const ask = (name: string, payload?: unknown): Promise<unknown> =>
  new Promise((done) => {
    waiting.set(++asked, done);
    tell({ vafa: 'ask', id: asked, name, payload });
  });

const api = own.src.replace(/\/v1\/[^/]*$/, '');
const links = async (): Promise<Record<string, string>> => {
  const answer = await fetch(`${api}/v1/programs/${data('program')}?key=${data('key')}`);
  return (await answer.json()).program?.links ?? {};
};
/** Leads the whole page to the shop's own login or registration. */
const leave = (name: string) => async () => {
  const href = safeLink((await links())[name] ?? '', shop);
  if (href) tell({ vafa: 'go', href });
};

const speak = (lang: string) => {
  root.lang = lang;
};
/** Surveys ask where they are; that is the shop's page. */
const walk = (path: string) => {
  const there = new URL(location.href);
  there.pathname = path;
  history.replaceState(null, '', there.href);
};

const calls: Record<string, (...args: any[]) => void> = {
  identify: () => window.vafa.identify(() => ask('token') as Promise<string | null>),
  hook: (name) => window.vafa.hook(name, (payload: unknown) => ask(name, payload) as any),
  setLanguage: (lang) => {
    window.vafa.setLanguage(lang);
    speak('' + lang);
  },
  path: (path) => {
    walk('' + path);
    window.vafa.refresh();
  },
};
for (const name of ['logout', 'open', 'close', 'order', 'cart', 'track', 'ask', 'refresh', 'setConsent'] as const) {
  calls[name] = (...args: unknown[]) => (window.vafa[name] as any)(...args);
}

/** Tells how large it is, whenever that changes. */
const measure = (widgets: HTMLElement[], float: HTMLElement, inline: boolean) => {
  let last = '';
  let due = false;
  const look = () => {
    due = false;
    const drawn = [...float.shadowRoot!.querySelectorAll('[part=launcher], .panel, .prompt')].map((one) => one.getBoundingClientRect());
    const far = (edge: (box: DOMRect) => number) => Math.max(0, Math.min(...drawn.map(edge)) - MARGIN);
    const box = drawn.length ? [far((b) => b.top), far((b) => innerWidth - b.right), far((b) => innerHeight - b.bottom), far((b) => b.left)] : null;
    const height = inline ? Math.ceil(document.body.getBoundingClientRect().height) : innerHeight;
    const message: FromFrame = { vafa: 'size', box, height, engine: window.vafa.explain().engine };
    const now = JSON.stringify(message);
    if (now != last) tell(message);
    last = now;
  };
  const soon = () => {
    // Not by the next frame: a browser draws none of what is cut away as a whole.
    if (!due) setTimeout(look);
    due = true;
  };
  const sizes = new ResizeObserver(soon);
  const changes = new MutationObserver(soon);
  for (const widget of widgets) {
    changes.observe(widget.shadowRoot!, { subtree: true, childList: true, attributes: true });
    widget.shadowRoot!.addEventListener('animationend', soon);
  }
  sizes.observe(document.body);
  addEventListener('resize', soon);
  soon();
};

const begin = async () => {
  const inline = given.has('view');
  const lang = given.get('lang') ?? '';
  speak(lang || Object.keys(WORDS)[0]!);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`html { font: 16px system-ui, sans-serif } body { margin: 0; ${inline ? 'padding: 1px' : 'height: 100vh; overflow: hidden'} }`);
  document.adoptedStyleSheets = [sheet];
  if (shop) {
    // Links of the program are the shop's.
    const base = document.createElement('base');
    base.href = shop + '/';
    base.target = '_top';
    document.head.prepend(base);
    walk(given.get('path') || '/');
  }

  window.vafa ||= [] as any;
  for (const name of ['login', 'join']) (window.vafa as any).push(['hook', name, leave(name)]);
  const loader = document.createElement('script');
  const attributes = { program: data('program'), key: data('key'), api, ...(inline && { launcher: 'none' }) };
  for (const name of PASSED) if (given.get(name)) loader.setAttribute('data-' + name, given.get(name)!);
  for (const [name, value] of Object.entries(attributes)) loader.setAttribute('data-' + name, value);
  const policy = (window as any).trustedTypes?.createPolicy('vafa', { createScriptURL: (address: string) => address });
  const src = api + '/v1/vafa.js';
  loader.src = policy?.createScriptURL(src) ?? src;
  if (inline) {
    const widget = document.createElement('vafa-widget');
    widget.setAttribute('view', given.get('view')!);
    document.body.append(widget);
  }
  document.head.append(loader);

  await customElements.whenDefined('vafa-widget');
  const float = document.querySelector<HTMLElement>('vafa-widget[floating]');
  if (!float) return warn('the widget has not come');
  const fire = float.dispatchEvent.bind(float);
  float.dispatchEvent = (event) => {
    if (event.type.startsWith('vafa:')) tell({ vafa: 'event', name: event.type.slice(5), detail: (event as CustomEvent).detail });
    return fire(event);
  };
  addEventListener('message', ({ source, origin, data: said }) => {
    const message = source == parent && origin == shop && readPage(said);
    if (!message) return;
    if (message.vafa == 'call') {
      if (Object.hasOwn(calls, message.name)) calls[message.name]!(...message.args);
      return;
    }
    waiting.get(message.id)?.(message.value);
    waiting.delete(message.id);
  });
  measure([...document.querySelectorAll<HTMLElement>('vafa-widget')], float, inline);
  document.title = WORDS[root.lang]?.[0] ?? document.title;
  tell({ vafa: 'ready', title: document.title });
};

begin().catch((fault) => warn('' + fault));
