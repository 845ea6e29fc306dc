/**
 * `engine-HASH.js`: the glue of the WASM, and what the door need not carry on every page view: the whole of the host
 * that the engine sees, the check of the files, the watch over faults.
 */
// By name: what is not named here is not shipped.
import init, {
  close,
  identity_changed,
  leaving,
  message,
  mount,
  occasion,
  open,
  order,
  prepare,
  recall,
  refresh,
  set_language,
  start,
  unmount,
} from 'glue';
import type { Engine, EngineModule, Face, Host, Threshold } from './host.ts';
import { setTimeout } from './natives.ts';
import { type Tabs, openTabs } from './tabs.ts';
import { openTransport } from './transport.ts';

/** How long the page's function may keep the first paint waiting for a token. */
const TOKEN_MS_MAX = 1_000;

/** The platform's, as they were when the door loaded. */
let fetch: typeof globalThis.fetch;
let parse: typeof JSON.parse;

/** The beginning of a file's SHA-384, as it stands in its name. */
const digest = async (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-384', bytes), 0, 3), (n) => n.toString(16).padStart(2, '0')).join('');

/** A file's bytes, if they are the ones that were built (a page without https has no means to tell). */
const wholeOf = async (file: Response): Promise<ArrayBuffer | undefined> => {
  const bytes = await file.arrayBuffer();
  return !crypto.subtle || file.url.includes(`-${await digest(bytes)}.`) ? bytes : undefined;
};

/** A damaged file may sit in the HTTP cache for a year, so it is fetched past it once. */
const anew = async (file: Response): Promise<ArrayBuffer> => {
  const bytes = await wholeOf(await fetch(file.url, { cache: 'reload' }));
  if (!bytes) throw new Error(file.url.replace(/^.*\/(.+)-\w+(\.\w+)$/, '$1$2') + ' is damaged');
  return bytes;
};

const textOf = async (file: Response) => new TextDecoder().decode((await wholeOf(file)) ?? (await anew(file)));

/** Compiles while the file is still coming, where the server names its type. */
const moduleOf = async (file: Response): Promise<WebAssembly.Module> => {
  const streamed = file.headers.get('Content-Type') == 'application/wasm' && WebAssembly.compileStreaming(file.clone());
  if (streamed) streamed.catch(() => {});
  const bytes = await wholeOf(file);
  // What was streamed of a damaged file is damaged, even where it compiles.
  return (bytes && (await streamed)) || WebAssembly.compile(bytes ?? (await anew(file)));
};

type Words = Record<string, string>;
type Part = [module: WebAssembly.Module, style: string, words: Words, lang: string];

const parts = new Map<string, Promise<Part>>();

const beside = (file: string) => fetch(new URL(file, import.meta.url));

/** The words of a part in a language. */
const wordsOf = async (name: string, lang: string): Promise<Words> => {
  const file = PARTS[name]!.words[lang];
  return file ? parse(await textOf(await beside(file))) : {};
};

/** A part of the module with what belongs to it, from beside this file. One that is lost is fetched anew the next time. */
const bring = (name: string, lang: string) => {
  let coming = parts.get(name);
  if (!coming) {
    const { wasm, css } = PARTS[name]!;
    coming = Promise.all([beside(wasm).then(moduleOf), css ? beside(css).then(textOf) : '', wordsOf(name, lang), lang]);
    parts.set(name, coming);
    coming.catch(() => parts.delete(name));
  }
  return coming;
};

/**
 * The panel's part is not waited for by a survey: it comes when somebody reaches for the widget, or it stands in the page,
 * and is made ready once the engine has started.
 */
const foresee = ({ config, subject, wanted }: Threshold, known: Promise<unknown>, started: Promise<void>) => {
  const warm = (reached: boolean) => {
    const early = (name: string) => bring(name, config.lang).catch(() => {});
    early('panel');
    known.then(() => (subject() ? undefined : early('guest')));
    started.then(() => prepare(reached));
  };
  if (wanted || document.querySelector('vafa-tier,vafa-widget:not([floating])')) warm(false);
  const float = document.querySelector('vafa-widget[floating]');
  const reach = () => warm(true);
  if (float?.matches(':hover,:focus-within')) return reach();
  for (const sign of ['pointerover', 'focusin']) float?.addEventListener(sign, reach, { once: true });
};

/** The program's look, where it names one that is built in; it goes on from all other styles. */
const dresser = (sheet: CSSStyleSheet) => {
  let worn: string | undefined;
  return async (view: any) => {
    const file = LOOKS[view?.program?.look?.preset];
    if (file == worn) return;
    worn = file;
    sheet.replaceSync(file ? await beside(file).then(textOf) : '');
  };
};

/** Black or white, whichever is read better on `#rrggbb` (by WCAG's luminance, 4.5:1 at the least). */
export const readable = (accent: string): string => {
  const light = (at: number) => (parseInt(accent.slice(at, at + 2), 16) / 255) ** 2.2;
  return 0.2126 * light(1) + 0.7152 * light(3) + 0.0722 * light(5) > 0.18 ? '#000' : '#fff';
};

/** The engine has failed: nothing reaches it any more. */
let dead = false;
const never = new Promise<never>(() => {});

/** Prototype.js and its like teach arrays a `toJSON` that makes text of them: not while `act` writes JSON. */
const plainly = <T>(act: () => T): T => {
  const arrays = Array.prototype as { toJSON?: unknown };
  const { toJSON } = arrays;
  if (!toJSON) return act();
  delete arrays.toJSON;
  try {
    return act();
  } finally {
    arrays.toJSON = toJSON;
  }
};

const hostOf = (threshold: Threshold, dress: (view: unknown) => void): Host & Tabs => {
  const { config, hooks, face, natives } = threshold;
  const stringify = (value: unknown) => plainly(() => natives.stringify(value));
  const transport = openTransport({ ...threshold, natives: { ...natives, stringify } });
  const tabs = openTabs(threshold, transport.now);
  return {
    ...threshold,
    ...transport,
    ...tabs,
    request: async (...asked) => {
      const answer = await (dead ? never : transport.request(...asked));
      return dead ? never : answer;
    },
    write: (name, value) => {
      plainly(() => tabs.write(name, value));
      if (name == 'program') dress(value);
    },
    face: (next: Face) => {
      const accent = /^#[\da-f]{6}$/i.test(next.accent ?? '') ? next.accent! : null;
      // The door knows this device's clock alone.
      const wake_at = next.wake_at && next.wake_at - transport.now() + Date.now();
      plainly(() => face({ ...next, wake_at, accent, ...(accent && { on: readable(accent) }), lang: config.lang }));
    },
    hooked: (name) => !!hooks[name],
    hook: async (name, payload) => {
      try {
        return await hooks[name]?.(payload);
      } catch (fault) {
        console.warn(`[vafa] the page's hook "${name}" failed:`, fault);
      }
      return;
    },
    tell: () => {},
    seen: (element) =>
      new Promise((done) =>
        new IntersectionObserver((entries, observer) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          observer.disconnect();
          done();
        }).observe(element),
      ),
    wait: breath,
    uuid: () =>
      '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) =>
        (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (+c / 4)))).toString(16),
      ),
  };
};

