import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { errorData, rawStream, reply } from '../upstream/answers.ts';
import { post, postStream, question } from './ask.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '1' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const asked = () => fleet.upstream.requests.length;
const sent = (type: string, members: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const usage = { input_tokens: 5, output_tokens: 1 };
const start = (over: object = {}) =>
  sent('message_start', {
    message: { id: 'msg', type: 'message', role: 'assistant', model: 'claude-sonnet-5-5', content: [], usage, ...over },
  });

describe('a request that could be read in two ways', () => {
  it.each([
    [
      'its model twice',
      '{"model":"claude-opus-5-5","model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":"x"}]}',
    ],
    [
      'a tool’s limit twice',
      '{"model":"claude-haiku-4-5","max_tokens":5,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":900,"max_uses":1}]}',
    ],
  ])('with %s is refused, and reaches nobody', async (_title, body) => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '1' });
    const before = asked();
    const refused = await post(caller, body);
    expect(refused.status).toBe(400);
    expect(await bodyOf(refused)).toMatchObject({ error: { type: 'invalid_request_error' } });
    expect(asked()).toBe(before);
  });
});

describe('a body that is made to cost work', () => {
  const refusal = async (body: string, settings: object = {}, path?: string) => {
    const caller = await fleet.addTenant(settings);
    const before = asked();
    const refused = await post(caller, body, path === undefined ? {} : { path });
    const text = await refused.text();
    expect(asked()).toBe(before);
    const { error } = JSON.parse(text) as { error: { type: string; message: string } };
    return { status: refused.status, length: text.length, ...error };
  };
  const nested = (levels: number, model = 'claude-haiku-4-5') =>
    JSON.stringify(question({ model, max_tokens: 5, future: 'deep' })).replace(
      '"deep"',
      '['.repeat(levels) + ']'.repeat(levels),
    );

  it.each(['/v1/messages', '/v1/messages/count_tokens'])('with half a character is told where, at %s', async (path) => {
    const halves = { messages: [{ role: 'user', content: [{ type: 'text', text: 'a\ud83d' }] }], system: '\ude00' };
    const told = await refusal(JSON.stringify(question(halves)), {}, path);
    expect(told).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(told.message).toMatch(/messages\.0\.content\.0\.text: must not contain a lone surrogate/);
    expect(told.message).toContain('system: must not');
  });

  it.each([50_000, 200_000, 1_000_000])('with %d turns that are none is told of the first', async (count) => {
    const turns = ['{"role":"user","content":"x"}', ...Array.from({ length: count }, () => '1')].join(',');
    const told = await refusal(`{"model":"claude-haiku-4-5","max_tokens":5,"messages":[${turns}]}`);
    expect(told).toMatchObject({ status: 400, message: 'messages.1: must be an object' });
    expect(told.length).toBeLessThan(500);
  });

  it.each([500, 6_000, 100_000])('with a field %d lists deep is refused by its bound', async (levels) => {
    const told = await refusal(nested(levels), { dailyBudgetUsd: '1' });
    expect(told).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(told.message).toContain('500 levels');
  });

  it('that a stand-in would have to be told of is refused before anybody is asked', async () => {
    const fallbackModels = { 'claude-sonnet-5-5': ['claude-haiku-4-5'] };
    const told = await refusal(nested(3_500, 'claude-sonnet-5-5'), { fallbackModels });
    expect(told).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('as deep as the bound allows goes on', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '1', allowUnboundedFeatures: true });
    fleet.upstream.script('*', [reply('ok')]);
    expect((await post(caller, nested(499))).status).toBe(200);
  });

  it.each(['has an object with the same key twice', '500 levels'])('is not counted either: %s', async (words) => {
    const body = words.startsWith('has')
      ? '{"model":"claude-opus-5-5","model":"claude-haiku-4-5","messages":[]}'
      : nested(600);
    const told = await refusal(body, { allowedModels: ['claude-haiku-4-5'] }, '/v1/messages/count_tokens');
    expect(told).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(told.message).toContain(words);
  });
});

