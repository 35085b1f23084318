import { expect, it } from 'vitest';
import type { Patience } from '../../../lib/dynamodb/with-store-retries.ts';
import { AppError } from '../../../lib/kernel/errors.ts';
import { safe } from '../../../lib/kernel/redacted.ts';
import { closeBooks } from '../../../lib/model-call/booking/settle-attempt.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { BILL, recordOf, reservationOf } from '../../budget/parts.ts';
import { createFakeClock } from '../../fake-clock.ts';

/** What is left of a patience now. */
const leftOf = (patience: Patience | undefined): number => {
  if (patience === undefined) return Number.POSITIVE_INFINITY;
  if (typeof patience === 'number') return patience;
  return typeof patience === 'function' ? patience() : Math.min(...patience.map(leftOf));
};

it('books that are written in several steps have two seconds together, not each, before they are parked', async () => {
  const clock = createFakeClock();
  const held = reservationOf('acme');
  const usage = createMemoryUsageStore();
  const left: number[] = [];
  let parkedAt = Number.NaN;
  const startedMs = clock.monotonicMs();
  const parts = {
    clock,
    emit: () => {},
    usage: {
      ...usage,
      add: async (...asked: Parameters<typeof usage.add>) => {
        left.push(leftOf(asked[1]));
        await clock.advance(1_500);
        return usage.add(...asked);
      },
    },
    budgets: {
      settle: async (_: unknown, __: unknown, patience?: Patience) => {
        left.push(leftOf(patience));
        throw new AppError('store-unavailable', safe`away`);
      },
      adjust: async () => undefined,
    },
    parking: {
      park: async () => void (parkedAt = clock.monotonicMs() - startedMs),
      remove: async () => undefined,
    },
  };
  await closeBooks(parts, held, recordOf(held, BILL), 60_000).ended;
  expect(left.slice(0, 2)).toEqual([2_000, 500]);
  expect(parkedAt).toBe(1_500);
});
