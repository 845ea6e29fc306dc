/**
 * The door: all of Vafa that a page view costs. Draws the closed launcher from what the last visit left, queues calls,
 * and fetches the engine when somebody is about to need it.
 */
import type { ElementsModule, Engine, EngineModule, Face, Threshold } from './host.ts';
import { need, openApi } from './api.ts';
import { type Config, matches, readConfig, safeLink } from './config.ts';
import { openIdentity } from './identity.ts';
import { drawLauncher, sheet } from './launcher.ts';
import { fetch, parse, setTimeout, stringify, warn } from './natives.ts';
import { openStore } from './storage.ts';

const TAG = 'vafa-widget';
const FLOATING = 'floating';
const quiet = <T>(promise: Promise<T>): Promise<T | undefined> => promise.catch(() => undefined);

const enter = (config: Config, base: string) => {
  const { program, key, api } = config;
  const { read, write, forget, consent } = openStore(program, () => localStorage);
  const programPath = '/v1/programs/' + program;
  const ahead: Threshold['ahead'] = new Map();
  const widgets = new Set<Widget>();
  const address = (file: string) => new URL('assets/' + file, base).href;
  const get = (file: string) => fetch(address(file)).then((r) => (r.ok ? r : Promise.reject()));
  const styles = sheet();

  let engine: Engine | undefined;
  let loading: Promise<void> | undefined;
  let attempt = 0;
  let tries = 0;
  /** What stopped the engine for good. */
  let failure: string | undefined;
  /** Where the plain link leads, once there has to be one. */
  let link: string | undefined;
  let opened = false;
  let launcher: HTMLElement | undefined;
  let opener: HTMLElement | null | undefined;
  let drawn = '';
  /** Draws the small elements anew, once there is one. */
  let touch: ((fresh?: boolean) => void) | undefined;

  const face = (): Face | null => Object(read('face'));
  const emit = (name: string, detail?: unknown) => {
    float.dispatchEvent(new CustomEvent('vafa:' + name, { detail, bubbles: true }));
  };

  const { name, named, subject, token } = openIdentity((next) => {
    if (read('sub') != next) {
      forget();
      write('face', { ...face(), points: '', sub: '' });
      write('sub', next);
      call('identity_changed');
    }
    paint();
  });

  // The engine: fetched once, never entered again after a fault.

  const call = (name: keyof Engine, ...args: any[]): any => (engine as any)?.[name](...args);

  const fatal = async (fault: any) => {
    if (failure) return;
    failure = '' + (fault.message ?? fault);
    engine = undefined;
    warn('cannot run here: ' + failure);
    for (const widget of widgets) widget.room.remove();
    paint();
    emit('error', { message: failure });
    const view = read('program') ?? (await ahead.get(programPath)?.then((r) => r!.json()).catch(() => {}));
    link = safeLink(config.link || view?.program?.links?.club, location.origin);
    paint();
  };

  const start = async () => {
    const asked = named() && quiet(token());
    const wasm = get(ENGINE_WASM);
    quiet(wasm);
    const begin = (path: string, query: string, headers = {}) => fetch(api + path + query, { headers, credentials: 'omit' });
    ahead.set(programPath, quiet(begin(programPath, '?key=' + key)));
    if (asked) ahead.set('/v1/me', quiet(asked.then((given) => given && begin('/v1/me', '', { Authorization: 'Bearer ' + given }))));
    // The fragment makes each try a module of its own: a browser may remember a failed one for good.
    const [module, css, locale] = await Promise.all([
      import(address(ENGINE_JS) + '#' + attempt++) as Promise<EngineModule>,
      get(BASE_CSS),
      get(WORDS[config.lang]![1]),
    ]);
    engine = await module.boot(wasm, css, threshold, locale);
    for (const widget of widgets) widget.enter();
  };

  /** Starts the engine if it is not; on trouble with the network, the next call tries again. */
  const run = async (name?: keyof Engine, ...args: unknown[]) => {
    if (failure) return;
    try {
      await (loading ||= start());
      if (name) call(name, ...args);
    } catch (fault) {
      loading = undefined;
      // A file that is no JavaScript will be none next time.
      if (fault instanceof SyntaxError || (name && ++tries > 2)) fatal(fault || 'its files are lost');
    }
  };
  const intend = () => run();
  /** Nobody waits for what comes of it: a lost file is no trouble. */
  const tell = (name: unknown, manual?: boolean) => void run().then(() => call('occasion', '' + name, manual));

  const open = async (view?: unknown) => {
    if (link) return location.assign(link);
    opener = document.activeElement as HTMLElement;
    threshold.wanted = true;
    const wait = setTimeout(() => launcher?.setAttribute('aria-busy', 'true'), 300);
    await run('open', view ? '' + view : '');
    clearTimeout(wait);
    launcher?.removeAttribute('aria-busy');
  };

  const state = (open: boolean) => {
    opened = open;
    launcher?.setAttribute('aria-expanded', '' + open);
  };

  const threshold: Threshold = {
    config,
    natives: { fetch, parse, stringify },
    ahead,
    hooks: {},
    token,
    subject,
    read,
    write,
    emit,
    face: (next) => {
      write('face', next);
      paint();
    },
    state,
    focusLauncher: () => (launcher ?? opener)?.focus(),
    fatal: (fault) => quiet(fatal(fault)),
  };

  // What is on the page

  const away = () => config.hide != '' && matches(config.hide, location.pathname);
  const hidden = () => config.launcher == 'none' || away();

  /** Brings the launcher in line with all that it depends on; touches nothing when it is. */
  const paint = (): unknown => {
    const kept = face();
    const shown = !hidden() && (!failure || link);
    const now = stringify([shown, config.lang, named(), kept]);
    if (now == drawn) return;
    // Taken away between press and release, the button would swallow the click; and a new one would not be busy.
    if (launcher?.matches(':active,[aria-busy]')) return setTimeout(paint, 99);
    drawn = now;
    touch?.();
    const focused = launcher?.matches(':focus');
    launcher?.remove();
    launcher = undefined;
    if (!shown) return;
    launcher = drawLauncher(config, kept, named(), link);
    if (!link) {
      if (config.prefetch != 'none') launcher.onfocus = launcher.onpointerenter = intend;
      launcher.onclick = () => (opened ? call('close') : open());
      state(opened);
    }
    float.shadow.prepend(launcher);
    if (focused) launcher.focus();
  };

  /** `<vafa-widget>`: the floating one is ours, each that the page's author wrote is an inline panel. */
  class Widget extends HTMLElement {
    shadow = this.attachShadow({ mode: 'open' });
    room = this.shadow.appendChild(document.createElement('div'));
    mounted = 0;

    constructor() {
      super();
      this.shadow.adoptedStyleSheets = [styles];
    }

    connectedCallback() {
      if (this != float && this.hasAttribute(FLOATING)) return this.remove(); // a copy, from a page cache that clones
      widgets.add(this);
      this.enter();
      if (this != float) seen.observe(this);
    }

    disconnectedCallback() {
      // Being moved is not being removed.
      queueMicrotask(() => {
        if (this.isConnected) return;
        widgets.delete(this);
        if (this.mounted) call('unmount', this.mounted);
        this.mounted = 0;
      });
    }

    enter() {
      this.mounted ||= call('mount', this.room, this != float, this.getAttribute('view') ?? '');
    }
  }

  const seen = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) run();
  });
  let float!: Widget;
  customElements.define(TAG, Widget);
  float = new Widget();
  float.setAttribute(FLOATING, '');
  const side = /start$/.test(config.position) ? 'start' : 'end';
  float.style.cssText = `--vafa-offset-y:${config.y}px;--vafa-panel-${side}:calc(${config.x}px + env(safe-area-inset-right))`;

  // Drawn by a file of their own.
  for (const name of ['points', 'tier', 'earn']) {
    customElements.define('vafa-' + name, class extends HTMLElement {
      connectedCallback() {
        quiet(import(address(ELEMENTS_JS)).then((part: ElementsModule) => (touch = part.show(this, threshold, named, intend))));
      }
    });
  }

  /** On arrival, and whenever a single-page shop may have changed the page. */
  const settle = () => {
    // Not document.body: a form of that name would answer.
    if (!float.isConnected) document.querySelector('body')!.append(float);
    paint();
  };

  /** Members who have opened the panel before get its files at idle, once a day; a survey that may be due starts the engine. */
  const foresee = () => {
    const { sub, wake_at } = face()!;
    if (loading || away() || !named() || !sub) return;
    if (wake_at && wake_at - Date.now() < 1e9) setTimeout(run, wake_at - Date.now());
    const { saveData, effectiveType } = (navigator as any).connection ?? {};
    const today = ENGINE_JS + new Date().getDate();
    if (/^$|auto/.test(config.prefetch) && !saveData && !/2g/.test(effectiveType) && read('load') != today) {
      write('load', today);
      // Read to the end: what is not might not be kept.
      for (const file of [ENGINE_JS, ENGINE_WASM, BASE_CSS, WORDS[config.lang]![1]]) quiet(get(file).then((r) => r.blob()));
    }
  };
  const rest = () => {
    if (document.readyState == 'complete') (window.requestIdleCallback ?? setTimeout)(foresee);
  };

  const identify = (who: any) => {
    need(!who || who.call || /^[^.]+\.[^.]+\.[^.]+$/.test(who), 'a token or a function that gives one');
    ahead.delete('/v1/me'); // whoever that was
    const before = subject();
    name(who);
    // A new token of the same member may be what was waited for.
    if (engine) quiet(token().then(() => before == subject() && call('refresh')));
    paint();
    touch?.(true);
    rest();
  };

  const replay = openApi({
    identify,
    logout: () => identify(null),
    open,
    close: () => call('close'),
    order: (order) => {
      need(order?.id, "{id: 'the order number'}");
      run('order', '' + order.id);
    },
    cart: (cart) => emit('cart', (threshold.cart = cart)),
    track: (name, props) => {
      emit('track', { name, props });
      if (loading || face()!.events?.includes(name)) tell(name);
    },
    ask: (survey) => {
      need(survey, 'a survey id');
      tell(survey, true);
    },
    refresh: () => {
      settle();
      call('refresh');
    },
    setLanguage: (lang) => {
      need(WORDS[lang], Object.keys(WORDS));
      config.lang = lang;
      paint();
      if (engine) quiet(get(WORDS[lang]![1]).then((r) => config.lang == lang && call('set_language', r)));
    },
    setConsent: consent,
    explain: () => ({
      program,
      identified: named(),
      hidden: hidden(),
      engine: failure || (engine ? 'running' : loading ? 'loading' : 'idle'),
    }),
    on: (name, listener) => {
      need(listener?.call, 'a name and a function');
      const hear = (event: any) => listener(event.detail);
      float.addEventListener('vafa:' + name, hear);
      return () => float.removeEventListener('vafa:' + name, hear);
    },
    hook: (name, answer) => {
      need(answer?.call, 'a name and a function');
      threshold.hooks[name] = answer;
    },
  });

  const arrive = () => {
    replay();
    const invited = /[?&]vafa_ref=([\w-]+)/.exec(location.search);
    settle();
    if (invited) {
      write('ref', invited[1]);
      run();
    }
    emit('ready');
    (window as any).navigation?.addEventListener('currententrychange', settle);
    addEventListener('load', rest);
    rest();
  };
  if (document.body) arrive();
  else addEventListener('DOMContentLoaded', arrive);
};

// Whatever the page has done to the platform, no error is thrown into it.
try {
  if (customElements.get(TAG)) window.vafa.refresh();
  else {
    const now = document.currentScript;
    // By its name, for an image named currentScript would answer too.
    const tag = (now?.localName == 'script' ? now : document.querySelector('script[data-program]')) as HTMLScriptElement | null;
    const src = tag?.src || location.href;
    const config = readConfig((name) => tag?.getAttribute('data-' + name) || '', src, document.documentElement.lang, WORDS);
    if (config) enter(config, src);
    else warn('the tag needs data-program and data-key="pk_…"');
  }
} catch (fault) {
  warn('cannot run here: ' + fault);
}
