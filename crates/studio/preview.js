// In the frame beside a draft: the widget as every shop has it. What it asks of the API about the club and its member is
// answered here, by what the studio sends; its own files come from the server. Nothing that is done in it is done.
//
// The frame has an origin of its own: neither the session nor anything that the browser keeps can be reached from it.

const network = window.fetch;
const API = /^\/v1\/(programs|referrals|surveys|me|events|complaints)\b/;
const AGAIN_MS = 200;
/** What the club and its member are now; none before the studio has told. */
let told;
/** What of it the widget has asked for last. */
let seen;

const answer = (status, body) => new Response(body && JSON.stringify(body), {
  status,
  headers: { 'Content-Type': 'application/json', Date: new Date().toUTCString() },
});

/** What the server would say, as far as it changes nothing. */
const reply = (method, path, body) => {
  if (method === 'GET' && path.startsWith('/v1/programs/')) return answer(200, (seen = told).view);
  if (method === 'GET' && path === '/v1/me') return told.snapshot ? answer(200, told.snapshot) : answer(404, { code: 'not_found' });
  if (method === 'GET' && path === '/v1/me/entries') return answer(200, { entries: told.snapshot.entries });
  if (method === 'GET') return answer(200, {});
  if (path === '/v1/events') return answer(202);
  if (path === '/v1/me/responses') return answer(200, { response: { id: JSON.parse(body).id, points: 0, counted: true } });
  parent.postMessage({ preview: 'tried' }, location.origin);
  return answer(403, { code: 'preview' });
};

window.fetch = async (asked, how = {}) => {
  const { pathname } = new URL(asked, location.href);
  return API.test(pathname) ? reply(how.method ?? 'GET', pathname, how.body) : network(asked, how);
};

// The widget leads to what it has opened. Here that would take the keyboard out of the form: nobody has gone into the frame.
const { focus } = HTMLElement.prototype;
let entered = false;
for (const sign of ['pointerdown', 'focusin']) addEventListener(sign, () => { entered = true; }, true);
HTMLElement.prototype.focus = function lead(...how) {
  if (entered) focus.apply(this, how);
};

/** A token that says no more than that somebody is there. */
const token = () => {
  const now = Math.floor(Date.now() / 1000);
  return `e30.${btoa(JSON.stringify({ sub: 'sample', iat: now, exp: now + 600 }))}.x`;
};

const begin = ({ lang, dark, view, survey, snapshot }) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`html { color-scheme: ${dark ? 'dark' : 'light'}; font: 16px system-ui, sans-serif } body { margin: 0 }`);
  document.adoptedStyleSheets = [sheet];
  document.documentElement.lang = lang;
  window.vafa = [];
  for (const name of ['login', 'join']) window.vafa.push(['hook', name, () => {}]);
  if (snapshot) window.vafa.push(['identify', token]);
  window.vafa.push(survey ? ['ask', survey] : ['open']);
  const loader = document.createElement('script');
  const attributes = { program: view.program.id, key: 'pk_preview', lang, theme: dark ? 'dark' : 'light', prefetch: 'none' };
  for (const [name, value] of Object.entries(attributes)) loader.setAttribute(`data-${name}`, value);
  const policy = window.trustedTypes?.createPolicy('vafa', { createScriptURL: (address) => address });
  const src = new URL('/v1/vafa.js', location.href).href;
  loader.src = policy?.createScriptURL(src) ?? src;
  document.head.append(loader);
};

/** Has the widget ask for what is told now. One that is still being fetched cannot be told so: it is told again. */
let due;
const refresh = () => {
  clearTimeout(due);
  const engine = window.vafa.explain?.().engine ?? 'loading';
  if (engine === 'running') window.vafa.refresh();
  if (/^(idle|loading|running)$/.test(engine)) due = setTimeout(() => { if (seen !== told) refresh(); }, AGAIN_MS);
};

addEventListener('message', ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin || !data?.view) return;
  const first = !told;
  told = data;
  if (first) begin(data);
  else refresh();
});

// Links lead away from the preview; a press on one is no wish to leave the studio.
addEventListener('click', (event) => {
  if (event.composedPath().some((it) => it.localName === 'a' && it.href)) event.preventDefault();
}, true);

addEventListener('DOMContentLoaded', () => parent.postMessage({ preview: 'ready' }, location.origin));
