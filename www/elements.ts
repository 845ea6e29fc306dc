/**
 * `elements-HASH.js`: `<vafa-points>` and `<vafa-tier>`, which show what the launcher's face has of the member, without the
 * engine. The door fetches this file when one of them is on the page.
 */
import css from './elements/tier.css';
import type { ElementsModule, Face } from './host.ts';

const styles = new CSSStyleSheet();
styles.replaceSync(css);

const make = (name: string, attributes: Record<string, string>, ...inside: (Node | string)[]): HTMLElement => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
};

/** What an element shows of a member, if there is something. */
const pictures: Record<string, (face: Face, lang: string) => HTMLElement | null> = {
  'vafa-points': ({ points }, lang) => (points ? make('bdi', { part: 'points', lang }, points) : null),
  'vafa-tier': ({ tier, next, at, accent }, lang) => {
    if (!tier) return null;
    const share = (at / 100).toLocaleString(lang, { style: 'percent' });
    const spoken = [share, next].filter(Boolean).join(' · ');
    const fill = make('span', {});
    fill.style.setProperty('--at', at + '%');
    if (accent) fill.style.setProperty('--accent', accent);
    const range = { 'aria-label': tier, 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': '' + at, 'aria-valuetext': spoken };
    return make(
      'div',
      { part: 'tier', lang },
      make('bdi', {}, tier),
      make('span', { part: 'bar', role: 'progressbar', ...range }, fill),
      make('bdi', {}, next ?? ''),
    );
  },
};

/** Those on the page, not kept alive by being here. */
const all = new Set<WeakRef<HTMLElement>>();
/** The page has been asked for a token, to know whether there is a member at all. */
let asked = false;

/** Draws an element. A member whose face is not known here yet has the engine started, which makes it; a guest has not. */
export const show: ElementsModule['show'] = (element, { config, read, token }, named, run) => {
  const paint = (one: HTMLElement) => {
    const face: Face = Object(read('face'));
    const known = named() && face.sub && face.lang == config.lang && (one.localName != 'vafa-tier' || face.tier !== undefined);
    const root = one.shadowRoot ?? one.attachShadow({ mode: 'open' });
    const drawn = known ? pictures[one.localName]!(face, config.lang) : null;
    root.adoptedStyleSheets = [styles];
    root.replaceChildren(...(drawn ? [drawn] : []));
    return known;
  };
  const paintAll = (fresh?: boolean) => {
    if (fresh) asked = false;
    let known: unknown = true;
    for (const held of all) {
      const one = held.deref();
      if (one?.isConnected) known = paint(one);
      else all.delete(held);
    }
    if (known || asked || !named()) return;
    asked = true;
    token().then((given) => {
      if (!given) return;
      run();
      // The ladder is told of by the panel's part, which comes when somebody reaches for the widget.
      document.querySelector('vafa-widget[floating]')?.dispatchEvent(new Event('pointerover'));
    }, () => {});
  };
  all.add(new WeakRef(element));
  paintAll();
  return paintAll;
};
