import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from './environment.ts';

const BUFFERED = `import { createServer } from 'node:http';
const acts = {
  answers: () => ({ statusCode: 200, headers: { a: 'b' }, body: 'hello' }),
  'says nothing': () => undefined,
  context: ({}, context) => ({ statusCode: 200, headers: {}, body: JSON.stringify({
    id: context.awsRequestId, arn: context.invokedFunctionArn, leftMs: context.getRemainingTimeInMillis(),
    trace: process.env._X_AMZN_TRACE_ID, waits: context.callbackWaitsForEmptyEventLoop ?? 'nothing is asked',
  }) }),
  throws: () => { throw new RangeError('too far'); },
  'keeps things open': () => { createServer().listen(0); setInterval(() => {}, 1_000); return { statusCode: 204 }; },
  exits: () => { console.log('last words'); process.exit(7); },
  waits: async ({ ms }) => {
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { statusCode: 200, body: String(performance.now() - from) };
  },
};
export const handler = async (event, context) => acts[event.act](event, context);
`;

const STREAMED = `const acts = {
  async answers(stream) {
    stream.write('one');
    await new Promise((resolve) => setTimeout(resolve, 50));
    stream.end('two');
  },
  async throws(stream) {
    stream.write('one');
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new RangeError('too far');
  },
  async exits(stream) {
    stream.write('one');
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.exit(7);
  },
};
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  await acts[event.act](awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } }));
});
`;

const start = (source: string, name: string, more: object = {}): Promise<Environment> =>
  startEnvironment({
    code: { 'index.mjs': source },
    functionName: name,
    handler: 'index.handler',
    variables: {},
    timeoutMs: 9_000,
    ...more,
  });

describe('an environment under AWS’s own runtime client', () => {
  let buffered: Environment;
  let streamed: Environment;
  beforeAll(async () => {
    [buffered, streamed] = await Promise.all([start(BUFFERED, 'buffered'), start(STREAMED, 'streamed')]);
  });
  afterAll(() => Promise.all([buffered.close(), streamed.close()]));

  it('answers in one piece', async () => {
    const answer = await buffered.invoke({ act: 'answers' });
    expect(answer).toMatchObject({ kind: 'response', isStreamed: false, statusCode: 200, headers: { a: 'b' } });
    expect(answer.body).toBe('hello');
    expect((await buffered.invoke({ act: 'says nothing' })).kind).toBe('response');
  });

  it('knows of its invocation, and has nothing to say about an event loop that is not empty', async () => {
    const { body } = await buffered.invoke({ act: 'context' });
    const context = JSON.parse(body) as Record<string, unknown>;
    expect(context).toMatchObject({
      id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:buffered',
      trace: expect.stringMatching(/^Root=1-/) as string,
      waits: 'nothing is asked',
    });
    expect(context['leftMs']).toBeGreaterThan(0);
    expect(context['leftMs']).toBeLessThanOrEqual(9_000);
  });

  it('asks for the next event although a server and a timer are open', async () => {
    expect((await buffered.invoke({ act: 'keeps things open' })).statusCode).toBe(204);
    expect((await buffered.invoke({ act: 'answers' })).statusCode).toBe(200);
  });

  it('waits longer where the machine is busy', async () => {
    const slow = await start(BUFFERED, 'slow', { variables: { TEST_STRETCH: '3' } });
    expect(Number((await slow.invoke({ act: 'waits', ms: 200 })).body)).toBeGreaterThanOrEqual(590);
    await slow.close();
  });

  it('tells what was thrown, and logs it with its stack', async () => {
    const { kind, error, output } = await buffered.invoke({ act: 'throws' });
    expect([kind, error]).toMatchObject(['error', { errorType: 'RangeError', errorMessage: 'too far' }]);
    expect(output).toMatch(/"errorType":"RangeError","errorMessage":"too far","stackTrace":/);
  });

  it('writes the head of a stream with its first bytes, and each piece when it is there', async () => {
    const answer = await streamed.invoke({ act: 'answers' });
    expect(answer).toMatchObject({ kind: 'response', isStreamed: true, statusCode: 201, headers: { a: 'b' } });
    expect(answer.contentType).toBe('application/vnd.awslambda.http-integration-response');
    expect([answer.body, answer.pieces > 1]).toEqual(['onetwo', true]);
  });

  it('says after a stream that it failed', async () => {
    const { statusCode, body, kind, trailers, error } = await streamed.invoke({ act: 'throws' });
    expect([statusCode, body, kind, error?.errorMessage]).toEqual([201, 'one', 'error', 'too far']);
    expect(trailers['lambda-runtime-function-error-type']).toBe('RangeError');
  });

  it('says nothing more where its process ends, neither in one piece nor in a stream', async () => {
    const { answer } = streamed.begin({ act: 'exits' });
    expect(await answer).toMatchObject({ kind: 'cut', body: 'one' });
    expect(await streamed.exited).toBe(7);
    await expect(buffered.invoke({ act: 'exits' })).rejects.toThrow(/buffered ended with 7:[^]*last words/);
  });

  it.each([
    ['does not compile', 'export const handler =', 'SyntaxError'],
    ['throws while it is loaded', 'throw new RangeError("no value")', 'no value'],
    ['exports no such function', 'export const other = 1', 'HandlerNotFound'],
    ['takes a callback', 'export const handler = (event, context, done) => done()', 'CallbackHandlerDeprecated'],
  ])('never is ready where its function %s', async (_what, source, words) => {
    const environment = await start(source, 'broken');
    await expect(environment.ready).rejects.toThrow(words);
    expect(environment.output()).toMatch(/"level":"ERROR",.*"errorType":"\w+",.*"stackTrace":/);
    await environment.close();
  });

  // ADR 0050: what stands in the way of Managed Instances.
  it('streams one answer at a time in a thread that has been given several, and hears of no SIGTERM', async () => {
    const source = `process.on('SIGTERM', () => process.exit(0));
      const open = {};
      export const handler = awslambda.streamifyResponse(async ({ waits }, stream) => {
        stream.write(waits ? 'first' : 'second');
        open[waits] = stream;
        // Each has been called before either ends.
        while (Object.keys(open).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        if (waits) await new Promise((resolve) => setTimeout(resolve, 100));
        stream.end();
      });`;
    const many = await start(source, 'many', { concurrency: 2 });
    const [first, second] = [many.begin({ waits: true }), many.begin({ waits: false })];
    const order: string[] = [];
    await Promise.all([
      first.answer.then(() => order.push('the first has ended')),
      second.begun.then(() => order.push('the second begins')),
    ]);
    expect(order).toEqual(['the first has ended', 'the second begins']);
    expect((await second.answer).body).toBe('second');
    many.signal('SIGTERM');
    expect(await many.exited).toBe('SIGTERM');
    await many.close();
  });
});
