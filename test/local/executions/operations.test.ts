import { StepSemantics } from '@aws/durable-execution-sdk-js';
import {
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
} from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createStand, lateClock } from './stand.ts';

const HOUR_MS = 3_600_000;

const once = { retryStrategy: () => ({ shouldRetry: false }) };

describe('a step', () => {
  it('runs once, and gives its result to what follows', async () => {
    const calls: string[] = [];
    const stand = await createStand(async (input: { n: number }, context) => {
      const a = await context.step('double', async () => (calls.push('double'), input.n * 2));
      const b = await context.step('increment', async () => (calls.push('increment'), a + 1));
      return { a, b };
    });
    const arn = await stand.start('steps', { n: 20 });
    await stand.ended();
    expect(calls).toEqual(['double', 'increment']);
    const { Status, Result } = await stand.get(arn);
    expect({ Status, Result }).toEqual({ Status: 'SUCCEEDED', Result: '{"a":40,"b":41}' });
  });

  it('that fails is tried again after its delay, with the number of its attempt', async () => {
    const clock = lateClock();
    const attempts: number[] = [];
    const stand = await createStand(
      async (_input, context) =>
        context.step(
          'flaky',
          async ({ attempt }) => {
            attempts.push(attempt);
            if (attempt < 3) throw new Error('not yet');
            return attempt;
          },
          { retryStrategy: (_error, count) => ({ shouldRetry: true, delay: { seconds: 10 * count } }) },
        ),
      { clock },
    );
    const arn = await stand.start('flaky');
    await stand.suspended('flaky', 1);
    await clock.advance(9_999);
    expect(attempts).toEqual([1]);
    await clock.advance(1);
    await stand.suspended('flaky', 2);
    await clock.advance(19_999);
    expect(attempts).toEqual([1, 2]);
    await clock.advance(1);
    await stand.ended();
    expect(attempts).toEqual([1, 2, 3]);
    expect((await stand.get(arn)).Result).toBe('3');
  });

  it('that fails for good fails the execution with its error, where nobody catches it', async () => {
    const stand = await createStand(async (_input, context) =>
      context.step('broken', () => Promise.reject(new TypeError('broken')), once),
    );
    const arn = await stand.start('broken');
    await stand.ended();
    expect(await stand.get(arn)).toMatchObject({ Status: 'FAILED', Error: { ErrorMessage: 'broken' } });
  });

  it('that may run at most once is started before it runs', async () => {
    const seen: unknown[] = [];
    const stand = await createStand(async (_input, context) =>
      context.step(
        'careful',
        async () => {
          seen.push(...stand.records('careful').flatMap((each) => (each.kind === 'changed' ? each.operations : [])));
        },
        { ...once, semantics: StepSemantics.AtMostOncePerRetry },
      ),
    );
    await stand.start('careful');
    await stand.ended();
    expect(seen).toMatchObject([{ type: 'STEP', name: 'careful', status: 'STARTED' }]);
  });
});

describe('a wait', () => {
  it('ends when its time has come, and not before', async () => {
    const clock = lateClock();
    const stand = await createStand(
      async (_input, context) => {
        await context.wait('a while', { hours: 3 });
        return 'waited';
      },
      { clock },
    );
    const arn = await stand.start('wait');
    await stand.suspended('wait');
    await clock.advance(3 * HOUR_MS - 1);
    expect((await stand.get(arn)).Status).toBe('RUNNING');
    await clock.advance(1);
    await stand.ended();
    expect((await stand.get(arn)).Result).toBe('"waited"');
  });

  it('is not missed where the machine slept, or its clock was set', async () => {
    const clock = lateClock();
    const stand = await createStand(async (_input, context) => context.wait('a while', { hours: 3 }), { clock });
    await stand.start('wait');
    await stand.suspended('wait');
    clock.stepWall(3 * HOUR_MS);
    await clock.advance(60_000);
    await stand.ended();
  });

  it('for a condition asks again with the state of the time before', async () => {
    const clock = lateClock();
    const states: number[] = [];
    const stand = await createStand(
      async (_input, context) =>
        context.waitForCondition(
          'three',
          async (state: number) => {
            states.push(state);
            return state + 1;
          },
          {
            initialState: 0,
            waitStrategy: (state) =>
              state >= 3 ? { shouldContinue: false } : { shouldContinue: true, delay: { minutes: 1 } },
          },
        ),
      { clock },
    );
    const arn = await stand.start('condition');
    for (const count of [1, 2]) {
      await stand.suspended('condition', count);
      await clock.advance(60_000);
    }
    await stand.ended();
    expect(states).toEqual([0, 1, 2]);
    expect((await stand.get(arn)).Result).toBe('3');
  });
});

