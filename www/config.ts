/** The script tag's attributes, read once. */

export interface Config {
  program: string;
  /** Publishable key. */
  key: string;
  /** Where the API is: origin and, for a proxied one, a path; no slash at the end. */
  api: string;
  lang: string;
  /** `bottom-end` (default) or `bottom-start`, in the direction of the language. */
  position: string;
  /** Distance from the corner's sides, CSS pixels. */
  x: number;
  y: number;
  /** `auto` (default), `light` or `dark`. */
  theme: string;
  /** `auto` (default) or `none`. */
  launcher: string;
  /** Paths without a launcher, comma-separated; `*` stands for anything. */
  hide: string;
  /** `auto` (default: at idle, once a day, for members who have opened the panel before), `intent` or `none`. */
  prefetch: string;
  /** Where the plain link leads when the panel cannot run. */
  link: string;
}

/**
 * Reads the attributes through `data`, which gives the one named `data-…` or the empty string: never through `dataset`,
 * whose prototype a page can pollute. `null` when they do not do.
 */
export const readConfig = (data: (name: string) => string, src: string, pageLang: string, known: Record<string, unknown>): Config | null => {
  const program = data('program');
  const key = data('key');
  const pixels = (name: string) => parseInt(data(name) || '16') || 0;
  const lang = (data('lang') || pageLang).split('-')[0]!;
  try {
    const url = new URL(data('api') || '/', src);
    return /^[\w-]+$/.test(program) && /^pk_/.test(key)
      ? {
          program,
          key,
          api: (url.origin + url.pathname).replace(/\/$/, ''),
          lang: known[lang] ? lang : 'fa',
          position: data('position'),
          x: pixels('offset-x'),
          y: pixels('offset-y'),
          theme: data('theme'),
          launcher: data('launcher'),
          hide: data('hide-on'),
          prefetch: data('prefetch'),
          link: data('link'),
        }
      : null;
  } catch {
    return null;
  }
};

/** Whether one of `patterns` (between commas or spaces) is the whole `path`; written in plain letters or percent-encoded. */
export const matches = (patterns: string, path: string): boolean =>
  patterns.split(/[\s,]+/).some((p) => RegExp('^' + encodeURI(p).replace(/%25/g, '%').replace(/[^\w*]/g, '\\$&').replace(/\*/g, '.*') + '$').test(path));

/** An address that a link may lead to: https, or the page's own `origin`. Else the empty string. */
export const safeLink = (address: string, origin: string): string => {
  try {
    const url = new URL(address, origin);
    return address && (url.protocol == 'https:' || url.origin == origin) ? url.href : '';
  } catch {
    return '';
  }
};
