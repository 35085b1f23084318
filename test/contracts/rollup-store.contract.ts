import { expect, it } from 'vitest';
import type { Rollup, RollupDimension, RollupStore } from '../../lib/usage/reports/rollups/rollup-store.ts';
import { HOUR_MS } from '../../lib/usage/reports/time-range.ts';

const HOUR = Date.parse('2026-11-20T13:00:00.000Z');

const rollup = (change: Partial<Rollup> = {}): Rollup => ({
  hour: HOUR,
  records: 3,
  groups: [
    ['', [1, 2, 3, 4, 5, '-6']],
    ['user 🦉', [0, 0, 0, 0, 0, '123456789012345678901234567']],
  ],
  ...change,
});

/** Groups whose text no compression brings below one item. */
const many = (count: number, figure = 1): Rollup['groups'] =>
  Array.from({ length: count }, (_, at) => [`user-${String(at).padStart(200, '0')}`, [at * 7_919, figure]] as const);

/** Writes over whatever stands. */
const putOver = async (store: RollupStore, tenantId: string, next: Rollup): Promise<boolean> =>
  store.put(tenantId, 'user', next, await store.standing(tenantId, 'user', next.hour));

const collect = (store: RollupStore, tenantId: string, range = { from: HOUR, to: HOUR + HOUR_MS }) =>
  Array.fromAsync(store.inRange(tenantId, 'user', range));

/** What every store of rollups does. Each test has a tenant of its own. */
export const rollupStoreContract = (createStore: () => RollupStore): void => {
  it('gives a rollup back as it was written', async () => {
    const store = createStore();
    expect(await store.standing('whole', 'user', HOUR)).toBeNull();
    expect(await store.put('whole', 'user', rollup(), null)).toBe(true);
    expect(await store.inHour('whole', 'user', HOUR)).toEqual({ rollup: rollup(), isAlone: true });
    expect(await store.inHour('whole', 'user', HOUR + HOUR_MS)).toEqual({ rollup: null, isAlone: true });
    expect(await collect(store, 'whole')).toEqual([rollup()]);
  });

  it('keeps a rollup of any size, its groups in their order', async () => {
    const store = createStore();
    const large = rollup({ groups: many(5_000), records: 9_000 });
    expect(await putOver(store, 'large', large)).toBe(true);
    await putOver(store, 'large', rollup({ hour: HOUR + HOUR_MS }));
    expect(await collect(store, 'large')).toEqual([large]);
    const both = await collect(store, 'large', { from: HOUR, to: HOUR + 2 * HOUR_MS });
    expect(both).toEqual([large, rollup({ hour: HOUR + HOUR_MS })]);
  });

  it('takes a rollup over the one that stood before its records were read, and refuses every other', async () => {
    const store = createStore();
    await store.put('newer', 'user', rollup({ records: 3 }), null);
    const first = await store.standing('newer', 'user', HOUR);
    expect(first).toMatchObject({ records: 3 });
    expect(await store.put('newer', 'user', rollup({ records: 9 }), null)).toBe(false);
    expect(await store.put('newer', 'user', rollup({ records: 10, groups: [['a', [2]]] }), first)).toBe(true);
    expect(await store.put('newer', 'user', rollup({ records: 11 }), first)).toBe(false);
    expect(await collect(store, 'newer')).toEqual([rollup({ records: 10, groups: [['a', [2]]] })]);
    // Of as many records, or none: what was erased from them, and what is to be read from them.
    expect(await putOver(store, 'newer', rollup({ records: 10, groups: [['b', [2]]] }))).toBe(true);
    expect(await putOver(store, 'newer', rollup({ records: 0, groups: [] }))).toBe(true);
    expect(await collect(store, 'newer')).toEqual([rollup({ records: 0, groups: [] })]);
  });

  it('never mixes two versions of a large rollup, and a smaller one leaves nothing of a larger behind', async () => {
    const store = createStore();
    const versions = [1, 2, 3, 4].map((figure) => rollup({ groups: many(5_000, figure) }));
    const written = await Promise.all(versions.map((version) => store.put('mixed', 'user', version, null)));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await collect(store, 'mixed')).toEqual([versions[written.indexOf(true)]]);
    await store.removeLeft('mixed', 'user', HOUR);
    expect(await store.inHour('mixed', 'user', HOUR)).toEqual({
      rollup: versions[written.indexOf(true)],
      isAlone: true,
    });
    await putOver(store, 'mixed', rollup({ records: 5 }));
    expect(await collect(store, 'mixed')).toEqual([rollup({ records: 5 })]);
    await store.removeLeft('mixed', 'user', HOUR);
    expect(await store.inHour('mixed', 'user', HOUR)).toEqual({ rollup: rollup({ records: 5 }), isAlone: true });
  });

  it('lists a range in the order of its hours, its end left out, over midnight and year’s end', async () => {
    const store = createStore();
    const from = Date.parse('2026-12-31T21:00:00.000Z');
    const hours = [3, 0, 5, 1, -1, 6].map((offset) => from + offset * HOUR_MS);
    for (const hour of hours) await putOver(store, 'range', rollup({ hour }));
    const found = await collect(store, 'range', { from, to: from + 6 * HOUR_MS });
    expect(found.map(({ hour }) => (hour - from) / HOUR_MS)).toEqual([0, 1, 3, 5]);
  });

  it('hides a rollup from every other tenant and dimension', async () => {
    const store = createStore();
    await putOver(store, 'alone', rollup());
    expect(await collect(store, 'alon')).toEqual([]);
    expect(await collect(store, 'alone#user')).toEqual([]);
    for (const dimension of ['day', 'model', 'agent', 'key', 'tool'] satisfies RollupDimension[])
      expect(await Array.fromAsync(store.inRange('alone', dimension, { from: 0, to: HOUR * 2 }))).toEqual([]);
  });

  it('raises the watermark and never lowers it, whoever comes first', async () => {
    const store = createStore();
    expect(await store.through('mark')).toBeNull();
    const instants = [5, 1, 9, 3, 9, 2].map((hours) => HOUR + hours * HOUR_MS);
    await Promise.all(instants.map((at) => store.raise('mark', at)));
    expect(await store.through('mark')).toBe(HOUR + 9 * HOUR_MS);
    await store.raise('mark', HOUR);
    expect(await store.through('mark')).toBe(HOUR + 9 * HOUR_MS);
    expect(await store.through('other-mark')).toBeNull();
  });
};
