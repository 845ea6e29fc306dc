// The shop's page and the files that it is made of. Only files named here leave the disk.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { product } from '../catalog.mjs';
import { problem } from './replies.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const FILES = new Set([
  '/demo/shop.css', '/demo/shop.js', '/demo/catalog.mjs', '/demo/icon.svg',
  ...['account', 'basket', 'checkout', 'club', 'demo-bar', 'dom', 'drawings', 'shelves', 'store', 'words'].map((name) => `/demo/shop/${name}.js`),
]);
const TYPES = { '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml' };
const PAGES = new Set(['/', '/basket', '/checkout', '/account', '/club', '/index.html']);

const isPage = (path) => PAGES.has(path) || /^\/thanks\/[\w-]+$/.test(path) || (path.startsWith('/p/') && Boolean(product(path.slice(3))));

/** Answers pages and files; the one page is filled in with the key and the language asked for. */
export function openPages({ publishableKey, program, csp }) {
  async function send(request, response, status, type, body, headers = {}) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const all = { 'Content-Type': type, 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'strict-origin-when-cross-origin', ETag: etag, ...headers };
    if (status === 200 && request.headers['if-none-match'] === etag) return response.writeHead(304, all).end();
    return response.writeHead(status, { ...all, 'Content-Length': Buffer.byteLength(body) }).end(request.method === 'HEAD' ? undefined : body);
  }

  return async function pages(request, response, url) {
    if (request.method !== 'GET' && request.method !== 'HEAD') return problem(response, 405, 'method_not_allowed', 'Pages are read only.', { headers: { Allow: 'GET, HEAD' } });
    const path = url.pathname;
    if (FILES.has(path)) return send(request, response, 200, TYPES[extname(path)], await readFile(join(ROOT, path)));
    if (path === '/favicon.ico') return send(request, response, 200, TYPES['.svg'], await readFile(join(ROOT, '/demo/icon.svg')));
    if (path !== '/' && extname(path) && path !== '/index.html') return problem(response, 404, 'not_found', `The shop has no file ${path}.`);
    let page = await readFile(join(ROOT, 'index.html'), 'utf8');
    page = page.replace(/data-program="[^"]*"/, () => `data-program="${program}"`).replace(/data-key="[^"]*"/, () => `data-key="${publishableKey}"`);
    if (url.searchParams.get('lang') === 'en') page = page.replace('<html lang="fa" dir="rtl">', '<html lang="en" dir="ltr">').replace(/<title>[^<]*/, '<title>Bahar Tea House');
    return send(request, response, isPage(path) ? 200 : 404, 'text/html; charset=utf-8', page, csp ? { 'Content-Security-Policy': csp } : {});
  };
}
