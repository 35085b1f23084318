import { expect, it } from 'vitest';
import type { Claim, Running } from '../../lib/idempotency/claim.ts';
import { decide } from '../../lib/idempotency/decision.ts';
import { epochSeconds } from '../../lib/kernel/clock.ts';

const held = { claimId: 'owner', fingerprint: 'same', expiresAt: epochSeconds(1_000_000) };
const running: Running = { ...held, state: 'running', lockedUntil: 1_000, effects: false };
const withEffects: Running = { ...running, effects: true };
const completed: Claim = { ...held, state: 'completed', status: 200, runId: 'run_1', readText: async () => '{}' };
const tooLarge: Claim = { ...held, state: 'too-large', runId: 'run_1' };

it.each([
  ['a running one asks to wait for its lock', running, 400, { kind: 'in-progress', retryAfterMs: 600 }],
  [
    'a running one that may still last long asks to come back soon',
    { ...running, lockedUntil: 1e6 },
    400,
    { kind: 'in-progress', retryAfterMs: 5_000 },
  ],
  ['a running one still holds in its last millisecond', running, 999, { kind: 'in-progress', retryAfterMs: 1 }],
  ['a lock that ends now has ended', running, 1_000, { kind: 'take-over', claim: running }],
  ['a dead one may be taken over', running, 9_000, { kind: 'take-over', claim: running }],
  ['a running one with effects still runs', withEffects, 999, { kind: 'in-progress', retryAfterMs: 1 }],
  ['a dead one with effects may not be taken over', withEffects, 1_000, { kind: 'effects' }],
  ['a completed one is given again', completed, 0, { kind: 'replay', claim: completed }],
  ['a completed one has no lock', completed, 9_000, { kind: 'replay', claim: completed }],
  ['one too large to be kept points to its run', tooLarge, 9_000, { kind: 'too-large', runId: 'run_1' }],
] as const)('%s', (_title, claim, now, decision) => {
  expect(decide(claim, 'same', now)).toEqual(decision);
});

it.each([
  ['running', running],
  ['dead with effects', withEffects],
  ['completed', completed],
  ['too large', tooLarge],
])("another request's key is refused, whatever became of it: %s", (_title, claim) => {
  for (const now of [0, 1_000, 9_000]) expect(decide(claim, 'other', now)).toEqual({ kind: 'reused-key' });
});
