/** What the page and the frame in it say to each other: each message is checked for its sender, its origin and its shape. */

/** A call of `window.vafa`, made in the page. */
export interface Called {
  vafa: 'call';
  name: string;
  args: unknown[];
}
/** An answer to what the frame has asked. */
export interface Answered {
  vafa: 'answer';
  id: number;
  value?: unknown;
}
/** The frame can hear. */
export interface Ready {
  vafa: 'ready';
  title: string;
}
/** What there is to see of a floating frame, as distances from the window's edges; how high an inline one is. */
export interface Sized {
  vafa: 'size';
  box: number[] | null;
  height: number;
  engine: string;
}
/** Something happened in the widget. */
export interface Happened {
  vafa: 'event';
  name: string;
  detail?: unknown;
}
/** The frame wants a token, or a step that the page has said it does itself. */
export interface Asked {
  vafa: 'ask';
  id: number;
  /** `token`, or the name of a hook. */
  name: string;
  payload?: unknown;
}
/** A link of the shop's, to follow in the page. */
export interface Leads {
  vafa: 'go';
  href: string;
}

export type FromPage = Called | Answered;
export type FromFrame = Ready | Sized | Happened | Asked | Leads;

const word = (value: unknown): boolean => typeof value == 'string' && value.length < 4_096;
const number = (value: unknown): boolean => typeof value == 'number' && isFinite(value);
const list = Array.isArray;

type Shape = Record<string, Record<string, (value: unknown) => boolean>>;
const fromPage: Shape = {
  call: { name: word, args: list },
  answer: { id: number },
};
const fromFrame: Shape = {
  ready: { title: word },
  size: { box: (box) => box === null || (list(box) && box.length == 4 && box.every(number)), height: number, engine: word },
  event: { name: (name) => /^[a-z-]{1,64}$/.test(name as string) },
  ask: { id: number, name: word },
  go: { href: word },
};

const read = (shapes: Shape, data: any): any => {
  const shape = Object.hasOwn(shapes, data?.vafa) && shapes[data.vafa];
  return shape && Object.entries(shape).every(([name, right]) => Object.hasOwn(data, name) && right(data[name])) ? data : null;
};

/** What the page has said, if it is that. */
export const readPage = (data: unknown): FromPage | null => read(fromPage, data);
/** What the frame has said, if it is that. */
export const readFrame = (data: unknown): FromFrame | null => read(fromFrame, data);
