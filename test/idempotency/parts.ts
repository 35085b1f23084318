import { type ClaimRequest, createIdempotency, type IdempotencyOptions } from '../../lib/idempotency/idempotency.ts';
import type { OwnedClaim } from '../../lib/idempotency/owned-claim.ts';
import type { ClaimStore } from '../../lib/idempotency/store.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

/** Far ahead: an engine that sweeps goes by the machine's clock, and what expires in tests is to lie there unswept. */
export const NOW = Date.UTC(2100, 0, 1);

/** Of every owner in tests. */
export const LOCK_MS = 150_000;

const random = seededRandom(42);
/** One sequence for all, so that no two claims of a run have the same id. */
const randomBytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));

export const request = (key: string, change: Partial<ClaimRequest> = {}): ClaimRequest => ({
  tenantId: 'globex',
  key,
  method: 'POST',
  path: '/agent/run',
  body: Buffer.from('{"task":"Grüße"}'),
  ...change,
});

/** Idempotency on a store, at a time that stands still. */
export const setUp = (store: ClaimStore, options: Partial<IdempotencyOptions> = {}) => {
  const clock = createFakeClock(NOW);
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => void events.push(event);
  const idempotency = createIdempotency({ store, clock, emit, randomBytes, lockMs: LOCK_MS, ...options });
  const own = async (asked: ClaimRequest): Promise<OwnedClaim> => {
    const claimed = await idempotency.claim(asked);
    if (claimed.kind !== 'claimed') throw new Error('the key was not free');
    return claimed;
  };
  return { clock, events, own, claim: idempotency.claim };
};
