import { describe, expect, it } from 'vitest';
import { AppError } from '../../../lib/kernel/errors.ts';
import { parseUsd, type PicoUsd, ZERO } from '../../../lib/kernel/money.ts';
import { safe } from '../../../lib/kernel/redacted.ts';
import { admitAttempt } from '../../../lib/model-call/booking/admit-attempt.ts';
import { costBoundOf } from '../../../lib/model-call/booking/cost-bound.ts';
import type { ReserveParts } from '../../../lib/model-call/booking/reserve-attempt.ts';
import type { BookedAttempt } from '../../../lib/model-call/types.ts';
import { createPriceTable, type Price } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { priceAt } from '../../../lib/pricing/pricing.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { NO_TOKENS } from '../../../lib/usage/record.ts';
import { REQUEST, setting } from '../parts.ts';

const LIMITED = new AppError('rate-limited', safe`too many`, { retryAfterMs: 1_000 });
const EARLIER: BookedAttempt = {
  model: REQUEST.model,
  tokens: NO_TOKENS,
  cost: ZERO,
  reserved: ZERO,
  at: 0,
  durationMs: 0,
  firstContentMs: null,
  fault: 'overloaded',
  estimated: null,
  upstreamRequestId: null,
};

interface Options {
  readonly denied?: AppError;
  /** Of the run; what it leaves decides about the money. */
  readonly maxCostUsd?: string;
  readonly booked?: BookedAttempt[];
  readonly settleFails?: boolean;
}

const admitting = async ({ denied, maxCostUsd, booked = [], settleFails = false }: Options) => {
  const parts = setting('http://unused', maxCostUsd === undefined ? {} : { maxCost: parseUsd(maxCostUsd) });
  const seen = { undone: [] as number[], settled: [] as PicoUsd[], counts: 0, events: [] as BallastEvent[] };
  const reserve: ReserveParts['budgets']['reserve'] = async ({ reservation: { userId: _, ...reservation } }) => ({
    held: true,
    reservation: { ...reservation, userHash: null, alsoHeldBy: [] },
  });
  const at = parts.clock.now();
  const price = priceAt(createPriceTable(PUBLISHED_PRICES), REQUEST.model, at) as Price;
  const admitted = await admitAttempt(
    {
      ...parts,
      budgets: {
        reserve,
        async settle(_reservation, cost) {
          seen.settled.push(cost);
          if (settleFails) throw new Error('down');
          return [];
        },
        adjust: async () => undefined,
      },
      usage: createMemoryUsageStore(),
      provider: { countTokens: async () => ((seen.counts += 1), 100) },
      emit: (event) => seen.events.push(event),
    },
    { attemptId: 'run_01:1:1', request: REQUEST, at, costBound: costBoundOf(REQUEST, price) },
    {
      ...parts.context,
      booked,
      bounds: {
        ...parts.context.bounds,
        admission: {
          enter: async () => denied ?? null,
          undo: async (step) => void seen.undone.push(step),
          charge: async () => {},
        },
      },
    },
  );
  await parts.context.background.flush();
  return { admitted, ...seen };
};

describe('an attempt that its limits refuse', () => {
  it('is told so, and gives the money back that was held for it meanwhile', async () => {
    const { admitted, settled, undone } = await admitting({ denied: LIMITED });
    expect(admitted).toMatchObject({ held: false, fault: { kind: 'refused', error: LIMITED } });
    expect({ settled, undone }).toEqual({ settled: [ZERO], undone: [] });
  });

  it('leaves what cannot be given back to reconciling, and says so', async () => {
    const { admitted, events } = await admitting({ denied: LIMITED, settleFails: true });
    expect(admitted).toMatchObject({ held: false, fault: { error: LIMITED } });
    expect(events).toMatchObject([{ type: 'budget.unsettled', attemptId: 'run_01:1:1' }]);
  });

  it('asks the provider for no count, and is told of the limits where its budget refuses it too', async () => {
    const { admitted, counts, settled } = await admitting({ denied: LIMITED, maxCostUsd: '0.004' });
    expect(admitted).toMatchObject({ held: false, fault: { error: LIMITED } });
    expect({ counts, settled }).toEqual({ counts: 0, settled: [] });
  });
});

describe('an attempt that its money refuses', () => {
  it('gives back what its limits had let through', async () => {
    const { admitted, undone } = await admitting({ maxCostUsd: '0.001' });
    expect(admitted).toMatchObject({ held: false, fault: { kind: 'run-cost' } });
    expect(undone).toEqual([1]);
  });

  it('gives back nothing of what an earlier attempt of the call has used', async () => {
    const { admitted, undone } = await admitting({ maxCostUsd: '0.001', booked: [EARLIER] });
    expect(admitted.held).toBe(false);
    expect(undone).toEqual([]);
  });
});

it('an attempt that nothing refuses is held, and keeps what it took', async () => {
  const { admitted, settled, undone } = await admitting({});
  expect(admitted).toMatchObject({ held: true, maxTokens: REQUEST.max_tokens });
  expect({ settled, undone }).toEqual({ settled: [], undone: [] });
});
