import type { WaitUntil } from '../kernel/background.ts';
import { epochSeconds } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import type { RandomBytes } from '../kernel/ids/ids.ts';
import { safe } from '../kernel/redacted.ts';
import { readResult, type StoredResult } from './answer.ts';
import type { Running } from './claim.ts';
import { decide } from './decision.ts';
import { fingerprint, type Fingerprinted } from './fingerprint.ts';
import { createGiveBack } from './give-back.ts';
import { scopedKey } from './key.ts';
import { type OwnedClaim, ownedClaim, type OwnerParts } from './owned-claim.ts';
import { createPersist, keptFor } from './persist.ts';
import { refusalOf } from './refusal.ts';
import type { ClaimStore } from './store.ts';

/** How long an answer is kept: the contract's 24 hours. */
export const RETENTION_MS = 24 * 3_600_000;

/** Beyond the owner's own limit: the difference between two machines' clocks, and the platform's time to end it. */
export const LOCK_MARGIN_MS = 10_000;

/** How long a claim stays locked whose owner is ended by the platform after `timeoutMs` at the latest. */
export const lockFor = (timeoutMs: number): number => timeoutMs + LOCK_MARGIN_MS;

/** Completions made again at a time: each holds an answer of up to 4 MiB. */
const MOST_COMPLETED_LATER = 20;

/** Each try is lost only to another request that took the key or gave it up, so more than a few say that it is busy. */
export const MAX_TRIES = 5;
const BUSY_RETRY_MS = 1_000;

/** An earlier request's answer, to be given again. */
export interface Replay {
  readonly kind: 'replay';
  readonly result: StoredResult;
}

export interface ClaimRequest extends Fingerprinted {
  readonly tenantId: string;
  /** As the client sent it, 1 to 255 characters. */
  readonly key: string;
  /** Longer than this very owner lives. Default: than any. */
  readonly lockMs?: number;
  /** Longest wait for the store. Default: as long as its own attempts last. */
  readonly withinMs?: number;
  /** Keeps the process for what is tried further after the answer. Default: it is tried as long as there is a process. */
  readonly waitUntil?: WaitUntil | undefined;
}

export interface Idempotency {
  /**
   * One round trip for a new key. Rejects with `invalid-request` (the key itself), `idempotency-in-progress` (with
   * `retryAfterMs`), `idempotency-key-reused`, `run-conflict` (effects, or an answer too large to be kept), or
   * `store-unavailable`: then nothing may begin, and a claim that was written after all is given back.
   */
  readonly claim: (request: ClaimRequest) => Promise<OwnedClaim | Replay>;
}

export interface IdempotencyOptions extends Pick<OwnerParts, 'clock' | 'emit'> {
  readonly store: ClaimStore;
  readonly randomBytes: RandomBytes;
  /** Longer than any owner lives; see `lockFor`. */
  readonly lockMs: number;
  readonly retentionMs?: number;
}

export const createIdempotency = (options: IdempotencyOptions): Idempotency => {
  const { store, clock, emit, randomBytes, lockMs, retentionMs = RETENTION_MS } = options;
  const random = () => (randomBytes(1)[0] ?? 0) / 256;
  const giveBack = createGiveBack({ store, clock, emit, random });
  const persist = createPersist({ clock, emit, random }, MOST_COMPLETED_LATER);
  const parts = { store, clock, emit, retentionMs, giveBack, persist };

  return {
    async claim({ tenantId, key, lockMs: ownLockMs = lockMs, withinMs, waitUntil, ...request }) {
      using limit = withinMs === undefined ? null : createDeadline(clock, withinMs);
      const scoped = scopedKey(tenantId, key);
      const own: Omit<Running, 'lockedUntil' | 'expiresAt'> = {
        state: 'running',
        claimId: Buffer.from(randomBytes(16)).toString('hex'),
        fingerprint: fingerprint(request),
        effects: false,
      };
      for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
        const now = clock.now();
        const claim: Running = { ...own, lockedUntil: now + ownLockMs, expiresAt: epochSeconds(now + retentionMs) };
        /** A claim that was written and whose answer was lost would lock its key for nobody. */
        const orGivenBack = <T>(writing: Promise<T>): Promise<T> =>
          writing.catch((error: unknown) => {
            const givingBack = giveBack.begin(scoped, claim);
            waitUntil?.(keptFor(clock, givingBack));
            throw error;
          });
        const owned = () => ownedClaim(parts, scoped, claim);
        const found = await orGivenBack(store.take(scoped, claim, now, limit?.signal));
        if (found === null) return owned();
        const decision = decide(found, own.fingerprint, now, giveBack.has(found.claimId));
        if (decision.kind === 'replay') return { kind: 'replay', result: await readResult(decision.claim) };
        if (decision.kind !== 'take-over') throw refusalOf(decision);
        if (await orGivenBack(store.takeOver(scoped, decision.claim, claim, limit?.signal))) return owned();
      }
      throw new AppError('idempotency-in-progress', safe`Other requests with this Idempotency-Key are running.`, {
        retryAfterMs: BUSY_RETRY_MS,
      });
    },
  };
};
