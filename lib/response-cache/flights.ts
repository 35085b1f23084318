import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { holdLease } from '../kernel/lease.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { packAnswer } from './answer.ts';
import type { CacheKey } from './key.ts';
import type { CacheStore, FlightRecord } from './store.ts';

/** What a run does for the cache when it has ended. The first word counts, a later one changes nothing; none rejects. */
export interface Flight {
  /** Keeps the answer for others; one that is too large counts as `unstorable`. */
  store(text: string): Promise<void>;
  /** There is nothing to keep, nor would there be for those who wait: they go on by themselves, all at once. */
  unstorable(): Promise<void>;
  /** The run ended for a reason of its own (its caller left, its limit was reached), which says nothing of the answer: another takes off. */
  free(): Promise<void>;
}

const nothing = async () => {};

/** The flight of a run whose cache did not answer. */
export const UNCACHED: Flight = { store: nothing, unstorable: nothing, free: nothing };

/** Of these, one is called, once; they must not reject. */
export const createFlight = (store: (text: string) => Promise<void>, unstorable = nothing, free = nothing): Flight => {
  let ended: Promise<void> | undefined;
  return {
    store: (text) => (ended ??= store(text)),
    unstorable: () => (ended ??= unstorable()),
    free: () => (ended ??= free()),
  };
};

/** Longest time that the end of a run is held up by the cache. */
export const WRITE_LIMIT_MS = 3_000;

/**
 * How long everybody runs by himself after a run that had nothing to share: longer than a follower's pause and a
 * replica's lag, so that each of them hears of it, and short, because the next answer may be another matter.
 */
export const UNSHARED_MS = 5_000;

/**
 * How long a flight stands in another's way once its answer is being written, at most as long as that is fresh: longer
 * than from a look at a replica that knows of neither yet to the attempt to take off that follows from it.
 */
export const LANDING_MS = 5_000;

export interface FlightsOptions {
  readonly store: Pick<CacheStore, 'change' | 'putAnswer'>;
  readonly clock: Clock;
  readonly emit: Emit;
  /** How long a flight outlives a leader that was killed. */
  readonly leaseMs: number;
}

/** Whose answer it will be, and how long fresh. */
export interface Bound {
  readonly key: CacheKey;
  readonly ttlMs: number;
}

export interface Led extends Bound {
  readonly owner: string;
  /** How long its run may go on from now. */
  readonly forMs: number;
}

export interface Flights {
  /** Of a run that nobody waits for. */
  alone(bound: Bound): Flight;
  /** Of one that took off, or may have: what it does to the flight's record is conditional on its being its own. */
  led(led: Led): Flight;
}

export const createFlights = ({ store, clock, emit, leaseMs }: FlightsOptions): Flights => {
  /** `undefined` where the store did not answer: that is told, and changes nothing else. */
  const write = async <T>(operation: Redacted, act: (signal: AbortSignal) => Promise<T>, ending?: AbortSignal) => {
    using limit = createDeadline(clock, WRITE_LIMIT_MS, ending);
    try {
      return await act(limit.signal);
    } catch (error) {
      if (ending?.aborted !== true) emit({ type: 'store.failed', operation, ...describeFailure(error) });
      return undefined;
    }
  };
  const putAnswer = async (key: CacheKey, answer: Parameters<CacheStore['putAnswer']>[1]): Promise<void> => {
    await write(safe`cache.store`, (signal) => store.putAnswer(key, answer, signal));
  };
  // What can't be packed can't be kept.
  const pack = (text: string, ttlMs: number) => packAnswer(text, clock.now(), ttlMs).catch(() => null);

  return {
    alone: ({ key, ttlMs }) =>
      createFlight(async (text) => {
        const answer = await pack(text, ttlMs);
        if (answer !== null) await putAnswer(key, answer);
      }),

    led({ key, ttlMs, owner, forMs: runMs }) {
      const record = (state: FlightRecord['state'], forMs: number) => ({ owner, state, endsAt: clock.now() + forMs });
      const renew = async (ending: AbortSignal) => {
        const change = (signal: AbortSignal) => store.change(key, record('aloft', leaseMs), signal);
        return (await write(safe`cache.renew`, change, ending)) ?? true;
      };
      const endLease = holdLease({ clock, leaseMs, forMs: runMs, renew });
      const end = async (state: 'landed' | 'unshared', forMs: number): Promise<void> => {
        await endLease();
        await write(safe`cache.land`, (signal) => store.change(key, record(state, forMs), signal));
      };
      const unshare = () => end('unshared', UNSHARED_MS);
      const keepAndLand = async (text: string) => {
        const answer = await pack(text, ttlMs);
        if (answer === null) return unshare();
        // Side by side, so that the caller waits for one round trip.
        await Promise.all([putAnswer(key, answer), end('landed', Math.min(ttlMs, LANDING_MS))]);
      };
      return createFlight(keepAndLand, unshare, () => end('landed', 0));
    },
  };
};
