import type { OperationUpdate } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { applyCheckpoint } from '../../../local/executions/apply-checkpoint.ts';
import { applyUpdate } from '../../../local/executions/apply-update.ts';
import { dueAt, elapse } from '../../../local/executions/elapse.ts';
import type { Operation } from '../../../local/executions/operation.ts';
import { visibleOperations } from '../../../local/executions/visible-operations.ts';

const NOW = 1_000_000;
const at = { id: 'x', startedAt: 5 };
const STEP = { ...at, type: 'STEP', attempt: 1 } as const;
const [started, ready, pending, done]: Operation[] = [
  { ...STEP, status: 'STARTED' },
  { ...STEP, status: 'READY' },
  { ...STEP, status: 'PENDING', nextAttemptAt: NOW },
  { ...STEP, status: 'SUCCEEDED', endedAt: 6 },
];
const wait: Operation = { ...at, type: 'WAIT', status: 'STARTED', endsAt: NOW };
const waited: Operation = { ...at, type: 'WAIT', status: 'SUCCEEDED', endsAt: NOW, endedAt: 6 };
const callback: Operation = { ...at, type: 'CALLBACK', status: 'STARTED', callbackId: 'c', timeoutAt: NOW };
const answered: Operation = { ...at, type: 'CALLBACK', status: 'SUCCEEDED', callbackId: 'c', endedAt: 6 };
const context: Operation = { ...at, type: 'CONTEXT', status: 'STARTED' };
const left: Operation = { ...at, type: 'CONTEXT', status: 'FAILED', endedAt: 6 };

const update = (Type: string, Action: string, more: Partial<OperationUpdate> = {}): OperationUpdate =>
  ({ Id: 'x', Type, Action, ...more }) as OperationUpdate;

describe('an update', () => {
  const apply = (operation: Operation | undefined, change: OperationUpdate) =>
    applyUpdate(change, operation, { now: NOW, callbackId: 'id' });
  const retry = { StepOptions: { NextAttemptDelaySeconds: 30 } };

  it.each<[what: string, before: Operation | undefined, change: OperationUpdate, after: object]>([
    ['starts a step', undefined, update('STEP', 'START'), { status: 'STARTED', attempt: 0, startedAt: NOW }],
    ['starts its next attempt', ready, update('STEP', 'START'), { status: 'STARTED', attempt: 1, startedAt: 5 }],
    [
      'leaves a step the state of its attempts',
      { ...STEP, status: 'READY', result: 'state' },
      update('STEP', 'START'),
      { status: 'STARTED', result: 'state' },
    ],
    [
      'ends a step',
      started,
      update('STEP', 'SUCCEED', { Payload: 'r' }),
      { status: 'SUCCEEDED', attempt: 2, result: 'r', endedAt: NOW },
    ],
    ['ends a step that nobody started', undefined, update('STEP', 'FAIL'), { status: 'FAILED', attempt: 1 }],
    ['ends a step at its next attempt', ready, update('STEP', 'SUCCEED'), { status: 'SUCCEEDED', attempt: 2 }],
    [
      'puts a step off',
      started,
      update('STEP', 'RETRY', retry),
      { status: 'PENDING', attempt: 2, nextAttemptAt: NOW + 30_000 },
    ],
    [
      'starts a wait',
      undefined,
      update('WAIT', 'START', { WaitOptions: { WaitSeconds: 2 } }),
      { status: 'STARTED', endsAt: NOW + 2_000 },
    ],
    ['cancels a wait', wait, update('WAIT', 'CANCEL'), { status: 'CANCELLED', endedAt: NOW }],
    [
      'starts a callback',
      undefined,
      update('CALLBACK', 'START'),
      { status: 'STARTED', callbackId: 'id', timeoutAt: undefined },
    ],
    [
      'starts a callback with limits',
      undefined,
      update('CALLBACK', 'START', { CallbackOptions: { TimeoutSeconds: 9, HeartbeatTimeoutSeconds: 3 } }),
      { timeoutAt: NOW + 9_000, heartbeat: { timeoutMs: 3_000, dueAt: NOW + 3_000 } },
    ],
    ['cancels a callback', callback, update('CALLBACK', 'CANCEL'), { status: 'CANCELLED' }],
    ['starts a context', undefined, update('CONTEXT', 'START'), { status: 'STARTED' }],
    [
      'ends a context',
      context,
      update('CONTEXT', 'SUCCEED', { Payload: 'r', ContextOptions: { ReplayChildren: true } }),
      { status: 'SUCCEEDED', result: 'r', replayChildren: true },
    ],
  ])('%s', (_what, before, change, after) => {
    expect(apply(before, change)).toMatchObject({ operation: after });
  });

  it.each<[what: string, before: Operation | undefined, change: OperationUpdate]>([
    ['starts a step twice', started, update('STEP', 'START')],
    ['starts a step before its time', pending, update('STEP', 'START')],
    ['starts a step that has ended', done, update('STEP', 'START')],
    ['ends a step twice', done, update('STEP', 'SUCCEED')],
    ['ends a step that was put off', pending, update('STEP', 'FAIL')],
    ['puts off a step that has ended', done, update('STEP', 'RETRY', retry)],
    ['puts off a step for no time', started, update('STEP', 'RETRY')],
    ['starts a wait twice', wait, update('WAIT', 'START')],
    ['cancels a wait that is over', waited, update('WAIT', 'CANCEL')],
    ['ends a wait', wait, update('WAIT', 'SUCCEED')],
    ['starts a callback twice', callback, update('CALLBACK', 'START')],
    ['cancels a callback that was answered', answered, update('CALLBACK', 'CANCEL')],
    ['answers a callback', callback, update('CALLBACK', 'SUCCEED')],
    ['starts a context twice', context, update('CONTEXT', 'START')],
    ['ends a context twice', left, update('CONTEXT', 'SUCCEED')],
    ['makes a wait of a step', started, update('WAIT', 'START')],
    ['invokes another function', undefined, update('CHAINED_INVOKE', 'START')],
  ])('is refused if it %s', (_what, before, change) => {
    expect(apply(before, change)).toEqual({ refused: expect.any(String) as unknown });
  });
});