/** How many entries into the WASM are under way, one from within another. */
let depth = 0;

/**
 * The way into the WASM, by whatever listener, timer or call. A panic ends there: no error comes out, and nobody enters
 * again. What a patched platform throws through the WASM leaves it no better.
 */
const guard = (all: WebAssembly.Exports, fatal: (fault: unknown) => void): WebAssembly.Exports => {
  const wrap = (enter: any) => (...args: unknown[]) => {
    depth++;
    try {
      if (!dead) return enter(...args);
    } catch (fault) {
      // Called by the WASM itself: so that it ends as well.
      if (depth > 1) throw fault;
      fatal(fault);
    } finally {
      depth--;
    }
    return [0, 0]; // whoever expects a number or two reads nothing
  };
  return Object.fromEntries(Object.entries(all).map(([name, it]) => [name, typeof it == 'function' ? wrap(it) : it]));
};

/** Ends the task, so that the page may answer to somebody before the next piece of work. */
const breath = (ms?: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Other tabs of the shop. Closed while the page rests in the back/forward cache, which an open channel may bar it from. */
const openChannel = (program: string, host: Host & Tabs, engine: Engine) => {
  let channel: BroadcastChannel | undefined;
  const open = () => {
    channel = new BroadcastChannel('vafa:' + program);
    channel.onmessage = (event) => engine.message(event.data);
  };
  host.tell = (value) => channel?.postMessage(value);
  addEventListener('pagehide', () => {
    engine.leaving();
    host.leave();
    channel?.close();
  });
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    open();
    engine.refresh();
  });
  addEventListener('online', () => engine.refresh());
  open();
};

