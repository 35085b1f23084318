import {
  CallbackTimeoutException,
  CheckpointDurableExecutionCommand,
  DurableExecutionAlreadyStartedException,
  GetDurableExecutionCommand,
  GetDurableExecutionStateCommand,
  GetFunctionCommand,
  InvalidParameterValueException,
  InvalidRequestContentException,
  InvokeCommand,
  type InvokeCommandInput,
  RequestTooLargeException,
  ResourceNotFoundException,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import type { DurableHandler } from '../../../local/executions/invoke-handler.ts';
import { createStand } from './stand.ts';

const never = () => new Promise<never>(() => {});

/** A handler that takes the place of an SDK: it gives its event away, and does nothing until the test lets it. */
const createHandler = () => {
  const events: { DurableExecutionArn: string; CheckpointToken: string }[] = [];
  const output = Promise.withResolvers<Awaited<ReturnType<DurableHandler>>>();
  const handler: DurableHandler = (event) => {
    events.push(event as (typeof events)[number]);
    return output.promise;
  };
  const token = () => events.at(-1)?.CheckpointToken ?? '';
  return { events, handler, token, ...output };
};

describe('Invoke', () => {
  const invokes = async (input: Partial<InvokeCommandInput>) => {
    const stand = await createStand(never);
    const command = { FunctionName: 'ballast-local-work', InvocationType: 'Event', ...input } as const;
    return stand.client.send(new InvokeCommand(command));
  };

  it.each<[what: string, input: Partial<InvokeCommandInput>]>([
    ['a name and a qualifier', { Qualifier: 'durable' }],
    ['a qualified name', { FunctionName: 'ballast-local-work:durable' }],
    ['a part of an ARN', { FunctionName: '000000000000:function:ballast-local-work:1' }],
    ['an ARN', { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:ballast-local-work:$LATEST' }],
    [
      'an ARN and a qualifier',
      { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:ballast-local-work', Qualifier: '1' },
    ],
  ])('by %s starts an execution', async (_what, input) => {
    const { StatusCode, DurableExecutionArn } = await invokes({ ...input, DurableExecutionName: 'run_1-a' });
    expect(StatusCode).toBe(202);
    // As the API's reference has it.
    expect(DurableExecutionArn).toMatch(
      /^arn:([a-zA-Z0-9-]+):lambda:([a-zA-Z0-9-]+):(\d{12}):function:([a-zA-Z0-9_-]+):(\$LATEST(?:\.PUBLISHED)?|[0-9]+)\/durable-execution\/run_1-a\/([a-zA-Z0-9_-]+)$/,
    );
  });

  it('without a name makes one', async () => {
    const { DurableExecutionArn } = await invokes({ Qualifier: 'durable' });
    expect(DurableExecutionArn).toMatch(/\/durable-execution\/[0-9a-f-]{36}\//);
  });

  it.each<[what: string, refusal: typeof Error, input: Partial<InvokeCommandInput>]>([
    ['without a qualifier', InvalidParameterValueException, {}],
    ['of another type', InvalidParameterValueException, { Qualifier: 'durable', InvocationType: 'RequestResponse' }],
    ['of a function that is not there', ResourceNotFoundException, { FunctionName: 'ballast-local-other:1' }],
    ['of a function of another stage', ResourceNotFoundException, { FunctionName: 'ballast-other-work:1' }],
    ['by no name at all', InvalidParameterValueException, { FunctionName: '../work:1' }],
    ['under a name with a dot', InvalidParameterValueException, { Qualifier: '1', DurableExecutionName: 'a.b' }],
    [
      'under a name that is too long',
      InvalidParameterValueException,
      { Qualifier: '1', DurableExecutionName: 'a'.repeat(65) },
    ],
    ['with what is no JSON', InvalidRequestContentException, { Qualifier: '1', Payload: '{' }],
    ['with more than a megabyte', RequestTooLargeException, { Qualifier: '1', Payload: `"${'a'.repeat(1_048_576)}"` }],
  ] as never)('%s is refused', async (_what, refusal, input) => {
    await expect(invokes(input)).rejects.toBeInstanceOf(refusal);
  });

  it('of the same name and payload finds the execution, running and ended, and runs nothing again', async () => {
    let calls = 0;
    const stand = await createStand(async () => (calls += 1));
    const arns = await Promise.all([stand.start('same', { a: 1 }), stand.start('same', { a: 1 })]);
    await stand.ended();
    expect(new Set([...arns, await stand.start('same', { a: 1 })]).size).toBe(1);
    expect(calls).toBe(1);
  });

  it('of the same name and another payload is refused, running and ended', async () => {
    const stand = await createStand(async (input) => input);
    await stand.start('same', { a: 1 });
    await expect(stand.start('same', { a: 2 })).rejects.toBeInstanceOf(DurableExecutionAlreadyStartedException);
    await stand.ended();
    await expect(stand.start('same', { a: 2 })).rejects.toBeInstanceOf(DurableExecutionAlreadyStartedException);
  });

  it('tells names apart that differ by capital letters alone', async () => {
    const stand = await createStand(async (input) => input);
    const arns = [await stand.start('Run'), await stand.start('run'), await stand.start('rUn')];
    await stand.ended(3);
    expect(new Set(arns).size).toBe(3);
    // Also where the file system does not.
    expect(new Set(stand.files().ended.map((file) => file.toLowerCase())).size).toBe(4);
  });
});

describe('an execution that is not there', () => {
  const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:ballast-local-work:$LATEST/durable-execution/gone/id';
  const CALLBACK = Buffer.from('work\ngone\nid\noperation').toString('base64');

  it.each([
    ['GetDurableExecution', new GetDurableExecutionCommand({ DurableExecutionArn: ARN })],
    ['StopDurableExecution', new StopDurableExecutionCommand({ DurableExecutionArn: ARN })],
    [
      'CheckpointDurableExecution',
      new CheckpointDurableExecutionCommand({ DurableExecutionArn: ARN, CheckpointToken: 'x' }),
    ],
    [
      'GetDurableExecutionState',
      new GetDurableExecutionStateCommand({ DurableExecutionArn: ARN, CheckpointToken: 'x' }),
    ],
    ['a callback’s success', new SendDurableExecutionCallbackSuccessCommand({ CallbackId: CALLBACK })],
    ['a callback’s heartbeat', new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId: CALLBACK })],
  ])('is not found by %s', async (_what, command) => {
    const { client } = await createStand(never);
    await expect(client.send(command as GetDurableExecutionCommand)).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it.each(['x', Buffer.from('../work\n../gone\nid\noperation').toString('base64')])(
    'and none that could be: the callback id %s is refused',
    async (CallbackId) => {
      const { client } = await createStand(never);
      const answer = client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId }));
      await expect(answer).rejects.toBeInstanceOf(InvalidParameterValueException);
    },
  );

  it('is not confused with a later one of its name', async () => {
    const { handler, resolve } = createHandler();
    const stand = await createStand(never, { handler });
    const earlier = (await stand.start('again')).replace(/[^/]+$/, 'earlier');
    await expect(stand.get(earlier)).rejects.toBeInstanceOf(ResourceNotFoundException);
    resolve({ Status: 'SUCCEEDED' } as never);
    await stand.ended();
    await expect.poll(() => stand.files().running).toEqual(['work']);
    await expect(stand.get(earlier)).rejects.toBeInstanceOf(ResourceNotFoundException);
  });
});

describe('GetDurableExecution', () => {
  it('describes a running execution and one that has ended', async () => {
    const { handler, resolve } = createHandler();
    const stand = await createStand(never, { handler, executionTimeoutMs: 60_000 });
    const arn = await stand.start('described', { a: 1 });
    const running = await stand.get(arn);
    expect(running).toMatchObject({
      DurableExecutionArn: arn,
      DurableExecutionName: 'described',
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ballast-local-work:$LATEST',
      Status: 'RUNNING',
      InputPayload: '{"a":1}',
      DurableConfig: { ExecutionTimeout: 60 },
    });
    expect(running.StartTimestamp).toBeInstanceOf(Date);
    expect(running.EndTimestamp).toBeUndefined();
    resolve({ Status: 'SUCCEEDED', Result: '{"b":2}' } as never);
    await stand.ended();
    const ended = await stand.get(arn);
    expect(ended).toMatchObject({ Status: 'SUCCEEDED', Result: '{"b":2}', InputPayload: '{"a":1}' });
    expect(ended.EndTimestamp?.getTime()).toBeGreaterThanOrEqual(running.StartTimestamp?.getTime() ?? Infinity);
  });
});

describe('a checkpoint', () => {
  const begun = async () => {
    const held = createHandler();
    const stand = await createStand(never, { handler: held.handler });
    const arn = await stand.start('held');
    await expect.poll(() => held.events.length).toBe(1);
    const checkpoint = (CheckpointToken: string, Updates: readonly object[] = [], ClientToken?: string) =>
      stand.client.send(
        new CheckpointDurableExecutionCommand({
          DurableExecutionArn: arn,
          CheckpointToken,
          Updates: Updates as never,
          ...(ClientToken !== undefined && { ClientToken }),
        }),
      );
    return { ...held, stand, arn, checkpoint };
  };
  const step = (Id: string, more: object = {}) => ({ Id, Type: 'STEP', Action: 'SUCCEED', ...more });

  it('consumes its token, and gives the next', async () => {
    const { checkpoint, token } = await begun();
    const { CheckpointToken = '' } = await checkpoint(token(), [step('a')]);
    await expect(checkpoint(token(), [step('b')])).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(/^Invalid Checkpoint Token/) as unknown,
    });
    await checkpoint(CheckpointToken, [step('b')]);
  });

  it('that is sent again because its answer was lost, is answered the same, and made once', async () => {
    const { checkpoint, token, stand } = await begun();
    const first = await checkpoint(token(), [step('a')], 'client');
    const again = await checkpoint(token(), [step('a')], 'client');
    expect(again.CheckpointToken).toBe(first.CheckpointToken);
    expect(stand.records('held').filter(({ kind }) => kind === 'changed')).toHaveLength(1);
  });

  it('is made as a whole or, where one update is refused, not at all', async () => {
    const { checkpoint, token, stand } = await begun();
    await expect(checkpoint(token(), [step('a'), step('a')])).rejects.toBeInstanceOf(InvalidParameterValueException);
    expect(stand.records('held').map(({ kind }) => kind)).toEqual(['started']);
    await checkpoint(token(), [step('a')]);
  });

  it.each([
    ['a payload', { Payload: 'a'.repeat(262_144) }, { Payload: 'a'.repeat(262_145) }, 'STEP output payload size'],
    [
      'a payload in bytes',
      { Payload: 'é'.repeat(131_072) },
      { Payload: 'é'.repeat(131_073) },
      'STEP output payload size',
    ],
    [
      'an error',
      { Action: 'FAIL', Error: { ErrorMessage: 'a'.repeat(262_000) } },
      { Action: 'FAIL', Error: { ErrorMessage: 'a'.repeat(262_144) } },
      'Error object size',
    ],
  ])('takes %s of 262,144 bytes, and no more', async (_what, fits, tooMuch, message) => {
    const { checkpoint, token } = await begun();
    await expect(checkpoint(token(), [step('large', tooMuch)])).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: `${message} must be less than or equal to 262144 bytes.`,
    });
    await checkpoint(token(), [step('large', fits)]);
  });

  it('is refused beyond 3,000 operations of an execution, and read in pages', async () => {
    const { checkpoint, token, arn, stand } = await begun();
    let next = token();
    for (let from = 0; from < 3_000; from += 250) {
      const updates = Array.from({ length: 250 }, (_each, index) => step(`step-${from + index}`));
      next = (await checkpoint(next, updates)).CheckpointToken ?? '';
    }
    await expect(checkpoint(next, [step('one-more')])).rejects.toBeInstanceOf(InvalidParameterValueException);
    const ids: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await stand.client.send(
        new GetDurableExecutionStateCommand({
          DurableExecutionArn: arn,
          CheckpointToken: next,
          Marker,
          MaxItems: 1_000,
        }),
      );
      expect(page.Operations?.length).toBeLessThanOrEqual(1_000);
      ids.push(...(page.Operations ?? []).map(({ Id }) => Id));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(ids.slice(1)).toEqual(Array.from({ length: 3_000 }, (_each, index) => `step-${index}`));
  });

  const callback = { Id: 'c', Type: 'CALLBACK', Action: 'START' };

  it('is answered with what has changed meanwhile', async () => {
    const { checkpoint, token, stand } = await begun();
    const { CheckpointToken = '', NewExecutionState } = await checkpoint(token(), [callback]);
    expect(NewExecutionState?.Operations).toMatchObject([{ Id: 'c', Status: 'STARTED' }]);
    await stand.succeed(NewExecutionState?.Operations?.[0]?.CallbackDetails?.CallbackId ?? '', 'yes');
    const next = await checkpoint(CheckpointToken, [step('a')]);
    expect(next.NewExecutionState?.Operations).toMatchObject([
      { Id: 'c', Status: 'SUCCEEDED', CallbackDetails: { Result: '"yes"' } },
      { Id: 'a', Status: 'SUCCEEDED' },
    ]);
    expect((await checkpoint(next.CheckpointToken ?? '')).NewExecutionState?.Operations).toEqual([]);
  });

  it('that would have been answered with a change, had the handler not returned, is made up for by an invocation', async () => {
    const { checkpoint, token, stand, events, resolve } = await begun();
    const { NewExecutionState } = await checkpoint(token(), [callback]);
    await stand.succeed(NewExecutionState?.Operations?.[0]?.CallbackDetails?.CallbackId ?? '', 'yes');
    expect(events).toHaveLength(1);
    resolve({ Status: 'PENDING' } as never);
    await expect.poll(() => events.length).toBe(2);
    expect(events[1]).toMatchObject({
      UpdatedOperationIds: ['c'],
      InitialExecutionState: { Operations: [{ Type: 'EXECUTION' }, { Id: 'c', Status: 'SUCCEEDED' }] },
    });
    // A start that found it suspended would wait for what has come already.
    await expect.poll(() => stand.records('held', 'ended')).not.toEqual([]);
    expect(stand.records('held', 'ended').map(({ kind }) => kind)).toEqual(['started', 'changed', 'changed', 'ended']);
  });

  it('after the handler has returned is refused, and so is reading the state', async () => {
    const { checkpoint, token, arn, stand, resolve } = await begun();
    const { CheckpointToken = '' } = await checkpoint(token(), [
      { Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 3_600 } },
    ]);
    resolve({ Status: 'PENDING' } as never);
    await stand.suspended('held');
    await expect(checkpoint(CheckpointToken, [step('late')])).rejects.toBeInstanceOf(InvalidParameterValueException);
    const state = new GetDurableExecutionStateCommand({ DurableExecutionArn: arn, CheckpointToken });
    await expect(stand.client.send(state)).rejects.toBeInstanceOf(InvalidParameterValueException);
  });
});

describe('the service', () => {
  it('says so where it does not do what is asked', async () => {
    const { client } = await createStand(never);
    const answer = client.send(new GetFunctionCommand({ FunctionName: 'ballast-local-work' }));
    await expect(answer).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('refuses the result of a callback that is too large, and leaves the callback open', async () => {
    const ids: string[] = [];
    const stand = await createStand(async (_input, context) =>
      context.waitForCallback('ask', async (id) => void ids.push(id)),
    );
    await stand.start('asks');
    await stand.suspended('asks');
    const [id = ''] = ids;
    await expect(stand.succeed(id, 'a'.repeat(262_144))).rejects.toBeInstanceOf(InvalidParameterValueException);
    await stand.succeed(id, 'a');
    await stand.ended();
    await expect(stand.succeed(id, 'a')).rejects.toBeInstanceOf(CallbackTimeoutException);
  });
});
