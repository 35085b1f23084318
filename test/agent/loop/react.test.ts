import { AppError, declined, defineTool, fatal, safe, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import type { LoopParts } from '../../../lib/agent/loop/types.ts';
import { pseudonymOrNull } from '../../../lib/kernel/ids/pseudonym.ts';
import { fault, refusal } from '../../../lib/model-call/faults.ts';
import { NO_TOKENS } from '../../../lib/usage/record.ts';
import { answer, runParts, text, use } from '../run-parts.ts';

const metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };
const failing = (kind: Parameters<typeof fault>[0]) => ({ ok: false as const, fault: fault(kind), metered });
const tooDear = { ok: false as const, fault: refusal(new AppError('budget-exceeded', safe`no`), 'run-cost'), metered };

const echo = defineTool({
  name: 'echo',
  description: 'says it again',
  input: z.strictObject({ words: z.string().check(z.maxLength(20)) }),
  run: ({ words }) => words,
});

/** What the model was given for its tool calls before its `call`-th answer. */
const results = (requests: ReturnType<typeof runParts>['requests'], call: number) =>
  requests[call]?.messages.at(-1)?.content as unknown as { tool_use_id: string; content: string; is_error?: true }[];

describe('an answer', () => {
  it('is the text, with the counts and the cost of the run', async () => {
    const { run, requests } = runParts([answer([text('Done.')])]);
    expect(await run()).toEqual({
      runId: expect.stringMatching(/^run_[0-9a-z]{26}$/) as string,
      status: 'succeeded',
      output: 'Done.',
      agent: 'assistant',
      model: 'claude-sonnet-5-5',
      stopReason: 'end_turn',
      usage: {
        modelCalls: 1,
        toolCalls: 0,
        inputTokens: 10,
        outputTokens: 5,
        cacheReadInputTokens: 0,
        cacheCreationInputTokens: 0,
        costUsd: '0.000001',
      },
      degraded: null,
      cache: 'bypass',
      durationMs: 0,
    });
    expect(requests[0]).toMatchObject({
      max_tokens: 4_096,
      system: [{ text: 'You are a test.', cache_control: { type: 'ephemeral' } }],
    });
  });

  it('comes after the earlier turns, the task unchanged behind them', async () => {
    const { run, requests } = runParts([answer([text('Done.')])]);
    const task = '  e\u0301 שלום 👩‍👩‍👧‍👦 `const a = "\\n"` ∑∂x²\r\n\t ';
    const messages = [
      { role: 'user' as const, content: 'Earlier?' },
      { role: 'assistant' as const, content: 'Yes.' },
    ];
    await run({ task, messages });
    expect(requests[0]?.messages).toEqual([...messages, { role: 'user', content: task }]);
  });

  it('comes through a circuit with the settings that the agent has of its own', async () => {
    const circuit = { failureThreshold: 3, breakDurationMs: 30_000 };
    const seen: unknown[] = [];
    const { run } = runParts(
      [
        (_request, context) => {
          seen.push(context.circuit);
          return answer([text('Done.')]);
        },
      ],
      { circuit },
    );
    await run();
    expect(seen).toEqual([circuit]);
  });

  it.each([
    ['simple', 'claude-haiku-5-5'],
    ['standard', 'claude-sonnet-5-5'],
    ['complex', 'claude-opus-5-5'],
  ] as const)('of a %s task comes from %s', async (complexity, model) => {
    const { run, requests } = runParts([answer([text('Done.')])]);
    await run({ complexity });
    expect(requests[0]?.model).toBe(model);
    await run({ complexity, model: 'claude-opus-4-8' });
    expect(requests[1]?.model).toBe('claude-opus-4-8');
  });
});

