import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedClaude, startSimulatedClaude } from '../../../local/simulated-claude/start-simulated-claude.ts';
import { systemClock } from '../../upstream/system-clock.ts';
import { asking, clientOf, post, rejection, toolOf } from './ask.ts';

let claude: SimulatedClaude;
let client: Anthropic;
beforeAll(async () => {
  claude = await startSimulatedClaude({ clock: systemClock });
  client = clientOf(claude.url);
});
afterAll(() => claude.close());

const messagesUrl = () => `${claude.url}/v1/messages`;
const user = { role: 'user', content: 'hi' };
const use = (id: string) => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'a', input: {} }] });
const result = (id: string) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] });
const cached = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };
const long = { ...cached, cache_control: { type: 'ephemeral', ttl: '1h' } };

describe('a request that the API would refuse', () => {
  it.each([
    ['without a model', { model: undefined }, 'model: Field required'],
    ['without max_tokens', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['with max_tokens over what the model can', { max_tokens: 200_000 }, 'max_tokens: 200000 > 128000'],
    ['with max_tokens that is no number', { max_tokens: '5' }, 'max_tokens: Input should be a valid number'],
    ['without messages', { messages: undefined }, 'messages: Field required'],
    ['with no message', { messages: [] }, 'messages: at least one message is required'],
    [
      'with an unknown role',
      { messages: [{ role: 'robot', content: 'x' }] },
      "messages.0.role: Input should be 'user' or 'assistant' or 'system'",
    ],
    ['with empty content', { messages: [{ role: 'user', content: '' }] }, 'messages.0: content must be non-empty'],
    [
      'with an empty text',
      { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
      'messages.0.content.0: ',
    ],
    [
      'with a text block without text',
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'messages.0.content.0.text.text: Field',
    ],
    [
      'with a tool_result without its tool_use',
      { messages: [user, result('a')] },
      'messages.0: tool_result a has no tool_use',
    ],
    [
      'with a tool_use without its tool_result',
      { messages: [user, use('a'), user] },
      'messages.1: tool_use a has no tool_result',
    ],
    [
      'with one tool_use id twice',
      { messages: [user, use('a'), result('a'), use('a'), result('a')] },
      'messages.3: tool_use ids must be unique',
    ],
    ['with two tools of one name', { tools: [toolOf('a'), toolOf('a')] }, 'tools: Tool names must be unique'],
    ['with a tool without a schema', { tools: [{ name: 'a' }] }, 'tools.0.custom.input_schema: Field required'],
    ['with a tool name that is none', { tools: [toolOf('a b')] }, 'tools.0.name: '],
    [
      'with five cache breakpoints',
      { system: Array(5).fill(cached) },
      'a maximum of 4 blocks with cache_control may be provided, found 5',
    ],
    [
      'with a long cache after a short one',
      { system: [cached, long] },
      'cache_control: a ttl of 1h must not come after one of 5m',
    ],
    [
      'with a prompt over the context window',
      { model: 'claude-haiku-4-5', system: 'x'.repeat(800_004) },
      'prompt is too long: 200002 tokens > 200000 maximum',
    ],
  ])('%s is 400', async (_title, change, message) => {
    const answer = await post(messagesUrl(), JSON.stringify({ ...asking('hi'), ...change }));
    expect(answer).toMatchObject({ status: 400, body: { type: 'error', error: { type: 'invalid_request_error' } } });
    expect((answer.body['error'] as { message: string }).message).toContain(message);
    expect(answer.body['request_id']).toBe(answer.headers.get('request-id'));
  });

  it('that is no JSON object is 400', async () => {
    for (const body of ['{"model":', '[]', 'null', '"text"', ''])
      expect(await post(messagesUrl(), body)).toMatchObject({ status: 400 });
  });

  it('without a credential is 401, with either kind it passes', async () => {
    const body = JSON.stringify(asking('hi'));
    expect(await post(messagesUrl(), body, {})).toMatchObject({
      status: 401,
      body: { error: { type: 'authentication_error' } },
    });
    expect(await post(messagesUrl(), body, { authorization: 'Bearer k' })).toMatchObject({ status: 200 });
    expect(await post(messagesUrl(), body, { 'x-api-key': 'k' })).toMatchObject({ status: 200 });
    expect(await post(messagesUrl(), body, { 'x-api-key': 'k', 'anthropic-version': '' })).toMatchObject({
      status: 400,
    });
  });

  it('for an unknown model or path is 404', async () => {
    const unknown = await rejection(client.messages.create(asking('hi', { model: 'claude-none' })));
    expect(unknown).toBeInstanceOf(Anthropic.NotFoundError);
    expect(unknown).toMatchObject({ type: 'not_found_error' });
    expect(
      await rejection(client.messages.countTokens({ model: 'gpt', messages: asking('x').messages })),
    ).toBeInstanceOf(Anthropic.NotFoundError);
    expect(await post(`${claude.url}/v1/nothing`, '{}')).toMatchObject({ status: 404 });
  });
});
