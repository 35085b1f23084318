import type { Clock } from './clock.ts';

/** When something was so, by both clocks. */
export interface Mark {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly monotonicMs: number;
}

export const markOf = (clock: Pick<Clock, 'now' | 'monotonicMs'>): Mark => ({
  now: clock.now(),
  monotonicMs: clock.monotonicMs(),
});

/**
 * How old what was so at `since` may be, in milliseconds: for what a process keeps between requests. Over a freeze the
 * wall clock goes on and the monotonic one may not; when somebody sets the wall clock it is the other way round. So the
 * clock counts that says more: what is kept is never kept too long, and when the clock is set it is read once too often.
 */
export const ageMs = (clock: Pick<Clock, 'now' | 'monotonicMs'>, since: Mark): number =>
  Math.max(clock.monotonicMs() - since.monotonicMs, Math.abs(clock.now() - since.now));
