// What stands in for a CDN and for everybody's API: files as brotli of quality 11, and answers that were written down
// before. It notes what it sends, so that bytes are counted where they leave.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { brotliCompressSync, constants } from 'node:zlib';

const TYPES = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  cjs: 'text/javascript; charset=utf-8',
  json: 'application/json',
  wasm: 'application/wasm',
};

const packed = (bytes) => brotliCompressSync(bytes, {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
});

const shut = { status: 404, headers: {}, body: Buffer.from('not here'), file: true };

/** One file: compressed once, kept by the browser for a year. A page is asked for each time. */
const asFile = (path, text) => {
  const type = TYPES[path.split('.').pop()] ?? TYPES.html;
  return {
    status: 200,
    body: packed(Buffer.from(text)),
    headers: {
      'Content-Type': type,
      'Content-Encoding': 'br',
      'Cache-Control': type == TYPES.html ? 'no-store' : 'public, max-age=31536000, immutable',
    },
    page: type == TYPES.html,
    file: true,
  };
};

/** An answer of an API: JSON, or a script where the API sends one. */
const asAnswer = (said) => ({
  status: 200,
  body: packed(Buffer.from(typeof said === 'string' ? said : JSON.stringify(said))),
  headers: { 'Content-Type': typeof said === 'string' ? TYPES.js : TYPES.json, 'Content-Encoding': 'br', 'Cache-Control': 'no-store' },
});

/**
 * `files` by path; `answers` by method and path, a path that ends in `*` for all that begin so. Gives two origins of one
 * server, the shop's and the CDN's, and the list of all that was sent.
 */
export const openServer = async (files, answers) => {
  const shelf = new Map(Object.entries(files).map(([path, text]) => [path, asFile(path, text)]));
  const exact = new Map(Object.entries(answers).map(([line, json]) => [line, asAnswer(json)]));
  const starred = [...exact].filter(([line]) => line.endsWith('*'));
  const sent = [];
  const find = (method, path) => {
    const line = `${method} ${path}`;
    return shelf.get(path) ?? exact.get(line) ?? starred.find(([start]) => line.startsWith(start.slice(0, -1)))?.[1] ?? shut;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://shop');
    const cors = {
      'Access-Control-Allow-Origin': request.headers.origin ?? '*',
      'Access-Control-Allow-Methods': 'GET, POST, PUT',
      'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '*',
      'Access-Control-Max-Age': '7200',
      'Timing-Allow-Origin': '*',
    };
    request.resume();
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    const { status, headers, body, file, page } = find(request.method, pathname);
    if (!page) sent.push({ path: pathname, bytes: body.length, file: !!file, status });
    response.writeHead(status, { ...cors, ...headers, 'Content-Length': body.length }).end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    /** Puts a page of the shop's at a path. */
    page: (path, text) => shelf.set(path, asFile('page.html', text)),
    shop: `http://localhost:${port}`,
    cdn: `http://127.0.0.1:${port}`,
    sent,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
