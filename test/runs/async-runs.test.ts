import { expect, it } from 'vitest';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { label } from '../../lib/kernel/redacted.ts';
import { createDynamoDbRunStore } from '../../lib/runs/dynamodb-store.ts';
import type { RunRow, SubmittedRun } from '../../lib/runs/types.ts';
import { namesFor, runView } from '../../lib/runs/views.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import type { Fault } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { countedTable, noise } from './counted-table.ts';

const DAY_MS = 24 * 3_600_000;
const RETENTION_MS = 30 * DAY_MS;
const LONGEST_WAIT_MS = 7 * DAY_MS;

const CREATED_AT = 1_795_000_000_000;

const run = (runId: string) => ({ tenantId: 'acme', runId });

const submitted = (runId: string, input: unknown = { task: 'Grüße 🌍 \u0000 \ud800' }): SubmittedRun => ({
  ...run(runId),
  agent: 'clerk',
  userId: pseudonymOf('Zoë'),
  sessionId: 'chat-1',
  createdAt: CREATED_AT,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  input,
});

const queued = (runId: string): RunRow => {
  const { input: _, ...row } = submitted(runId);
  return { ...row, mode: 'async', status: 'queued', updatedAt: CREATED_AT, body: {}, steps: [] };
};

const ended = (runId: string, change: Partial<RunRow> = {}): RunRow => ({
  ...queued(runId),
  status: 'succeeded',
  updatedAt: CREATED_AT + 9_000,
  body: { output: 'done', usage: { costUsd: '0.001' } },
  steps: [
    {
      kind: 'tool',
      name: label('issue_refund'),
      startedAt: '2026-11-20T12:00:00.000Z',
      durationMs: 12,
      attempts: 1,
      status: 'succeeded',
    },
  ],
  ...change,
});

const working = (worker: number, change: object = {}) => ({
  worker,
  status: 'running' as const,
  updatedAt: CREATED_AT + worker,
  ...change,
});

