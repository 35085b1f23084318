/** How long a key is left alone for one kind of request. Instants are epoch milliseconds. */
export interface Rest {
  /** Grows with each write; 0: never written. */
  readonly version: number;
  /** Its end; what lies in the past has ended. */
  readonly until: number;
  /** From when one call of the fleet is let through, to find out whether it still holds. */
  readonly probeAt: number;
}

export const NEVER_LIMITED: Rest = { version: 0, until: 0, probeAt: 0 };

/**
 * Longest rest, in milliseconds. Limits of a day do exist, but so do wrong Retry-After headers: after an hour it is
 * told anew.
 */
export const MAX_REST_MS = 3_600_000;

/**
 * How often a rest is tried out, in milliseconds: half of the minute in which one try is promised, since a process may
 * die with the try that it was given.
 */
export const PROBE_EACH_MS = 30_000;

/** A caller finds a rest `over`, or `due` for a try, or has to leave the key alone. */
export type RestState =
  | { readonly kind: 'over' }
  | { readonly kind: 'due'; readonly forMs: number }
  | { readonly kind: 'resting'; readonly forMs: number };

export const stateOf = ({ until, probeAt }: Rest, now: number): RestState => {
  if (until <= now) return { kind: 'over' };
  return { kind: probeAt <= now ? 'due' : 'resting', forMs: until - now };
};

/** After a limit until then; `null`: it rests as long already. Of many reports the longest stands, in any order. */
export const limited = (rest: Rest, until: number, now: number): Rest | null => {
  // Also where `until` is no number at all.
  if (!(until > Math.max(now, rest.until))) return null;
  const isNew = rest.until <= now;
  return { version: rest.version + 1, until, probeAt: isNew ? now + PROBE_EACH_MS : rest.probeAt };
};

/** Lets the caller try it out; `null`: it is not the time. Its ticket is the version that this writes. */
export const elect = (rest: Rest, now: number): Rest | null =>
  stateOf(rest, now).kind === 'due' ? { ...rest, version: rest.version + 1, probeAt: now + PROBE_EACH_MS } : null;

/** After a try with that ticket was limited until then: its word is the newest, so that it may shorten as well. */
export const renewed = (rest: Rest, ticket: number, until: number, now: number): Rest | null =>
  rest.version === ticket && until > now
    ? { version: rest.version + 1, until, probeAt: now + PROBE_EACH_MS }
    : limited(rest, until, now);

/** After a try with that ticket that found out nothing: another may be made at once. */
export const givenBack = (rest: Rest, ticket: number, now: number): Rest | null =>
  rest.version === ticket && rest.until > now ? { ...rest, version: rest.version + 1, probeAt: now } : null;

/** Ended for all; by a try only as long as nothing was heard since (`ticket`), by an operator (`null`) in any case. */
export const ended = (rest: Rest, ticket: number | null, now: number): Rest | null => {
  if (rest.until <= now || (ticket !== null && rest.version !== ticket)) return null;
  return { version: rest.version + 1, until: now, probeAt: now };
};
