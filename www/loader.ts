/** Where the engine's files are, by the names they had at build time. Their bytes are checked in engine.ts. */
import { fetch } from './natives.ts';

/** `engine.wasm` → `…/assets/engine-3fa9c01b77.wasm`. */
const address = (name: string, base: string) => new URL('assets/' + name.replace('.', `-${ASSETS[name]}.`), base).href;

export const get = (name: string, base: string): Promise<Response> =>
  fetch(address(name, base)).then((r) => (r.ok ? r : Promise.reject()));

/** The engine's module. The fragment makes each try a module of its own: a browser may remember a failed one for good. */
export const load = (base: string, attempt: number): Promise<any> => import(address('engine.js', base) + '#' + attempt);
