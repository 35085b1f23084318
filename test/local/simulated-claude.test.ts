import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../upstream/system-clock.ts';
import { asking, clientOf, finalMessage, readStream, rejection, textOf, toolOf } from './simulated-claude/ask.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterAll(() => claude.close());

describe('an answer', () => {
  it('says that it is simulated and quotes the task', async () => {
    const { data, request_id } = await client.messages.create(asking('Who was Ada Lovelace?')).withResponse();
    expect(textOf(data)).toMatch(/^Simulated Claude: .*"Who was Ada Lovelace\?"/);
    expect(data).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-5-5',
      stop_reason: 'end_turn',
    });
    expect(request_id).toMatch(/^req_/);
  });

  it('is the same as JSON and as a stream, usage included', async () => {
    const json = await client.messages.create(asking('Say something'));
    const { id: _json, ...first } = json;
    const { id: _stream, ...second } = await finalMessage(client, asking('Say something'));
    expect(second).toMatchObject(first);
  });

  it('streams in the order of the API, with a ping and cumulative usage', async () => {
    const { types, events } = await readStream(client, asking('[[say:short]]'));
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(events[0]).toMatchObject({ message: { content: [], stop_reason: null, usage: { output_tokens: 1 } } });
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } });
    const raw = await fetch(`${claude.url}/v1/messages?beta=true`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ ...asking('hi'), stream: true }),
    });
    expect(await raw.text()).toContain('event: ping\ndata: {"type":"ping"}\n\n');
  });

  it('never splits a surrogate pair between two deltas', async () => {
    for (const before of ['', 'x']) {
      const said = before + '🚢'.repeat(100);
      const { events } = await readStream(client, asking(`[[say:${said}]]`));
      const deltas = events.flatMap((event) =>
        event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? [event.delta.text] : [],
      );
      expect(deltas.length).toBeGreaterThan(5);
      expect(deltas.every((delta) => delta.isWellFormed())).toBe(true);
      expect(deltas.join('')).toBe(said);
    }
  });
});

describe('token counts', () => {
  it('are some four characters each, at least one, and the same every time', async () => {
    const count = async (text: string) =>
      (await client.messages.countTokens({ model: 'claude-haiku-5-5', messages: asking(text).messages })).input_tokens;
    expect(await Promise.all(['x', 'four', 'five5', 'x'.repeat(400)].map(count))).toEqual([1, 1, 2, 100]);
    expect((await client.messages.create(asking('x'.repeat(400)))).usage.input_tokens).toBe(100);
  });

  it('count system and tools too', async () => {
    const { model, messages } = asking('four');
    const { input_tokens } = await client.messages.countTokens({
      model,
      messages,
      system: 'x'.repeat(40),
      tools: [toolOf('a')],
    });
    expect(input_tokens).toBe(1 + 10 + Math.ceil(JSON.stringify(toolOf('a')).length / 4));
  });

  it('stay within max_tokens, the text cut between characters', async () => {
    const answer = await client.messages.create(asking(`[[say:${'🚢'.repeat(50)}]]`, { max_tokens: 3 }));
    expect(answer).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 3 } });
    expect(textOf(answer)).toBe('🚢'.repeat(6));
    const odd = await client.messages.create(asking(`[[say:x${'🚢'.repeat(50)}]]`, { max_tokens: 1 }));
    expect(textOf(odd)).toBe('x🚢');
  });

  it('stop at the first stop sequence', async () => {
    const answer = await client.messages.create(
      asking('[[say:one END two STOP]]', { stop_sequences: ['STOP', 'END'] }),
    );
    expect(answer).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' });
    expect(textOf(answer)).toBe('one ');
  });
});

describe('the model catalogue', () => {
  it('lists its models and finds one, also by its dated id', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain('claude-sonnet-5-5');
    expect(await client.models.retrieve('claude-haiku-4-5-20251001')).toMatchObject({
      line: 'haiku',
      max_input_tokens: 200_000,
    });
    expect(await rejection(client.models.retrieve('claude-none'))).toBeInstanceOf(Anthropic.NotFoundError);
  });
});

it('ends at once on close, whatever is being answered', async () => {
  const other = await startSimulatedClaude({ clock: systemClock });
  const hanging = rejection(clientOf(other.url).messages.create(asking('[[hang]]')));
  const stalled = readStream(clientOf(other.url), asking('[[stall:1]]'), () => void other.close());
  expect((await stalled).error).toBeInstanceOf(Error);
  expect(await hanging).toBeInstanceOf(Anthropic.APIConnectionError);
});

it('refuses a port that is taken', async () => {
  const taken = startSimulatedClaude({ port: Number(new URL(claude.url).port), clock: systemClock });
  expect(await rejection(taken)).toMatchObject({ code: 'EADDRINUSE' });
});