describeOnDynamoDb('rows of asynchronous runs', (engine) => {
  const random = seededRandom(13);
  const open = (...faults: Fault[]) => {
    const counted = countedTable(engine(), ...faults);
    const clock = createFakeClock();
    const { table } = counted;
    const times = { retentionMs: RETENTION_MS, longestWaitMs: LONGEST_WAIT_MS };
    return { ...counted, clock, store: createDynamoDbRunStore({ table, clock, random, ...times }) };
  };
  const begun = async (runId: string, ...faults: Fault[]) => {
    await open().store.submit(submitted(runId));
    return open(...faults);
  };

  it('are queued when they are submitted, with their input beside them', async () => {
    const { store, operations } = open();
    expect(await store.findInput(run('run_new'))).toBeNull();
    expect(await store.submit(submitted('run_new'))).toBe(true);
    expect(await store.find('acme', 'run_new')).toEqual(queued('run_new'));
    expect(await store.findInput(run('run_new'))).toEqual(submitted('run_new').input);
    expect(operations()).toEqual(['GetItem', 'PutItem', 'PutItem', 'GetItem', 'GetItem']);
    expect(await store.find('other', 'run_new')).toBeNull();
    expect(await store.findInput({ tenantId: 'other', runId: 'run_new' })).toBeNull();
  });

  it('are submitted once, and an input of any size is that of the first', async () => {
    const { store } = open();
    const inputs = [1, 2, 3, 4].map((at) => ({ task: `${at}${noise(700_000)}` }));
    expect(await store.submit(submitted('run_twice', inputs[0]))).toBe(true);
    const again = inputs.map((input) => store.submit({ ...submitted('run_twice', input), agent: 'other' }));
    expect(await Promise.all(again)).toEqual([false, false, false, false]);
    expect(await store.find('acme', 'run_twice')).toEqual(queued('run_twice'));
    expect(await store.findInput(run('run_twice'))).toEqual(inputs[0]);
  });

  it('show how far they are, by one write', async () => {
    const { store, operations } = await begun('run_progress');
    const waiting = { reason: 'approval', callbacks: ['a'] };
    const wait = working(1, { status: 'awaiting_approval', waiting });
    expect(await store.progress(run('run_progress'), wait)).toBe(true);
    expect(operations()).toEqual(['UpdateItem']);
    expect(await store.find('acme', 'run_progress')).toEqual({
      ...queued('run_progress'),
      status: 'awaiting_approval',
      updatedAt: CREATED_AT + 1,
      waiting,
    });
    expect(await store.progress(run('run_progress'), working(1))).toBe(true);
    expect(await store.find('acme', 'run_progress')).toEqual({
      ...queued('run_progress'),
      status: 'running',
      updatedAt: CREATED_AT + 1,
    });
  });

  it('take nothing of a worker once a later one has written', async () => {
    const { store } = await begun('run_stale');
    expect(await store.progress(run('run_stale'), working(7))).toBe(true);
    expect(await store.progress(run('run_stale'), working(3))).toBe(false);
    expect(await store.end(ended('run_stale'), 3)).toBe(false);
    expect(await store.find('acme', 'run_stale')).toMatchObject({ status: 'running', updatedAt: CREATED_AT + 7 });
    expect(await store.progress(run('run_stale'), working(8))).toBe(true);
  });

  const step = (worker: number, tried: number, over: readonly string[] = []) => ({
    worker,
    step: 'model-1',
    tried,
    over,
    updatedAt: CREATED_AT,
  });

  it('count how often a step was begun, where a worker knows how often it was', async () => {
    const { store, operations } = await begun('run_begun');
    expect(await store.begin(run('run_begun'), step(1, 0))).toEqual({ begun: 1 });
    expect(operations()).toEqual(['UpdateItem']);
    expect(await store.begin(run('run_begun'), step(2, 0))).toEqual({ tried: 1 });
    expect(await store.begin(run('run_begun'), step(2, 1))).toEqual({ begun: 2 });
    expect(await store.begin(run('run_begun'), step(1, 2))).toBeNull();
    // Given up with the next step that is counted.
    expect(await store.begin(run('run_begun'), { ...step(2, 0, ['model-1']), step: 'model-2' })).toEqual({ begun: 1 });
    expect(await store.begin(run('run_begun'), step(3, 0))).toEqual({ begun: 1 });
    await store.end(ended('run_begun'), 3);
    expect(await store.begin(run('run_begun'), step(4, 0))).toBeNull();
    expect(await store.begin(run('run_none'), step(4, 0))).toBeNull();
  });

  it('count once for a worker, however often its answer is lost', async () => {
    const { store } = await begun('run_lost', 'lost', 'lost');
    expect(await store.begin(run('run_lost'), step(1, 0))).toEqual({ begun: 1 });
    expect(await store.begin(run('run_lost'), step(1, 0))).toEqual({ begun: 1 });
    const other = open('lost');
    expect(await other.store.begin(run('run_lost'), step(2, 1))).toEqual({ begun: 2 });
    expect(await store.begin(run('run_lost'), step(2, 0))).toEqual({ begun: 2 });
    expect(await store.begin(run('run_lost'), step(3, 0))).toEqual({ tried: 2 });
  });

  it('belong to the latest of many workers that write at once', async () => {
    const { store } = await begun('run_workers');
    const workers = [5, 2, 9, 1, 8, 3, 7, 4, 6];
    await Promise.all(workers.map((worker) => store.progress(run('run_workers'), working(worker))));
    expect((await store.find('acme', 'run_workers'))?.updatedAt).toBe(CREATED_AT + 9);
  });

  it('end once, with all that was said', async () => {
    const { store, operations } = await begun('run_end');
    await store.progress(run('run_end'), working(2, { waiting: { reason: 'budget' } }));
    operations();
    expect(await store.end(ended('run_end'), 2)).toBe(true);
    expect(operations()).toEqual(['PutItem']);
    expect(await store.end(ended('run_end', { status: 'failed' }), 2)).toBe(false);
    expect(await store.end(ended('run_end', { status: 'failed' }), Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(await store.progress(run('run_end'), working(9))).toBe(false);
    expect(await store.find('acme', 'run_end')).toEqual(ended('run_end'));
    expect(await store.findInput(run('run_end'))).toEqual(submitted('run_end').input);
  });

  it('end once, of many who would end them at once, with the whole content of one', async () => {
    const { store } = await begun('run_ends');
    const contents = [1, 2, 3, 4].map((at) => ({ body: { output: `${at}${noise(700_000)}` } }));
    const outcomes = await Promise.all(contents.map((content) => store.end(ended('run_ends', content), 1)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await store.find('acme', 'run_ends')).toEqual(ended('run_ends', contents[outcomes.indexOf(true)]));
  });

  it('know that they ended when the answer to it was lost', async () => {
    const { store } = await begun('run_end_lost', 'lost');
    expect(await store.end(ended('run_end_lost'), 1)).toBe(true);
  });

  it('can be ended by one who is no worker of theirs', async () => {
    const { store } = await begun('run_outside');
    await store.progress(run('run_outside'), working(1_234));
    expect(await store.end(ended('run_outside', { status: 'failed' }), Number.MAX_SAFE_INTEGER)).toBe(true);
    expect((await store.find('acme', 'run_outside'))?.status).toBe('failed');
  });

  it('are not made by what should change them, and synchronous ones are not changed', async () => {
    const { store } = open();
    const row = ended('run_sync', { mode: 'sync' });
    await store.add(row);
    for (const runId of ['run_none', 'run_sync']) {
      expect(await store.progress(run(runId), working(1))).toBe(false);
      expect(await store.end(ended(runId), 1)).toBe(false);
    }
    expect(await store.find('acme', 'run_none')).toBeNull();
    expect(await store.find('acme', 'run_sync')).toEqual(row);
  });

  it('live on for the longest wait after each progress, and for 30 days after their end', async () => {
    const { store, clock } = await begun('run_long');
    for (const step of [1, 2, 3, 4, 5, 6]) {
      await clock.advance(LONGEST_WAIT_MS);
      expect(await store.progress(run('run_long'), working(step))).toBe(true);
    }
    await clock.advance(LONGEST_WAIT_MS + RETENTION_MS - 1);
    expect(await store.find('acme', 'run_long')).not.toBeNull();
    await store.end(ended('run_long'), 6);
    await clock.advance(RETENTION_MS - 1);
    expect(await store.find('acme', 'run_long')).not.toBeNull();
    await clock.advance(1_001);
    expect(await store.find('acme', 'run_long')).toBeNull();
  });
});

it('a run says whose it is by name, by the pseudonym where that cannot be read, and to a webhook not at all', async () => {
  const row = ended('run_1');
  const zoe = pseudonymOf('Zoë');
  const names = await namesFor(row, async (tenantId, asked) => new Map([...asked].map((each) => [each, tenantId])));
  expect(runView(row, names)).toMatchObject({ userId: 'acme' });
  const unread = await namesFor(row, () => Promise.reject(new Error('no store')));
  expect(runView(row, unread)).toMatchObject({ userId: zoe.slice(0, 'sha256:'.length + 32) });
  expect(runView({ ...row, userId: null }, names)).toMatchObject({ userId: null });
  expect(runView(row)).not.toHaveProperty('userId');
});
