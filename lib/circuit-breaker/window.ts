/** Calls of a short stretch of time. */
export interface Slice {
  /** Epoch milliseconds at which it falls out of the window. */
  readonly endsAt: number;
  readonly calls: number;
  readonly failures: number;
  /** How many of the failures are whose, of eight callers at most; the rest are of nobody who is named. */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Callers who succeeded, two at most: enough to know, of anybody, whether somebody else did. */
  readonly succeededBy: readonly string[];
}

/** The calls that a closed circuit remembers, oldest first; at most eleven slices, however many calls. */
export type Window = readonly Slice[];

/** So fine is the window's edge: a call is forgotten up to a tenth of the window early, never late. */
const SLICES = 10;
/** Where so many fail in a slice, it is no caller's own doing, and an item stays small. */
const MAX_FAILED_BY = 8;
const MAX_SUCCEEDED_BY = 2;

const slice = (at: number, windowMs: number, calls: number, failures: number, by: string | null): Slice => ({
  endsAt: at + windowMs,
  calls,
  failures,
  failedBy: by === null || failures === 0 ? {} : { [by]: failures },
  succeededBy: by === null || failures > 0 ? [] : [by],
});

/** One call; `by`: whose, `null` where nobody says. */
export const callAt = (at: number, windowMs: number, failed: boolean, by: string | null = null): Window => [
  slice(at, windowMs, 1, failed ? 1 : 0, by),
];

/** Takes back a failure that was counted at that instant: its call succeeded after all. */
export const recoveryOf = (at: number, windowMs: number, by: string | null): Window => [slice(at, windowMs, 0, -1, by)];

const live = (window: Window, now: number): Window => window.filter(({ endsAt }) => endsAt > now);

type Callers = Pick<Slice, 'failedBy' | 'succeededBy'>;

const withoutNone = (failedBy: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(failedBy).filter(([, failures]) => failures !== 0));

/** The callers of both, as far as they are kept; `atMost`: how many who failed. */
const callersOf = (a: Callers, b: Callers, atMost: number): Callers => {
  const failedBy: Record<string, number> = { ...a.failedBy };
  for (const [by, failures] of Object.entries(b.failedBy)) {
    if (by in failedBy || Object.keys(failedBy).length < atMost) failedBy[by] = (failedBy[by] ?? 0) + failures;
  }
  const succeededBy = [...new Set([...a.succeededBy, ...b.succeededBy])].slice(0, MAX_SUCCEEDED_BY);
  return { failedBy: withoutNone(failedBy), succeededBy };
};

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
        ...callersOf(last, slice, MAX_FAILED_BY),
      };
    }
  }
  return merged;
};

/** Without what was taken back from a slice that had fallen out by then. */
export const withoutNegatives = (window: Window): Window =>
  window.map((slice) => ({
    ...slice,
    failures: Math.max(0, slice.failures),
    failedBy: Object.fromEntries(Object.entries(slice.failedBy).filter(([, failures]) => failures > 0)),
  }));

export type Totals = Omit<Slice, 'endsAt'>;

const NOTHING: Totals = { calls: 0, failures: 0, failedBy: {}, succeededBy: [] };

export const totals = (window: Window, now: number): Totals =>
  live(window, now).reduce<Totals>(
    (sum, slice) => ({
      calls: sum.calls + slice.calls,
      failures: sum.failures + slice.failures,
      ...callersOf(sum, slice, Infinity),
    }),
    NOTHING,
  );

/**
 * What the calls weigh: as many as they are; but while others succeed, whoever fails most weighs nothing alone, and no
 * more than all who fail beside him and one. So nobody opens a circuit by himself that works for others, and an outage,
 * which others meet too, opens it as ever.
 */
export const weightOf = ({ calls, failures, failedBy, succeededBy }: Totals): Pick<Totals, 'calls' | 'failures'> => {
  const named = Object.entries(failedBy);
  const unnamed = failures - named.reduce((sum, [, each]) => sum + each, 0);
  const [by, most] = named.reduce<readonly [string | null, number]>(
    (top, each) => (each[1] > top[1] ? each : top),
    [null, unnamed],
  );
  if (!succeededBy.some((each) => each !== by)) return { calls, failures };
  const others = failures - most;
  const over = others === 0 ? most : Math.max(0, most - others - 1);
  return { calls: calls - over, failures: failures - over };
};
