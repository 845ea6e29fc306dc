// Elements from plain calls. No markup is ever parsed from a string by the browser, so the shop works under
// the strictest content security policy, Trusted Types included.

/** An element: `h('a', {href: '/', 'data-x': 1, onclick: f}, 'text', child)`. False and null are left out. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element from the shop's own drawings (tags and double-quoted attributes only). */
export function svg(source, className) {
  let top = null;
  const open = [];
  for (const [, closing, tag, attributes, alone] of source.matchAll(/<(\/?)([a-zA-Z]+)([^>]*?)(\/?)>/g)) {
    if (closing) { open.pop(); continue; }
    const element = document.createElementNS(SVG, tag);
    for (const [, name, value] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) element.setAttribute(name, value);
    open.at(-1)?.append(element);
    top ??= element;
    if (!alone) open.push(element);
  }
  if (className) top.setAttribute('class', className);
  return top;
}
