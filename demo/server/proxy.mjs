// Passes the merchant API through, so that the shop and the club are on one port.

import http from 'node:http';
import { problem } from './replies.mjs';

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade']);
const ALONE = new Set(['/healthz', '/readyz', '/openapi.json', '/studio']);

/** Whether the API answers this path. */
export const isForApi = (path) => path.startsWith('/v1/') || path.startsWith('/studio/') || ALONE.has(path);

/** Raw header pairs without those that concern one connection only. */
function endToEnd(raw) {
  const named = new Set(HOP_BY_HOP);
  for (let i = 0; i < raw.length; i += 2) if (raw[i].toLowerCase() === 'connection') raw[i + 1].split(',').forEach((name) => named.add(name.trim().toLowerCase()));
  const kept = [];
  for (let i = 0; i < raw.length; i += 2) if (!named.has(raw[i].toLowerCase())) kept.push(raw[i], raw[i + 1]);
  return kept;
}

/** A handler that streams requests to `api` and its answers back, compressed bodies and all. */
export function openProxy(api) {
  return function proxy(request, response) {
    const headers = endToEnd(request.rawHeaders);
    const before = request.headers['x-forwarded-for'];
    const from = request.socket.remoteAddress ?? '';
    for (let i = headers.length - 2; i >= 0; i -= 2) if (/^x-forwarded-/i.test(headers[i])) headers.splice(i, 2);
    headers.push('X-Forwarded-For', before ? `${before}, ${from}` : from, 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', request.headers.host ?? '');
    if (request.headers['transfer-encoding']) headers.push('Transfer-Encoding', 'chunked');

    const away = http.request({ host: api.hostname, port: api.port || 80, method: request.method, path: request.url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.rawHeaders));
      answer.pipe(response);
      // A body cut off must look cut off, not finished.
      answer.on('aborted', () => response.destroy());
      answer.on('error', () => response.destroy());
    });
    away.on('error', () => {
      if (response.headersSent) response.destroy();
      else problem(response, 502, 'club_unavailable', 'The merchant API does not answer. Start it, or wait; the shop goes on without it.', { headers: { 'Retry-After': '2' } });
    });
    response.on('close', () => away.destroy());
    request.pipe(away);
  };
}
