import { beforeEach, expect, it } from 'vitest';
import { pico } from '../../../../lib/kernel/money.ts';
import { createMemoryUsageStore } from '../../../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../../../lib/usage/memory-tool-store.ts';
import { createMemoryRollupStore } from '../../../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { createRollUps } from '../../../../lib/usage/reports/rollups/roll-up.ts';
import type { Rollup, RollupDimension, RollupStore } from '../../../../lib/usage/reports/rollups/rollup-store.ts';
import { HOUR_MS, startOfHour } from '../../../../lib/usage/reports/time-range.ts';
import { TOTALS } from '../../../../lib/usage/reports/totals.ts';
import { AT, record, toolRecord } from '../../records.ts';

const HOUR = startOfHour(AT);
const SETTLED_MS = 15 * 60_000;
/** The hour's end, the longest attempt, and ten minutes. */
const DUE = HOUR + HOUR_MS + SETTLED_MS + 10 * 60_000;
const tenant = { tenantId: 'acme', createdAt: AT };

let usage: ReturnType<typeof createMemoryUsageStore>;
let tools: ReturnType<typeof createMemoryToolUsageStore>;
let store: RollupStore;
beforeEach(() => {
  usage = createMemoryUsageStore();
  tools = createMemoryToolUsageStore();
  store = createMemoryRollupStore();
});

const rollUps = (over: Partial<Parameters<typeof createRollUps>[0]> = {}) =>
  createRollUps({ usage, tools, rollups: store, settledAfterMs: SETTLED_MS, ...over });

const kept = async (dimension: RollupDimension): Promise<Rollup[]> =>
  Array.fromAsync(store.inRange('acme', dimension, { from: 0, to: HOUR + 100 * HOUR_MS }));

const cost = async () => (await kept('day')).map(({ groups }) => TOTALS.read(groups[0]?.[1]).cost);

it('an hour is rolled up once its last reservation has ended, and not a millisecond earlier', async () => {
  await usage.add(record());
  expect(await rollUps().rollUp({ ...tenant, now: DUE - 1 })).toEqual({ through: HOUR, hours: 1, behind: 0 });
  expect(await kept('day')).toEqual([]);
  expect(await rollUps().rollUp({ ...tenant, now: DUE })).toEqual({ through: HOUR + HOUR_MS, hours: 1, behind: 0 });
  expect(await cost()).toEqual([1_000_000n]);
});

it('each dimension has its groups in the order of their keys', async () => {
  await usage.add(record({ userId: 'b', attemptId: 'run_1:1:1' }));
  await usage.add(record({ userId: 'a', attemptId: 'run_2:1:1', model: 'claude-opus-5-5' }));
  await usage.add(record({ attemptId: 'run_3:1:1' }));
  await tools.add(toolRecord());
  await rollUps().rollUp({ ...tenant, now: DUE });
  const keys = async (dimension: RollupDimension) =>
    (await kept(dimension)).map(({ groups }) => groups.map(([key]) => key));
  expect(await keys('user')).toEqual([['', 'a', 'b']]);
  expect(await keys('model')).toEqual([['claude-opus-5-5', 'claude-sonnet-5-5']]);
  expect(await keys('day')).toEqual([['2026-11-20']]);
  expect(await keys('tool')).toEqual([['calculate', 'get_weather']]);
});

/** An hour of 1,700 records, each read in turn, in calls whose time is over when they have read some. */
const longHour = async () => {
  const all = Array.from({ length: 1_700 }, (_, at) => record({ attemptId: `run_${10_000 + at}:1:1` }));
  for (const each of all) await usage.add(each);
  let read = 0;
  let fails = false;
  const rolling = rollUps({
    usage: {
      async *inHour(tenantId: string, at: number) {
        for await (const each of usage.inHour(tenantId, at)) {
          if (fails) throw new Error('away');
          read += 1;
          yield each;
        }
      },
    },
  });
  const call = () => {
    const before = read;
    return rolling.rollUp({ ...tenant, now: DUE, isOver: () => read > before });
  };
  return { rolling, call, read: () => read, fail: (is: boolean) => void (fails = is) };
};

it('an hour that takes longer than a call goes on where it was broken off, and is read once', async () => {
  const { call, read } = await longHour();
  const behind: number[] = [];
  while (behind.at(-1) !== 0 && behind.length < 10) behind.push((await call()).behind);
  expect(behind).toEqual([1, 1, 1, 0]);
  expect(read()).toBe(1_700);
  expect(await cost()).toEqual([1_700_000_000n]);
});

it('an hour that was broken off never takes the place of what a late record made of it meanwhile', async () => {
  const { rolling, call } = await longHour();
  await call();
  await usage.add(record({ attemptId: 'run_00001:1:1' }));
  await rolling.rewrite('acme', AT);
  expect(await cost()).toEqual([1_701_000_000n]);
  for (let calls = 0; calls < 10 && (await call()).behind > 0;) calls += 1;
  expect(await cost()).toEqual([1_701_000_000n]);
});

it('an hour that could not be read on begins anew', async () => {
  const { call, read, fail } = await longHour();
  await call();
  fail(true);
  await expect(call()).rejects.toThrow('away');
  fail(false);
  for (let calls = 0; calls < 10 && (await call()).behind > 0;) calls += 1;
  expect(read()).toBe(500 + 1_700);
  expect(await cost()).toEqual([1_700_000_000n]);
});

