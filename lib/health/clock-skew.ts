import type { Finding } from './check.ts';

/** More than a request and its answer take, and far below the five minutes at which AWS refuses signatures. */
const TOLERATED_MS = 60_000;

/**
 * What a dependency's own time says of this clock: `skewMs` is how far that is ahead, to the second. A clock that is wrong has
 * tokens end early, and days of budgets begin late. `null`: nobody has told the time.
 */
export const findingOfClock = (skewMs: number | null): Finding => {
  if (skewMs === null) return { status: 'healthy', detail: 'not compared: the provider’s answer had no date' };
  if (Math.abs(skewMs) <= TOLERATED_MS) return { status: 'healthy' };
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return { status: 'degraded', detail: `${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the provider’s clock` };
};
