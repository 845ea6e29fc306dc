// What panel and prompt of the yardstick share: the styles of the real ones, and numbers.
import css from '../../../www/panel.css';

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Takes up the styles, once. */
export const dress = (room) => {
  const root = room.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};

const numbers = new Intl.NumberFormat('fa-IR-u-nu-arabext');
export const number = (n) => numbers.format(n);
export const toman = (rials) => `${number(Math.floor(rials / 10))} تومان`;
export const text = (words) => words?.fa ?? '';
