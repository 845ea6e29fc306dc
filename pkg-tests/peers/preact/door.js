// The yardstick's loader: what somebody would write by hand for one panel and one survey. It draws the launcher, and
// brings the rest when a pointer comes near or the page asks.
import css from '../../../www/launcher.css';

const tag = document.currentScript;
const api = new URL(tag.src).origin;
const { program, key } = tag.dataset;
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

class Yardstick extends HTMLElement {
  connectedCallback() {
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const button = root.appendChild(document.createElement('button'));
    button.setAttribute('part', 'launcher');
    button.setAttribute('aria-haspopup', 'dialog');
    button.setAttribute('aria-expanded', 'false');
    button.textContent = 'باشگاه مشتریان';
    const room = root.appendChild(document.createElement('div'));
    const get = (path, headers) => fetch(api + path, { headers }).then((r) => r.json());
    let answers;
    const ask = () => (answers ||= Promise.all([
      get(`/v1/programs/${program}?key=${key}`),
      window.vafaToken().then((token) => get('/v1/me', { Authorization: 'Bearer ' + token })),
    ]));
    const bring = () => import(api + '/preact/panel.js');
    const intend = () => {
      bring();
      ask();
    };
    button.addEventListener('pointerenter', intend);
    button.addEventListener('focus', intend);
    button.onclick = async () => (await bring()).toggle(room, button, ask());
    window.yardstick = { ask: async () => (await import(api + '/preact/prompt.js')).show(room, ask()) };
  }
}
customElements.define('yard-stick', Yardstick);
document.body.append(Object.assign(document.createElement('yard-stick'), { dir: 'rtl', style: 'position:fixed;--vafa-offset-y:20px;--vafa-panel-end:20px' }));
