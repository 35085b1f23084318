import { setTimeout as pause } from 'node:timers/promises';
import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { SendDurableExecutionCallbackFailureCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStand, type Durable, quietly } from './stand.ts';

const never = { retryStrategy: () => ({ shouldRetry: false }) };
const twice = {
  retryStrategy: (_error: Error, attempt: number) => ({ shouldRetry: attempt < 2, delay: { seconds: 1 } }),
};
const failFirst = () => {
  let attempts = 0;
  return async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('the first time');
    return attempts;
  };
};

/** What a handler does, made anew for each of the two services; those with a callback are answered by the test. */
interface Sample {
  readonly make: () => Durable;
  readonly answer?: 'success' | 'failure';
}

const SAMPLES: Readonly<Record<string, Sample>> = {
  'steps, one with a falsy result': {
    make: () => async (input: { n: number }, context) => [
      await context.step('a', async () => input.n),
      await context.step('b', async () => undefined),
      await context.step(async () => null),
    ],
  },
  'a wait': {
    make: () => async (_input, context) => {
      await context.wait('pause', { seconds: 1 });
      return context.step('after', async () => 'done');
    },
  },
  'a step that is retried': { make: () => async (_input, context) => context.step('flaky', failFirst(), twice) },
  'a step that fails and is caught': {
    make: () => async (_input, context) => {
      try {
        return await context.step('broken', () => Promise.reject(new TypeError('broken')), never);
      } catch (error) {
        return (error as Error).message;
      }
    },
  },
  'a handler that throws': {
    make: () => async (_input, context) => {
      await context.step('first', async () => 1);
      throw new RangeError('out of range');
    },
  },
  'child contexts': {
    make: () => async (_input, context) =>
      context.runInChildContext('outer', async (outer) => [
        await outer.step('one', async () => 1),
        await outer.runInChildContext('inner', async (inner) => inner.step('two', async () => 2)),
      ]),
  },
  'a child context that fails': {
    make: () => async (_input, context) => {
      const child = (inner: DurableContext) => inner.step('broken', () => Promise.reject(new Error('inner')), never);
      return context.runInChildContext('child', child).catch((error: unknown) => (error as Error).name);
    },
  },
  'branches, one of which waits and one of which is retried meanwhile': {
    make: () => async (_input, context) => {
      const flaky = failFirst();
      const results = await context.parallel('both', [
        async (branch) => {
          await branch.wait('pause', { seconds: 1 });
          return branch.step('after', async () => 'waited');
        },
        async (branch) => branch.step('flaky', flaky, twice),
        // Longer than both: the others are seen while this one runs.
        async (branch) => branch.step('slow', async () => pause(1_500).then(() => 'slow')),
      ]);
      return results.getResults();
    },
  },
  'a map with fewer at a time': {
    make: () => async (_input, context) => {
      const results = await context.map('numbers', [1, 2, 3, 4], (item, n) => item.step('square', async () => n * n), {
        maxConcurrency: 2,
      });
      return results.getResults();
    },
  },
  'a condition that is waited for': {
    make: () => async (_input, context) =>
      context.waitForCondition('three', async (state: number) => state + 1, {
        initialState: 1,
        waitStrategy: (state) =>
          state < 3 ? { shouldContinue: true, delay: { seconds: 1 } } : { shouldContinue: false },
      }),
  },
  'a callback that is answered': {
    make: () => async (_input, context) => context.waitForCallback('ask', async () => {}),
    answer: 'success',
  },
  'a callback that is refused': {
    make: () => async (_input, context) =>
      context.waitForCallback('ask', async () => {}).catch((error: unknown) => (error as Error).message),
    answer: 'failure',
  },
  'a callback that times out': {
    make: () => async (_input, context) =>
      context
        .waitForCallback('ask', async () => {}, { timeout: { seconds: 1 } })
        .catch((error: unknown) => (error as Error).message),
  },
  'a result of a child that is too large for a checkpoint': {
    make: () => async (_input, context) => {
      const parts = await context.runInChildContext('large', async (child) => [
        await child.step('a', async () => 'a'.repeat(200_000)),
        await child.step('b', async () => 'b'.repeat(200_000)),
      ]);
      await context.wait('pause', { seconds: 1 });
      return parts.map(({ length }) => length);
    },
  },
};

interface Run {
  readonly status: string | undefined;
  readonly result: unknown;
  readonly error: string | undefined;
  /** Name, type and status of each operation, sorted. */
  readonly operations: readonly string[];
}

const INPUT = { n: 7 };

const withVendor = async ({ make, answer }: Sample): Promise<Run> => {
  const handlerFunction = withDurableExecution(quietly(make()) as never);
  const runner = new LocalDurableTestRunner({ handlerFunction });
  const running = runner.run({ payload: INPUT });
  if (answer !== undefined) {
    const callback = runner.getOperationByIndex(1);
    await callback.waitForData();
    if (answer === 'success') await callback.sendCallbackSuccess('"yes"');
    else await callback.sendCallbackFailure({ ErrorMessage: 'no' });
  }
  const done = await running;
  const status = done.getStatus();
  return {
    status,
    result: status === 'SUCCEEDED' ? done.getResult() : undefined,
    error: status === 'SUCCEEDED' ? undefined : done.getError().errorMessage,
    operations: done
      .getOperations()
      .map((each) => [each.getName(), each.getType(), each.getSubType(), each.getStatus()].join(' '))
      .sort(),
  };
};

const withOurs = async ({ make, answer }: Sample): Promise<Run> => {
  const operations = new Map<string, string>();
  const stand = await createStand(make());
  const arn = await stand.start('sample', INPUT);
  const execution = stand.executions.running(arn);
  // Its end lets the memory go.
  if (answer !== undefined) {
    await stand.suspended('sample');
    const callback = execution?.operations().find(({ type }) => type === 'CALLBACK');
    const CallbackId = (callback as { callbackId?: string } | undefined)?.callbackId ?? '';
    if (answer === 'success') await stand.succeed(CallbackId, 'yes');
    else {
      await stand.client.send(
        new SendDurableExecutionCallbackFailureCommand({ CallbackId, Error: { ErrorMessage: 'no' } }),
      );
    }
  }
  await stand.ended();
  await expect.poll(() => stand.files().running).toEqual(['work']);
  for (const record of stand.records('sample', 'ended')) {
    if (record.kind !== 'changed') continue;
    for (const { id, name, type, subType, status } of record.operations)
      operations.set(id, [name, type, subType, status].join(' '));
  }
  const { Status, Result, Error } = await stand.get(arn);
  return {
    status: Status,
    result: Result === undefined ? undefined : (JSON.parse(Result) as unknown),
    error: Error?.ErrorMessage,
    operations: [...operations.values()].sort(),
  };
};

describe('as in the vendor’s runner, ends', () => {
  beforeAll(() => LocalDurableTestRunner.setupTestEnvironment());
  afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

  it.each(Object.keys(SAMPLES))('%s', async (name) => {
    const sample = SAMPLES[name] as Sample;
    const [vendors, ours] = await Promise.all([withVendor(sample), withOurs(sample)]);
    expect(ours).toEqual(vendors);
    expect(ours.operations.length).toBeGreaterThan(0);
  });
});
