import { defineAgent, z } from 'ballast';
import { calls, declines, faults, says, testRun } from 'ballast/testing';
import { expect, it } from 'vitest';
import { keeper, stock } from './agent.ts';

const counter = defineAgent({
  name: 'counter',
  description: 'Counts what is in stock.',
  system: 'Count.',
  models: keeper.models,
  fallbackModels: ['claude-haiku-4-5'],
  tools: [stock],
  output: z.strictObject({ item: z.string(), left: z.int() }),
});
const three = { item: 'rope', left: 3 };
const fetch = () => Response.json({ left: 3 });

it('an answer by schema is tested like any other, its tools included, in JSON and in events', async () => {
  const run = await testRun(counter, 'How much rope?', [calls(stock, { item: 'rope' }), says(three)], { fetch });
  expect(run).toMatchObject({ status: 'succeeded', result: three, output: '{"item":"rope","left":3}' });
  expect(run.events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { result: three } });
});

it('what it has mended stands in the events after a reset', async () => {
  const run = await testRun(counter, 'How much rope?', ['Three.', says(three)]);
  expect(run).toMatchObject({ result: three, usage: { modelCalls: 2 } });
  const heard = run.events.map(({ event, data }) => (event === 'text.delta' ? data['text'] : event));
  expect(heard.slice(-5)).toEqual([
    'Three.',
    'text.reset',
    'model.started',
    '{"item":"rope","left":3}',
    'run.succeeded',
  ]);
});

it('a stand-in is held to the same form', async () => {
  const script = { 'claude-sonnet-5-5': [faults.overloaded()], 'claude-haiku-4-5': [says(three)] };
  const run = await testRun(counter, 'How much rope?', script, { settings: { MAX_RETRIES: 0 } });
  expect(run).toMatchObject({ result: three, degraded: { servedBy: 'fallback-model' } });
  expect(run.requests[1]?.output_config).toEqual(run.requests[0]?.output_config);
});

it('what is no result is none: a refusal, an answer that was cut, two that are not of the form', async () => {
  const ends = [[declines('No.')], [says('{"item', { stopReason: 'max_tokens' })], ['Three.', 'Three pieces.']];
  const runs = await Promise.all(ends.map((script) => testRun(counter, 'How much rope?', script)));
  expect(runs.map(({ stopReason, result }) => [stopReason, result])).toEqual([
    ['refusal', null],
    ['max_tokens', null],
    ['invalid_output', null],
  ]);
  const last = runs.map(({ events }) => events.at(-1));
  expect(last.map((event) => [event?.event, event?.data['stopReason'], 'result' in (event?.data ?? {})])).toEqual([
    ['run.succeeded', 'refusal', false],
    ['run.succeeded', 'max_tokens', false],
    ['run.succeeded', 'invalid_output', false],
  ]);
});