describe('a stop reason', () => {
  it.each([
    ['end_turn', 'succeeded', 'end_turn'],
    ['stop_sequence', 'succeeded', 'stop_sequence'],
    ['refusal', 'succeeded', 'refusal'],
    ['max_tokens', 'incomplete', 'max_tokens'],
    ['model_context_window_exceeded', 'incomplete', 'context_window'],
    ['something_new', 'succeeded', 'something_new'],
  ])('%s ends the run as %s with %s', async (reason, status, stopReason) => {
    const { run } = runParts([answer([text('So far.')], reason)]);
    expect(await run()).toMatchObject({ status, stopReason, output: 'So far.' });
  });

  it('pause_turn goes on where the model paused, and its texts are one', async () => {
    const { run, requests } = runParts([answer([text('One, ')], 'pause_turn'), answer([text('two.')])]);
    expect(await run()).toMatchObject({ output: 'One, two.', usage: { modelCalls: 2 } });
    expect(requests[1]?.messages.at(-1)).toMatchObject({ role: 'assistant', content: [{ text: 'One, ' }] });
  });

  it('tool_use without a tool call ends the run rather than asking for ever', async () => {
    const { run } = runParts([answer([text('Hm.')], 'tool_use')]);
    expect(await run()).toMatchObject({ status: 'succeeded', usage: { modelCalls: 1 } });
  });
});

