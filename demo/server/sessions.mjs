// Who is logged in to the shop (a signed cookie), and the member token that tells it to the club.

import { createHmac, timingSafeEqual } from 'node:crypto';

const COOKIE = 'bahar_session';
const SESSION_SECONDS = 30 * 24 * 3600;
const TOKEN_SECONDS = 300;

const base64url = (value) => Buffer.from(value).toString('base64url');

/** Sessions outlive a restart: the cookie carries the account's id and end, signed with a key of the shop's own. */
export function openSessions(keys) {
  const cookieKey = createHmac('sha256', keys.secret_key).update('shop session').digest();
  const tokenKey = Buffer.from(keys.signing_key.secret, 'base64url');
  const sign = (text) => createHmac('sha256', cookieKey).update(text).digest('base64url');
  const cookie = (value, age) => `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}`;

  return {
    /** The account's id, or null for a guest. */
    who(request) {
      const value = (request.headers.cookie ?? '').split(/;\s*/).find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
      const [id, end, mark] = (value ?? '').split('.');
      if (!mark) return null;
      const expected = Buffer.from(sign(`${id}.${end}`));
      const given = Buffer.from(mark);
      const sound = expected.length === given.length && timingSafeEqual(expected, given);
      return sound && Number(end) * 1000 > Date.now() ? id : null;
    },
    /** `Set-Cookie` that logs in; ids are letters, digits and hyphens. */
    login(id) {
      const end = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
      return cookie(`${id}.${end}.${sign(`${id}.${end}`)}`, SESSION_SECONDS);
    },
    /** `Set-Cookie` that logs out. */
    logout: () => cookie('', 0),
    /** The member token: HS256, five minutes. */
    token(id) {
      const iat = Math.floor(Date.now() / 1000);
      const head = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: keys.signing_key.kid }));
      const claims = base64url(JSON.stringify({ iss: keys.program, aud: 'vafa', sub: id, iat, exp: iat + TOKEN_SECONDS }));
      const mark = createHmac('sha256', tokenKey).update(`${head}.${claims}`).digest('base64url');
      return `${head}.${claims}.${mark}`;
    },
  };
}
