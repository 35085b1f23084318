import { expect, it } from 'vitest';
import { parseUsd, pico } from '../../lib/kernel/money.ts';
import { ESTIMATES, type UsageRecord, type UsageStore } from '../../lib/usage/record.ts';

const AT = Date.parse('2026-11-20T13:59:59.999Z');

const record = (tenantId: string, change: Partial<UsageRecord> = {}): UsageRecord => ({
  attemptId: 'run_01:0:1',
  runId: 'run_01',
  tenantId,
  keyId: 'key-1',
  userId: 'user 🦉',
  agent: 'assistant',
  model: 'claude-opus-5-5',
  at: AT,
  answered: true,
  estimated: null,
  tokens: {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadInputTokens: 3,
    cacheWrite5mInputTokens: 4,
    cacheWrite1hInputTokens: 5,
    webSearchRequests: 6,
  },
  cost: parseUsd('0.012345678901'),
  ...change,
});

const collect = async (store: UsageStore, tenantId: string, at: number): Promise<UsageRecord[]> => {
  const records: UsageRecord[] = [];
  for await (const found of store.inHour(tenantId, at)) records.push(found);
  return records;
};

/** What every usage store does. Each test has a tenant of its own. */
export const usageStoreContract = (createStore: () => UsageStore): void => {
  it('gives a record back as it was written', async () => {
    const store = createStore();
    const written = record('whole');
    expect(await store.add(written)).toBe(true);
    expect(await store.find('whole', AT, written.attemptId)).toEqual(written);
  });

  it.each(ESTIMATES)('keeps the mark of an estimate: %s, without a user', async (estimated) => {
    const store = createStore();
    const written = record(`estimate-${estimated}`, { estimated, answered: false, userId: null, cost: pico(0n) });
    await store.add(written);
    expect(await store.find(written.tenantId, AT, written.attemptId)).toEqual(written);
  });

  it.each([
    { sessionId: 's-1', metadata: { team: 'red 🦉', '': '', __proto__x: '"' } },
    { sessionId: null, metadata: { zone: 'a' } },
    { sessionId: 's-2', metadata: {} },
  ])('keeps what its caller labelled it with: %j', async (labels) => {
    const store = createStore();
    const written = record(`labelled-${labels.sessionId ?? 'none'}`, { labels });
    await store.add(written);
    expect(await store.find(written.tenantId, AT, written.attemptId)).toEqual(written);
  });

  it('keeps what an adjustment confirms of a cost', async () => {
    const store = createStore();
    const written = record('confirmed', { cost: pico(-5n), estimatedCost: pico(-9n) });
    await store.add(written);
    expect(await store.find('confirmed', AT, written.attemptId)).toEqual(written);
  });

  it('keeps an amount that no float could hold', async () => {
    const store = createStore();
    const written = record('exact', { cost: pico(123_456_789_012_345_678_901_234_567n) });
    await store.add(written);
    expect(await store.find('exact', AT, written.attemptId)).toEqual(written);
  });

  it('reads an hour from the last id to the first, and on below an id', async () => {
    const store = createStore();
    const ids = ['run_01:0:1', 'run_01:0:2', 'run_02:0:1', 'run_03:0:1'];
    for (const attemptId of ids) await store.add(record('down', { attemptId }));
    await store.add(record('down', { attemptId: 'run_09:0:1', at: AT + 1 }));
    const down = async (below: string | null) =>
      (await Array.fromAsync(store.downInHour('down', AT, below))).map(({ attemptId }) => attemptId);
    expect(await down(null)).toEqual(ids.toReversed());
    expect(await down('run_02:0:1')).toEqual(['run_01:0:2', 'run_01:0:1']);
    expect(await down('run_02')).toEqual(['run_01:0:2', 'run_01:0:1']);
    expect(await down('run_01:0:1')).toEqual([]);
  });

  it('writes an attempt once: a second write says no and changes nothing', async () => {
    const store = createStore();
    const first = record('once');
    expect(await store.add(first)).toBe(true);
    expect(await store.add(record('once', { cost: pico(9n), estimated: 'lost' }))).toBe(false);
    expect(await store.add(first)).toBe(false);
    expect(await store.find('once', AT, first.attemptId)).toEqual(first);
  });

  it('lets exactly one of many simultaneous writers of an attempt win', async () => {
    const store = createStore();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, writer) => store.add(record('race', { keyId: `key-${writer}` }))),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const winner = await store.find('race', AT, 'run_01:0:1');
    expect(winner?.keyId).toBe(`key-${outcomes.indexOf(true)}`);
  });

  it('tells each of many writers what became of his own, of attempts new and known', async () => {
    const store = createStore();
    const ids = Array.from({ length: 70 }, (_, at) => `run_${at % 60}:0:1`);
    await store.add(record('crowd', { attemptId: 'run_7:0:1', keyId: 'before' }));
    const outcomes = await Promise.all(ids.map((attemptId) => store.add(record('crowd', { attemptId }))));
    const written = ids.filter((_, at) => outcomes[at]);
    expect(written.toSorted()).toEqual([...new Set(ids)].filter((id) => id !== 'run_7:0:1').toSorted());
    const all = await collect(store, 'crowd', AT);
    expect(all).toHaveLength(60);
    expect(all.filter(({ keyId }) => keyId === 'before')).toEqual([
      record('crowd', { attemptId: 'run_7:0:1', keyId: 'before' }),
    ]);
  });

  it('finds nothing for another tenant, another hour or another attempt', async () => {
    const store = createStore();
    await store.add(record('alone'));
    expect(await store.find('other', AT, 'run_01:0:1')).toBeNull();
    expect(await store.find('alone', AT + 1, 'run_01:0:1')).toBeNull();
    expect(await store.find('alone', AT, 'run_01:0:2')).toBeNull();
  });

  it('lists the records of one UTC hour, its first and last millisecond included, in the order of their ids', async () => {
    const store = createStore();
    const start = Date.parse('2026-11-20T13:00:00.000Z');
    for (const [attemptId, at] of [
      ['run_c:0:1', start],
      ['run_a:0:1', AT],
      ['run_b:0:10', start + 5],
      ['run_b:0:2', start + 6],
      ['run_d:0:1', start - 1],
      ['run_e:0:1', AT + 1],
    ] as const) {
      await store.add(record('hourly', { attemptId, at }));
    }
    await store.add(record('hourly-other', { attemptId: 'run_x:0:1' }));
    const ids = (await collect(store, 'hourly', start + 1_000)).map(({ attemptId }) => attemptId);
    expect(ids).toEqual(['run_a:0:1', 'run_b:0:10', 'run_b:0:2', 'run_c:0:1']);
    expect(await collect(store, 'nobody', start)).toEqual([]);
  });
};
