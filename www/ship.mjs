/** Writing files as a server hands them out: small, named by what is in them, with their compressed siblings. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

/** Where constructable style sheets and optional chaining work. */
export const TARGET = ['chrome94', 'firefox101', 'safari16.4'];

export const minifyCss = async (css, target = TARGET) => (await esbuild.transform(css, { loader: 'css', minify: true, target, charset: 'utf8' })).code.trim();

/** A script with all that it imports, by esbuild alone. */
export const bundled = async (options) => {
  const { outputFiles } = await esbuild.build({ bundle: true, minify: true, write: false, charset: 'utf8', legalComments: 'none', target: TARGET, ...options });
  return Buffer.from(outputFiles[0].contents);
};

const sha384 = (bytes, encoding) => createHash('sha384').update(bytes).digest(encoding);
const sri = (bytes) => 'sha384-' + sha384(bytes, 'base64');
/** `engine.wasm` → `engine-3fa9c01b.wasm`. */
export const hashed = (name, files) => name.replace('.', `-${sha384(files[name], 'hex').slice(0, 6)}.`);

/** How brotli may write distances: by how many bits it groups them, and how many short ones have a code of their own. */
const DISTANCES = [[0, 0], [0, 8], [0, 15], [1, 0], [1, 8], [1, 12], [1, 30]];

/** The smallest of what brotli makes with these distances. */
export const brotli = (bytes, distances = DISTANCES) => {
  const packs = distances.map(([postfix, direct]) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
        [constants.BROTLI_PARAM_NDIRECT]: direct,
      },
    }),
  );
  return packs.reduce((best, one) => (one.length < best.length ? one : best));
};
export const gzip = (bytes) => gzipSync(bytes, { level: 9 });

/** Writes a file with those of its compressed siblings that are smaller; gives its line of the manifest. */
export const ship = (out, file, bytes, distances = DISTANCES) => {
  const path = join(out, file);
  const line = { file, raw: bytes.length, gzip: bytes.length, brotli: bytes.length, integrity: sri(bytes) };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  for (const [ending, kind, packed] of [['.gz', 'gzip', gzip(bytes)], ['.br', 'brotli', brotli(bytes, distances)]]) {
    if (packed.length >= bytes.length) continue;
    line[kind] = packed.length;
    writeFileSync(path + ending, packed);
  }
  return line;
};

/** Prints the lines of a manifest. */
export const table = (lines) => {
  for (const [name, { raw, gzip, brotli }] of Object.entries(lines)) console.log(`${name.padEnd(14)} ${raw} raw  ${gzip} gzip  ${brotli} brotli`);
};
