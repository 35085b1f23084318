import { StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { Journals } from '../../../local/executions/journals.ts';
import { createStand, lateClock } from './stand.ts';

const once = { retryStrategy: () => ({ shouldRetry: false }) };

/** Lets a test hold each call, and counts them. */
const createGate = () => {
  const calls: PromiseWithResolvers<string>[] = [];
  const pass = () => {
    const call = Promise.withResolvers<string>();
    calls.push(call);
    return call.promise;
  };
  return { calls, pass, called: (count: number) => expect.poll(() => calls.length, { interval: 5 }).toBe(count) };
};

describe('StopDurableExecution', () => {
  const stop = (arn: string, Error?: object) =>
    new StopDurableExecutionCommand({ DurableExecutionArn: arn, ...(Error && { Error }) });

  it('ends an execution that waits, at once and for good', async () => {
    const clock = lateClock();
    const stand = await createStand(
      async (_input, context) => {
        await context.wait({ seconds: 60 });
      },
      { clock },
    );
    const arn = await stand.start('waits');
    await stand.suspended('waits');
    const execution = stand.executions.running(arn);
    expect(execution?.operations()).toHaveLength(1);
    const { StopTimestamp } = await stand.client.send(stop(arn, { ErrorMessage: 'cancelled' }));
    await stand.ended();
    expect(execution?.operations()).toEqual([]);
    expect(await stand.get(arn)).toMatchObject({ Status: 'STOPPED', Error: { ErrorMessage: 'cancelled' } });
    expect(clock.pending).toBe(0);
    expect(StopTimestamp?.getTime()).toBe(clock.now());
  });

  it('does not interrupt a step, whose result is taken by nobody any more', async () => {
    const gate = createGate();
    const stand = await createStand(async (_input, context) => {
      await context.step('slow', gate.pass);
      await context.step('never', gate.pass);
    });
    const arn = await stand.start('slow');
    await gate.called(1);
    await stand.client.send(stop(arn));
    await stand.ended();
    gate.calls[0]?.resolve('done');
    expect((await stand.get(arn)).Status).toBe('STOPPED');
    await stand.start('next');
    await gate.called(2);
    expect(stand.files().running).toEqual(['work', 'work/next.jsonl']);
  });

  it('of one that has ended says when, and changes nothing', async () => {
    const stand = await createStand(async () => 'done');
    const arn = await stand.start('done');
    await stand.ended();
    const { EndTimestamp, Status } = await stand.get(arn);
    const { StopTimestamp } = await stand.client.send(stop(arn));
    expect([StopTimestamp, Status]).toEqual([EndTimestamp, 'SUCCEEDED']);
    expect(stand.events).toHaveLength(1);
  });
});

describe('the execution timeout', () => {
  it('ends an execution whatever it waits for', async () => {
    const clock = lateClock();
    const stand = await createStand(async (_input, context) => context.waitForCallback('ask', async () => {}), {
      clock,
      executionTimeoutMs: 3_600_000,
    });
    const arn = await stand.start('asks');
    await stand.suspended('asks');
    await clock.advance(3_600_000 - 1);
    expect(stand.events).toEqual([]);
    await clock.advance(1);
    await stand.ended();
    expect((await stand.get(arn)).Status).toBe('TIMED_OUT');
  });

  it('ends one whose handler is under way', async () => {
    const clock = lateClock();
    const gate = createGate();
    const stand = await createStand(async (_input, context) => context.step('slow', gate.pass), {
      clock,
      executionTimeoutMs: 5_000,
    });
    const arn = await stand.start('slow');
    await gate.called(1);
    await clock.advance(5_000);
    await stand.ended();
    expect((await stand.get(arn)).Status).toBe('TIMED_OUT');
  });
});

describe('an invocation that fails', () => {
  it('is made again after growing pauses, until one does not', async () => {
    const clock = lateClock();
    let calls = 0;
    const stand = await createStand(async () => undefined, {
      clock,
      handler: async () => {
        calls += 1;
        if (calls < 8) throw new Error('out of memory');
        return { Status: 'SUCCEEDED' as const, Result: '"at last"' } as never;
      },
    });
    const arn = await stand.start('fails');
    const pausesMs = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000];
    for (const [index, pauseMs] of pausesMs.entries()) {
      await expect.poll(() => clock.pending, { interval: 5 }).toBe(2);
      await clock.advance(pauseMs - 1);
      expect(calls).toBe(index + 1);
      await clock.advance(1);
      expect(calls).toBe(index + 2);
    }
    await stand.ended();
    expect((await stand.get(arn)).Result).toBe('"at last"');
    expect(stand.lines.filter((line) => line.includes('invocation of an execution failed'))).toHaveLength(7);
  });

  it('does not repeat a step that has ended', async () => {
    const clock = lateClock();
    const calls: string[] = [];
    const gate = createGate();
    const stand = await createStand(
      async (_input, context) => {
        await context.step('first', async () => void calls.push('first'));
        // What a crash between two steps is to Lambda.
        return context.step('second', gate.pass, once);
      },
      { clock, functionTimeoutMs: 10_000 },
    );
    const arn = await stand.start('crashes');
    await gate.called(1);
    await clock.advance(10_000 + 1_000);
    await gate.called(2);
    gate.calls[1]?.resolve('again');
    await stand.ended();
    expect(calls).toEqual(['first']);
    expect((await stand.get(arn)).Result).toBe('"again"');
  });

  it('by its function’s timeout has no checkpoint taken any more, also none of its replacement', async () => {
    const clock = lateClock();
    const gate = createGate();
    const stand = await createStand(
      async (_input, context) => {
        const result = await context.step('slow', gate.pass, once);
        await context.wait('pause', { seconds: 5 });
        return result;
      },
      { clock, functionTimeoutMs: 10_000 },
    );
    const arn = await stand.start('hangs');
    await gate.called(1);
    await clock.advance(10_000);
    // Between the two invocations, and while the second is under way.
    gate.calls[0]?.resolve('of the first');
    await clock.advance(1_000);
    await gate.called(2);
    expect(stand.records('hangs').map(({ kind }) => kind)).toEqual(['started', 'changed']);
    gate.calls[1]?.resolve('of the second');
    await stand.suspended('hangs');
    await clock.advance(5_000);
    await stand.ended();
    expect((await stand.get(arn)).Result).toBe('"of the second"');
  });

  it('by waiting for nothing fails the execution', async () => {
    const stand = await createStand(async () => undefined, { handler: async () => ({ Status: 'PENDING' }) as never });
    const arn = await stand.start('idle');
    await stand.ended();
    expect(await stand.get(arn)).toMatchObject({
      Status: 'FAILED',
      Error: { ErrorMessage: 'Cannot return PENDING status with no pending operations.' },
    });
  });

  it.each([undefined, null, {}, { Status: 'DONE' }, 'SUCCEEDED'])(
    'by returning %j, as no durable function does, fails the execution',
    async (output) => {
      const stand = await createStand(async () => undefined, { handler: async () => output as never });
      const arn = await stand.start('odd');
      await stand.ended();
      expect((await stand.get(arn)).Status).toBe('FAILED');
    },
  );
});