/** What is typed into the panel is no shortcut of the shop's. */
const keepKeys = (room: Element) => {
  for (const name of ['keydown', 'keyup', 'keypress']) {
    room.addEventListener(name, (event) => {
      if ((event.target as Element).matches('input, textarea, select, [contenteditable]')) event.stopPropagation();
    });
  }
};

export const boot: EngineModule['boot'] = async (wasmFile, css, threshold, locale) => {
  const { config } = threshold;
  ({ fetch, parse } = threshold.natives);
  const token = Promise.race([threshold.token().catch(() => {}), breath(TOKEN_MS_MAX)]);
  let begun!: () => void;
  foresee(threshold, token, new Promise((done) => { begun = done; }));
  const stop = (fault: unknown): never => {
    threshold.fatal(fault);
    throw fault;
  };
  const look = new CSSStyleSheet();
  const wear = dresser(look);
  // A look that does not come is a look less, never a panel less.
  const dress = (view: unknown) => wear(view).catch(() => {});
  const [module, style, text] = await Promise.all([wasmFile.then(moduleOf), textOf(css), textOf(locale), token, dress(threshold.read('program'))])
    // A TypeError is the network's: the door tries again on the next intent.
    .catch((fault) => (fault && !(fault instanceof TypeError) ? stop(fault) : Promise.reject(fault)));
  try {
    let words: Words = parse(text);
    const host = hostOf(threshold, dress);
    const [base, more] = [new CSSStyleSheet(), new CSSStyleSheet()];
    base.replaceSync(style);
    const styles = new Map<string, string>();
    const fatal = (fault: unknown) => {
      dead = true;
      threshold.fatal(fault);
      // If one of these brought it down, the next page must not read it again.
      threshold.write('me', null);
      threshold.write('program', null);
    };
    const part = async (name: string, imports: WebAssembly.Imports) => {
      const [module, style, own, lang] = await bring(name, config.lang);
      Object.assign(words, lang == config.lang ? own : await wordsOf(name, config.lang));
      styles.set(name, style);
      // The panel's first: the others go on from it.
      more.replaceSync(Object.keys(PARTS).map((name) => styles.get(name)).join(''));
      await WebAssembly.instantiate(module, imports);
      await breath();
    };
    await init(module, part, (all) => guard(all, fatal));
    await breath();
    start(host, words);
    await breath();
    recall();
    begun();
    await breath();
    /** The words of all that is here, in a new language. */
    const speak = async (file: Response, lang: string) => {
      const here = [...parts.keys()];
      const all = await Promise.all([textOf(file).then(parse), ...here.map((name) => wordsOf(name, lang))]);
      // Another part, or another language, may have been asked for meanwhile.
      if (lang != config.lang) return;
      words = Object.assign({}, ...all);
      for (const name of parts.keys()) if (!here.includes(name)) Object.assign(words, await wordsOf(name, lang));
      set_language(words);
    };

    const engine: Engine = {
      close,
      identity_changed,
      leaving,
      message,
      occasion,
      open,
      order,
      refresh,
      unmount,
      mount: (room, inline, view) => {
        const root = room.getRootNode() as ShadowRoot;
        if (!root.adoptedStyleSheets.includes(base)) {
          root.adoptedStyleSheets = [...root.adoptedStyleSheets, base, more, look];
          keepKeys(room);
        }
        return mount(room, inline, view);
      },
      set_language: (file) => void speak(file, config.lang).catch(() => {}),
    };
    openChannel(config.program, host, engine);
    return engine;
  } catch (fault) {
    return stop(fault);
  }
};
