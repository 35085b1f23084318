import { expect, it } from 'vitest';
import { readCursor, writeCursor } from '../../lib/kernel/cursor.ts';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { createDynamoDbRunStore } from '../../lib/runs/dynamodb-store.ts';
import { MAX_EXAMINED } from '../../lib/runs/list-runs.ts';
import type { RunPage, RunQuery, RunRow, RunStatus } from '../../lib/runs/types.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { countedTable } from './counted-table.ts';

const RETENTION_MS = 30 * 24 * 3_600_000;
const START = 1_795_000_000_000;

const STATUSES: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled'];

/** The run `at` of a tenant: one second after the one before, every second at the same instant as its neighbour. */
const rowAt = (tenantId: string, at: number): RunRow => ({
  runId: `run_${String(at).padStart(4, '0')}`,
  tenantId,
  mode: at % 2 === 0 ? 'sync' : 'async',
  status: STATUSES[at % 3] ?? 'running',
  agent: at % 5 === 0 ? 'clerk' : 'assistant',
  userId: at % 4 === 0 ? null : pseudonymOf(`user-${at % 4}`),
  sessionId: at % 7 === 0 ? 'chat' : null,
  createdAt: START + Math.floor(at / 2) * 1_000,
  updatedAt: START + at * 1_000 + 5,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  body: { output: 'x'.repeat(100) },
  steps: [],
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

const numbers = ({ runs }: RunPage): number[] => runs.map(({ runId }) => Number(runId.slice(4)));

describeOnDynamoDb('a list of runs', (engine) => {
  const random = seededRandom(17);
  const open = () => {
    const counted = countedTable(engine());
    const clock = createFakeClock(START);
    const { table } = counted;
    const times = { retentionMs: RETENTION_MS, longestWaitMs: 0 };
    return { ...counted, clock, store: createDynamoDbRunStore({ table, clock, random, ...times }) };
  };
  const filled = async (tenantId: string, count: number) => {
    const opened = open();
    const { store } = opened;
    const add = async (from: number) => {
      for (let at = from; at <= count; at += 20) await store.add(rowAt(tenantId, at));
    };
    await Promise.all(upTo(20).map(add));
    opened.operations();
    const list = (query: Partial<RunQuery> = {}) => store.list(tenantId, { limit: 100, cursor: null, ...query });
    /** Every page of a query, from its beginning. */
    const pages = async (query: Partial<RunQuery>): Promise<RunPage[]> => {
      const all = [await list(query)];
      for (let cursor = all[0]?.nextCursor ?? null; cursor !== null; cursor = all.at(-1)?.nextCursor ?? null)
        all.push(await list({ ...query, cursor }));
      return all;
    };
    return { ...opened, list, pages };
  };

  it('shows what a run is, not what it said, newest first, by one query', async () => {
    const { list, operations } = await filled('shown', 9);
    const page = await list();
    expect(numbers(page)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(page.nextCursor).toBeNull();
    const { body: _body, steps: _steps, traceId: _traceId, ...summary } = rowAt('shown', 9);
    expect(page.runs[0]).toEqual(summary);
    expect(operations()).toEqual(['Query']);
    expect(await open().store.list('other', { limit: 5, cursor: null })).toEqual({ runs: [], nextCursor: null });
  });

  it('shows an unfinished run as it is', async () => {
    const { list, store } = await filled('unfinished', 0);
    const { body: _body, steps: _steps, mode: _mode, status: _status, updatedAt: _at, ...run } = rowAt('unfinished', 1);
    await store.submit({ ...run, input: {} });
    expect((await list()).runs).toMatchObject([{ mode: 'async', status: 'queued' }]);
    await store.progress(run, { worker: 1, status: 'awaiting_budget', updatedAt: START + 7, waiting: { reason: 'x' } });
    expect((await list()).runs).toMatchObject([{ status: 'awaiting_budget', updatedAt: START + 7 }]);
    expect((await list({ status: 'queued' })).runs).toEqual([]);
  });

  it.each([1, 2, 7, 22, 23])('has each run once over pages of %i, each by one query', async (limit) => {
    const { pages, operations } = await filled(`paged-${limit}`, 23);
    const all = await pages({ limit });
    expect(all.flatMap(numbers)).toEqual(upTo(23).reverse());
    expect(all).toHaveLength(Math.ceil(23 / limit));
    expect(operations()).toEqual(all.map(() => 'Query'));
  });

  it.each<[string, Partial<RunQuery>, (at: number) => boolean]>([
    ['a status', { status: 'failed' }, (at) => at % 3 === 1],
    ['an agent', { agent: 'clerk' }, (at) => at % 5 === 0],
    ['an end user', { userId: pseudonymOf('user-1') }, (at) => at % 4 === 1],
    ['a session', { sessionId: 'chat' }, (at) => at % 7 === 0],
    ['a beginning', { from: START + 6_000 }, (at) => at >= 12],
    ['an end', { to: START + 6_000 }, (at) => at < 12],
    ['an instant within a second', { from: START + 5_001, to: START + 7_001 }, (at) => at >= 12 && at < 16],
    [
      'all of it',
      { status: 'failed', agent: 'clerk', userId: pseudonymOf('user-2'), from: START + 4_000 },
      (at) => at === 10,
    ],
    ['nothing', { agent: 'unknown' }, () => false],
    ['no time at all', { from: START + 2, to: START + 2 }, () => false],
    ['an end before its beginning', { from: START + 20_000, to: START }, () => false],
  ])('shows the runs of %s, over pages too', async (title, query, isShown) => {
    const { pages } = await filled(title.replaceAll(' ', '-'), 30);
    for (const limit of [2, 100])
      expect((await pages({ ...query, limit })).flatMap(numbers)).toEqual(upTo(30).reverse().filter(isShown));
  });

  it('looks at a bounded number of runs for a page, and goes on where it stopped', async () => {
    const { pages, operations } = await filled('sparse', 2 * MAX_EXAMINED + 100);
    const all = await pages({ agent: 'nobody', limit: 3 });
    expect(all.map(({ runs, nextCursor }) => [runs.length, nextCursor === null])).toEqual([
      [0, false],
      [0, false],
      [0, true],
    ]);
    expect(operations().length).toBeLessThanOrEqual(11);
  });

  it('does not show a run whose time is over, swept or not', async () => {
    const { list, clock } = await filled('expired', 3);
    await clock.advance(RETENTION_MS - 1);
    expect(numbers(await list())).toEqual([3, 2, 1]);
    await clock.advance(1_001);
    expect(numbers(await list())).toEqual([]);
  });

  it('refuses every cursor that is not of this list and these filters', async () => {
    const { list } = await filled('cursors', 8);
    const { list: other } = await filled('cursors-2', 8);
    const query = { limit: 2, agent: 'assistant', from: START };
    const { nextCursor } = await list(query);
    const cursor = nextCursor ?? '';
    expect(numbers(await list({ ...query, cursor }))).toHaveLength(2);
    expect(numbers(await list({ ...query, cursor, limit: 3 }))).toHaveLength(3);
    const refused = { code: 'invalid-request', issues: [{ path: 'cursor' }] };
    const changes: Partial<RunQuery>[] = [
      { agent: 'clerk' },
      { from: START + 1 },
      { to: START },
      { userId: pseudonymOf('x') },
    ];
    for (const change of changes) await expect(list({ ...query, cursor, ...change })).rejects.toMatchObject(refused);
    await expect(other({ ...query, cursor })).rejects.toMatchObject(refused);
    const text = readCursor(cursor) ?? '';
    const forged = [`${text}\n`, text.replace(' ', '  '), text.slice(0, 20), '', text.replace(/^./, '!')];
    for (const bad of ['', 'x', `${cursor}A`, ...forged.map(writeCursor), writeCursor(`${START}`)])
      await expect(list({ ...query, cursor: bad })).rejects.toMatchObject(refused);
    // One that somebody made up from a real one ends, as any other.
    expect(await list({ ...query, cursor: writeCursor(text.replace(/ \d{4}/, ' 1999')) })).toMatchObject({ runs: [] });
  });
});
