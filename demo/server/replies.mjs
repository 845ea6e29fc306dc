// How the shop's server answers, and what it accepts to read.

const BODY_BYTES_MAX = 16 * 1024;

/** A JSON answer that no cache keeps. */
export function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers });
  response.end(JSON.stringify(body));
}

/** An RFC 9457 answer: `code` is for machines, `detail` for people. */
export function problem(response, status, code, detail, more = {}) {
  const { headers, ...fields } = more;
  json(response, status, { type: `urn:shop:${code}`, status, code, detail, ...fields }, { 'Content-Type': 'application/problem+json', ...headers });
}

/** A refusal on the way; the desk turns it into a problem answer. */
export class Refusal extends Error {
  constructor(status, code, detail, more) {
    super(detail);
    Object.assign(this, { status, code, more });
  }
}

/** The JSON object in a request's body. */
export async function readJson(request) {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'not_json', 'Send JSON with Content-Type: application/json.');
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, 'too_large', `A body has ${BODY_BYTES_MAX} bytes at most.`, { headers: { Connection: 'close' } });
    parts.push(part);
  }
  let body;
  try {
    body = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
  } catch {
    throw new Refusal(400, 'not_json', 'The body is not JSON.');
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Refusal(400, 'not_json', 'The body must be a JSON object.');
  return body;
}
