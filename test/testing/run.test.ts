import { calls, declines, faults, says, testRun, together } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { clock, keeper, stock } from './agent.ts';

const left = (count: number) => () => Response.json({ left: count });

describe('a tested run', () => {
  it('has the answer, its usage and its cost', async () => {
    const run = await testRun(keeper, 'Hello', [says('Welcome.', { usage: { input: 1_000, output: 100 } })]);
    expect(run).toMatchObject({ status: 'succeeded', output: 'Welcome.', stopReason: 'end_turn', error: null });
    expect(run.model).toBe('claude-sonnet-5-5');
    expect(run.usage).toMatchObject({ modelCalls: 1, toolCalls: 0, inputTokens: 1_000, outputTokens: 100 });
    expect(Number(run.usage?.costUsd)).toBeGreaterThan(0);
    expect(run.tools).toEqual([]);
  });

  it('has each call of a tool, with what the model was told', async () => {
    const script = [together('Let me see.', calls(stock, { item: 'rope' }), calls(clock)), 'Three.'];
    const run = await testRun(keeper, 'How much rope?', script, { fetch: left(3) });
    expect(run.tools).toEqual([
      { name: 'stock', input: { item: 'rope' }, result: '{"left":3}', isError: false, threw: undefined },
      { name: 'clock', input: {}, result: '2026-11-20T12:00:00.000Z', isError: false, threw: undefined },
    ]);
    expect(run.output).toBe('Three.');
  });

  it('has what the model was sent', async () => {
    const run = await testRun(keeper, 'How much rope?', [calls('stock', { item: 'rope' }), 'x'], { fetch: left(3) });
    expect(run.requests).toHaveLength(2);
    expect(run.requests[0]).toMatchObject({ model: 'claude-sonnet-5-5', max_tokens: 4_096 });
    expect(run.requests[0]?.messages).toEqual([{ role: 'user', content: 'How much rope?' }]);
    expect(run.requests[1]?.messages).toHaveLength(3);
  });

  it('has the events that a caller hears, in their order', async () => {
    const run = await testRun(keeper, 'What time?', [calls(clock), faults.cut({ after: 'It i' }), 'It is noon.']);
    expect(run.events.map(({ event }) => event)).toEqual([
      ...['run.started', 'model.started', 'tool.started', 'tool.finished'],
      ...['model.started', 'text.delta', 'text.reset', 'text.delta', 'run.succeeded'],
    ]);
    expect(run.events.flatMap(({ event, data }) => (event === 'text.delta' ? [data['text']] : []))).toEqual([
      'It i',
      'It is noon.',
    ]);
    expect(run.events.at(-1)?.data).toMatchObject({ status: 'succeeded', output: 'It is noon.' });
  });

  it('has what logs and metrics are made of', async () => {
    const run = await testRun(keeper, 'Hello', [faults.overloaded(), 'x']);
    expect(run.telemetry).toContainEqual(expect.objectContaining({ type: 'model.retried', fault: 'overloaded' }));
  });

  it('is the same each time, to the millisecond and the id', async () => {
    const once = () => testRun(keeper, 'Hello', [faults.silent(), faults.cut({ after: 'a' }), calls(clock), 'x']);
    const [first, second] = [await once(), await once()];
    expect(second).toEqual(first);
    expect(first.durationMs).toBeGreaterThan(30_000);
  });

  it('ends where its model declines, or says too much', async () => {
    expect(await testRun(keeper, 'x', [declines()])).toMatchObject({ status: 'succeeded', stopReason: 'refusal' });
    const cut = await testRun(keeper, 'x', [says('Once upon', { stopReason: 'max_tokens' })]);
    expect(cut).toMatchObject({ status: 'incomplete', output: 'Once upon', stopReason: 'max_tokens' });
  });

  it('resolves where it fails, with the error, its costs and an empty output', async () => {
    const run = await testRun(keeper, 'x', Array(4).fill(faults.unavailable()));
    expect(run).toMatchObject({ status: 'failed', output: '', stopReason: null, model: null });
    expect(run.error).toMatchObject({ code: 'upstream-overloaded' });
    expect(run.usage).toMatchObject({ modelCalls: 0 });
    expect(run.events.at(-1)).toMatchObject({ event: 'run.failed', data: { code: 'upstream-overloaded' } });
  });

  it('has no events where the run was refused before its first model call', async () => {
    const run = await testRun(keeper, 'x', [], { tenant: { allowedAgents: [] } });
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'forbidden' },
      events: [],
      requests: [],
      usage: null,
    });
  });
});
