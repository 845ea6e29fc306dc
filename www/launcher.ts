/** The closed launcher: a button, or the plain link that takes its place. */
import type { Config } from './config.ts';
import type { Face } from './host.ts';
import css from './launcher.css';

export const sheet = (): CSSStyleSheet => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

/**
 * Draws the launcher anew, a link when `href` is given. A new node rather than new words in the old one: a label that
 * grows in its corner would count as a layout shift.
 */
export const drawLauncher = ({ lang }: Config, face: Face | null, named: boolean, href?: string): HTMLElement => {
  const drawn = document.createElement(href ? 'a' : 'button');
  const points = document.createElement('b');
  const own = face?.lang == lang ? face : null;
  const style = (name: string, value: string) => drawn.style.setProperty(name, value);
  // The direction follows the label's letters.
  const attributes = { part: 'launcher', lang, dir: 'auto', ...(href ? { href } : { type: 'button', 'aria-haspopup': 'dialog' }) };
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
  if (face?.accent) {
    style('--vafa-own', face.accent);
    style('--vafa-on', face.on!);
  }
  points.append((named && !href && own?.points) || '');
  drawn.append(own?.label || WORDS[lang]![0], points);
  return drawn;
};
