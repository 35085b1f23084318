import { defineAgent, defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../lib/durable-run/submission.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import type { ResponseCache } from '../../lib/response-cache/response-cache.ts';
import { playLoop } from './play-loop.ts';
import { failing, reflecting } from './reflecting.ts';
import { answer, runParts, text, use } from './run-parts.ts';

const output = z.strictObject({ total: z.int().check(z.minimum(1)), note: z.optional(z.string()) });
const json = (value: unknown, stop?: string) => answer([text(JSON.stringify(value))], stop);
const good = json({ total: 3 });
const bad = json({ total: 'three' });
const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
const calling = answer([text('{"total":9}'), use('look')]);

const parts = (script: readonly Outcome[], options = {}) => runParts(script, { output, ...options });

describe('an agent with an output', () => {
  it('is asked for by its schema, and answers with what the schema makes of it', async () => {
    const { run, requests, runs } = parts([good]);
    const told = await run();
    expect(told).toMatchObject({ status: 'succeeded', stopReason: 'end_turn', output: '{"total":3}' });
    expect(told.result).toEqual({ total: 3 });
    expect(requests[0]?.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { total: { type: 'integer', description: 'minimum: 1' }, note: { type: 'string' } },
          required: ['total'],
          additionalProperties: false,
        },
      },
    });
    expect((await runs.find('demo', told.runId))?.body).toMatchObject({ result: { total: 3 } });
  });

  it('keeps the form in every call of a run with tools', async () => {
    const { run, requests } = parts([answer([use('look')]), good], { tools: [look] });
    expect((await run()).result).toEqual({ total: 3 });
    expect(requests.map((request) => request.output_config?.format?.type)).toEqual(['json_schema', 'json_schema']);
    expect(requests[1]?.tools).toHaveLength(1);
  });

  it('has an answer that the schema refuses mended once, told what is wrong', async () => {
    const { run, requests } = parts([bad, good]);
    expect(await run()).toMatchObject({ status: 'succeeded', result: { total: 3 }, output: '{"total":3}' });
    expect(requests[1]?.messages.at(-1)?.content).toContain('- total must be a number.');
    expect(requests).toHaveLength(2);
  });

  it('reads what the schema changes and what is set off as code', async () => {
    const changing = z.object({ total: z._default(z.int(), 7) });
    const { run } = parts([answer([text('```json\n{"more": 1}\n```')])], { output: changing });
    expect((await run()).result).toEqual({ total: 7 });
  });

  it.each<[string, Outcome]>([
    ['another that the schema refuses', json({ total: 0 })],
    ['no JSON', answer([text('Three.')])],
    ['no answer of the model', failing('overloaded')],
  ])('ends as invalid_output after %s', async (_title, second) => {
    const told = await parts([bad, second]).run();
    expect(told).toMatchObject({ status: 'incomplete', stopReason: 'invalid_output' });
    expect(told).not.toHaveProperty('result');
  });

  it('has no result of an answer that was cut, and mends none', async () => {
    const { run, requests } = parts([answer([text('{"total":')], 'max_tokens')]);
    expect(await run()).toMatchObject({ status: 'incomplete', stopReason: 'max_tokens', output: '{"total":' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['at once', [answer([text('I cannot.')], 'refusal')]],
    ['when it is to mend', [bad, answer([text('I cannot.')], 'refusal')]],
  ])('may be refused %s, which is an answer', async (_title, script) => {
    const told = await parts(script).run();
    expect(told).toMatchObject({ status: 'succeeded', stopReason: 'refusal', output: 'I cannot.' });
    expect(told).not.toHaveProperty('result');
  });

  it('does not mend beyond the limit of calls; what was said stands', async () => {
    const told = await parts([bad, good], { maxModelCalls: 1 }).run();
    expect(told).toMatchObject({ stopReason: 'max_model_calls', output: '{"total":"three"}' });
    expect(told).not.toHaveProperty('result');
  });

  it('tells what stands again where its mending was cut', async () => {
    const { run, heard } = reflecting([bad, answer([text('{"to')], 'max_tokens')], { output, pattern: 'react' });
    expect(await run()).toMatchObject({ stopReason: 'max_tokens', output: '{"total":"three"}' });
    expect(heard.text).toBe('{"total":"three"}');
    expect(heard.events.filter((event) => event === 'text.reset').length).toBeGreaterThan(0);
  });

  it('is reviewed in words, and read when it is approved', async () => {
    const { run, requests } = reflecting([bad, answer([text('APPROVED')]), good], { output });
    expect(await run()).toMatchObject({ status: 'succeeded', result: { total: 3 } });
    expect(requests.map(({ output_config: config }) => config === undefined)).toEqual([false, true, false]);
  });

  it.each<[string, Outcome]>([
    ['deadline', failing('deadline')],
    ['review_failed', answer([])],
  ])('has no result of a draft that %s keeps from its review, and mends none', async (stopReason, review) => {
    for (const first of [good, bad]) {
      const { run, requests } = reflecting([first, review, good], { output });
      const told = await run();
      expect(told).toMatchObject({ status: 'incomplete', stopReason });
      expect(told).not.toHaveProperty('result');
      expect(requests).toHaveLength(2);
    }
  });

  it('has no result of words whose tool calls were never run', async () => {
    const told = await parts([calling], { tools: [look], maxModelCalls: 1 }).run();
    expect(told).toMatchObject({ stopReason: 'max_model_calls', output: '{"total":9}' });
    expect(told).not.toHaveProperty('result');
  });

  it('has words from before the last tool call mended, as they are no answer', async () => {
    const { run, requests } = parts([calling, answer([]), good], { tools: [look] });
    expect(await run()).toMatchObject({ status: 'succeeded', result: { total: 3 }, output: '{"total":3}' });
    expect(requests).toHaveLength(3);
    const again = await parts([bad, calling, answer([])], { tools: [look] }).run();
    expect(again).toMatchObject({ status: 'incomplete', stopReason: 'invalid_output' });
    expect(again).not.toHaveProperty('result');
    const reviewed = [calling, answer([]), answer([text('APPROVED')]), good];
    expect(await reflecting(reviewed, { output }).run()).toMatchObject({ result: { total: 3 } });
  });

  it('has no cached answer of an agent whose output is another', async () => {
    const keys = new Set<string>();
    const flight = { store: async () => {}, free: async () => {}, unstorable: async () => {} };
    const responses: ResponseCache = {
      open: async (key) => {
        keys.add(JSON.stringify(key));
        return { kind: 'miss', failed: false, stale: null, flight };
      },
    };
    for (const asked of [output, z.object({ total: z.int() }), output])
      await parts([good], { responses, output: asked, cache: { ttlSeconds: 60 } }).run();
    expect(keys.size).toBe(2);
  });

  it('is given from the cache as it was', async () => {
    const { run, requests } = parts([bad, good, good], { cache: { ttlSeconds: 60 } });
    await run();
    expect(await run()).toMatchObject({ cache: 'hit', result: { total: 3 }, output: '{"total":3}' });
    expect(requests).toHaveLength(2);
  });
});