describe('tool calls', () => {
  it('of one answer run at the same time, and their results keep its order', async () => {
    const order: string[] = [];
    const gates = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() };
    const waiting = defineTool({
      name: 'waiting',
      description: '',
      input: z.strictObject({ gate: z.enum(['a', 'b']) }),
      run: async ({ gate }) => {
        order.push(`begin ${gate}`);
        await gates[gate].promise;
        order.push(`end ${gate}`);
        if (gate === 'b') gates.a.resolve();
        return gate;
      },
    });
    const calls = [use('waiting', { gate: 'a' }, 't1'), use('waiting', { gate: 'b' }, 't2')];
    const { run, requests } = runParts([answer(calls), answer([text('Done.')])], { tools: [waiting] });
    gates.b.resolve();
    expect(await run()).toMatchObject({ output: 'Done.', usage: { modelCalls: 2, toolCalls: 2 } });
    expect(order).toEqual(['begin a', 'begin b', 'end b', 'end a']);
    expect(results(requests, 1)).toEqual([
      { type: 'tool_result', tool_use_id: 't1', content: 'a' },
      { type: 'tool_result', tool_use_id: 't2', content: 'b' },
    ]);
  });

  it.each([
    ['of a tool that is not there', use('nothing'), 'There is no tool of this name. There are: echo.'],
    ['with an unknown field', use('echo', { words: 'a', loud: true }), 'loud is not a known field'],
    ['with a wrong type', use('echo', { words: 7 }), 'words must be a string'],
    ['beyond a bound', use('echo', { words: 'x'.repeat(21) }), 'words must be at most 20 characters'],
    ['without input', use('echo', null), 'input must be an object'],
  ])('%s is told to the model as an error, and the run goes on', async (title, call, said) => {
    const { run, requests, events } = runParts([answer([call]), answer([text('Sorry.')])], { tools: [echo] });
    expect(await run()).toMatchObject({ status: 'succeeded', output: 'Sorry.' });
    const [result] = results(requests, 1);
    expect(result).toMatchObject({ is_error: true });
    expect(result?.content).toContain(said);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'tool.finished',
        outcome: title.startsWith('of a tool') ? 'error' : 'invalid-input',
      }),
    );
  });

  it('that decline tell the model why', async () => {
    const picky = defineTool({
      name: 'picky',
      description: '',
      input: z.object({}),
      run: () => Promise.reject(declined(safe`There is no order of this id.`)),
    });
    const { run, requests } = runParts([answer([use('picky')]), answer([text('Ok.')])], { tools: [picky] });
    await run();
    expect(results(requests, 1)).toMatchObject([{ is_error: true, content: 'There is no order of this id.' }]);
  });

  it('that are fatal end the run with what the tool says', async () => {
    const broken = defineTool({
      name: 'broken',
      description: '',
      input: z.object({}),
      run: () => Promise.reject(fatal(safe`The ledger is closed.`)),
    });
    const { run, runs } = runParts([answer([use('broken')]), answer([text('never')])], { tools: [broken] });
    const error = await run().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'tool-failed',
      message: 'The ledger is closed.',
      members: { usage: { modelCalls: 1 } },
    });
    const { runId } = (error as AppError).members as { runId: string };
    expect(await runs.find('demo', runId)).toMatchObject({
      status: 'failed',
      body: { error: { code: 'tool-failed' } },
    });
  });

  it('that take too long are stopped, and their fallback stands in where they have one', async () => {
    const aborted: boolean[] = [];
    const options = {
      description: '',
      input: z.object({}),
      timeoutMs: 1_000,
      run: (_input: object, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve) => signal.addEventListener('abort', () => aborted.push(true))),
    };
    const slow = defineTool({ name: 'slow', ...options });
    const kind = defineTool({ name: 'kind', ...options, fallback: () => 'Not available just now.' });
    const calls = [use('slow'), use('kind')];
    const { run, clock, requests } = runParts([answer(calls), answer([text('Ok.')])], { tools: [slow, kind] });
    const running = run();
    await clock.advance(1_000);
    await running;
    expect(results(requests, 1)).toEqual([
      {
        type: 'tool_result',
        tool_use_id: 'toolu_slow',
        content: 'The tool took too long and was stopped.',
        is_error: true,
      },
      { type: 'tool_result', tool_use_id: 'toolu_kind', content: 'Not available just now.' },
    ]);
    expect(aborted).toEqual([true, true]);
    expect(clock.pending).toBe(0);
  });

  it('are not begun once the run has been stopped, even if they would ignore it', async () => {
    let begun = 0;
    const deaf = defineTool({
      name: 'deaf',
      description: '',
      input: z.object({}),
      sideEffects: true,
      run: () => new Promise(() => void (begun += 1)),
    });
    const leave = new AbortController();
    const { run, runs, events } = runParts([answer([use('deaf')])], {
      tools: [deaf],
      claim: {
        complete: async () => 'done',
        release: async () => 'done',
        markEffects: async () => leave.abort(),
      },
    });
    const error = (await run({}, leave.signal).catch((caught: unknown) => caught)) as AppError;
    expect(error.message).toBe('The call was cancelled.');
    expect(begun).toBe(0);
    expect(events.map(({ type }) => type)).not.toContain('tool.finished');
    expect(await runs.find('demo', error.members['runId'] as string)).toMatchObject({ status: 'cancelled' });
  });

  it('that rejects after its own first step made the caller leave takes no process down', async () => {
    const leave = new AbortController();
    const leaving = defineTool({
      name: 'leaving',
      description: '',
      input: z.object({}),
      // Vitest fails on a rejection that nobody handles.
      run: async () => {
        leave.abort();
        throw new Error('too late');
      },
    });
    const { run } = runParts([answer([use('leaving')])], { tools: [leaving] });
    await expect(run({}, leave.signal)).rejects.toMatchObject({ message: 'The call was cancelled.' });
    await new Promise(setImmediate);
  });

  it('whose effects may not be marked are not begun', async () => {
    let begun = 0;
    const refund = defineTool({
      name: 'refund',
      description: '',
      input: z.object({}),
      sideEffects: true,
      run: () => void (begun += 1),
    });
    const { run } = runParts([answer([use('refund')])], {
      tools: [refund],
      claim: {
        complete: async () => 'done',
        release: async () => 'done',
        markEffects: () => Promise.reject(new AppError('run-conflict', safe`taken over`)),
      },
    });
    await expect(run()).rejects.toMatchObject({ code: 'run-conflict' });
    expect(begun).toBe(0);
  });

  it('whose input schema itself throws fail like any other, and the others are told', async () => {
    const odd = defineTool({
      name: 'odd',
      description: '',
      input: z.object({}).check(
        z.refine(() => {
          throw new Error('boom');
        }),
      ),
      run: () => 'never',
    });
    const { run, requests } = runParts([answer([use('odd'), use('echo', { words: 'a' })]), answer([text('Ok.')])], {
      tools: [odd, echo],
    });
    await run();
    expect(results(requests, 1)).toMatchObject([{ content: 'The tool failed.', is_error: true }, { content: 'a' }]);
  });

  it('with a long result are cut between characters, and the model is told', async () => {
    const long = defineTool({ name: 'long', description: '', input: z.object({}), run: () => '🚢'.repeat(100) });
    const { run, requests } = runParts([answer([use('long')]), answer([text('Ok.')])], {
      tools: [long],
      maxToolOutputChars: 51,
    });
    await run();
    const [result] = results(requests, 1);
    expect(result?.content).toMatch(/\[cut: 51 of 200 characters shown\]$/);
    expect(result?.content.isWellFormed()).toBe(true);
  });

  it('give their result as JSON, and have a key that is the same for the same call', async () => {
    const keys: string[] = [];
    const keyed = defineTool({
      name: 'keyed',
      description: '',
      input: z.object({}),
      run: (_input, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        return { ok: [1, null] };
      },
    });
    const { run, requests } = runParts([answer([use('keyed')]), answer([text('Ok.')])], { tools: [keyed] });
    const { runId } = await run();
    expect(results(requests, 1)[0]?.content).toBe('{"ok":[1,null]}');
    expect(keys).toEqual([`${runId}:toolu_keyed`]);
  });
});

