import type { BallastEvent } from './events.ts';

/** An event with the instant at which it was told, on the monotonic clock. */
export interface Timed {
  readonly event: BallastEvent;
  readonly atMs: number;
}

/** What was told, when, and in which work: what concurrent requests tell is gathered together. */
export interface Gathered extends Timed {
  readonly work: { readonly function: string } | undefined;
  /** Of the end of a request: what it waited for. */
  readonly waits: readonly Timed[];
}

/** Whether an event tells of a wait for something that is not ours. */
export const isWait = ({ type }: BallastEvent): boolean =>
  type === 'model.attempted' || type === 'tool.finished' || type === 'model.retried';

type Interval = readonly [from: number, to: number];

/** When something was waited for that is not ours: an attempt at a model, a tool, the pause before a retry. */
const waitOf = ({ event, atMs }: Timed): Interval[] => {
  if (event.type === 'model.attempted' || event.type === 'tool.finished') return [[atMs - event.durationMs, atMs]];
  return event.type === 'model.retried' ? [[atMs, atMs + event.delayMs]] : [];
};

/** What intervals cover together: tools run side by side, and count once. */
const coveredMs = (intervals: readonly Interval[]): number => {
  let [covered, until] = [0, -Infinity];
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return covered;
};

/** How much of so long a request was neither a model's nor a tool's time; `null`: it asked no model. */
export const ownTimeMs = (during: readonly Timed[], durationMs: number): number | null => {
  if (!during.some(({ event }) => event.type === 'model.attempted')) return null;
  return Math.max(0, durationMs - coveredMs(during.flatMap(waitOf)));
};