describe('a checkpoint', () => {
  const apply = (updates: readonly OperationUpdate[], ...operations: readonly Operation[]) =>
    applyCheckpoint(updates, {
      operations: new Map(operations.map((each) => [each.id, each])),
      now: NOW,
      callbackIdOf: (id) => `callback of ${id}`,
    });

  it('may start and end a step, or a context, at once', () => {
    expect(apply([update('STEP', 'START'), update('STEP', 'SUCCEED')])).toMatchObject({
      changed: [{ status: 'SUCCEEDED', attempt: 1 }],
    });
    expect(apply([update('CONTEXT', 'START'), update('CONTEXT', 'SUCCEED')])).toMatchObject({
      changed: [{ status: 'SUCCEEDED' }],
    });
  });

  it('may put an operation below a context that it starts, or that was there', () => {
    const child = update('STEP', 'START', { Id: 'child', ParentId: 'x' });
    expect(apply([update('CONTEXT', 'START'), child])).toMatchObject({ changed: [{ id: 'x' }, { parentId: 'x' }] });
    expect(apply([child], context)).toMatchObject({ changed: [{ id: 'child' }] });
  });

  it('may end the execution with its last update', () => {
    expect(apply([update('STEP', 'SUCCEED'), update('EXECUTION', 'SUCCEED', { Id: 'e', Payload: 'r' })])).toMatchObject(
      {
        changed: [{ id: 'x' }],
        ending: { status: 'SUCCEEDED', result: 'r' },
      },
    );
  });

  it.each<[what: string, updates: readonly OperationUpdate[], operations: readonly Operation[]]>([
    ['names no operation', [update('STEP', 'START', { Id: '' })], []],
    ['ends a step twice', [update('STEP', 'SUCCEED'), update('STEP', 'SUCCEED')], []],
    ['starts and cancels a wait', [update('WAIT', 'START'), update('WAIT', 'CANCEL')], []],
    ['has a parent that is not there', [update('STEP', 'START', { ParentId: 'p' })], []],
    [
      'has a parent that starts later',
      [update('STEP', 'START', { Id: 'c', ParentId: 'x' }), update('CONTEXT', 'START')],
      [],
    ],
    ['has a step for a parent', [update('STEP', 'START', { Id: 'c', ParentId: 'x' })], [started as Operation]],
    ['ends the execution in between', [update('EXECUTION', 'SUCCEED', { Id: 'e' }), update('STEP', 'START')], []],
    ['starts the execution', [update('EXECUTION', 'START')], []],
    ['fails with a payload', [update('STEP', 'FAIL', { Payload: 'r' })], []],
    ['succeeds with an error', [update('STEP', 'SUCCEED', { Error: { ErrorMessage: 'e' } })], []],
  ])('is refused if it %s', (_what, updates, operations) => {
    expect(apply(updates, ...operations)).toEqual({ refused: expect.any(String) as unknown });
  });
});

describe('time', () => {
  const heartbeat = { timeoutMs: 10, dueAt: NOW - 1 };
  it.each<[what: string, before: Operation, after: object]>([
    ['makes a step that was put off ready', pending as Operation, { status: 'READY', attempt: 1 }],
    ['ends a wait', wait, { status: 'SUCCEEDED', endedAt: NOW }],
    ['ends a callback', callback, { status: 'TIMED_OUT', error: { ErrorMessage: 'Callback timed out' } }],
    [
      'ends a callback without a heartbeat',
      { ...callback, timeoutAt: NOW + 1, heartbeat },
      { status: 'TIMED_OUT', error: { ErrorMessage: 'Callback timed out on heartbeat' } },
    ],
  ])('%s when it is due, and not before', (_what, before, after) => {
    expect(elapse(before, NOW)).toMatchObject(after);
    expect(elapse(before, dueAt(before) - 1)).toBe(before);
  });

  it.each([started, ready, done, waited, answered, context, left] as Operation[])(
    'changes nothing else: %j',
    (operation) => {
      expect(elapse(operation, Number.MAX_SAFE_INTEGER)).toBe(operation);
    },
  );
});

it('what is below a context that has ended is not replayed, unless it asks for that', () => {
  const child = (id: string, parentId: string, more: object = {}) =>
    ({ ...at, id, parentId, type: 'CONTEXT', status: 'SUCCEEDED', endedAt: 6, ...more }) as Operation;
  const idsBelow = (top: object) =>
    visibleOperations([
      { ...at, id: 'top', type: 'CONTEXT', ...top } as Operation,
      child('kept', 'top', { replayChildren: true }),
      child('closed', 'top'),
      child('of kept', 'kept'),
      child('of closed', 'closed', { replayChildren: true }),
      child('of that', 'of closed'),
    ]).map(({ id }) => id);
  expect(idsBelow({ status: 'STARTED' })).toEqual(['top', 'kept', 'closed', 'of kept']);
  expect(idsBelow({ status: 'SUCCEEDED', endedAt: 6 })).toEqual(['top']);
  expect(idsBelow({ status: 'SUCCEEDED', endedAt: 6, replayChildren: true })).toEqual([
    'top',
    'kept',
    'closed',
    'of kept',
  ]);
});
