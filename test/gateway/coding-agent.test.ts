import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { recordsOf } from '../api/books.ts';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { reply, status, toolCalls } from '../upstream/answers.ts';
import { COUNTED_TOKENS } from '../upstream/start-scripted-upstream.ts';
import { CALLS, HEADERS, MODEL, QUERY, TURNS, USER } from './agent-turns.ts';
import { paidOf, post } from './ask.ts';
import { readError } from './envelope.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '0' });
});
afterAll(() => fleet[Symbol.asyncDispose]());
beforeEach(async () => {
  caller = await fleet.addTenant();
});

const asked = () => paidOf(fleet.upstream.requests).at(-1)!;
const turn = (at: 0 | 1, from: Pick<Caller, 'ask'> = caller) =>
  post(from, TURNS[at], { headers: HEADERS, query: QUERY });

/** As an agent sends a token that it was given in the place of a key. */
const withBearer = ({ key }: Caller): Pick<Caller, 'ask'> => ({
  ask: (target, init = {}) =>
    fleet.servers[0].ask(target, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${key}` },
    }),
});

it('both turns of a coding agent’s use of tools reach Anthropic byte for byte, and their answers come as events', async () => {
  fleet.upstream.script(MODEL, [toolCalls(CALLS, { text: 'I look.' }), reply('It holds 42 litres.')]);
  for (const at of [0, 1] as const) {
    const response = await turn(at, withBearer(caller));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const heard = await response.text();
    expect([...heard.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name)).toEqual(at === 0 ? ['Read', 'Bash'] : []);
    expect(heard).toContain(`"stop_reason":"${at === 0 ? 'tool_use' : 'end_turn'}"`);
    expect(heard).toMatch(/event: message_stop\n.*\n\n$/);
    const { raw, query, headers } = asked();
    expect(raw.toString()).toBe(TURNS[at]);
    expect(query).toBe(QUERY);
    const { 'anthropic-version': version, 'anthropic-beta': betas } = HEADERS;
    expect(headers).toMatchObject({ 'anthropic-version': version, 'anthropic-beta': betas });
    expect(JSON.stringify(headers)).not.toContain(caller.key);
  }
});

it('its turns are on the books of its session, as those of the gateway', async () => {
  fleet.upstream.script(MODEL, [toolCalls(CALLS), reply()]);
  for (const at of [0, 1] as const) expect((await (await turn(at)).text()).length).toBeGreaterThan(0);
  const records = await recordsOf(fleet.engine, caller.tenantId);
  expect(records.map(({ agent, userId, model }) => [agent?.S, userId?.S, model?.S])).toEqual(
    TURNS.map(() => ['gateway', bookedName(pseudonymOf(USER)), MODEL]),
  );
});

it('a budget that pays for less output than it asks lowers that, and nothing else', async () => {
  fleet.upstream.script(MODEL, [reply()]);
  const poor = await fleet.addTenant({ dailyBudgetUsd: '1' });
  expect((await turn(1, poor)).status).toBe(200);
  const lowered = Number(asked().body?.['max_tokens']);
  expect(lowered).toBeGreaterThanOrEqual(256);
  expect(lowered).toBeLessThan(128_000);
  expect(asked().raw.toString()).toBe(TURNS[1].replace('"max_tokens":128000', `"max_tokens":${lowered}`));
});

it('a budget that is spent ends its turn at once, in words that it shows', async () => {
  const broke = await fleet.addTenant({ dailyBudgetUsd: '0' });
  const { status, type, message, headers } = await readError(await turn(0, broke));
  expect([status, type, headers.get('x-should-retry')]).toEqual([402, 'billing_error', 'false']);
  expect(message).toContain('budget of the tenant');
});

it('a model that stands in answers it, at the effort that its last turn asks for', async () => {
  const stoodIn = await fleet.addTenant({ fallbackModels: { [MODEL]: ['claude-sonnet-5-5'] } });
  fleet.upstream.script(MODEL, [status(529)]);
  fleet.upstream.script('claude-sonnet-5-5', [reply('It holds 42 litres.')]);
  const answer = await turn(1, stoodIn);
  expect([answer.status, answer.headers.get('x-ballast-degraded')]).toEqual([200, 'fallback-model']);
  const { model, output_config: output, messages } = asked().body as Record<string, unknown>;
  expect([model, output]).toMatchObject(['claude-sonnet-5-5', { effort: 'medium' }]);
  expect(JSON.stringify(messages)).not.toContain('output_config');
});

it('its question how long a turn is passes byte for byte too', async () => {
  const { model, messages, system, tools } = JSON.parse(TURNS[1]) as Record<string, unknown>;
  const text = JSON.stringify({ model, messages, system, tools });
  const options = { headers: HEADERS, query: QUERY, path: '/v1/messages/count_tokens' };
  expect(await (await post(caller, text, options)).json()).toEqual({ input_tokens: COUNTED_TOKENS });
  const { path, query, raw } = fleet.upstream.requests.at(-1)!;
  expect([path, query, raw.toString()]).toEqual([options.path, QUERY, text]);
});
