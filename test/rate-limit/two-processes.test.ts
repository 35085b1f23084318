import { afterEach, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { NOW } from './parts.ts';
import { startTaker, type Taker } from './start-taker.ts';
import type { Order, Told } from './taker-orders.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describeOnDynamoDb('limits over two processes', (engine) => {
  const running = new Set<Taker>();
  let tests = 0;

  /** Two of them, the second with its clock off by so much. */
  const startBoth = async (pace: 'running' | 'still', skewMs = 0) => {
    tests += 1;
    const common = { endpoint: engine().endpoint, tenant: `race-${tests}`, pace };
    const [a, b] = await Promise.all([
      startTaker({ ...common, startAt: NOW, seed: 2 * tests }),
      startTaker({ ...common, startAt: NOW + skewMs, seed: 2 * tests + 1 }),
    ]);
    running.add(a).add(b);
    const both = (order: Order) => Promise.all([a.tell(order), b.tell(order)]);
    return { a, b, both };
  };
  afterEach(async () => {
    await Promise.all([...running].map((taker) => taker.kill()));
    running.clear();
  });

  const passed = (told: readonly Told[]) => told.reduce((sum, each) => sum + each.passed, 0);
  const take = (count: number, permitsPerMinute = 30): Order => ({ do: 'take', count, permitsPerMinute });

  it('let no more of 300 at once through than the bucket and its refill, and after waiting as told the next', async () => {
    const { a, both } = await startBoth('running');
    const startedAt = performance.now();
    let admitted = 0;
    for (let wave = 0; wave < 5; wave += 1) {
      const told = await both(take(150));
      admitted += passed(told);
      const refill = ((performance.now() - startedAt) * 30) / MINUTE_MS;
      expect(admitted).toBeGreaterThanOrEqual(30);
      expect(admitted).toBeLessThanOrEqual(30 + refill);
      expect(told.flatMap(({ events }) => events)).toEqual([]);
    }
    const [refused] = (await a.tell(take(2))).retryAfterMs;
    expect(refused).toBeLessThanOrEqual(2_000);
    await both({ do: 'wait', ms: refused ?? 0 });
    expect((await a.tell(take(1))).passed).toBe(1);
  });

  it('let exactly the bucket through while time stands still, and one more at its millisecond', async () => {
    const { both } = await startBoth('still');
    const first = await both(take(150));
    expect(passed(first)).toBe(30);
    expect(new Set(first.flatMap(({ retryAfterMs }) => retryAfterMs))).toEqual(new Set([2_000]));
    for (let wave = 0; wave < 3; wave += 1) {
      const again = await both(take(300));
      expect(passed(again)).toBe(0);
      expect(new Set(again.flatMap(({ retryAfterMs }) => retryAfterMs))).toEqual(new Set([2_000]));
    }
    await both({ do: 'wait', ms: 1_999 });
    const early = await both(take(150));
    expect(passed(early)).toBe(0);
    expect(new Set(early.flatMap(({ retryAfterMs }) => retryAfterMs))).toEqual(new Set([1]));
    await both({ do: 'wait', ms: 1 });
    expect(passed(await both(take(150)))).toBe(1);
  });

  it.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('lock nobody out when the clock of one is an hour %s', async (_title, skewMs) => {
    const { a, b } = await startBoth('still', skewMs);
    for (let round = 0; round < 3; round += 1) {
      for (const taker of [b, a]) {
        const told = await taker.tell(take(1));
        await taker.tell({ do: 'wait', ms: told.retryAfterMs[0] ?? 0 });
        expect((await taker.tell(take(1))).passed).toBe(1);
        await taker.tell(take(150));
      }
    }
  });

  it('give exactly as many slots as there are to a crowd in both, and each again when it is released', async () => {
    const { a, b, both } = await startBoth('still');
    expect(passed(await both({ do: 'hold', count: 1, of: 8 }))).toBe(2);
    for (let one = 0; one < 6; one += 1) expect((await a.tell({ do: 'hold', count: 1, of: 8 })).passed).toBe(1);
    expect(passed(await both({ do: 'hold', count: 40, of: 8 }))).toBe(0);
    await a.tell({ do: 'release' });
    for (let one = 0; one < 7; one += 1) expect((await b.tell({ do: 'hold', count: 1, of: 8 })).passed).toBe(1);
    expect((await a.tell({ do: 'hold', count: 1, of: 8 })).passed).toBe(0);
  });

  it('never hold more slots than there are, however many reach for them at once', async () => {
    const { both } = await startBoth('still');
    const told = await both({ do: 'hold', count: 100, of: 10 });
    expect(passed(told)).toBe(10);
    expect(told.flatMap(({ events }) => events)).toEqual([]);
  });

  it('pass the slots of a killed process on when they have expired, and not before', async () => {
    const { a, b } = await startBoth('still');
    for (let one = 0; one < 3; one += 1) expect((await a.tell({ do: 'hold', count: 1, of: 3 })).passed).toBe(1);
    await a.kill();
    await b.tell({ do: 'wait', ms: 29_999 });
    expect((await b.tell({ do: 'hold', count: 5, of: 3 })).passed).toBe(0);
    await b.tell({ do: 'wait', ms: 1 });
    for (let one = 0; one < 3; one += 1) expect((await b.tell({ do: 'hold', count: 1, of: 3 })).passed).toBe(1);
  });
});
