import type { Clock } from '../kernel/clock.ts';
import type { Sign } from './signs.ts';
import type { StreamLimits } from './watchdog.ts';

/** How long an upstream may be silent, by what it has said so far. */
export interface Silence {
  /** On the monotonic clock. */
  endsMs(): number;
  /** What it is that lasts too long. */
  readonly verdict: 'no-content' | 'stalled';
  /** A byte came. */
  broken(): void;
  /** An event came; whether the silence after it may end sooner now than it would have. */
  brokenBy(sign: Sign): boolean;
  /** So much of it was not the upstream's. */
  excuse(ms: number): void;
}

/** So many limits of a silence may an upstream take in all to its first content, while it shows that it is alive. */
export const SLOWEST_START = 10;

/**
 * So many limits may a silence last while something is being made that is not shown as it grows. Healthy ones of 329 s
 * inside hidden thinking have been reported; the default limit is 300 s.
 */
export const UNSEEN_STRETCH = 2;

/**
 * Silence is no byte at all. `giveWayMs`, on the monotonic clock: a silence that lasts then, and has lasted as long as
 * one may before the first content, is given up for somebody who can stand in. Default: nobody can.
 */
export const createSilence = (
  clock: Clock,
  { firstContentMs, idleMs }: StreamLimits,
  giveWayMs = Number.POSITIVE_INFINITY,
): Silence => {
  let sign: Sign = 'life';
  let brokenMs = clock.monotonicMs();
  let firstContentByMs = brokenMs + SLOWEST_START * firstContentMs;
  const endsMs = (): number => {
    const startMs = brokenMs + firstContentMs;
    if (sign === 'life') return Math.min(startMs, firstContentByMs);
    const idle = sign === 'unseen' ? UNSEEN_STRETCH * idleMs : idleMs;
    return Math.min(brokenMs + idle, Math.max(startMs, giveWayMs));
  };
  const broken = () => {
    brokenMs = clock.monotonicMs();
  };
  return {
    endsMs,
    get verdict() {
      return sign === 'life' ? 'no-content' : 'stalled';
    },
    broken,
    brokenBy(by) {
      broken();
      if (by === 'life' || by === sign) return false;
      sign = by;
      return true;
    },
    excuse(ms) {
      brokenMs += ms;
      firstContentByMs += ms;
    },
  };
};
