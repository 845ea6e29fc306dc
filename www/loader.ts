/** Where the engine's files are, by the names they had at build time. Their bytes are checked in engine.ts. */
import { fetch } from './natives.ts';

export const address = (file: string, base: string): string => new URL('assets/' + file, base).href;

export const get = (file: string, base: string): Promise<Response> =>
  fetch(address(file, base)).then((r) => (r.ok ? r : Promise.reject()));
