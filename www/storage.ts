/** Small JSON values under `vafa:<program>:v1:<name>`; in memory where the browser refuses or consent is missing. */
import { parse, stringify } from './natives.ts';

/** Longest value kept on disk, in characters. */
const LONGEST = 65536;
/** What belongs to the browser rather than to a member: the launcher's looks, the program, this visit, an invitation, a refusal. */
const LASTING = /:(face|program|visit|ref|claim|no)$/;

export interface Store {
  /** `null` when absent, refused or not JSON. */
  read(name: string): any;
  /** `null` removes. */
  write(name: string, value: unknown): void;
  /** Forgets what was cached for a member. */
  forget(): void;
  /** `false` empties the disk and keeps to memory, until `true`. */
  consent(allowed: boolean): void;
}

/** `disk` gives localStorage, and may throw. */
export const openStore = (program: string, disk: () => Storage): Store => {
  const memory = new Map<string, string>();
  const own = `vafa:${program}:`;
  const place = own + 'v1:';
  const refusal = own + 'no';
  const attempt = <T>(act: (disk: Storage) => T): T | void => {
    try {
      return act(disk());
    } catch {}
  };
  let allowed = attempt((d) => d.getItem(refusal)) == null;
  const put = (key: string, json?: string) => {
    memory.delete(key);
    if (json) memory.set(key, json);
    attempt((d) => {
      d.removeItem(key);
      if (json && allowed && json.length < LONGEST) {
        d.setItem(key, json);
        memory.delete(key);
      }
    });
  };
  const clear = (keep: RegExp) => {
    for (const key of [...memory.keys(), ...(attempt(Object.keys) || [])]) if (key.startsWith(own) && !keep.test(key)) put(key);
  };
  return {
    read: (name) => {
      try {
        return parse((memory.get(place + name) ?? attempt((d) => d.getItem(place + name)))!);
      } catch {
        return null;
      }
    },
    write: (name, value) => put(place + name, value == null ? '' : stringify(value)),
    forget: () => clear(LASTING),
    consent: (yes) => {
      allowed = yes;
      if (!yes) clear(/^$/);
      // That is all that is kept then: on the next page as well.
      attempt((d) => (yes ? d.removeItem(refusal) : d.setItem(refusal, '1')));
    },
  };
};
