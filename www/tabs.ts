/** What the tabs of a shop have in common: whose turn it is, and the list of what is not settled. */
import type { Host, Threshold } from './host.ts';
import { setTimeout } from './natives.ts';

/** Longest wait for a tab that is at the same thing, which may be frozen. */
const TURN_MS_MAX = 1_000;
/** How long something may be claimed: an engine that has died gives nothing back. */
const CLAIM_MS_MAX = 60_000;
/** How long what is not settled is kept, whether it is still tried or not. */
const KEPT_MS = 604_800_000;
/** The list, and where it is kept. */
const OUTBOX = 'outbox';

type Action = { key: string; kind: string; subject: string; sub: string; at: number };

export interface Tabs extends Pick<Host, 'claim' | 'read' | 'write'> {
  /** The page is left: its claims end. */
  leave(): void;
}

export const openTabs = ({ config, read, write, subject }: Pick<Threshold, 'config' | 'read' | 'write' | 'subject'>, now: () => number): Tabs => {
  const claims = new Map<string, () => void>();
  // Storage has no transactions: another tab, writing at the same moment, may undo what this one has added, which is then
  // added again. By whatever clock it was dated, it is as young as this tab.
  const own = new Map<string, Action>();
  const kept = (): Action[] => {
    const all = read(OUTBOX);
    return Array.isArray(all) ? all.filter((action) => action?.key) : [];
  };
  return {
    // The browser keeps the account of locks, which all tabs have in common.
    claim: (name, patience) =>
      new Promise((done) => {
        const limit = new AbortController();
        const hold = (lock: unknown) =>
          lock
            ? new Promise<void>((free) => {
                claims.set(name, free);
                setTimeout(free, CLAIM_MS_MAX);
                done(free);
              })
            : done(undefined);
        if (patience) setTimeout(() => limit.abort(), TURN_MS_MAX);
        Promise.resolve(
          navigator.locks?.request(`vafa:${config.program}:${name}`, patience ? { signal: limit.signal } : { ifAvailable: true }, hold) ?? hold(1),
        ).catch(() => done(() => {}));
      }),
    leave: () => claims.forEach((end) => end()),
    read: (name) => {
      if (name != OUTBOX) return read(name);
      const all = new Map(kept().map((action) => [action.key, action]));
      for (const [key, action] of own) if (action.sub == subject()) all.set(key, { ...action, at: now() });
      return [...all.values()];
    },
    write: (name, value: any) => {
      if (name == OUTBOX) {
        const actions = value as Action[];
        const before = kept();
        for (const action of actions) if (!before.some(({ key }) => key == action.key)) own.set(action.key, action);
        for (const key of own.keys()) if (!actions.some((action) => action.key == key)) own.delete(key);
        // What is settled is claimed no more.
        for (const [name, end] of claims) if (name.includes(':') && !actions.some(({ kind, subject }) => kind + ':' + subject == name)) end();
        value = actions.filter(({ key, at }) => own.has(key) || now() - at < KEPT_MS);
      }
      write(name, value);
    },
  };
};
