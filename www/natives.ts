/** The platform as it was when the door loaded: a page may patch it later. */
export const { fetch, setTimeout } = globalThis;
export const { parse, stringify } = globalThis.JSON;

/** The one way to speak to the page's developer. */
export const warn = (sentence: string): void => globalThis.console.warn('[vafa] ' + sentence);