describe('a callback', () => {
  const standWithCallback = async (config: object = {}) => {
    const clock = lateClock();
    const ids: string[] = [];
    const stand = await createStand(
      async (_input, context) => {
        try {
          return await context.waitForCallback(
            'approval',
            async (callbackId) => {
              ids.push(callbackId);
            },
            config,
          );
        } catch (error) {
          const { name, message } = error as Error;
          return { name, message };
        }
      },
      { clock },
    );
    const arn = await stand.start('asks');
    await stand.suspended('asks');
    return { clock, stand, callbackId: ids[0] ?? '', result: async () => (await stand.get(arn)).Result };
  };

  it('gives what it is answered with', async () => {
    const { stand, callbackId, result } = await standWithCallback();
    await stand.succeed(callbackId, { approved: true });
    await stand.ended();
    expect(await result()).toBe(JSON.stringify('{"approved":true}'));
  });

  it('may be answered with nothing', async () => {
    const { stand, callbackId, result } = await standWithCallback();
    await stand.succeed(callbackId);
    await stand.ended();
    expect(await result()).toBeUndefined();
  });

  it('fails with the error that it is answered with', async () => {
    const { stand, callbackId, result } = await standWithCallback();
    const Error = { ErrorType: 'Denied', ErrorMessage: 'by a person' };
    await stand.client.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId: callbackId, Error }));
    await stand.ended();
    expect(await result()).toContain('by a person');
  });

  it('times out when its time is over', async () => {
    const { clock, stand, result } = await standWithCallback({ timeout: { days: 7 } });
    await clock.advance(7 * 24 * HOUR_MS - 1);
    expect(stand.events).toEqual([]);
    await clock.advance(1);
    await stand.ended();
    expect(await result()).toContain('Callback timed out');
  });

  it('times out where nobody gives a sign of life, and lives on with each one', async () => {
    const { clock, stand, callbackId, result } = await standWithCallback({ heartbeatTimeout: { minutes: 10 } });
    const heartbeat = () =>
      stand.client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId: callbackId }));
    for (let count = 0; count < 3; count += 1) {
      await clock.advance(9 * 60_000);
      await heartbeat();
    }
    await clock.advance(10 * 60_000 - 1);
    expect(stand.events).toEqual([]);
    await clock.advance(1);
    await stand.ended();
    expect(await result()).toContain('Callback timed out on heartbeat');
  });

  it('is closed by its answer: a second one is refused, and changes nothing', async () => {
    const { stand, callbackId, result } = await standWithCallback();
    const results = ['one', 'another'];
    const answers = await Promise.allSettled(results.map((each) => stand.succeed(callbackId, each)));
    const [taken, ...others] = results.filter((_each, index) => answers[index]?.status === 'fulfilled');
    expect(others).toEqual([]);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'CallbackTimeoutException' },
    });
    await stand.ended();
    await expect(stand.succeed(callbackId, 'third')).rejects.toMatchObject({ name: 'CallbackTimeoutException' });
    expect(await result()).toBe(JSON.stringify(JSON.stringify(taken)));
  });

  it('takes no answer after its time, also where no timer has fired yet', async () => {
    const { clock, stand, callbackId } = await standWithCallback({ timeout: { hours: 1 } });
    // As after a sleep of the machine.
    clock.stepWall(2 * HOUR_MS);
    await expect(stand.succeed(callbackId, 'late')).rejects.toMatchObject({ name: 'CallbackTimeoutException' });
  });
});

describe('a child context', () => {
  it('runs its operations once, and is not looked into any more when it has ended', async () => {
    const clock = lateClock();
    const calls: string[] = [];
    const stand = await createStand(
      async (_input, context) => {
        const sum = await context.runInChildContext('child', async (child) => {
          const one = await child.step('one', async () => (calls.push('one'), 1));
          await child.wait('pause', { seconds: 30 });
          return child.runInChildContext('grandchild', async (grandchild) => {
            const two = await grandchild.step('two', async () => (calls.push('two'), 2));
            return one + two;
          });
        });
        await context.wait('after', { seconds: 30 });
        return sum;
      },
      { clock },
    );
    const arn = await stand.start('child');
    await stand.suspended('child', 1);
    await clock.advance(30_000);
    await stand.suspended('child', 2);
    const execution = stand.executions.running(arn);
    expect(execution?.operations()).toHaveLength(6);
    await clock.advance(30_000);
    await stand.ended();
    expect(calls).toEqual(['one', 'two']);
    expect((await stand.get(arn)).Result).toBe('3');
  });

  it('with a result over the limit is replayed by its children', async () => {
    const clock = lateClock();
    const calls: string[] = [];
    const stand = await createStand(
      async (_input, context) => {
        const parts = await context.runInChildContext('large', async (child) => [
          await child.step('a', async () => (calls.push('a'), 'a'.repeat(200_000))),
          await child.step('b', async () => (calls.push('b'), 'b'.repeat(200_000))),
        ]);
        await context.wait('after', { seconds: 30 });
        return parts.join('').length;
      },
      { clock },
    );
    const arn = await stand.start('large');
    await stand.suspended('large');
    await clock.advance(30_000);
    await stand.ended();
    expect(calls).toEqual(['a', 'b']);
    expect((await stand.get(arn)).Result).toBe('400000');
  });

  it('goes on in every branch of several at once', async () => {
    const clock = lateClock();
    const stand = await createStand(
      async (_input, context) => {
        const results = await context.parallel('branches', [
          async (branch) => {
            await branch.wait('short', { seconds: 10 });
            return branch.step('a', async () => 'a');
          },
          async (branch) => {
            await branch.wait('long', { seconds: 20 });
            return branch.step('b', async () => 'b');
          },
        ]);
        return results.getResults();
      },
      { clock },
    );
    const arn = await stand.start('branches');
    await stand.suspended('branches', 1);
    await clock.advance(10_000);
    await stand.suspended('branches', 2);
    await clock.advance(10_000);
    await stand.ended();
    expect((await stand.get(arn)).Result).toBe('["a","b"]');
  });
});