it('goes on where it ended, a bounded number of hours at a time, and idle hours leave nothing', async () => {
  const now = DUE + 40 * HOUR_MS;
  await usage.add(record({ at: AT + 30 * HOUR_MS }));
  const first = await rollUps().rollUp({ ...tenant, now, maxHours: 10 });
  expect(first).toEqual({ through: HOUR + 9 * HOUR_MS, hours: 10, behind: 32 });
  expect(await kept('day')).toEqual([]);
  expect(await rollUps().rollUp({ ...tenant, now })).toEqual({ through: HOUR + 41 * HOUR_MS, hours: 32, behind: 0 });
  expect(await kept('day')).toHaveLength(1);
  expect(await rollUps().rollUp({ ...tenant, now })).toMatchObject({ hours: 0, behind: 0 });
});

it('reads each record once, however often it is called', async () => {
  let read = 0;
  const counted = {
    inHour: (tenantId: string, at: number) => {
      read += 1;
      return usage.inHour(tenantId, at);
    },
  };
  for (let i = 0; i < 5; i += 1) await rollUps({ usage: counted }).rollUp({ ...tenant, now: DUE });
  expect(read).toBe(2);
});

it('two that do it at once leave what one leaves, and the watermark never goes back', async () => {
  for (let i = 0; i < 30; i += 1) await usage.add(record({ attemptId: `run_${i}:1:1`, at: AT + (i % 3) * HOUR_MS }));
  const now = DUE + 2 * HOUR_MS;
  await Promise.all([1, 2, 3].map(() => rollUps().rollUp({ ...tenant, now })));
  expect(await cost()).toEqual([10_000_000n, 10_000_000n, 10_000_000n]);
  await store.raise('acme', HOUR);
  expect(await store.through('acme')).toBe(HOUR + 3 * HOUR_MS);
});

it('one that breaks off leaves the watermark below what it did not finish', async () => {
  await usage.add(record());
  const broken: RollupStore = { ...store, put: async () => Promise.reject(new Error('down')) };
  await expect(rollUps({ rollups: broken }).rollUp({ ...tenant, now: DUE })).rejects.toThrow('down');
  expect(await store.through('acme')).toBeNull();
  await rollUps().rollUp({ ...tenant, now: DUE });
  expect(await cost()).toEqual([1_000_000n]);
});

const adjustment = record({ attemptId: 'run_01:1:1:adjusted', cost: pico(-400_000n) });

it('a late adjustment is in the rollups once its hour was written anew', async () => {
  await usage.add(record());
  await rollUps().rollUp({ ...tenant, now: DUE });
  await usage.add(adjustment);
  await rollUps().rewrite('acme', AT);
  expect(await cost()).toEqual([600_000n]);
  expect(await store.through('acme')).toBe(HOUR + HOUR_MS);
});

it('a late adjustment survives a slower writer that had read the hour before it came', async () => {
  await usage.add(record());
  const release = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const slow: RollupStore = {
    ...store,
    async put(...rollup) {
      reached.resolve();
      await release.promise;
      return store.put(...rollup);
    },
  };
  const slower = rollUps({ rollups: slow }).rollUp({ ...tenant, now: DUE });
  await reached.promise;
  await usage.add(adjustment);
  await rollUps().rewrite('acme', AT);
  release.resolve();
  await slower;
  expect(await cost()).toEqual([600_000n]);
});

it('a late record is in the rollups also where a writer was quicker that had not read it', async () => {
  await usage.add(record());
  await rollUps().rollUp({ ...tenant, now: DUE });
  let isMet = false;
  const slow: RollupStore = {
    ...store,
    async put(...rollup) {
      if (!isMet) {
        isMet = true;
        // Whoever has read nothing of the late record, and writes at this moment.
        const standing = await store.standing('acme', 'day', HOUR);
        const [old] = await kept('day');
        if (old !== undefined) expect(await store.put('acme', 'day', old, standing)).toBe(true);
      }
      return store.put(...rollup);
    },
  };
  await usage.add(adjustment);
  await rollUps({ rollups: slow }).rewrite('acme', AT);
  expect(await cost()).toEqual([600_000n]);
});

it('an hour that others write all the time is given up, for the next call', async () => {
  await usage.add(record());
  const never: RollupStore = { ...store, put: async () => false };
  await expect(rollUps({ rollups: never }).rewrite('acme', AT)).rejects.toMatchObject({ code: 'store-unavailable' });
  await expect(rollUps({ rollups: never }).rollUp({ ...tenant, now: DUE })).rejects.toThrow();
  expect(await store.through('acme')).toBeNull();
});

it('begins no hour once its time is over, and the next call goes on there', async () => {
  for (let hour = 0; hour < 4; hour += 1)
    await usage.add(record({ attemptId: `run_${hour}:1:1`, at: AT + hour * HOUR_MS }));
  const now = DUE + 3 * HOUR_MS;
  let asked = 0;
  const first = await rollUps().rollUp({ ...tenant, now, isOver: () => (asked += 1) > 3 });
  expect(first).toEqual({ through: HOUR + 2 * HOUR_MS, hours: 3, behind: 2 });
  expect(await store.through('acme')).toBe(HOUR + 2 * HOUR_MS);
  expect(await rollUps().rollUp({ ...tenant, now })).toMatchObject({ hours: 2, behind: 0 });
  expect(await cost()).toHaveLength(4);
});

it('sums up one hour at a time, whoever asks: a busy one must end before a function does', async () => {
  let open = 0;
  let most = 0;
  const watched = {
    async *inHour(tenantId: string, at: number) {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      yield* usage.inHour(tenantId, at);
      open -= 1;
    },
  };
  const one = rollUps({ usage: watched });
  await Promise.all(
    ['acme', 'bolt', 'core'].map((tenantId) => one.rollUp({ ...tenant, tenantId, now: DUE + 9 * HOUR_MS })),
  );
  expect(most).toBe(1);
});