it('a run with an output that is replayed from any point ends as it would have', async () => {
  const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
  const agent = defineAgent({ name: 'typed', description: '', system: 'You are a test.', models, output });
  const script = [bad, good];
  const played = (known: ReadonlyMap<string, string>) =>
    playLoop({ agent, known, answer: (call) => script[call - 1] as Outcome });
  const first = await played(new Map());
  expect(first.names).toEqual(['model-1', 'close-1', 'output-1', 'model-2', 'output-2']);
  expect(first.result).toMatchObject({ result: { total: 3 }, ending: { stop: 'end_turn' } });
  const entries = [...first.kept];
  for (let known = 1; known <= entries.length; known += 1) {
    const again = await played(new Map(entries.slice(0, known)));
    expect(again.names).toEqual(first.names);
    expect(again.result).toEqual(first.result);
  }
});

it('a run under way is not gone on with under another output', async () => {
  const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
  const agent = { name: 'typed', description: '', system: 'You are a test.', models };
  const prints = [undefined, output, z.object({ total: z.int() }), output].map((each) =>
    fingerprintOf(defineAgent(each === undefined ? agent : { ...agent, output: each })),
  );
  const [none, one, other, same] = await Promise.all(prints);
  expect(new Set([none, one, other]).size).toBe(3);
  expect(same).toBe(one);
});
