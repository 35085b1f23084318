/** Calls of a short stretch of time. */
export interface Slice {
  /** Epoch milliseconds at which it falls out of the window. */
  readonly endsAt: number;
  readonly calls: number;
  readonly failures: number;
}

/** The calls that a closed circuit remembers, oldest first; at most eleven slices, however many calls. */
export type Window = readonly Slice[];

/** So fine is the window's edge: a call is forgotten up to a tenth of the window early, never late. */
const SLICES = 10;

export const callAt = (now: number, windowMs: number, failed: boolean): Window => [
  { endsAt: now + windowMs, calls: 1, failures: failed ? 1 : 0 },
];

const live = (window: Window, now: number): Window => window.filter(({ endsAt }) => endsAt > now);

/** Both windows as one, without what has fallen out by `now`. */
export const merge = (a: Window, b: Window, now: number, windowMs: number): Window => {
  const merged: Slice[] = [];
  for (const slice of live([...a, ...b], now).toSorted((one, other) => one.endsAt - other.endsAt)) {
    const last = merged.at(-1);
    if (last === undefined || slice.endsAt - last.endsAt >= windowMs / SLICES) merged.push(slice);
    else {
      merged[merged.length - 1] = {
        endsAt: last.endsAt,
        calls: last.calls + slice.calls,
        failures: last.failures + slice.failures,
      };
    }
  }
  return merged;
};

export interface Totals {
  readonly calls: number;
  readonly failures: number;
}

export const totals = (window: Window, now: number): Totals =>
  live(window, now).reduce<Totals>(
    (sum, { calls, failures }) => ({ calls: sum.calls + calls, failures: sum.failures + failures }),
    { calls: 0, failures: 0 },
  );
