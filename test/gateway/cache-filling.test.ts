import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { malformedJson, rawStream, reply, status } from '../upstream/answers.ts';
import { paidOf, post, postStream, question } from './ask.ts';
import { readError } from './envelope.ts';
import { createClient, SDKS } from './sdks.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '1' });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const FILLED = { usage: { input: 3, output: 0, write5m: 9_000 }, stopReason: 'max_tokens' } as const;
const filling = {
  max_tokens: 0,
  system: [{ type: 'text', text: 'A long prefix.', cache_control: { type: 'ephemeral' } }],
} as const;
const last = () => paidOf(fleet.upstream.requests).at(-1)?.body as Record<string, unknown>;
const spentBy = async (who: Caller): Promise<unknown> =>
  ((await bodyOf(await who.ask('/usage/budget')))['day'] as Record<string, unknown>)['spentUsd'];

/** 3 tokens read at $2 a million, 9,000 written to the five-minute cache at $2.50. */
const BILL = '0.022506';

describe.each(SDKS)('%s', (_title, Sdk) => {
  it('fills the prompt cache by a request without output, which the provider takes only as a whole', async () => {
    const own = await fleet.addTenant();
    fleet.upstream.script('*', [reply([], FILLED)]);
    const client = createClient(Sdk, fleet.servers[0], own);
    const message = await client.messages.create({ ...question(filling), max_tokens: 0 });
    expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens', usage: { output_tokens: 0 } });
    expect(message.usage.cache_creation_input_tokens).toBe(9_000);
    expect(last()).not.toHaveProperty('stream');
    expect(await spentBy(own)).toBe(BILL);
  });

  it('fills it by a stream too: an empty message in events', async () => {
    fleet.upstream.script('*', [reply([], FILLED)]);
    const client = createClient(Sdk, fleet.servers[0], caller);
    const message = await client.messages.stream({ ...question(filling), max_tokens: 0 }).finalMessage();
    expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens' });
    expect(message.usage).toMatchObject({ input_tokens: 3, output_tokens: 0, cache_creation_input_tokens: 9_000 });
    expect(last()).not.toHaveProperty('stream');
  });
});

it('every other request goes up as a stream', async () => {
  fleet.upstream.script('*', [reply()]);
  await (await post(caller, question({ max_tokens: 1, stream: false }))).text();
  expect(last()).toMatchObject({ max_tokens: 1, stream: true });
});

it('is tried again where the provider is overloaded, answers no message or breaks off', async () => {
  const whole = reply([], FILLED);
  const noMessage = status(200, { body: { type: 'message_batch' } });
  for (const first of [status(529), malformedJson(), noMessage, rawStream([], 'reset')]) {
    fleet.upstream.script('*', [first, whole]);
    expect((await post(caller, question(filling))).status).toBe(200);
    fleet.upstream.script('*', [first]);
    expect((await readError(await post(caller, question(filling)))).status).toBeGreaterThanOrEqual(502);
  }
});

it('is refused in the provider’s words where it refuses it', async () => {
  fleet.upstream.script('*', [status(400, { message: 'thinking needs output' })]);
  for (const send of [post(caller, question(filling)), postStream(caller, filling)])
    expect(await readError(await send)).toMatchObject({ status: 400, message: 'thinking needs output' });
});

it('is held to the budget by its input, and goes nowhere where that does not fit', async () => {
  const own = await fleet.addTenant({ dailyBudgetUsd: '0.0001' });
  const before = paidOf(fleet.upstream.requests).length;
  expect(await readError(await post(own, question(filling)))).toMatchObject({ status: 402, type: 'billing_error' });
  expect(paidOf(fleet.upstream.requests).length).toBe(before);
});
