// The shop's own books in one JSON file: accounts, orders, and what the club has not acknowledged yet.
// A change is on the disk before anybody hears of it: written aside, synced, and moved over the old file.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const EMPTY = { version: 1, accounts: {}, orders: {}, outbox: [], refused: [] };

/** Opens the books; `stop(sentence)` ends the process when they cannot be trusted. */
export function openBooks(path, stop) {
  let state = structuredClone(EMPTY);
  if (existsSync(path)) {
    try {
      state = { ...state, ...JSON.parse(readFileSync(path, 'utf8')) };
    } catch {
      stop(`the shop's books in ${path} are not JSON; move the file away to start afresh.`);
    }
    if (state.version !== EMPTY.version) stop(`the shop's books in ${path} have version ${state.version}, and this shop knows ${EMPTY.version}.`);
  }

  function save() {
    const aside = `${path}.new`;
    const file = openSync(aside, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify(state));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
    const folder = openSync(dirname(path), 'r');
    try { fsyncSync(folder); } finally { closeSync(folder); }
  }

  return {
    /** What is written; read only. */
    get state() { return state; },
    /** Changes a copy, and keeps it once it is on the disk. */
    change(edit) {
      const before = state;
      state = structuredClone(state);
      try {
        const result = edit(state);
        save();
        return result;
      } catch (fault) {
        state = before;
        throw fault;
      }
    },
  };
}