describe('a journal that cannot be written for a while', () => {
  const fullFor = (failures: number, kind: string) => (journals: Journals) => {
    let left = failures;
    const append: Journals['append'] = (key, record) => {
      if (record.kind === kind && (left -= 1) >= 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      journals.append(key, record);
    };
    return { ...journals, append };
  };

  it('fails the invocation, of which nothing is half done, and the next one goes on', async () => {
    const clock = lateClock();
    const calls: string[] = [];
    const stand = await createStand(
      async (_input, context) => context.step('step', async () => (calls.push('step'), 'done')),
      { clock, wrapJournals: fullFor(1, 'changed') },
    );
    const arn = await stand.start('full');
    await expect.poll(() => stand.lines.some((line) => line.includes('invocation of an execution failed'))).toBe(true);
    expect(stand.records('full').map(({ kind }) => kind)).toEqual(['started']);
    expect(stand.executions.running(arn)?.operations()).toEqual([]);
    await clock.advance(1_000);
    await stand.ended();
    expect((await stand.get(arn)).Result).toBe('"done"');
  });

  it('puts off what time has changed', async () => {
    const clock = lateClock();
    const stand = await createStand(async () => undefined, {
      clock,
      executionTimeoutMs: 10_000,
      handler: () => new Promise(() => {}),
      wrapJournals: fullFor(2, 'ended'),
    });
    const arn = await stand.start('full');
    await clock.advance(11_999);
    expect(stand.events).toEqual([]);
    await clock.advance(1);
    await stand.ended();
    expect((await stand.get(arn)).Status).toBe('TIMED_OUT');
  });
});

describe('the end of an execution', () => {
  it('is delivered as EventBridge does', async () => {
    const stand = await createStand(async () => 'done');
    const arn = await stand.start('done');
    await stand.ended();
    expect(stand.events).toEqual([
      {
        version: '0',
        id: expect.any(String) as unknown,
        'detail-type': 'Durable Execution Status Change',
        source: 'aws.lambda',
        account: '000000000000',
        region: 'us-east-1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
        resources: [],
        detail: {
          durableExecutionArn: arn,
          durableExecutionName: 'done',
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ballast-local-work:$LATEST',
          status: 'SUCCEEDED',
          startTimestamp: expect.stringMatching(/Z$/) as unknown,
          endTimestamp: expect.stringMatching(/Z$/) as unknown,
        },
      },
    ]);
  });

  it('is delivered again until it is taken, and retired only then', async () => {
    const clock = lateClock();
    let refusals = 0;
    const stand = await createStand(async () => 'done', {
      clock,
      async onStatusChange() {
        if ((refusals += 1) < 3) throw new Error('not now');
      },
    });
    await stand.start('done');
    await expect.poll(() => refusals).toBe(1);
    expect(stand.files().running).toContain('work/done.jsonl');
    await clock.advance(1_000);
    await clock.advance(2_000);
    await stand.ended();
    expect(refusals).toBe(3);
    await expect.poll(() => stand.files().ended).toContain('work/done.jsonl');
    expect(stand.files().running).toEqual(['work']);
  });
});
