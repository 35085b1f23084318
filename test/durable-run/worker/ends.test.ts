import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { tenantAccount } from '../../../lib/budget/account.ts';
import { failRun } from '../../../lib/durable-run/lost/fail-run.ts';
import { AppError } from '../../../lib/kernel/errors.ts';
import { formatUsd, pico, plus } from '../../../lib/kernel/money.ts';
import { safe } from '../../../lib/kernel/redacted.ts';
import type { Outcome } from '../../../lib/model-call/types.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { failing } from '../../model-call/parts.ts';
import { CALL_COST, createRunRig } from './run-rig.ts';

const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
const LOOKING = [answer([use('look')]), answer([text('Seen.')])];
const LAST_WORKER = Number.MAX_SAFE_INTEGER;

type Rig = ReturnType<typeof createRunRig>;

const finished = ({ events }: Rig) => events.filter(({ type }) => type === 'run.finished');

/** What a call that is under way has reserved. */
const reserve = ({ budgetStore, clock, tenantId }: Rig, { runId }: RunKey, amount = pico(7_000_000n)) =>
  budgetStore.reserve(tenantAccount(tenantId), {
    attemptId: `${runId}:3:1`,
    tenantId,
    at: clock.now(),
    amount,
    keyId: 'key',
    userHash: null,
    agent: 'assistant',
    model: 'claude-sonnet-5-5',
    alsoHeldBy: [],
  });