describe('a tool that names a circuit', () => {
  type Entry = Awaited<ReturnType<LoopParts['circuits']['enter']>>;
  const watched = (entry: Partial<Entry> = {}) => {
    const told: unknown[] = [];
    const report = async (result: unknown) => void told.push(result);
    const enter = async (...asked: unknown[]) => {
      told.push(asked);
      return { admitted: true, probe: false, began: async () => {}, report, ...entry } as Entry;
    };
    return { told, circuits: { enter } };
  };
  const circuit = { name: 'tool/shop', failureThreshold: 3 };
  const tool = (run: () => unknown, fallback?: () => string) =>
    defineTool({
      name: 'shop',
      description: '',
      input: z.object({}),
      circuit,
      timeoutMs: 1_000,
      run,
      ...(fallback ? { fallback } : {}),
    });
  const script = [answer([use('shop')]), answer([text('Ok.')])];

  it.each([
    ['a result', () => 'fine', 'success'],
    ['a failure', () => Promise.reject(new Error('down')), 'failure'],
    ['a refusal in words', () => Promise.reject(declined(safe`No such order.`)), 'neutral'],
    ['a fatal failure', () => Promise.reject(fatal(safe`Gone.`)), 'failure'],
  ])('tells it of %s', async (_title, work, expected) => {
    const { told, circuits } = watched();
    await runParts(script, { tools: [tool(work)], circuits })
      .run()
      .catch(() => undefined);
    expect(told).toEqual([['tool/shop', { ...circuit, probeLeaseMs: 6_000 }], expected]);
  });

  it('tells it of a timeout of its own, but says nothing when the run itself was out of time', async () => {
    const own = watched();
    const one = runParts(script, { tools: [tool(() => new Promise(() => undefined))], circuits: own.circuits });
    const first = one.run();
    await one.clock.advance(1_000);
    await first;
    expect(own.told[1]).toBe('failure');

    const cutShort = watched();
    const two = runParts(script, { tools: [tool(() => new Promise(() => undefined))], circuits: cutShort.circuits });
    const second = two.run({ timeoutMs: 500 });
    await two.clock.advance(500);
    await second;
    expect(cutShort.told[1]).toBe('neutral');
  });

  it.each([
    ['its fallback stands in', () => 'Later, please.', { content: 'Later, please.' }],
    [
      'the model is told that it is not available',
      undefined,
      { content: 'The tool is not available just now.', is_error: true },
    ],
  ])('is not called while it is open; %s', async (_title, fallback, expected) => {
    let called = false;
    const { circuits } = watched({ admitted: false, retryAfterMs: 5_000 });
    const shop = tool(() => (called = true), fallback);
    const { run, requests } = runParts(script, { tools: [shop], circuits });
    await run();
    expect(called).toBe(false);
    expect(results(requests, 1)).toMatchObject([expected]);
  });
});

