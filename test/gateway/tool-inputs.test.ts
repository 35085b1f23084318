import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { rawStream, toolCalls } from '../upstream/answers.ts';
import { paidOf, post, postStream } from './ask.ts';
import { readError } from './envelope.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '1', RETRY_BASE_DELAY_MS: '1' });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const event = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

/** As a model writes that is not held to JSON: a quote too many. */
const WROTE = '{"path":"notes.txt","text":"he said "aye" twice"}';

const wrote = (stop_reason: string, block: object = { type: 'tool_use', id: 'toolu_1', name: 'write', input: {} }) => [
  event('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 100, output_tokens: 1 },
    },
  }),
  event('content_block_start', { index: 0, content_block: block }),
  event('content_block_delta', { index: 0, delta: { type: 'input_json_delta', partial_json: WROTE } }),
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } }),
  event('message_stop', {}),
];

it.each(['tool_use', 'pause_turn', 'end_turn'])(
  'an input that is no JSON is asked for again before a client of JSON gets it (%s)',
  async (reason) => {
    fleet.upstream.script('*', [rawStream(wrote(reason)), toolCalls([{ name: 'write', input: { path: 'a' } }])]);
    const before = paidOf(fleet.upstream.requests).length;
    const response = await post(caller);
    expect(await response.json()).toMatchObject({ content: [{ name: 'write', input: { path: 'a' } }] });
    expect(paidOf(fleet.upstream.requests).length - before).toBe(2);
  },
);

it('an input that stays broken is a failure of the provider, and never an empty input', async () => {
  const hosted = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} };
  for (const block of [undefined, hosted]) {
    fleet.upstream.script('*', [rawStream(wrote('tool_use', block))]);
    expect(await readError(await post(caller))).toMatchObject({ status: 502, type: 'api_error' });
  }
});

it('an input that a limit cut off is told as it was written, with the reason why it ends', async () => {
  fleet.upstream.script('*', [rawStream(wrote('max_tokens'))]);
  const before = paidOf(fleet.upstream.requests).length;
  expect(await (await post(caller)).json()).toMatchObject({
    stop_reason: 'max_tokens',
    content: [{ type: 'tool_use', input: { INVALID_JSON: WROTE } }],
  });
  expect(paidOf(fleet.upstream.requests).length - before).toBe(1);
});

it('a stream passes as it came, since its reader sees what was written', async () => {
  fleet.upstream.script('*', [rawStream(wrote('tool_use'))]);
  expect(await (await postStream(caller)).text()).toBe(wrote('tool_use').join(''));
});
