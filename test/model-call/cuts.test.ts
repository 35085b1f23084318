import { describe, expect, it } from 'vitest';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import type { Provider } from '../../lib/model-call/provider.ts';
import { withBudget } from '../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { decodeEvents } from '../../lib/providers/anthropic/sse/decoder.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { size } from '../sizes.ts';
import { setting } from './parts.ts';
import { billOf, recordedShape, type Shape } from './recorded-shapes.ts';

const WAYS = ['end', 'reset', 'stall', 'abort', 'deadline'] as const;
type Way = (typeof WAYS)[number];

const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const prices = createPriceTable(PUBLISHED_PRICES);

/** Lets the first `events` of a shape through, and `half` of the next one; then breaks it off. */
const cut = async ({ request, steps }: Shape, events: number, half: boolean, way: Way | 'linger') => {
  const parts = setting('http://unused', { deadlineMs: way === 'deadline' ? 20_000 : 900_000 });
  const usage = createMemoryUsageStore();
  const budgets = createBudgets(createMemoryBudgetStore());
  let isThere = () => {};
  const there = new Promise<void>((resolve) => (isThere = resolve));

  const provider: Omit<Provider, 'ask'> = {
    countTokens: () => Promise.reject(new Error('no count')),
    stream: async (_request, { signal }) => {
      const chunks = async function* () {
        const texts = steps.map(({ event }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        for (const text of texts.slice(0, events)) yield Buffer.from(text);
        const next = texts[events] ?? '';
        if (half) yield Buffer.from(next.slice(0, next.length / 2));
        isThere();
        if (way === 'end') return;
        if (way === 'reset') throw reset();
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      return { requestId: null, events: decodeEvents(chunks()) };
    },
  };
  let reserved = 0n;
  const attempt = withBudget({
    prices,
    usage,
    budgets: {
      ...budgets,
      reserve: async (asked) => {
        reserved = asked.reservation.amount;
        return budgets.reserve(asked);
      },
    },
    provider,
    clock: parts.clock,
    emit: () => {},
  })(supervisedAttempt({ provider, clock: parts.clock, limits: { firstContentMs: 30_000, idleMs: 300_000 } }));

  const asked = attempt(request, parts.context);
  await there;
  if (way === 'abort') {
    await parts.clock.advance(0);
    parts.leave.abort();
    await parts.clock.advance(1_200);
  }
  if (way === 'linger') await parts.clock.advance(1_000);
  if (way === 'stall') await parts.clock.advance(601_000);
  if (way === 'deadline') await parts.clock.advance(21_000);
  const outcome = await asked;
  return { ok: outcome.ok, booked: parts.context.account.spent, reserved };
};

const NO_WORK = { output: 0, input: 0, cacheRead: 0, cacheWritten: 0, searches: 0 };

const SEEDS = Array.from({ length: size(100, 200) }, (_, seed) => seed);

describe('an answer that breaks off at any of its events', () => {
  it.each(WAYS)('is booked at no less than its bill and no more than was reserved, by %s', async (way) => {
    const wrong: string[] = [];
    let cuts = 0;
    for (const seed of SEEDS) {
      const shape = recordedShape(seed);
      // Each border by each way, whole shapes in turn: every fifth by this one at all borders, the others at some.
      const all = seed % WAYS.length === WAYS.indexOf(way);
      for (let events = 1; events <= shape.steps.length; events += 1) {
        if (!all && (seed + events) % 7 !== 0) continue;
        for (const half of events < shape.steps.length ? [false, true] : [false]) {
          const { booked, reserved } = await cut(shape, events, half, way);
          // Of an event that came in half all is done, as if it had come.
          const done = shape.steps[half ? events : events - 1]?.done ?? shape.steps[0]?.done;
          if (done === undefined) throw new Error('no work');
          const bill = billOf(shape, done);
          cuts += 1;
          if (booked < bill || booked > reserved)
            wrong.push(
              `${shape.name}, event ${events}${half ? ' and a half' : ''}: ${bill} <= ${booked} <= ${reserved}`,
            );
        }
      }
    }
    expect(cuts).toBeGreaterThan(size(500, 1_000));
    expect(wrong).toEqual([]);
  });

  it('before its first is booked at its input where the upstream closed it, else at all that may have been written', async () => {
    // One shape whose model thinks unseen, and one whose does not.
    for (const shape of [recordedShape(1), recordedShape(0)]) {
      const whole = billOf(shape, { ...NO_WORK, output: shape.request.max_tokens });
      for (const way of WAYS) {
        const { booked, reserved } = await cut(shape, 0, false, way);
        const mayHaveWritten = shape.name.includes('hidden') || way === 'stall' || way === 'deadline';
        const isClosed = way === 'end' || way === 'reset';
        expect([way, booked >= whole, booked <= reserved]).toEqual([way, !isClosed && mayHaveWritten, true]);
      }
    }
  });

  it('is booked at its bill once the last of its counts has come, though its end has not', async () => {
    for (const seed of SEEDS.slice(0, 50)) {
      const shape = recordedShape(seed);
      const { ok, booked } = await cut(shape, shape.steps.length - 1, false, 'end');
      expect([shape.name, ok, booked]).toEqual([shape.name, true, billOf(shape, shape.steps.at(-1)?.done ?? never())]);
    }
  });

  it('does not wait for its end longer than a second once its counts have come', async () => {
    const shape = recordedShape(0);
    const { ok, booked } = await cut(shape, shape.steps.length - 1, false, 'linger');
    expect([ok, booked]).toEqual([true, billOf(shape, shape.steps.at(-1)?.done ?? never())]);
  });

  it('whose every token was shown is booked at far less than was reserved', async () => {
    const visible = SEEDS.map(recordedShape).filter(({ name }) => /off thinking, (none|eager) tools/.test(name));
    for (const shape of visible) {
      const { booked, reserved } = await cut(shape, 4, false, 'end');
      expect(booked).toBeLessThan(reserved / 4n);
    }
    expect(visible.length).toBeGreaterThan(size(10, 20));
  });
});

const never = (): never => {
  throw new Error('no such step');
};
