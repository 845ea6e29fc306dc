/** The seam between the door (in every page view) and the engine (fetched on intent). */
import type { Config } from './config.ts';

/** What is drawn on the closed launcher at the next page view, before any engine runs. */
export interface Face {
  /** Ready to show, in the language of `label`; `null` for a guest. */
  points: string | null;
  label: string;
  /** `#rrggbb`. */
  accent: string | null;
  /** Whose points these are. */
  sub: string | null;
  /** Instant (ms) from which a survey may be due. */
  wake_at: number | null;
  /** Names of events that may make a survey due. */
  events: string[] | null;
  program_version: number | string | null;
  /** Name of the member's tier, of the next one, and per cent of the way to it. */
  tier: string | null;
  next: string | null;
  at: number;
  /** Added on the way: black or white, whichever is read on `accent`. */
  on?: string;
  /** Added on the way: the language of `label` and `points`. */
  lang?: string;
}

/** Outcome of an API call; `status` 0 means that nobody knows what the server did. */
export interface Answer {
  status: number;
  body: any;
  /** Milliseconds since the server made this answer, by its `Date`: a public one may come from a cache. */
  age: number;
}

/** The platform as it was when the door loaded. */
export interface Natives {
  fetch: typeof fetch;
  parse: typeof JSON.parse;
  stringify: typeof JSON.stringify;
}

/** What the door gives; `engine.ts` completes it to a [`Host`]. */
export interface Threshold {
  readonly config: Config;
  readonly natives: Natives;
  /** GETs begun on intent, by path; each is used once. */
  readonly ahead: Map<string, Promise<Response | undefined>>;
  /** The panel is to open: its part of the engine is fetched beside the engine. */
  wanted?: boolean;
  /** What the page has last told of its basket. */
  cart?: unknown;
  readonly hooks: Record<string, (payload?: unknown) => unknown>;
  /** The page's member token, a new one when `fresh`; nothing for a guest; rejects when the page's function failed. */
  token(fresh?: boolean): Promise<unknown>;
  subject(): string | null;
  read(name: string): any;
  write(name: string, value: unknown): void;
  emit(name: string, detail?: unknown): void;
  face(face: Face): void;
  state(open: boolean): void;
  focusLauncher(): void;
  fatal(message: unknown): void;
}

/** What the engine sees. None of these throws or rejects. */
export interface Host extends Threshold {
  request(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  now(): number;
  /** Milliseconds for which the server wants to be left alone. */
  pause(): number;
  /**
   * Gives the sign to go on when no other tab of the shop is at it, and with it what ends it. Without `patience` nothing is
   * given when another one is. A browser without locks gives the sign at once. A claim named for an action, `kind:subject`,
   * ends when that is settled.
   */
  claim(name: string, patience: boolean): Promise<(() => void) | undefined>;
  hook(name: string, payload: unknown): Promise<unknown>;
  hooked(name: string): boolean;
  tell(value: unknown): void;
  /** Resolves once the element is drawn in the window of a page that is not hidden. */
  seen(element: Element): Promise<void>;
  /** Waits so many milliseconds; none is the next task. */
  wait(ms: number): Promise<void>;
  uuid(): string;
}

/** What the door may call of the engine. None of these throws, and after a fault none does anything. */
export interface Engine {
  mount(root: Element, inline: boolean, view: string): number;
  unmount(id: number): void;
  open(view: string): void;
  close(): void;
  identity_changed(): void;
  order(id: string): void;
  /** The page reports an event by its name or, when `manual`, asks for the survey with this id. */
  occasion(name: string, manual?: boolean): void;
  refresh(): void;
  /** The page is being left: what stands half written is sent. */
  leaving(): void;
  set_language(locale: Response): void;
  message(value: unknown): void;
}

/** `engine-HASH.js`. */
export interface EngineModule {
  boot(wasm: Promise<Response>, css: Response, threshold: Threshold, locale: Response): Promise<Engine>;
}

/** `elements-HASH.js`. */
export interface ElementsModule {
  /** Draws an element and gives what draws all of them anew, `fresh` when the page has said again who is logged in. */
  show(element: HTMLElement, threshold: Threshold, named: () => boolean, run: () => void): (fresh?: boolean) => void;
}
