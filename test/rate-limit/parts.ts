import { type Bucket, createRateLimit, type Decision } from '../../lib/rate-limit/rate-limit.ts';
import type { RateStore } from '../../lib/rate-limit/store.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

/** Far ahead: an engine that sweeps goes by the machine's clock, and what expires in tests is to lie there unswept. */
export const NOW = Date.UTC(2100, 0, 1);

export const bucket = (permitsPerMinute: number, tenant = 'acme'): Bucket => ({
  key: `tenant#${tenant}#requests`,
  permitsPerMinute,
});

/** Of runs whose end is not the matter. */
export const ENDLESS = { remainingMs: () => Number.POSITIVE_INFINITY, signal: new AbortController().signal };

/** What is told of a decision. */
export const told = (decision: Decision) =>
  decision.admitted ? { admitted: true, remaining: decision.remaining, resetMs: decision.resetMs } : { ...decision };

/** A store that counts, and fails or hangs when told to. */
export const watched = (store: RateStore) => {
  const seen = { moves: 0, down: false, hanging: false };
  const watching: RateStore = {
    async move(key, move, options) {
      seen.moves += 1;
      if (seen.down) throw new Error('down');
      if (seen.hanging) {
        options.signal?.throwIfAborted();
        await new Promise((_, reject) => {
          options.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      }
      return store.move(key, move, options);
    },
  };
  return { store: watching, seen };
};

/** One environment on a store. */
export const environment = (store: RateStore, clock: FakeClock = createFakeClock(NOW)) => {
  const events: BallastEvent[] = [];
  const limit = createRateLimit({ store, clock, emit: (event) => void events.push(event) });
  const admitted = async (asked: Bucket, count: number, cost = 1): Promise<number> => {
    const decisions = await Promise.all(Array.from({ length: count }, () => limit.take(asked, cost)));
    return decisions.filter((decision) => decision.admitted).length;
  };
  return {
    take: (...asked: Parameters<typeof limit.take>) => limit.take(...asked),
    charge: (...asked: Parameters<typeof limit.charge>) => limit.charge(...asked),
    admitted,
    clock,
    events,
  };
};
export type Environment = ReturnType<typeof environment>;
