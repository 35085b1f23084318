import type { Clock } from '../kernel/clock.ts';
import type { StreamLimits } from './watchdog.ts';

/** An event of a stream: a `ping`, one of a block's content, or any other, known or not. */
export type Sign = 'ping' | 'other' | 'content';

/** How long an upstream may be silent, by what it has said so far. */
export interface Silence {
  /** On the monotonic clock. */
  endsMs(): number;
  /** What it is that lasts too long. */
  readonly verdict: 'no-content' | 'stalled';
  /** An event came; whether it may end sooner now than it would have: with the first content another limit counts. */
  broken(by: Sign): boolean;
  /** So much of it was not the upstream's. */
  excuse(ms: number): void;
}

/** What an upstream may still do: say that it is alive without saying anything, up to so many idle limits. */
const PING_STRETCH = 4;

export const createSilence = (clock: Clock, { firstContentMs, idleMs }: StreamLimits): Silence => {
  const firstContentBy = clock.monotonicMs() + firstContentMs;
  let contentSeen = false;
  let lastSignAt = clock.monotonicMs();
  let lastEventAt = lastSignAt;
  return {
    endsMs: () => (contentSeen ? Math.min(lastSignAt + idleMs, lastEventAt + PING_STRETCH * idleMs) : firstContentBy),
    get verdict() {
      return contentSeen ? 'stalled' : 'no-content';
    },
    broken(by) {
      lastSignAt = clock.monotonicMs();
      if (by !== 'ping') lastEventAt = lastSignAt;
      if (by !== 'content' || contentSeen) return false;
      contentSeen = true;
      return true;
    },
    excuse(ms) {
      lastSignAt += ms;
      lastEventAt += ms;
    },
  };
};
