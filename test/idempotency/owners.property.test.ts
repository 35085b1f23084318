import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMemoryClaimStore } from '../../lib/idempotency/memory-store.ts';
import type { OwnedClaim } from '../../lib/idempotency/owned-claim.ts';
import { size } from '../sizes.ts';
import { LOCK_MS, request, setUp } from './parts.ts';

/** What may happen next; `who` picks one of those that ever owned the key, dead or alive. */
const step = fc.oneof(
  fc.record({ act: fc.constant('claim' as const) }),
  fc.record({ act: fc.constantFrom('complete' as const, 'release' as const, 'mark' as const), who: fc.nat(9) }),
  fc.record({ act: fc.constant('wait' as const), ms: fc.constantFrom(1, LOCK_MS - 1, LOCK_MS, 2 * LOCK_MS) }),
);

/** What is true of the key, told from outcomes alone. */
interface Ledger {
  current: OwnedClaim | null;
  marked: boolean;
  answer: number | null;
}

it('has one owner at a time, who alone can end it, begins never anew after effects or an answer', async () => {
  const schedule = fc.array(step, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const { claim, clock } = setUp(createMemoryClaimStore());
      const owners: OwnedClaim[] = [];
      const ledger: Ledger = { current: null, marked: false, answer: null };
      let lockedUntil = 0;

      for (const [at, next] of steps.entries()) {
        if (next.act === 'wait') {
          await clock.advance(next.ms);
          continue;
        }
        if (next.act === 'claim') {
          const outcome = await claim(request('property')).catch((error: unknown) => error as { code: string });
          if ('code' in outcome) {
            const locked = ledger.current !== null && ledger.answer === null && clock.now() < lockedUntil;
            expect(outcome.code).toBe(locked ? 'idempotency-in-progress' : 'run-conflict');
            if (!locked) expect(ledger.marked).toBe(true);
          } else if (outcome.kind === 'replay') {
            expect(outcome.result.body).toEqual({ by: ledger.answer });
          } else {
            expect([ledger.marked, ledger.answer]).toEqual([false, null]);
            if (ledger.current !== null) expect(clock.now()).toBeGreaterThanOrEqual(lockedUntil);
            owners.push(outcome);
            ledger.current = outcome;
            lockedUntil = clock.now() + LOCK_MS;
          }
          continue;
        }
        const actor = owners[next.who % Math.max(1, owners.length)];
        if (actor === undefined) continue;
        const mayAct = actor === ledger.current && ledger.answer === null;
        if (next.act === 'mark') {
          const done = await actor.markEffects().then(
            () => true,
            () => false,
          );
          // Asked again after it was marked, an owner need not ask the store.
          if (mayAct) expect(done).toBe(true);
          if (mayAct) ledger.marked = true;
        } else if (next.act === 'complete') {
          expect(await actor.complete({ status: 200, body: { by: at } })).toBe(mayAct ? 'done' : 'refused');
          if (mayAct) ledger.answer = at;
        } else {
          expect(await actor.release()).toBe(mayAct && !ledger.marked ? 'done' : 'refused');
          if (mayAct && !ledger.marked) ledger.current = null;
        }
      }
    }),
    { seed: 20261121, numRuns: size(300, 5_000) },
  );
});