describeOnDynamoDb('the end of an asynchronous run', (engine) => {
  const submitted = async () => {
    const rig = createRunRig(engine(), LOOKING, { tools: [look] });
    return { rig, run: await rig.submit() };
  };

  it('is told by its row, its last event and one webhook', async () => {
    const { rig, run } = await submitted();
    expect(await rig.invoke(run)).toBe('over');
    const body = { output: 'Seen.', usage: { modelCalls: 2, toolCalls: 1 } };
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body });
    expect((await rig.eventsOf(run)).at(-1)).toMatchObject({ event: 'run.succeeded', data: { output: 'Seen.' } });
    expect(rig.announced).toEqual([run.runId]);
    expect(finished(rig)).toMatchObject([{ status: 'succeeded', modelCalls: 2 }]);
    expect(await rig.active.list(rig.tenantId)).toEqual([]);
  });

  it('has in its trace how long it waited for its start and for its session', async () => {
    const { rig } = await submitted();
    const key = { tenantId: rig.tenantId, userId: null, sessionId: 'chat' };
    const other = { runId: 'run_other', mode: 'sync', agent: 'assistant', hasMessages: false, claimKey: null } as const;
    await rig.sessions.take(key, { ...other, until: rig.clock.now() + 12_000 });
    const run = await rig.submit({ sessionId: 'chat' });
    await rig.clock.advance(5_000);
    expect(await rig.invoke(run)).toBe('suspended');
    await rig.clock.advance(9_000);
    expect(await rig.invoke(run)).toBe('over');
    expect((await rig.rowOf(run)).steps.filter(({ kind }) => kind === 'wait')).toMatchObject([
      { name: 'queue', durationMs: 5_000 },
      { name: 'session', durationMs: 9_000 },
    ]);
  });

  it('has in its trace that it waited for its session where it was started when its turn had come', async () => {
    const { rig } = await submitted();
    const first = await rig.submit({ sessionId: 'chat' });
    const second = await rig.submit({ sessionId: 'chat' });
    await rig.clock.advance(9_000);
    expect(await rig.invoke(first)).toBe('over');
    await rig.clock.advance(2_000);
    expect(await rig.invoke(second)).toBe('over');
    expect((await rig.rowOf(second)).steps.filter(({ kind }) => kind === 'wait')).toMatchObject([
      { name: 'session', durationMs: 9_000 },
      { name: 'queue', durationMs: 2_000 },
    ]);
  });

  it('whose execution was lost is told with all that the books have of it, and what may still be under way', async () => {
    const { rig, run } = await submitted();
    // The second call was answered and booked, and its worker killed before the journal had it.
    expect(await rig.invoke(run, { after: 'model-2' })).toBe('killed');
    await reserve(rig, run);
    await rig.fail(run, 'failed');
    const costUsd = formatUsd(plus(plus(CALL_COST, CALL_COST), pico(7_000_000n)));
    const usage = { modelCalls: 2, toolCalls: 1, inputTokens: 20, outputTokens: 10, costUsd };
    const row = await rig.rowOf(run);
    expect(row).toMatchObject({ status: 'failed', body: { usage, error: { code: 'internal', usage } } });
    expect((await rig.eventsOf(run)).at(-1)).toMatchObject({ event: 'run.failed', data: { usage } });
    expect(finished(rig)).toMatchObject([{ status: 'failed', reason: 'internal', costUsd }]);
    // At least once and late: it stays as it is.
    await rig.fail(run, 'timed_out');
    expect(await rig.rowOf(run)).toEqual(row);
    expect(finished(rig)).toHaveLength(1);
  });

  it('is told with what its events say where the books cannot be read', async () => {
    const { rig, run } = await submitted();
    await rig.invoke(run, { after: 'model-2' });
    const booksOf = async () => {
      expect(await rig.inbox.cancel(run, { keyId: 'key', at: 1 })).toBe('taken');
      throw new AppError('store-unavailable', safe`away`);
    };
    await failRun({ ...rig.ending, booksOf }, run, 'failed');
    const usage = { modelCalls: 0, toolCalls: 1, costUsd: '0' };
    expect(await rig.rowOf(run)).toMatchObject({ status: 'failed', body: { usage } });
    expect((await rig.eventsOf(run)).at(-1)).toMatchObject({ event: 'run.failed', data: { usage } });
    expect(rig.events.filter(({ type }) => type === 'store.failed')).toMatchObject([{ operation: 'runs.booksOf' }]);
    expect(await rig.active.list(rig.tenantId)).toEqual([]);
  });

  it('leaves the run as it is where the books are broken', async () => {
    const { rig, run } = await submitted();
    const booksOf = () => Promise.reject(new Error('broken'));
    await expect(failRun({ ...rig.ending, booksOf }, run, 'failed')).rejects.toThrow('broken');
    expect([(await rig.rowOf(run)).status, (await rig.inbox.read(run))?.closed]).toEqual(['queued', false]);
  });

  it('is told once by two who end it in its worker’s place at the same time', async () => {
    const { rig, run } = await submitted();
    await rig.invoke(run, { before: 'model-2' });
    /** Each waits until both have read. */
    const together = <T extends unknown[], R>(read: (...asked: T) => Promise<R>) => {
      const both = Promise.withResolvers<void>();
      let calls = 0;
      return async (...asked: T): Promise<R> => {
        const found = await read(...asked);
        if ((calls += 1) === 2) both.resolve();
        await both.promise;
        return found;
      };
    };
    const { runs, eventLog } = rig.ending;
    const parts = {
      ...rig.ending,
      runs: { ...runs, find: together((...asked: Parameters<typeof runs.find>) => runs.find(...asked)) },
      eventLog: {
        ...eventLog,
        tail: together((...asked: Parameters<typeof eventLog.tail>) => eventLog.tail(...asked)),
      },
    };
    await Promise.all([failRun(parts, run, 'failed'), failRun(parts, run, 'failed')]);
    const told = (await rig.eventsOf(run)).filter(({ event }) => event === 'run.failed');
    expect([told.length, finished(rig).length]).toEqual([1, 1]);
  });

  it('adds up what each call has cost when it was made, whatever a call costs by now', async () => {
    const { rig, run } = await submitted();
    await rig.invoke(run, { before: 'model-2' });
    rig.setPrice(pico(5n * CALL_COST));
    await rig.invoke(run, { before: 'ended' });
    rig.setPrice(pico(100n * CALL_COST));
    await rig.invoke(run);
    const { body, steps } = await rig.rowOf(run);
    const costUsd = formatUsd(pico(6n * CALL_COST));
    expect(body).toMatchObject({ status: 'succeeded', usage: { costUsd } });
    expect(formatUsd((await rig.ending.booksOf(run, rig.clock.now())).cost)).toBe(costUsd);
    expect(steps.flatMap((step) => step.costUsd ?? [])).toEqual(['0.000001', '0.000005']);
  });

  it.each([
    ['timed_out', 'timed_out', 'upstream-timeout'],
    ['stopped', 'cancelled', undefined],
  ] as const)('of an execution that was %s is %s, with its cost', async (how, status, code) => {
    const { rig, run } = await submitted();
    await rig.invoke(run, { before: 'model-2' });
    await rig.fail(run, how);
    expect(finished(rig)).toMatchObject([{ mode: 'async', status, isFault: how === 'timed_out' }]);
    const { status: kept, body } = await rig.rowOf(run);
    expect([kept, (body['error'] as { code: string } | undefined)?.code]).toEqual([status, code]);
    expect(body).toMatchObject({ usage: { modelCalls: 1, costUsd: formatUsd(CALL_COST) } });
  });

  it.each<[string, Outcome, object, boolean]>([
    ['the provider', failing('overloaded'), {}, true],
    ['an open circuit', failing('circuit-open'), {}, true],
    ['its own time', failing('deadline'), { timeoutMs: 1_000 }, false],
    ['the time that any call may take', failing('deadline'), {}, true],
    ['what it asked', failing('invalid-request'), {}, false],
    ['its budget', failing('refused'), {}, false],
  ])('by %s is a fault or none', async (_what, outcome, request, isFault) => {
    const rig = createRunRig(engine(), [outcome], { tools: [look] });
    expect(await rig.invoke(await rig.submit(request))).toBe('over');
    expect(finished(rig)).toMatchObject([{ mode: 'async', isFault }]);
  });

  it('is the word of whoever ended it first, for all who listen', async () => {
    const { rig, run } = await submitted();
    await rig.invoke(run, { before: 'end' });
    // Its execution was given up meanwhile, by one who was killed before anybody was told.
    const error = { code: 'internal', title: 'lost' };
    const row = { ...(await rig.rowOf(run)), status: 'failed' as const, body: { error, usage: {} } };
    expect(await rig.runs.end(row, LAST_WORKER)).toBe(true);
    expect(await rig.invoke(run)).toBe('over');
    expect(await rig.rowOf(run)).toMatchObject({ status: 'failed' });
    const told = (await rig.eventsOf(run)).map(({ event }) => event);
    expect([told.at(-1), told.filter((event) => event === 'run.succeeded')]).toEqual(['run.failed', []]);
    expect(finished(rig)).toEqual([]);
  });

  it('is told once more, and the same, by a worker that was killed while it told', async () => {
    const { rig, run } = await submitted();
    await rig.invoke(run, { after: 'end' });
    const events = await rig.eventsOf(run);
    const row = await rig.rowOf(run);
    await rig.invoke(run);
    await rig.fail(run, 'failed');
    expect([await rig.rowOf(run), await rig.eventsOf(run)]).toEqual([row, events]);
    expect(row).toMatchObject({ status: 'succeeded' });
  });
});
