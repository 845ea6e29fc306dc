/**
 * `elements-HASH.js`: `<vafa-points>` and `<vafa-tier>`, which show what the launcher's face has of the member, and
 * `<vafa-earn>`, which asks the server: all without the engine. The door fetches this file when one of them is on the page.
 */
import css from './elements/tier.css';
import { openEarnings } from './elements/earn.ts';
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

/** Puts what is drawn, if anything is, into an element. */
const put = (one: HTMLElement, ...drawn: HTMLElement[]) => {
  const root = one.shadowRoot ?? one.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [styles];
  root.replaceChildren(...drawn);
};

/** Draws `<vafa-earn>`, once there is one. */
let earnings: ReturnType<typeof openEarnings> | undefined;

/** Draws an element. A member whose face is not known here yet has the engine started, which makes it; a guest has not. */
export const show: ElementsModule['show'] = (element, threshold, named, run) => {
  const { config, read, token } = threshold;
  const paint = (one: HTMLElement) => {
    const face: Face = Object(read('face'));
    const known = named() && face.sub && face.lang == config.lang && (one.localName != 'vafa-tier' || face.tier !== undefined);
    const drawn = known ? pictures[one.localName]!(face, config.lang) : null;
    put(one, ...(drawn ? [drawn] : []));
    return known;
  };
  const paintAll = (fresh?: boolean) => {
    if (fresh) asked = false;
    earnings?.(undefined, fresh);
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
  if (element.localName == 'vafa-earn') {
    earnings ??= openEarnings(threshold, named, (one, text) => {
      // What says the same is left alone, so that nothing in the page moves.
      if (!one.shadowRoot || one.shadowRoot.textContent != (text ?? '')) put(one, ...(text ? [make('bdi', { part: 'earn', lang: config.lang }, text)] : []));
    });
    earnings(element);
  } else {
    all.add(new WeakRef(element));
  }
  paintAll();
  return paintAll;
};
