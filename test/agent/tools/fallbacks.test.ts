import { declined, defineTool, safe, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { silentStream } from '../../../lib/agent/loop/run-stream.ts';
import { createMemoryToolUsageStore } from '../../../lib/usage/memory-tool-store.ts';
import { answer, runParts, text, use } from '../run-parts.ts';

const input = z.strictObject({});
const description = 'For tests.';
const tools = [
  defineTool({
    name: 'weather',
    description,
    input,
    run: () => Promise.reject(new Error('down')),
    fallback: () => 'No weather just now.',
  }),
  defineTool({
    name: 'orders',
    description,
    input,
    run: () => Promise.reject(declined(safe`There is no such order.`)),
  }),
  defineTool({ name: 'stock', description, input, run: () => Promise.reject(new Error('down')) }),
  defineTool({ name: 'time', description, input, run: () => 'noon' }),
];
const calls = [
  use('weather', {}, 't1'),
  use('weather', {}, 't2'),
  use('orders'),
  use('orders', { id: 7 }, 't3'),
  use('stock'),
  use('time'),
];

/** What a run of such calls comes to, for all who hear of it. */
const ran = async () => {
  const heard: [string, boolean][] = [];
  const toolUsage = createMemoryToolUsageStore();
  const stream = {
    ...silentStream,
    toolFinished: (_id: string, name: string, isError: boolean) => void heard.push([name, isError]),
  };
  const { run, requests, events, runs, clock } = runParts([answer(calls), answer([text('Ok.')])], {
    tools,
    stream,
    toolUsage,
  });
  const told = await run();
  const row = await runs.find('demo', told.runId);
  const used = await Array.fromAsync(toolUsage.inHour('demo', clock.now()));
  return { told, heard, requests, events, row, calls: used.flatMap((record) => record.calls) };
};

describe('a tool that falls back', () => {
  it('is named by the answer, once, and by no answer whose tools only failed or declined', async () => {
    const { told, row } = await ran();
    expect(told.toolFallbacks).toEqual(['weather']);
    expect(row?.body).toMatchObject({ toolFallbacks: ['weather'] });
    const { run } = runParts([answer(calls.slice(2)), answer([text('Ok.')])], { tools });
    expect(await run()).not.toHaveProperty('toolFallbacks');
  });

  it('is an error for whoever listens, is marked in the trace, and gives the model a result', async () => {
    const { heard, row, requests } = await ran();
    expect(heard.filter(([name]) => name === 'weather')).toEqual([
      ['weather', true],
      ['weather', true],
    ]);
    expect(heard).toContainEqual(['time', false]);
    const steps = row?.steps.filter(({ kind }) => kind === 'tool');
    expect(steps?.[0]).toMatchObject({ status: 'failed', error: { code: 'failed' }, fallback: true });
    expect(steps?.slice(2).every((step) => !('fallback' in step))).toBe(true);
    expect(requests[1]?.messages.at(-1)?.content).toContainEqual({
      type: 'tool_result',
      tool_use_id: 't1',
      content: 'No weather just now.',
    });
  });

  it('counts as an error of the tool, where a call that is declined or wrong does not', async () => {
    const { calls: counted, events } = await ran();
    expect(counted.map(({ tool, isError }) => [tool, isError])).toEqual([
      ['weather', true],
      ['weather', true],
      ['orders', false],
      ['orders', false],
      ['stock', true],
      ['time', false],
    ]);
    const outcomes = events.flatMap((event) => (event.type === 'tool.finished' ? [event.outcome] : []));
    expect(outcomes.toSorted()).toEqual(['declined', 'error', 'fallback', 'fallback', 'invalid-input', 'ok']);
  });
});
