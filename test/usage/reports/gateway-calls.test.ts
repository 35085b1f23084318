import { describe, expect, it } from 'vitest';
import { pico } from '../../../lib/kernel/money.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { GATEWAY } from '../../../lib/usage/record.ts';
import { createGatewayCalls } from '../../../lib/usage/reports/gateway-calls.ts';
import { addAll, record } from '../records.ts';

const NOW = Date.parse('2026-11-20T13:30:00.000Z');
const HOUR_MS = 3_600_000;

const of = (runId: string, ending = '0:1', change: Parameters<typeof record>[0] = {}) =>
  record({ runId, attemptId: `${runId}:${ending}`, agent: GATEWAY, at: NOW, ...change });

const stage = async (...records: Parameters<typeof addAll>[1]) => {
  const store = createMemoryUsageStore();
  await addAll(store, records);
  const calls = createGatewayCalls(store);
  return (limit = 50, cursor: string | null = null) => calls('acme', { limit, cursor }, NOW);
};

/** Every page from the first to the last. */
const pages = async (list: Awaited<ReturnType<typeof stage>>, limit: number): Promise<string[][]> => {
  const all: string[][] = [];
  for (let cursor: string | null = null; all.length < 100;) {
    const page = await list(limit, cursor);
    all.push(page.calls.map(({ callId }) => callId));
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return all;
};

describe('the calls of the gateway', () => {
  it('are those of the last 24 hours, newest first, without runs and other tenants', async () => {
    const list = await stage(
      of('run_07'),
      of('run_06', '0:1', { agent: 'assistant' }),
      of('run_05', '0:1', { tenantId: 'globex' }),
      of('run_04', '0:1', { at: NOW - HOUR_MS }),
      of('run_03', '0:1', { at: NOW - 23 * HOUR_MS }),
      of('run_02', '0:1', { at: NOW - 24 * HOUR_MS }),
    );
    const { calls, nextCursor } = await list();
    expect(calls.map(({ callId }) => callId)).toEqual(['run_07', 'run_04', 'run_03']);
    expect(nextCursor).toBeNull();
  });

  it('have all their attempts, and what an adjustment gave back', async () => {
    const list = await stage(
      of('run_01', '0:1', { at: NOW - 2_000, answered: false, estimated: 'lost', cost: pico(9n), model: 'first' }),
      of('run_01', '0:1:adjusted', { at: NOW - 2_000, cost: pico(-4n), estimatedCost: pico(-9n), model: 'first' }),
      of('run_01', '0:2', { cost: pico(5n), model: 'second' }),
    );
    expect((await list()).calls).toEqual([
      {
        callId: 'run_01',
        at: NOW - 2_000,
        keyId: 'key-1',
        model: 'second',
        attempts: 2,
        answered: true,
        inputTokens: 30,
        outputTokens: 60,
        cost: 10n,
        estimated: 0n,
      },
    ]);
  });

  it('come in pages that leave nothing out, repeat nothing and split no call', async () => {
    const list = await stage(
      ...['run_09', 'run_08', 'run_07'].map((id) => of(id)),
      of('run_08', '0:2'),
      ...['run_06', 'run_05'].map((id) => of(id, '0:1', { at: NOW - HOUR_MS })),
    );
    expect(await pages(list, 2)).toEqual([['run_09', 'run_08'], ['run_07', 'run_06'], ['run_05']]);
    expect(await pages(list, 1)).toEqual([['run_09'], ['run_08'], ['run_07'], ['run_06'], ['run_05']]);
  });

  it('are found behind more runs than one answer reads', async () => {
    const runs = Array.from({ length: 5_001 }, (_, at) =>
      of(`run_1${String(at).padStart(5, '0')}`, '0:1', { agent: 'x' }),
    );
    const list = await stage(...runs, of('run_01'));
    expect(await pages(list, 50)).toEqual([[], ['run_01']]);
  });

  it('are none where there are none', async () => {
    expect(await (await stage())()).toEqual({ calls: [], nextCursor: null });
  });

  it.each(['', 'x', 'eyJhZnRlciI6IngifQ'])('refuse a cursor that they never gave: "%s"', async (cursor) => {
    await expect((await stage())(50, cursor)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
