export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Instants in epoch milliseconds from `from` up to, and without, `to`; both lie on full hours. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The first millisecond of an instant's UTC hour. */
export const startOfHour = (epochMs: number): number => epochMs - (epochMs % HOUR_MS);

/** The full hours of a range, each by its first millisecond. */
export const hoursOf = ({ from, to }: TimeRange): number[] =>
  Array.from({ length: Math.max(0, (to - from) / HOUR_MS) }, (_, at) => from + at * HOUR_MS);

/** Two UTC days as `2026-11-20`, both included. */
export const rangeOfDays = (from: string, to: string): TimeRange => ({
  from: Date.parse(from),
  to: Date.parse(to) + DAY_MS,
});

/** A tenant's hours begin one before its birth: the environment that booked first may have had a clock behind. */
export const firstHour = (createdAt: number): number => startOfHour(createdAt) - HOUR_MS;