it.each([
  ['fallbacks', { fallbacks: [{ model: 'claude-opus-5-5' }] }],
  ['a tool', { tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5-5' }] }],
])('a model that is named in %s has to be allowed too', async (_title, over) => {
  const caller = await fleet.addTenant({ allowedModels: ['claude-haiku-4-5'] });
  const before = asked();
  expect((await post(caller, question({ model: 'claude-haiku-4-5', ...over }))).status).toBe(403);
  expect(asked()).toBe(before);
});

it('the provider counts all that it will bill, where the bound does not fit', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '0.05' });
  fleet.upstream.script('*', [reply('ok')]);
  const before = asked();
  const format = { type: 'json_schema', schema: { description: 'x'.repeat(60_000) } };
  await (await post(caller, question({ max_tokens: 300, output_config: { format } }))).text();
  const [counted] = fleet.upstream.requests.slice(before);
  expect(counted?.path).toBe('/v1/messages/count_tokens');
  expect(counted?.body).toMatchObject({ output_config: { format } });
});

it('what nobody knows cannot be counted either, and is refused before anybody is asked', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '0.05' });
  const before = asked();
  const refused = await post(caller, question({ max_tokens: 300, brand_new_input: 'x'.repeat(60_000) }));
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('brand_new_input');
  expect(asked()).toBe(before);
});

it('numbers are bounded as they are written, not as what they parse to', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '0.05' });
  const long = Array.from({ length: 20 }, () => '9'.repeat(4_000)).join(',');
  const before = asked();
  const tool = { name: 'x', input_schema: { enum: [] } };
  const body = JSON.stringify(question({ max_tokens: 300, tools: [tool] })).replace('[]', `[${long}]`);
  fleet.upstream.script('*', [reply('ok')]);
  await (await post(caller, body)).text();
  // As parsed they would fit, and nobody would be asked to count them.
  expect(fleet.upstream.requests[before]?.path).toBe('/v1/messages/count_tokens');
});

it('an image is not charged by its base64 to a limit of tokens', async () => {
  const caller = await fleet.addTenant({ tokensPerMinute: 20_000 });
  fleet.upstream.script('*', [reply('ok')]);
  const data = Buffer.alloc(600_000, 7).toString('base64');
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
  const messages = [{ role: 'user', content: [image] }];
  expect((await post(caller, question({ messages }))).status).toBe(200);
  expect((await post(caller, question())).status).toBe(200);
});

it('a shadowed budget refuses nothing, not even what can’t be priced', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '1', shadow: ['budget'] });
  fleet.upstream.script('*', [reply('ok')]);
  expect((await post(caller, question({ container: 'c_1' }))).status).toBe(200);
});

describe('a stream', () => {
  const told = async (...pieces: readonly string[]) => {
    const caller = await fleet.addTenant();
    fleet.upstream.script('*', [rawStream(pieces), reply('another')]);
    return (await postStream(caller)).text();
  };
  const events = (text: string) => (text.match(/^event: .*$/gm) ?? []).map((line) => line.slice('event: '.length));

  it('whose beginning is its end has a head all the same', async () => {
    const text = await told(start({ stop_reason: 'end_turn' }), sent('message_stop', {}));
    expect(events(text)).toEqual(['message_start', 'message_stop']);
  });

  it('that fails after its first delta is not begun again', async () => {
    const delta = sent('message_delta', { delta: { stop_reason: null }, usage: { output_tokens: 2 } });
    const text = await told(start(), delta, `event: error\ndata: ${errorData(529, 'no')}\n\n`);
    expect(events(text)).toEqual(['message_start', 'message_delta', 'error']);
  });

  it('passes on an event of an unknown kind, whatever its data', async () => {
    const text = await told(
      start(),
      sent('content_block_start', { index: 0, content_block: { type: 'text', text: 'x' } }),
      'event: trace\ndata: not json\n\n',
      sent('content_block_stop', { index: 0 }),
      sent('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }),
      sent('message_stop', {}),
    );
    expect(text).toContain('event: trace\ndata: not json\n\n');
    expect(events(text).at(-1)).toBe('message_stop');
  });
});
