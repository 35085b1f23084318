import { defineAgent, defineTool, z } from 'ballast';
import { always, calls, faults, says, testRun } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { clock, KEEPER, keeper } from './agent.ts';

describe('a request', () => {
  it('may be more than its task', async () => {
    const messages = [
      { role: 'user' as const, content: 'Hi' },
      { role: 'assistant' as const, content: 'Hello.' },
    ];
    const run = await testRun(keeper, { task: 'x', complexity: 'complex', messages }, ['y']);
    expect(run.model).toBe('claude-opus-5-5');
    expect(run.requests[0]?.messages).toHaveLength(3);
  });

  it('is bounded as it asks', async () => {
    const run = await testRun(keeper, { task: 'x', maxModelCalls: 1 }, [calls(clock)]);
    expect(run).toMatchObject({ status: 'incomplete', stopReason: 'max_model_calls' });
    expect(run.tools).toEqual([]);
  });
});

describe('a script for each model', () => {
  it('is played by the model that is asked', async () => {
    const run = await testRun(keeper, { task: 'x', complexity: 'simple' }, { 'claude-haiku-5-5': ['Small.'] });
    expect(run).toMatchObject({ output: 'Small.', model: 'claude-haiku-5-5' });
  });

  it('shows a stand-in that answers for a model that is down', async () => {
    const agent = defineAgent({ ...KEEPER, fallbackModels: ['claude-haiku-4-5'], fallbackMessage: 'Later.' });
    const down = Array(4).fill(faults.overloaded());
    const run = await testRun(agent, 'x', { 'claude-sonnet-5-5': down, 'claude-haiku-4-5': ['I stand in.'] });
    expect(run).toMatchObject({ output: 'I stand in.', model: 'claude-haiku-4-5' });
    expect(run.degraded).toEqual({ reason: 'upstream-overloaded', servedBy: 'fallback-model' });
  });
});

it('shows what a caller is told where every model is down', async () => {
  const agent = defineAgent({ ...KEEPER, fallbackMessage: 'Later.' });
  const run = await testRun(agent, 'x', Array(4).fill(faults.overloaded()));
  expect(run).toMatchObject({ output: 'Later.', error: null });
  expect(run.degraded).toEqual({ reason: 'upstream-overloaded', servedBy: 'default' });
});

describe('the tenant', () => {
  it('has limits that hold', async () => {
    const run = await testRun(keeper, 'x', [], { tenant: { dailyBudgetUsd: '0.000001' } });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'budget-exceeded' } });
    const slow = await testRun(keeper, 'x', [], { tenant: { requestsPerMinute: 0 } });
    expect(slow.error?.code).toBe('forbidden');
  });

  it('has tools that it may not use: the model is not offered them', async () => {
    const run = await testRun(keeper, 'x', ['y'], { tenant: { allowedTools: ['clock'] } });
    expect(run.requests[0]?.tools?.map((tool) => ('name' in tool ? tool.name : ''))).toEqual(['clock']);
  });
});

describe('the stage', () => {
  it('has settings', async () => {
    const run = await testRun(keeper, 'x', [faults.broken()], { settings: { MAX_RETRIES: 0 } });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'upstream-error' } });
    const quick = await testRun(keeper, 'x', [faults.silent(), 'y'], { settings: { FIRST_TOKEN_TIMEOUT_MS: 1_000 } });
    expect(quick.durationMs).toBe(1_250);
  });
});

it('a caller who leaves ends the run', async () => {
  const leaving = new AbortController();
  leaving.abort();
  const run = await testRun(keeper, 'x', [], { signal: leaving.signal });
  expect(run.error?.code).toBe('upstream-timeout');
});

it('a caller may leave while a tool works', async () => {
  const leaving = new AbortController();
  const fetch = () => {
    setImmediate(() => leaving.abort());
    return 'hangs' as const;
  };
  const run = await testRun(keeper, 'x', [calls('stock', { item: 'rope' })], { fetch, signal: leaving.signal });
  expect(run).toMatchObject({ status: 'failed', durationMs: 0, tools: [{ name: 'stock', result: null }] });
});

it('an agent that reflects is scripted call by call: draft, review, revision, review', async () => {
  const agent = defineAgent({ ...KEEPER, pattern: 'reflection' });
  const script = ['Two.', 'REVISE\nCount again.', calls(clock), 'Three.', 'APPROVED'];
  const run = await testRun(agent, 'How many?', script);
  expect(run).toMatchObject({ status: 'succeeded', output: 'Three.', tools: [{ name: 'clock' }] });
  expect(run.requests).toHaveLength(5);
});

it('runs do not know each other, also at the same time', async () => {
  const runs = await Promise.all(
    ['a', 'b', 'c'].map((text) => testRun(keeper, text, [faults.cut({ after: text }), says(`${text}!`)])),
  );
  expect(runs.map(({ output }) => output)).toEqual(['a!', 'b!', 'c!']);
  expect(new Set(runs.map(({ durationMs }) => durationMs)).size).toBe(1);
});

it('takes no time for packing a long answer for the cache', async () => {
  const long = Array.from({ length: 20_000 }, (_, at) => `${at}`).join(' ');
  const run = await testRun(keeper, { task: 'Tell.', cache: 'use' }, [says(long)]);
  expect(run).toMatchObject({ output: long, durationMs: 0 });
});

describe('a turn of every call from here on', () => {
  const agent = defineAgent({ ...KEEPER, fallbackModels: ['claude-haiku-4-5'] });
  const down = always(faults.overloaded());

  it('answers however often a model is asked, whatever the retries are', async () => {
    for (const MAX_RETRIES of [0, 2]) {
      const script = { 'claude-sonnet-5-5': [down], 'claude-haiku-4-5': ['I stand in.'] };
      const run = await testRun(agent, 'x', script, { settings: { MAX_RETRIES } });
      expect(run).toMatchObject({ output: 'I stand in.', model: 'claude-haiku-4-5' });
      expect(run.requests).toHaveLength(MAX_RETRIES + 2);
    }
  });

  it('may be of no call, but not of a model that was never asked', async () => {
    expect((await testRun(keeper, 'x', ['Done.', always('More.')])).output).toBe('Done.');
    const run = testRun(agent, 'x', { 'claude-sonnet-5-5': ['Done.'], 'claude-haiku-4-5': [down] });
    await expect(run).rejects.toThrow('never asked for: claude-haiku-4-5 always overloaded.');
  });

  it('stands last', async () => {
    await expect(testRun(keeper, 'x', [always('x'), 'y'])).rejects.toThrow(/^always\(…\) stands last in its list/);
  });
});

describe('a tool that a person approves', () => {
  const refund = defineTool({
    name: 'refund',
    description: 'Refunds.',
    input: z.strictObject({}),
    sideEffects: true,
    requiresApproval: true,
    run: () => 'refunded',
  });
  const agent = defineAgent({ ...KEEPER, tools: [refund] });

  it('is called where the test says that a person does', async () => {
    const run = await testRun(agent, 'x', [calls(refund), 'Done.'], { approves: true });
    expect(run.tools).toMatchObject([{ name: 'refund', result: 'refunded' }]);
  });

  it('is refused otherwise, as by POST /agent/run', async () => {
    expect((await testRun(agent, 'x', [])).error).toMatchObject({ code: 'run-conflict' });
  });
});
