/** What build.mjs puts in. */

/** File names under `assets/`, each with the start of its SHA-384. */
declare const ENGINE_JS: string;
declare const ENGINE_WASM: string;
declare const BASE_CSS: string;
/** Name of a part of the module to its files, beside engine.ts's own: its code, its styles, its words by language. */
declare const PARTS: Record<string, { wasm: string; css?: string; words: Record<string, string | undefined> }>;
/** Name of a built-in look to its styles. */
declare const LOOKS: Record<string, string | undefined>;
/** Language to the launcher's label and the file of the locale. */
declare const WORDS: Record<string, [label: string, file: string]>;
declare const VERSION: string;
/** Beside the engine's files. */
declare const ELEMENTS_JS: string;

declare module '*.css' {
  const css: string;
  export default css;
}

/** wasm-bindgen's output, as `xtask/src/glue.rs` leaves it. */
declare module 'glue' {
  /** `guard` gives the module's exports as the glue calls them. */
  export default function init(
    module: WebAssembly.Module,
    bring: (part: string, imports: WebAssembly.Imports) => Promise<void>,
    guard: (exports: WebAssembly.Exports) => WebAssembly.Exports,
  ): Promise<void>;
  export function start(host: unknown, locale: unknown): void;
  export function mount(root: Element, inline: boolean, view: string): number;
  export function unmount(id: number): void;
  export function open(view: string): void;
  export function close(): void;
  export function identity_changed(): void;
  export function order(id: string): void;
  export function prepare(reached: boolean): void;
  export function recall(): void;
  export function occasion(name: string, manual?: boolean): void;
  export function refresh(): void;
  export function leaving(): void;
  export function set_language(locale: unknown): void;
  export function message(value: unknown): void;
}
