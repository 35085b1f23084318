import { describe, expect, it } from 'vitest';
import type { Patience } from '../../../lib/dynamodb/with-store-retries.ts';
import { sleep } from '../../../lib/kernel/clock.ts';
import { AppError } from '../../../lib/kernel/errors.ts';
import { safe } from '../../../lib/kernel/redacted.ts';
import { closeBooks } from '../../../lib/model-call/booking/settle-attempt.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
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

describe('a ledger that is away', () => {
  const away = () => new AppError('store-unavailable', safe`away`);
  /** Closes the books while the ledger and the place where attempts are parked come back after so long (ms), if at all. */
  const close = async (backMs: { readonly ledger: number; readonly parking: number }) => {
    const clock = createFakeClock();
    const startedMs = clock.monotonicMs();
    const sinceMs = () => clock.monotonicMs() - startedMs;
    const held = reservationOf('acme');
    const done: (readonly [string, number])[] = [];
    /** As a store does that is patient: again each second. */
    const patient = async (what: string, atMs: number, patience?: Patience): Promise<void> => {
      while (sinceMs() < atMs) {
        if (leftOf(patience) <= 0) throw away();
        await sleep(clock, 1_000, new AbortController().signal);
      }
      done.push([what, sinceMs()]);
    };
    const parts = {
      clock,
      emit: ({ type }: BallastEvent) => void (type !== 'budget.delayed' && done.push([type, sinceMs()])),
      usage: createMemoryUsageStore(),
      budgets: {
        settle: async (_: unknown, __: unknown, patience?: Patience) => {
          await patient('settled', backMs.ledger, patience);
          return [];
        },
        adjust: async () => undefined,
      },
      parking: {
        park: (_: unknown, patience?: Patience) => patient('parked', backMs.parking, patience),
        remove: async () => void done.push(['removed', sinceMs()]),
      },
    };
    const closing = closeBooks(parts, held, recordOf(held, BILL), () => 60_000 - sinceMs());
    let isEnded = false;
    void closing.ended.then(() => (isEnded = true));
    while (!isEnded) await clock.advance(1_000);
    done.push(['ended', sinceMs()]);
    return done;
  };

  it('is tried for half a minute after an attempt was parked, and no longer', async () => {
    expect(await close({ ledger: 25_000, parking: 0 })).toEqual([
      ['parked', 2_000],
      ['settled', 25_000],
      ['removed', 25_000],
      ['ended', 25_000],
    ]);
    expect(await close({ ledger: 50_000, parking: 0 })).toEqual([
      ['parked', 2_000],
      ['ended', 32_000],
    ]);
  });

  it('is written to as soon as it is back where an attempt could not be parked', async () => {
    expect(await close({ ledger: 45_000, parking: 90_000 })).toEqual([
      ['settled', 45_000],
      // The other place was asked once more.
      ['ended', 46_000],
    ]);
  });

  it('is not tried beyond the patience where neither comes back, and the attempt is told', async () => {
    expect(await close({ ledger: 90_000, parking: 90_000 })).toEqual([
      ['budget.unsettled', 60_000],
      ['ended', 60_000],
    ]);
  });
});
