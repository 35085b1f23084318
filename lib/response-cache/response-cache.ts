import { type Clock, orAborted, type Random, sleep } from '../kernel/clock.ts';
import { createDeadline, type Deadline } from '../kernel/deadline.ts';
import type { RandomBytes } from '../kernel/ids/ids.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { type CachedAnswer, type StoredAnswer, unpackAnswer } from './answer.ts';
import { decide, standIn } from './decision.ts';
import { createFlights, type Flight, UNCACHED } from './flights.ts';
import type { CacheKey } from './key.ts';
import { createSharedLooks } from './shared-looks.ts';
import type { CacheEntry, CacheStore } from './store.ts';

/** A flight may be about to land: the first look follows soon. */
export const FIRST_PAUSE_MS = 50;
/** What an answer may come late for a follower, and how often each of them reads at most. */
export const LONGEST_PAUSE_MS = 1_000;

/** How long a follower waits after its `looks`-th look in vain, in milliseconds: growing, and spread over its upper half. */
export const pauseAfter = (looks: number, random: Random): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (looks - 1)) * (0.5 + random() / 2);

export interface OpenOptions {
  /** `refresh` looks at nothing, and its answer takes the place of the one that is there. */
  readonly mode: 'use' | 'refresh';
  /** Above 0. */
  readonly ttlSeconds: number;
  /** The run's own: nobody waits for another's answer beyond it. */
  readonly deadline: Deadline;
  /** How long the run may go on that makes the answer, in milliseconds. Default: until the deadline. */
  readonly forMs?: number;
  /** Called once, when it turns out that another's answer is to be waited for. */
  readonly onWait?: () => void;
}

/** What is found under a key. `stale`: an answer that may stand in, marked as such, where no other is to be had. */
export type Look =
  /** `shared`: another run was just making it. */
  | { readonly kind: 'hit'; readonly answer: CachedAnswer; readonly shared: boolean }
  /** Make it, and end the flight. `failed`: the store did not answer, and others may be making it as well. */
  | { readonly kind: 'miss'; readonly stale: CachedAnswer | null; readonly flight: Flight; readonly failed: boolean }
  /** The deadline ended the wait for another's answer. */
  | { readonly kind: 'stopped'; readonly stale: CachedAnswer | null };

/** Longest time to become the one who makes an answer: a run waits for it. */
export const LEAD_LIMIT_MS = 1_000;
/** Who waits for another's answer does not begin its own because a look or two was in vain: all who wait would, at once. */
export const LOOKS_IN_VAIN = 3;
/** So long do followers wait for a leader that was killed; short against the time that a run may take. */
export const LEASE_MS = 30_000;

export interface ResponseCacheOptions {
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly emit: Emit;
  /** How long a flight outlives a leader that was killed; a live one renews it. Default 30 seconds. */
  readonly leaseMs?: number;
}

export interface ResponseCache {
  /**
   * Gives the answer under `key`, also one that another run is just making, or else the right to make it: the flight of
   * a miss must be ended, whatever became of its run. Never rejects: where the store fails, the run goes on without.
   */
  open(key: CacheKey, options: OpenOptions): Promise<Look>;
}

export const createResponseCache = (options: ResponseCacheOptions): ResponseCache => {
  const { store, clock, random, randomBytes, emit, leaseMs = LEASE_MS } = options;
  const flights = createFlights({ store, clock, emit, leaseMs });

  const tell = (operation: Redacted, error: unknown) =>
    emit({ type: 'store.failed', operation, ...describeFailure(error) });
  const lookAt = createSharedLooks({ store, clock });
  /** Not stopped by the caller: whether a write that was given up took effect, nobody could tell. */
  const lead = async (key: CacheKey, owner: string, now: number): Promise<'leads' | 'refused' | 'unknown'> => {
    using limit = createDeadline(clock, LEAD_LIMIT_MS);
    try {
      const flight = { owner, state: 'aloft', endsAt: now + leaseMs } as const;
      return (await store.lead(key, flight, now, limit.signal)) ? 'leads' : 'refused';
    } catch (error) {
      tell(safe`cache.lead`, error);
      return 'unknown';
    }
  };

  return {
    async open(key, { mode, ttlSeconds, deadline, forMs, onWait }): Promise<Look> {
      const ttlMs = ttlSeconds * 1_000;
      if (mode === 'refresh') {
        return { kind: 'miss', stale: null, flight: flights.alone({ key, ttlMs }), failed: false };
      }
      let seen: StoredAnswer | null = null;
      const stale = async () => (seen === null ? null : await unpackAnswer(seen).catch(() => null));
      const miss = async (flight: Flight, failed = false): Promise<Look> => ({
        kind: 'miss',
        stale: await stale(),
        flight,
        failed,
      });
      let eventually = true;
      let waiting = false;
      let waited = false;
      let inVain = 0;
      /** `null`: in vain, and to be tried again. */
      const look = async (): Promise<CacheEntry | null> => {
        deadline.signal.throwIfAborted();
        try {
          const entry = await orAborted(lookAt(key, eventually), deadline.signal);
          inVain = 0;
          return entry;
        } catch (error) {
          if (!waiting || deadline.signal.aborted || (inVain += 1) >= LOOKS_IN_VAIN) throw error;
          return null;
        }
      };
      try {
        for (let looks = 1; ; looks += 1) {
          const entry = await look();
          if (entry === null) {
            await sleep(clock, pauseAfter(looks, random), deadline.signal);
            continue;
          }
          const now = clock.now();
          seen = standIn(entry, now);
          const decision = decide(entry, now, ttlMs);
          if (decision.kind === 'hit') {
            return { kind: 'hit', answer: await unpackAnswer(decision.answer), shared: looks > 1 };
          }
          if (decision.kind === 'run-alone') return await miss(flights.alone({ key, ttlMs }));
          if (decision.kind === 'wait') {
            if (!waited) onWait?.();
            waited = true;
            await sleep(clock, pauseAfter(looks, random), deadline.signal);
          } else {
            const owner = Buffer.from(randomBytes(16)).toString('hex');
            const taken = await lead(key, owner, now);
            const flight = () => flights.led({ key, ttlMs, owner, forMs: forMs ?? deadline.remainingMs() });
            if (taken !== 'refused') return await miss(flight(), taken === 'unknown');
          }
          // Whoever was refused has seen too little: what it looks at next must be what stood in its way.
          eventually = waiting = decision.kind === 'wait';
        }
      } catch (error) {
        if (deadline.signal.aborted) return { kind: 'stopped', stale: await stale() };
        tell(safe`cache.open`, error);
        return await miss(UNCACHED, true);
      }
    },
  };
};
