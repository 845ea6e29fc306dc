/**
 * `frame.js`: the widget in a frame from the API's origin, for pages that cannot or will not run it in their own. Takes the
 * attributes of `vafa.js`, gives the same `window.vafa`, and puts nothing but the frame into the page. Frames that the
 * page's author wrote are served too: they have their height set, and hear and say the same.
 */
import { need, openApi } from './api.ts';
import { matches, readConfig, safeLink } from './config.ts';
import { warn } from './natives.ts';
import { type FromFrame, type FromPage, readFrame } from './talk.ts';

const enter = (tag: HTMLScriptElement) => {
  const data = (name: string) => tag.getAttribute('data-' + name) || '';
  const config = readConfig(data, tag.src, document.documentElement.lang, WORDS);
  if (!config) return warn('the tag needs data-program and data-key="pk_…"');
  const { program, key, api, lang } = config;
  const { origin } = new URL(api);

  const asked = { key, lang, path: location.pathname, position: config.position, theme: config.theme, launcher: config.launcher, prefetch: config.prefetch };
  const query = new URLSearchParams({ ...asked, 'offset-x': '' + config.x, 'offset-y': '' + config.y });
  const invited = new URLSearchParams(location.search).get('vafa_ref');
  if (invited) query.set('vafa_ref', invited);
  for (const [name, value] of [...query]) if (!value) query.delete(name);

  const float = document.createElement('iframe');
  float.src = `${api}/v1/frame/${program}?${query}`;
  float.title = WORDS[lang]![0];
  // It is told who embeds it, and no more.
  float.referrerPolicy = 'origin';
  float.allow = `clipboard-write ${origin}` + ('share' in navigator ? `; web-share ${origin}` : '');
  const style = (values: Record<string, string>) => {
    for (const [name, value] of Object.entries(values)) float.style.setProperty(name, value, 'important');
  };
  // Over the whole window, so that it has the window's width to fit into; all but what it shows is cut away, to the eye and
  // to the pointer.
  style({
    all: 'initial', position: 'fixed', inset: '0', width: '100%', height: '100%', border: '0', 'z-index': 'var(--vafa-z, 2147483000)',
    'color-scheme': 'normal', 'clip-path': 'inset(100%)',
  });

  /** Those that can hear, and what the others have not heard yet. */
  const ready = new Set<Window>();
  const hooks: Record<string, (payload: unknown) => unknown> = {};
  const said: FromPage[] = [];
  let who: any;
  let engine = 'loading';
  let opener: Element | null = null;

  const tell = (to: Window, message: FromPage) => to.postMessage(message, origin);
  const call = (name: string, ...args: unknown[]) => {
    const message: FromPage = { vafa: 'call', name, args };
    said.push(message);
    try {
      for (const one of ready) tell(one, message);
    } catch {
      said.pop();
      throw 'wants values that can be sent to another window';
    }
  };
  const emit = (name: string, detail?: unknown) => float.dispatchEvent(new CustomEvent('vafa:' + name, { detail, bubbles: true }));
  const hidden = () => matches(config.hide, location.pathname);
  const settle = () => {
    if (!float.isConnected) document.querySelector('body')!.append(float);
    style({ display: hidden() ? 'none' : 'block' });
  };

  const answer = async (to: Window, { id, name, payload }: Extract<FromFrame, { vafa: 'ask' }>) => {
    let value: unknown;
    try {
      value = name == 'token' ? await (who?.call ? who() : who) : await (Object.hasOwn(hooks, name) ? hooks[name]!(payload) : undefined);
      tell(to, { vafa: 'answer', id, value });
    } catch (fault) {
      warn(`${name}: ${fault}`);
      tell(to, { vafa: 'answer', id });
    }
  };

  const hear = (from: HTMLIFrameElement, message: FromFrame) => {
    const to = from.contentWindow!;
    switch (message.vafa) {
      case 'ready':
        if (from == float) float.title = message.title;
        ready.add(to);
        for (const one of said) tell(to, one);
        if (from == float) emit('ready');
        break;
      case 'size':
        if (from == float) {
          engine = message.engine;
          style({ 'clip-path': message.box ? `inset(${message.box.map((edge) => edge + 'px').join(' ')})` : 'inset(100%)' });
        } else from.style.height = message.height + 'px';
        break;
      case 'event':
        if (message.name == 'ready') break;
        emit(message.name, message.detail);
        if (message.name == 'closed' && opener) (opener as HTMLElement).focus();
        if (message.name == 'closed') opener = null;
        break;
      case 'ask':
        void answer(to, message);
        break;
      case 'go': {
        const href = safeLink(message.href, location.origin);
        if (href) location.assign(href);
      }
    }
  };
  addEventListener('message', ({ source, origin: from, data: given }) => {
    if (from != origin) return;
    const frame = [float, ...document.querySelectorAll('iframe')].find((one) => one.contentWindow && one.contentWindow == source);
    const message = frame && readFrame(given);
    if (message) hear(frame, message);
  });

  const identify = (given: any) => {
    need(!given || given.call || typeof given == 'string', 'a token or a function that gives one');
    who = given;
    call(given ? 'identify' : 'logout');
  };
  const pass = (name: string) => (...args: unknown[]) => call(name, ...args);
  const replay = openApi({
    identify,
    logout: () => identify(null),
    open: (view) => {
      opener = document.activeElement;
      float.focus();
      call('open', ...(view ? ['' + view] : []));
    },
    ...Object.fromEntries(['close', 'order', 'cart', 'track', 'ask', 'setLanguage', 'setConsent'].map((name) => [name, pass(name)])),
    refresh: () => {
      settle();
      call('path', location.pathname);
    },
    explain: () => ({ program, identified: !!who, hidden: hidden() || config.launcher == 'none', engine }),
    on: (name, listener) => {
      need(listener?.call, 'a name and a function');
      const heard = (event: any) => listener(event.detail);
      addEventListener('vafa:' + name, heard);
      return () => removeEventListener('vafa:' + name, heard);
    },
    hook: (name, given) => {
      need(given?.call, 'a name and a function');
      hooks[name] = given;
      call('hook', name);
    },
  });
  const arrive = () => {
    settle();
    replay();
    (window as any).navigation?.addEventListener('currententrychange', () => window.vafa.refresh());
  };
  if (document.body) arrive();
  else addEventListener('DOMContentLoaded', arrive);
};

try {
  const now = document.currentScript;
  const tag = now?.localName == 'script' ? now : document.querySelector('script[src$="/v1/frame.js"]');
  if (tag && !(window as any).vafa?.version) enter(tag as HTMLScriptElement);
} catch (fault) {
  warn('cannot run here: ' + fault);
}
