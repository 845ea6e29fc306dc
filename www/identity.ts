/** Who is logged in: the page says so, and mints the tokens. Tokens live in memory only. */
import { parse } from './natives.ts';

/** A token, or what gives one when asked. */
export type Source = any; // checked at the API: a string, a function, or nothing

export interface Claims {
  sub?: unknown;
  iat?: number;
  exp?: number;
}

/** What a JWT says of itself, unchecked: the server checks. Letters beyond ASCII come out as bytes, which is enough to compare. */
export const claims = (jwt: unknown): Claims => {
  try {
    return parse(atob((jwt as string).split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))) || {};
  } catch {
    return {};
  }
};

export interface Identity {
  name(source: Source): void;
  /** The token at hand, or a `fresh` one; asks the page once however many wait. Nothing for a guest; rejects when the page's function failed. */
  token(fresh?: boolean): Promise<any>;
  /** Of the present token. */
  subject(): string | null;
  /** Whether the page has named somebody. */
  named(): boolean;
}

/** `arrived` hears the subject of each token, and `null` on logout. */
export const openIdentity = (arrived: (subject: string | null) => void): Identity => {
  let source: Source;
  let flight: Promise<unknown> | undefined;
  let subject: string | null = null;

  const keep = (given: unknown) => {
    if (!given) flight = undefined;
    const { sub } = claims(given);
    arrived((subject = typeof sub == 'string' ? sub : null));
    return given;
  };
  const token = (fresh?: boolean): Promise<unknown> => {
    const asked = source;
    if (fresh || !flight) {
      flight = new Promise((done) => done(asked?.call ? asked() : asked)).then(
        (given) => (asked == source ? keep(given) : token()),
      );
      flight.catch(() => (flight = undefined));
    }
    return flight;
  };
  return {
    name: (next) => {
      source = next;
      flight = undefined;
      if (!next?.call) keep(next);
    },
    token,
    subject: () => subject,
    named: () => !!source,
  };
};