describe('a limit', () => {
  const looping = [answer([text('Thinking.'), use('echo', { words: 'again' })])];

  it('on calls ends a loop as incomplete, its tools not run again', async () => {
    const { run, requests } = runParts(looping, { tools: [echo] });
    expect(await run({ maxModelCalls: 3 })).toMatchObject({
      status: 'incomplete',
      stopReason: 'max_model_calls',
      output: 'Thinking.',
      usage: { modelCalls: 3, toolCalls: 2 },
    });
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['on cost', tooDear, 'max_cost'],
    ['of a budget', { ...tooDear, fault: refusal(new AppError('budget-exceeded', safe`no`)) }, 'budget'],
    ['on time', failing('deadline'), 'deadline'],
  ])('%s ends a run that has an answer as incomplete', async (_title, outcome, stopReason) => {
    const { run } = runParts([...looping, outcome], { tools: [echo] });
    expect(await run()).toMatchObject({
      status: 'incomplete',
      stopReason,
      output: 'Thinking.',
      usage: { modelCalls: 1 },
    });
  });

  it('on time keeps what the interrupted answer had said', async () => {
    const cut = { ...failing('deadline'), partial: 'The answer is two, because' };
    const { run } = runParts([...looping, cut], { tools: [echo] });
    expect(await run()).toMatchObject({
      status: 'incomplete',
      stopReason: 'deadline',
      output: 'The answer is two, because',
    });
  });

  it.each([
    ['on cost', tooDear, 'budget-exceeded'],
    ['on time', failing('deadline'), 'upstream-timeout'],
  ])('%s is an error before the first answer', async (_title, outcome, code) => {
    const { run } = runParts([outcome]);
    await expect(run()).rejects.toMatchObject({ code, members: { usage: { modelCalls: 0, costUsd: '0.000001' } } });
  });

  it('on time ends a run whose tools used it up', async () => {
    const slow = defineTool({
      name: 'slow',
      description: '',
      input: z.object({}),
      timeoutMs: 900_000,
      run: () => new Promise(() => undefined),
    });
    const { run, clock, requests } = runParts([answer([text('Wait.'), use('slow')])], { tools: [slow] });
    const running = run({ timeoutMs: 5_000 });
    await clock.advance(5_000);
    expect(await running).toMatchObject({
      status: 'incomplete',
      stopReason: 'deadline',
      output: 'Wait.',
      durationMs: 5_000,
    });
    expect(requests).toHaveLength(1);
  });
});

describe('a run', () => {
  it.each(['Zoë', undefined])(
    'is kept under the pseudonym of the end user of whom the request spoke: %s',
    async (userId) => {
      const { run, runs } = runParts([answer([text('Ok.')])]);
      const { runId } = await run(userId === undefined ? {} : { userId });
      expect(await runs.find('demo', runId)).toMatchObject({ userId: pseudonymOrNull(userId), sessionId: null });
    },
  );

  it('that fails after an answer carries its id and what it used', async () => {
    const { run, runs } = runParts([answer([use('echo', { words: 'a' })]), failing('overloaded')], { tools: [echo] });
    const error = (await run().catch((caught: unknown) => caught)) as AppError;
    expect(error).toMatchObject({
      code: 'upstream-overloaded',
      members: { usage: { modelCalls: 1, costUsd: '0.000002' } },
    });
    const row = await runs.find('demo', error.members['runId'] as string);
    expect(row?.steps).toMatchObject([
      { kind: 'model', status: 'succeeded', attempts: 1, costUsd: '0.000001', usage: { inputTokens: 10 } },
      { kind: 'tool', name: 'echo', status: 'succeeded' },
      { kind: 'model', status: 'failed', error: { code: 'upstream-overloaded' } },
    ]);
  });

  it('answers only when its books are written', async () => {
    const books = Promise.withResolvers<void>();
    const { run, clock } = runParts([
      (_request, { background }) => {
        background.waitUntil(books.promise);
        return answer([text('Done.')]);
      },
    ]);
    let answered = false;
    const running = run().finally(() => (answered = true));
    await clock.advance(0);
    expect(answered).toBe(false);
    books.resolve();
    expect(await running).toMatchObject({ output: 'Done.' });
  });

  it('that breaks in a way nobody foresaw still ends: kept as failed, as `internal`', async () => {
    const { run, runs } = runParts([() => Promise.reject(new TypeError('canary'))]);
    const error = (await run().catch((caught: unknown) => caught)) as AppError;
    expect(error).toMatchObject({ code: 'internal', message: 'Something broke on our side.' });
    expect(await runs.find('demo', error.members['runId'] as string)).toMatchObject({ status: 'failed' });
  });

  it('whose row cannot be kept answers all the same, and says so', async () => {
    const runs = { add: () => Promise.reject(new Error('down')), find: async () => null };
    const { run, events } = runParts([answer([text('Done.')])], { runs });
    expect(await run()).toMatchObject({ output: 'Done.' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'store.failed', operation: 'runs.add' }));
  });

  it('whose caller left is cancelled', async () => {
    const leave = new AbortController();
    const { run } = runParts([
      async (_request, { bounds: { deadline } }) => {
        leave.abort();
        return failing(deadline.stoppedBy ?? 'deadline');
      },
    ]);
    await expect(run({}, leave.signal)).rejects.toMatchObject({
      code: 'upstream-timeout',
      message: 'The call was cancelled.',
    });
  });

  it.each([
    ['an unknown agent', { agent: 'nobody' }, 'invalid-request', 'agent'],
    ['a model without a price', { model: 'claude-fable-5-2' }, 'unpriced-model', 'model'],
  ])('of %s is refused before any call', async (_title, request, code, path) => {
    const { run, requests } = runParts([answer([text('never')])]);
    await expect(run(request)).rejects.toMatchObject({ code, issues: [{ path }] });
    expect(requests).toEqual([]);
  });

  it('of an agent with approvals is refused before any call, pointing to /agent/runs', async () => {
    const risky = defineTool({
      name: 'risky',
      description: '',
      input: z.object({}),
      run: () => '',
      requiresApproval: true,
    });
    const { run, requests } = runParts([answer([text('never')])], { tools: [risky] });
    await expect(run()).rejects.toMatchObject({
      code: 'run-conflict',
      message: expect.stringContaining('/agent/runs') as string,
    });
    expect(requests).toEqual([]);
  });
});

