/** `window.vafa`: one object before and after loading, that never throws into the page. */
import type { Vafa } from './vafa.d.ts';
import { warn } from './natives.ts';

/** Stops a call whose arguments are wrong, with what it wants. */
export const need = (right: unknown, wanted: unknown): void => {
  if (!right) throw 'wants ' + wanted;
};

/** Makes the stub queue, if there is one, into the API, and gives the function that replays it. */
export const openApi = (methods: Record<string, (...args: any[]) => unknown>): (() => void) => {
  const early: unknown = window.vafa;
  const api: any = Array.isArray(early) ? early : [];
  const queue = api.splice(0);
  for (const name in methods) {
    api[name] = (...args: unknown[]) => {
      try {
        return methods[name]!(...args);
      } catch (fault) {
        warn(`vafa.${name} ${fault}`);
      }
    };
  }
  api.push = (...calls: [name: string, ...args: unknown[]][]) => {
    for (const [name, ...args] of calls) methods[name] ? api[name](...args) : warn(`vafa.${name} does not exist`);
  };
  api.version = VERSION;
  window.vafa = api as Vafa;
  return () => api.push(...queue);
};
