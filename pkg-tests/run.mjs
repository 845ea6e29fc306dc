// All tests of the package and of the studio, a file at a time: most of it is waiting for a page, so a machine with
// cores to spare may run more (`VAFA_FILES_AT_ONCE=2`). Those of `alone/` come last, one by one: they measure time, or
// have the shops of `apps/` to themselves. What is said to this goes to `node --test`.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The tests in a folder and in those below it. */
const tests = (folder) => readdirSync(join(here, folder), { withFileTypes: true }).flatMap((entry) => {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : tests(path);
  return entry.name.endsWith('.test.mjs') ? [path] : [];
});

const alone = tests('alone');
const others = tests('.').filter((file) => !alone.includes(file));
const atOnce = process.env.VAFA_FILES_AT_ONCE ?? '1';
const ends = [[atOnce, others], ['1', alone]].map(([count, files]) => {
  const { status } = spawnSync(process.execPath, ['--test', `--test-concurrency=${count}`, ...process.argv.slice(2), ...files], { cwd: here, stdio: 'inherit' });
  return status;
});
process.exitCode = ends.every((status) => status === 0) ? 0 : 1;
