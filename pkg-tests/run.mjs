// All tests of the package and of the studio. Most of their time they wait for a page, so two files run side by side;
// those of `alone/` come after them, one by one: they measure time, or have the shops of `apps/` to themselves. What is
// said to this goes to `node --test`.

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
const ends = [[1, others], [1, alone]].map(([atOnce, files]) => {
  const { status } = spawnSync(process.execPath, ['--test', `--test-concurrency=${atOnce}`, ...process.argv.slice(2), ...files], { cwd: here, stdio: 'inherit' });
  return status;
});
process.exitCode = ends.every((status) => status === 0) ? 0 : 1;
