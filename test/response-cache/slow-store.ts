import { storeUnavailable } from '../../lib/dynamodb/failure.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import type { CacheKey } from '../../lib/response-cache/key.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import type { CacheEntry, CacheStore, FlightRecord } from '../../lib/response-cache/store.ts';

/** How far a replica may lag behind. */
export const REPLICA_LAG_MS = 1_000;

/** A flight that took off, as the store saw it. */
export interface TakeOff {
  readonly key: CacheKey;
  readonly at: number;
  /** The flight that was there until then. */
  readonly before: FlightRecord | null;
}

export interface SlowStore extends CacheStore {
  readonly takeOffs: readonly TakeOff[];
  /** When the last answer of a key was written, by whomever. */
  readonly keptAt: ReadonlyMap<CacheKey, number>;
  /** Requests and answers that are on their way. */
  readonly underWay: number;
  deliver(pick: number): void;
}

/**
 * A store whose every request and answer waits to be delivered, in any order, and whose replicas lag: of an eventually
 * consistent read each item may be as it was up to a second ago.
 */
export const createSlowStore = (clock: Clock): SlowStore => {
  const truth = createMemoryCacheStore();
  const takeOffs: TakeOff[] = [];
  const keptAt = new Map<CacheKey, number>();
  const underWay: (() => void)[] = [];
  const history = new Map<CacheKey, { readonly at: number; readonly entry: CacheEntry }[]>();

  const delivered = (signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      underWay.push(resolve);
      const give = () => reject(storeUnavailable(signal?.reason));
      if (signal?.aborted) give();
      else signal?.addEventListener('abort', give, { once: true });
    });
  const remember = async (key: CacheKey) => {
    const past = history.get(key) ?? [];
    past.push({ at: clock.now(), entry: await truth.read(key) });
    history.set(key, past);
  };
  /** The oldest entry that a replica may still hold. */
  const lagging = (key: CacheKey): CacheEntry => {
    const past = history.get(key) ?? [];
    const since = clock.now() - REPLICA_LAG_MS;
    const before = past.findLast(({ at }) => at <= since);
    return before?.entry ?? { answer: null, flight: null };
  };
  const sent = async <T>(signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> => {
    await delivered(signal);
    const done = await act();
    await delivered(signal);
    return done;
  };

  return {
    takeOffs,
    keptAt,
    get underWay() {
      return underWay.length;
    },
    deliver(pick) {
      const [next] = underWay.length === 0 ? [] : underWay.splice(pick % underWay.length, 1);
      next?.();
    },
    read: (key, { eventually = false, signal } = {}) =>
      sent(signal, async () => {
        const now = await truth.read(key);
        if (!eventually) return now;
        // Which of the two lags changes from read to read.
        const old = lagging(key);
        const lag = underWay.length % 4;
        return { answer: lag % 2 === 1 ? old.answer : now.answer, flight: lag >= 2 ? old.flight : now.flight };
      }),
    lead: (key, flight, now, signal) =>
      sent(signal, async () => {
        const before = (await truth.read(key)).flight;
        const led = await truth.lead(key, flight, now);
        if (led) takeOffs.push({ key, at: clock.now(), before });
        await remember(key);
        return led;
      }),
    change: (key, flight, signal) =>
      sent(signal, async () => {
        const changed = await truth.change(key, flight);
        await remember(key);
        return changed;
      }),
    putAnswer: (key, answer, signal) =>
      sent(signal, async () => {
        const kept = await truth.putAnswer(key, answer);
        if (kept) keptAt.set(key, answer.storedAt);
        await remember(key);
        return kept;
      }),
  };
};
