import { expect, it } from 'vitest';
import { HOUR_MS, startOfHour } from '../../lib/usage/reports/time-range.ts';
import type { ToolUsageStore } from '../../lib/usage/tool-record.ts';
import { AT, toolRecord } from '../usage/records.ts';

const collect = (store: ToolUsageStore, tenantId: string, at = AT) => Array.fromAsync(store.inHour(tenantId, at));

/** What every store of tool usage does. Each test has a tenant of its own. */
export const toolUsageStoreContract = (createStore: () => ToolUsageStore): void => {
  it('gives a record back as it was written', async () => {
    const store = createStore();
    expect(await store.add(toolRecord({ tenantId: 'whole' }))).toBe(true);
    expect(await collect(store, 'whole')).toEqual([toolRecord({ tenantId: 'whole' })]);
  });

  it('keeps the calls of a run that called tools thousands of times', async () => {
    const store = createStore();
    const call = { tool: 'a'.repeat(64), durationMs: 30_000, isError: true };
    const written = toolRecord({ tenantId: 'busy', calls: Array.from({ length: 3_000 }, () => call) });
    await store.add(written);
    expect(await collect(store, 'busy')).toEqual([written]);
  });

  it('writes a run once: a second write says no and changes nothing', async () => {
    const store = createStore();
    expect(await store.add(toolRecord({ tenantId: 'once' }))).toBe(true);
    expect(await store.add(toolRecord({ tenantId: 'once', calls: [] }))).toBe(false);
    expect(await collect(store, 'once')).toEqual([toolRecord({ tenantId: 'once' })]);
  });

  it('lists the records of one tenant and one UTC hour in the order of their runs', async () => {
    const store = createStore();
    const hour = startOfHour(AT);
    for (const [runId, at] of [
      ['run_c', hour],
      ['run_a', hour + HOUR_MS - 1],
      ['run_b', AT],
      ['run_d', hour - 1],
      ['run_e', hour + HOUR_MS],
    ] as const)
      await store.add(toolRecord({ tenantId: 'hourly', runId, at }));
    await store.add(toolRecord({ tenantId: 'hourly-other' }));
    expect((await collect(store, 'hourly')).map(({ runId }) => runId)).toEqual(['run_a', 'run_b', 'run_c']);
    expect(await collect(store, 'nobody')).toEqual([]);
  });
};
