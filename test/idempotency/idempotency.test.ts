import { expect, it } from 'vitest';
import type { Running } from '../../lib/idempotency/claim.ts';
import { fingerprint } from '../../lib/idempotency/fingerprint.ts';
import { lockFor, MAX_TRIES } from '../../lib/idempotency/idempotency.ts';
import { createMemoryClaimStore } from '../../lib/idempotency/memory-store.ts';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import { request, setUp } from './parts.ts';

const dead: Running = {
  state: 'running',
  claimId: 'dead',
  fingerprint: fingerprint(request('any')),
  lockedUntil: 0,
  effects: false,
  expiresAt: epochSeconds(9_000_000_000_000),
};

it('gives up on a key that others keep taking over, and says when to come back', async () => {
  let tries = 0;
  const { claim } = setUp({
    ...createMemoryClaimStore(),
    take: async () => dead,
    takeOver: async () => {
      tries += 1;
      return false;
    },
  });
  const busy = { code: 'idempotency-in-progress', retryAfterMs: 1_000 };
  await expect(claim(request('any'))).rejects.toMatchObject(busy);
  expect(tries).toBe(MAX_TRIES);
});

it('looks again when a claim that it would take over has just ended', async () => {
  const store = createMemoryClaimStore();
  let looks = 0;
  const { claim } = setUp({
    ...store,
    // The dead owner's claim is found once; by the time of the takeover it was released.
    take: async (...args) => (++looks === 1 ? dead : store.take(...args)),
  });
  expect((await claim(request('any'))).kind).toBe('claimed');
  expect(looks).toBe(2);
});

it('refuses a bad key before it asks the store', async () => {
  let asked = 0;
  const { claim } = setUp({ ...createMemoryClaimStore(), take: async () => ((asked += 1), null) });
  await expect(claim(request(''))).rejects.toMatchObject({ code: 'invalid-request' });
  expect(asked).toBe(0);
});

it('gives each claim an id of its own', async () => {
  const ids: string[] = [];
  const { claim } = setUp({
    ...createMemoryClaimStore(),
    take: async (_, { claimId }) => (ids.push(claimId), null),
  });
  for (let at = 0; at < 20; at += 1) await claim(request('any'));
  expect(new Set(ids).size).toBe(20);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

it('locks ten seconds beyond what its owner can live', () => {
  expect(lockFor(140_000)).toBe(150_000);
});