describe('a secret', () => {
  const CANARY = 'canary 7f3a-91c2 sk-ant-api03-canary';

  it('in a tool’s exception reaches neither the model, nor the trace, nor an event', async () => {
    class LeakyError extends Error {
      readonly code = CANARY;
    }
    const leaky = defineTool({
      name: 'leaky',
      description: '',
      input: z.object({}),
      run: () => Promise.reject(new LeakyError(CANARY, { cause: new Error(CANARY) })),
    });
    const { run, requests, events, runs } = runParts(
      [answer([use('leaky'), use(CANARY, {}, 't2')]), answer([text('Ok.')])],
      {
        tools: [leaky],
      },
    );
    const { runId } = await run({ task: CANARY });
    expect(results(requests, 1)[0]?.content).toBe('The tool failed.');
    expect(JSON.stringify(results(requests, 1))).not.toContain('canary');
    expect(JSON.stringify(events)).not.toContain('canary');
    expect(JSON.stringify((await runs.find('demo', runId))?.steps)).not.toContain('canary');
  });

  it.each(['CANARY-hunter2', 'canary', 'CanaryError', 'CANARY_2'])(
    'that looks like a name (%s) reaches no event and no trace',
    async (canary) => {
      const leaky = defineTool({
        name: 'leaky',
        description: '',
        input: z.object({}),
        run: () => Promise.reject(Object.assign(new Error(canary), { code: canary.toLowerCase() })),
      });
      const { run, events, runs } = runParts(
        [answer([use('leaky'), use(canary, {}, 't2')]), answer([text('Ok.')], canary.toLowerCase())],
        { tools: [leaky] },
      );
      const { runId, stopReason } = await run();
      expect(stopReason).toBe(canary.toLowerCase());
      expect(JSON.stringify(events)).not.toMatch(/canary/i);
      const steps = (await runs.find('demo', runId))?.steps;
      expect(steps).toMatchObject([{}, { name: 'leaky' }, { name: 'unknown' }, {}]);
      expect(JSON.stringify(steps)).not.toMatch(/canary/i);
    },
  );

  it('in a fatal tool’s cause reaches nobody', async () => {
    const leaky = defineTool({
      name: 'leaky',
      description: '',
      input: z.object({}),
      run: () => Promise.reject(fatal(safe`It broke.`, new Error(CANARY))),
    });
    const { run, events } = runParts([answer([use('leaky')])], { tools: [leaky] });
    const error = (await run().catch((caught: unknown) => caught)) as AppError;
    expect(`${error.message}${JSON.stringify(error.members)}${JSON.stringify(events)}`).not.toContain('canary');
  });
});
