#!/usr/bin/env node
// The demo shop's server: its pages, its small backend, and a way through to the merchant API, on one port.
// Node 20, nothing to install.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openBooks } from './server/books.mjs';
import { openClub } from './server/club.mjs';
import { openDesk } from './server/desk.mjs';
import { openPages } from './server/pages.mjs';
import { problem } from './server/replies.mjs';
import { isForApi, openProxy } from './server/proxy.mjs';
import { openSessions } from './server/sessions.mjs';

const HELP = `The demo shop of Vafa.

  node demo/server.mjs --keys keys.json [--port 4000] [--api http://127.0.0.1:4001]

  --keys FILE   what "vafa seed" printed: program and keys (needed)
  --port N      port of the shop; 0 takes a free one (4000)
  --host NAME   address to listen on (127.0.0.1)
  --api URL     where the merchant API listens (http://127.0.0.1:4001)
  --data FILE   the shop's own orders; made when missing (shop.json beside the keys)
  --csp POLICY  Content-Security-Policy of the shop's pages (none)
  --help        this text
`;

const OPTIONS = {
  keys: { type: 'string' },
  port: { type: 'string', default: '4000' },
  host: { type: 'string', default: '127.0.0.1' },
  api: { type: 'string', default: 'http://127.0.0.1:4001' },
  data: { type: 'string' },
  csp: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** Ends the process with one sentence about what to do. */
function stop(sentence) {
  process.stderr.write(`shop: ${sentence}\n`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (fault) {
    return stop(`${fault.message}. See --help.`);
  }
}

function readKeys(path) {
  if (!path) stop('--keys FILE is needed: the JSON that "vafa seed" printed. See --help.');
  let keys;
  try {
    keys = JSON.parse(readFileSync(path, 'utf8'));
  } catch (fault) {
    stop(`cannot read the keys in ${path}: ${fault.code ?? 'it is not JSON'}.`);
  }
  for (const [name, there] of Object.entries({
    program: keys.program,
    publishable_key: keys.publishable_key,
    secret_key: keys.secret_key,
    'signing_key.kid': keys.signing_key?.kid,
    'signing_key.secret': keys.signing_key?.secret,
  })) if (typeof there !== 'string' || !there) stop(`the keys in ${path} have no "${name}".`);
  return keys;
}

function readApi(address) {
  try {
    const url = new URL(address);
    if (url.protocol === 'http:') return url;
  } catch { /* told below */ }
  return stop(`--api must be an http address such as http://127.0.0.1:4001, not "${address}".`);
}

/** The address asked for, or null; a path of `//x` is a path, never a host. */
function readUrl(target) {
  try {
    return target.startsWith('/') ? new URL(`http://shop${target}`) : new URL(target);
  } catch {
    return null;
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const port = Number(options.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) stop(`--port must be a number up to 65535, not "${options.port}".`);
const keys = readKeys(options.keys);
const api = readApi(options.api);

const books = openBooks(options.data ?? join(dirname(resolve(options.keys)), 'shop.json'), stop);
const sessions = openSessions(keys);
const club = openClub({ api, keys, books });
const desk = openDesk({ books, club, sessions });
const pages = openPages({ publishableKey: keys.publishable_key, program: keys.program, csp: options.csp });
const proxy = openProxy(api);

const server = http.createServer((request, response) => {
  const url = readUrl(request.url);
  if (!url) return problem(response, 400, 'bad_address', 'The address cannot be read.');
  if (isForApi(url.pathname)) return proxy(request, response);
  const answer = url.pathname.startsWith('/shop/') ? desk(request, response, url) : pages(request, response, url);
  return Promise.resolve(answer).catch((fault) => {
    process.stderr.write(`shop: ${request.method} ${url.pathname} failed: ${fault.message}\n`);
    if (!response.headersSent) problem(response, 500, 'internal', 'The shop made a mistake. Try again.');
    else response.destroy();
  });
});

server.on('clientError', (_, socket) => socket.writable && socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
server.on('error', (fault) => stop(fault.code === 'EADDRINUSE' ? `port ${port} is taken; choose another with --port.` : fault.message));
server.listen(port, options.host, () => {
  process.stdout.write(`shop: http://localhost:${server.address().port} (API at ${api.origin})\n`);
  club.start();
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    club.stop();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 3000).unref();
  });
}
