import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming, Usage } from '@anthropic-ai/sdk/resources/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { asking, clientOf, finalMessage, readStream, toolOf } from './ask.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

let clock: ManualClock;
let claude: SimulatedClaude;
let client: Anthropic;
beforeEach(async () => {
  clock = createManualClock(1_000_000);
  claude = await startSimulatedClaude({ clock });
  client = clientOf(claude.url);
});
afterEach(() => claude.close());

const MINUTE = 60_000;
const marked = (characters: number, ttl?: '5m' | '1h') => ({
  type: 'text' as const,
  text: 'x'.repeat(characters),
  cache_control: { type: 'ephemeral' as const, ...(ttl ? { ttl } : {}) },
});

/** `input + read / written for 5 minutes / for an hour`. */
const split = ({ input_tokens, cache_read_input_tokens, cache_creation }: Usage) => [
  input_tokens,
  cache_read_input_tokens,
  cache_creation?.ephemeral_5m_input_tokens,
  cache_creation?.ephemeral_1h_input_tokens,
];
const ask = async (params: Partial<MessageCreateParamsNonStreaming>, by = client) =>
  split((await by.messages.create(asking('four', params))).usage);

describe('a prompt cache', () => {
  it('is written first and read afterwards, by lifetime, and never counted as input', async () => {
    const system = [marked(400, '1h'), marked(40)];
    expect(await ask({ system })).toEqual([1, 0, 10, 100]);
    expect(await ask({ system })).toEqual([1, 110, 0, 0]);
    const streamed = await finalMessage(client, asking('four', { system }));
    expect(streamed.usage).toMatchObject({
      input_tokens: 1,
      cache_read_input_tokens: 110,
      cache_creation_input_tokens: 0,
    });
  });

  it('says the split by lifetime in message_start, the sum in message_delta', async () => {
    const { events } = await readStream(client, asking('four', { system: [marked(400)] }));
    const usage = { cache_creation_input_tokens: 100, cache_creation: { ephemeral_5m_input_tokens: 100 } };
    expect(events[0]).toMatchObject({ message: { usage } });
    expect(events.at(-2)).toMatchObject({ usage: { cache_creation_input_tokens: 100, input_tokens: 1 } });
    expect(events.at(-2)).not.toHaveProperty('usage.cache_creation');
  });

  it('covers tools before system before messages', async () => {
    const tool = { ...toolOf('a'), cache_control: { type: 'ephemeral' as const } };
    const size = Math.ceil(JSON.stringify(toolOf('a')).length / 4);
    expect(await ask({ tools: [tool], system: 'x'.repeat(40) })).toEqual([11, 0, size, 0]);
    expect(await ask({ tools: [tool], system: 'another' })).toEqual([3, size, 0, 0]);
    expect(await ask({ tools: [{ ...tool, name: 'b' }], system: 'another' })).toEqual([3, 0, size, 0]);
  });

  it('grows with a conversation that marks its end, by block or as a whole', async () => {
    const turns = (count: number) =>
      Array.from(
        { length: count },
        (_, at) => ({ role: at % 2 ? 'assistant' : 'user', content: 'x'.repeat(40) }) as const,
      );
    const automatic = { type: 'ephemeral' as const };
    expect(await ask({ messages: turns(1), cache_control: automatic })).toEqual([0, 0, 10, 0]);
    expect(await ask({ messages: turns(3), cache_control: automatic })).toEqual([0, 10, 20, 0]);
    const last = { role: 'user' as const, content: [marked(4)] };
    expect(await ask({ messages: [...turns(4), last] })).toEqual([0, 30, 11, 0]);
  });

  it('is not shared across keys, models or other prefixes', async () => {
    const system = [marked(400)];
    await ask({ system });
    expect(await ask({ system, model: 'claude-opus-5-5' })).toEqual([1, 0, 100, 0]);
    expect(await ask({ system }, clientOf(claude.url, 'another-key'))).toEqual([1, 0, 100, 0]);
    expect(await ask({ system: [marked(404)] })).toEqual([1, 0, 101, 0]);
    expect(await ask({ system })).toEqual([1, 100, 0, 0]);
  });

  it('expires by its lifetime, counted from its last use', async () => {
    const short = [marked(400)];
    const long = [marked(800, '1h')];
    await ask({ system: short });
    await ask({ system: long });
    clock.advance(4 * MINUTE);
    expect(await ask({ system: short })).toEqual([1, 100, 0, 0]);
    clock.advance(5 * MINUTE - 1);
    expect(await ask({ system: short })).toEqual([1, 100, 0, 0]);
    clock.advance(5 * MINUTE);
    expect(await ask({ system: short })).toEqual([1, 0, 100, 0]);
    expect(await ask({ system: long })).toEqual([1, 200, 0, 0]);
    clock.advance(60 * MINUTE);
    expect(await ask({ system: long })).toEqual([1, 0, 0, 200]);
  });

  it('is not written by a request that was refused', async () => {
    await client.messages.create(asking('[[fault:529]]', { system: [marked(400)] })).catch(() => undefined);
    expect(await ask({ system: [marked(400)] })).toEqual([1, 0, 100, 0]);
  });
});

it('tells whatever tokens a directive says', async () => {
  const { usage } = await client.messages.create(asking('[[tokens:in=100,out=20,read=5,write5m=3,write1h=2]]'));
  expect(split(usage)).toEqual([100, 5, 3, 2]);
  expect(usage).toMatchObject({ output_tokens: 20, cache_creation_input_tokens: 5 });
  expect((await client.messages.create(asking('four [[tokens:out=7]]'))).usage).toMatchObject({
    input_tokens: 6,
    output_tokens: 7,
  });
});
