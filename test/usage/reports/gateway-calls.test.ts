import { describe, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../../lib/kernel/ids/pseudonym.ts';
import { pico } from '../../../lib/kernel/money.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { GATEWAY } from '../../../lib/usage/record.ts';
import { type CallFilter, createGatewayCalls } from '../../../lib/usage/reports/gateway-calls.ts';
import { seededRandom } from '../../seeded-random.ts';
import { addAll, record } from '../records.ts';

const NOW = Date.parse('2026-11-20T13:30:00.000Z');
const HOUR_MS = 3_600_000;
const ANN = bookedName(pseudonymOf('ann'));

const of = (runId: string, ending = '0:1', change: Parameters<typeof record>[0] = {}) =>
  record({ runId, attemptId: `${runId}:${ending}`, agent: GATEWAY, at: NOW, ...change });

const stage = async (...records: Parameters<typeof addAll>[1]) => {
  const store = createMemoryUsageStore();
  await addAll(store, records);
  const calls = createGatewayCalls(store);
  return (limit = 50, cursor: string | null = null, filter: CallFilter = {}) =>
    calls('acme', { limit, cursor, filter }, NOW);
};

/** Every page from the first to the last. */
const pages = async (
  list: Awaited<ReturnType<typeof stage>>,
  limit: number,
  filter: CallFilter = {},
): Promise<string[][]> => {
  const all: string[][] = [];
  for (let cursor: string | null = null; all.length < 100;) {
    const page = await list(limit, cursor, filter);
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
        user: null,
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

  it.each<[string, CallFilter, string[]]>([
    ['the model of the last attempt', { model: 'second' }, ['run_08', 'run_06']],
    ['the key', { keyId: 'key-2' }, ['run_07']],
    ['an answer', { answered: true }, ['run_09', 'run_08', 'run_07']],
    ['no answer', { answered: false }, ['run_06']],
    ['the end user, of whatever version', { user: ANN }, ['run_09', 'run_07']],
    ['all of them', { user: ANN, keyId: 'key-2', answered: true, model: 'claude-sonnet-5-5' }, ['run_07']],
    ['what no call has', { keyId: 'key-3' }, []],
  ])('are filtered by %s', async (_title, filter, expected) => {
    const list = await stage(
      of('run_09', '0:1', { userId: ANN }),
      of('run_08', '0:1', { model: 'first', answered: false }),
      of('run_08', '0:2', { model: 'second' }),
      of('run_07', '0:1', { userId: 'ann', keyId: 'key-2' }),
      of('run_06', '0:1', { model: 'second', answered: false, at: NOW - HOUR_MS }),
    );
    for (const limit of [1, 2, 50]) expect((await pages(list, limit, filter)).flat()).toEqual(expected);
  });

  it('that are filtered come in pages that nothing shifts, whatever is booked meanwhile', async () => {
    const random = seededRandom(7);
    const some = Array.from({ length: 60 }, (_, at) => {
      const id = `run_1${String(at).padStart(2, '0')}`;
      const model = random() < 0.5 ? 'one' : 'two';
      const attempts = random() < 0.3 ? ['0:1', '0:2'] : ['0:1'];
      return attempts.map((ending) =>
        of(id, ending, { model, answered: random() < 0.6, at: NOW - (at < 30 ? HOUR_MS : 0) }),
      );
    }).flat();
    const store = createMemoryUsageStore();
    await addAll(store, some);
    const calls = createGatewayCalls(store);
    const filter = { model: 'one', answered: true };
    const all = await calls('acme', { limit: 200, cursor: null, filter }, NOW);
    expect(all.calls.length).toBeGreaterThan(10);
    const paged: (typeof all.calls)[number][] = [];
    let cursor: string | null = null;
    let rounds = 0;
    do {
      const page = await calls('acme', { limit: 3, cursor, filter }, NOW);
      paged.push(...page.calls);
      cursor = page.nextCursor;
      rounds += 1;
      await addAll(store, [of(`run_2${rounds}`, '0:1', { model: 'one' })]);
    } while (cursor !== null);
    expect(paged).toEqual(all.calls);
  });

  it('refuse a cursor of another filter, and take their own', async () => {
    const list = await stage(...['run_03', 'run_02', 'run_01'].map((id) => of(id)));
    const { nextCursor } = await list(1, null, { answered: true });
    expect((await list(1, nextCursor, { answered: true })).calls).toMatchObject([{ callId: 'run_02' }]);
    for (const other of [{}, { answered: false }, { answered: true, model: 'x' }])
      await expect(list(1, nextCursor, other)).rejects.toMatchObject({
        issues: [{ path: 'cursor', message: 'must be the nextCursor of an earlier answer with the same filters' }],
      });
    const { nextCursor: plain } = await list(1);
    await expect(list(1, plain, { answered: true })).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('are none where there are none', async () => {
    expect(await (await stage())()).toEqual({ calls: [], nextCursor: null });
  });

  it.each(['', 'x', 'eyJhZnRlciI6IngifQ'])('refuse a cursor that they never gave: "%s"', async (cursor) => {
    await expect((await stage())(50, cursor)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
