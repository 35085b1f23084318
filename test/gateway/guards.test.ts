import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetOf, recordsOf } from '../api/books.ts';
import { bodyOf, type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { reply, status } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { MODEL, paidOf, post, postStream, question, STAND_IN } from './ask.ts';
import { type ReadError, readError } from './envelope.ts';
import { streamReader } from './read-stream.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
  fleet.upstream.script('*', [reply()]);
});
afterAll(() => fleet[Symbol.asyncDispose]());

const COUNT = '/v1/messages/count_tokens';
const FORMS = [
  ['JSON', post],
  ['a stream', postStream],
] as const;
const count = (caller: Caller) => post(caller, { model: MODEL, messages: question().messages }, { path: COUNT });

/** Refused, and nothing was asked of anybody. */
const refusalOf = async (asking: () => Promise<Response>): Promise<ReadError> => {
  const before = fleet.upstream.requests.length;
  const error = await readError(await asking());
  expect(fleet.upstream.requests).toHaveLength(before);
  return error;
};
const retries = ({ headers }: ReadError) => [headers.get('x-should-retry'), headers.get('retry-after') !== null];

describe.each(FORMS)('asked as %s', (_form, send) => {
  it.each([
    ['a daily budget of 0', { dailyBudgetUsd: '0' }, {}],
    ['a monthly budget of 0', { monthlyBudgetUsd: '0' }, {}],
    ['a key’s budget of 0', {}, { dailyBudgetUsd: '0' }],
  ])('%s refuses, and no client asks again', async (_title, settings, key) => {
    const caller = await fleet.addTenant(settings, key);
    const error = await refusalOf(() => send(caller));
    expect([error.status, error.type]).toEqual([402, 'billing_error']);
    expect(retries(error)).toEqual(['false', false]);
  });

  it('a failure of the provider tells what the limits have left', async () => {
    const caller = await fleet.addTenant({ requestsPerMinute: 60 });
    fleet.upstream.script('*', [status(400)]);
    const { headers, status: answered } = await send(caller);
    fleet.upstream.script('*', [reply()]);
    expect([answered, headers.get('anthropic-ratelimit-requests-limit')]).toEqual([400, '60']);
    expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('59');
  });

  it('a budget that others hold refuses for the time being', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '0.02' });
    const gate = createGate();
    fleet.upstream.script('*', [gatedBefore(3, gate, reply())]);
    const first = send(caller, send === post ? question({ max_tokens: 5_000 }) : { max_tokens: 5_000 });
    await gate.reached;
    const error = await refusalOf(() => send(caller, send === post ? question() : {}));
    fleet.upstream.script('*', [reply()]);
    gate.open();
    await (await first).text();
    expect(error.status).toBe(402);
    expect(retries(error)).toEqual(['true', true]);
  });

  it.each([
    ['no request a minute', { requestsPerMinute: 0 }, {}],
    ['no token a minute', { tokensPerMinute: 0 }, {}],
    ['no request a minute for the key', {}, { requestsPerMinute: 0 }],
    ['nothing at the same time', { maxConcurrentRuns: 0 }, {}],
    ['no request a minute for an end user', { userRequestsPerMinute: 0 }, {}],
  ])('%s forbids, and no client asks again', async (_title, settings, key) => {
    const caller = await fleet.addTenant(settings, key);
    const error = await refusalOf(() => send(caller));
    expect([error.status, error.type]).toEqual([403, 'permission_error']);
    expect(retries(error)).toEqual(['false', false]);
  });

  it.each([
    ['a model that is not allowed', { allowedModels: ['claude-opus-5'] }, {}, {}, 403, 'permission_error'],
    ['a key without the scope', {}, { scopes: ['runs:write', 'runs:read'] }, {}, 403, 'permission_error'],
    ['a tenant that is suspended', { status: 'suspended' }, {}, {}, 403, 'permission_error'],
    ['a model without a price', {}, {}, { model: 'claude-fable-5-2' }, 422, 'invalid_request_error'],
    ['no model', {}, {}, { model: undefined }, 400, 'invalid_request_error'],
    ['a model without a name', {}, {}, { model: '' }, 400, 'invalid_request_error'],
    ['a model of 129 characters', {}, {}, { model: 'c'.repeat(129) }, 400, 'invalid_request_error'],
    ['a model of 128, which has no price', {}, {}, { model: 'c'.repeat(128) }, 422, 'invalid_request_error'],
    ['no limit of output', {}, {}, { max_tokens: undefined }, 400, 'invalid_request_error'],
    ['a limit of output that is no number', {}, {}, { max_tokens: '7' }, 400, 'invalid_request_error'],
    ['no messages', {}, {}, { messages: undefined }, 400, 'invalid_request_error'],
  ])('%s refuses', async (_title, settings, key, over, status, type) => {
    const caller = await fleet.addTenant(settings, key);
    const error = await refusalOf(() => send(caller, send === post ? question(over) : over));
    expect([error.status, error.type]).toEqual([status, type]);
  });

  it('limits of end users are those of whom the client names, and whoever names nobody is one of them', async () => {
    const caller = await fleet.addTenant({ userRequestsPerMinute: 1, userDailyBudgetUsd: '1' });
    const as = (user: string | null) => {
      const over = { metadata: { user_id: user } };
      return send(caller, send === post ? question(over) : over);
    };
    for (const [user, status] of [
      ['a', 200],
      ['a', 429],
      ['b', 200],
      [null, 200],
      [null, 429],
      // Too long to be a name.
      ['c'.repeat(257), 429],
    ] as const) {
      const response = await as(user);
      await response.text();
      expect(response.status).toBe(status);
    }
  });
});

it.each([
  ['no JSON', '{"model":', {}, 400],
  ['a list', '[]', {}, 400],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
])('a body that is %s is refused in the same form', async (_title, body, headers, status) => {
  const caller = await fleet.addTenant();
  expect((await refusalOf(() => post(caller, body, { headers }))).status).toBe(status);
});

it('another method is refused, and told which there is', async () => {
  const caller = await fleet.addTenant();
  const error = await refusalOf(() => caller.ask('/v1/messages'));
  expect([error.status, error.headers.get('allow')]).toEqual([405, 'POST']);
});

it('a count of tokens is of the anonymous end user, since such a question names none', async () => {
  const caller = await fleet.addTenant({ userRequestsPerMinute: 1 });
  for (const status of [200, 429]) expect((await count(caller)).status).toBe(status);
});

it('the daily budget of end users holds for the anonymous one', async () => {
  const caller = await fleet.addTenant({ userDailyBudgetUsd: '0' });
  expect((await refusalOf(() => post(caller))).status).toBe(402);
});

it('a count of tokens takes one permit and no money', async () => {
  const poor = await fleet.addTenant({ dailyBudgetUsd: '0', requestsPerMinute: 2 });
  for (const status of [200, 200, 429]) expect((await count(poor)).status).toBe(status);
  expect((await budgetOf(poor)).day).toMatchObject({ spent: 0n, reserved: 0n });
  expect(await recordsOf(fleet.engine, poor.tenantId)).toEqual([]);
  const barred = await fleet.addTenant({ allowedModels: ['claude-opus-5'] });
  expect((await refusalOf(() => count(barred))).status).toBe(403);
});

it('a circuit that is isolated refuses every process and form, and no client asks again; a stand-in answers instead', async () => {
  const caller = await fleet.addTenant();
  const set = (state: string) => fleet.administer('PUT', `/admin/circuits/anthropic/${MODEL}`, { state });
  await set('isolated');
  for (const server of fleet.servers) {
    // Each process looks at a circuit about once a second.
    const status = async () => (await post(caller, question(), { server })).status;
    await expect.poll(status).toBe(503);
    for (const [, send] of FORMS) {
      const error = await refusalOf(() => send(caller, send === post ? question() : {}, { server }));
      expect([error.status, error.type, error.headers.get('x-should-retry')]).toEqual([
        503,
        'overloaded_error',
        'false',
      ]);
    }
  }
  const stoodIn = await fleet.addTenant({ fallbackModels: { [MODEL]: [STAND_IN] } });
  const answer = await post(stoodIn);
  expect(answer.headers.get('x-ballast-degraded')).toBe('fallback-model');
  expect(await bodyOf(answer)).toMatchObject({ model: STAND_IN });
  await set('closed');
  await expect.poll(async () => (await post(caller)).status).toBe(200);
});

it('a stand-in that the tenant may not use is not asked', async () => {
  const caller = await fleet.addTenant({ fallbackModels: { [MODEL]: [STAND_IN] }, allowedModels: [MODEL] });
  const before = paidOf(fleet.upstream.requests).length;
  expect((await post(caller)).status).toBe(200);
  expect(paidOf(fleet.upstream.requests)).toHaveLength(before + 1);
});

it('usage is told by agent, model and key, in requests and in money', async () => {
  const caller = await fleet.addTenant();
  fleet.upstream.script('*', [reply('x', { usage: { input: 1_000, output: 100, read: 0 } })]);
  await (await post(caller)).text();
  await (await postStream(caller)).text();
  for (const [by, key] of [
    ['agent', 'gateway'],
    ['model', MODEL],
    ['key', caller.keyId],
  ] as const) {
    const { groups } = await bodyOf(await caller.ask(`/usage?groupBy=${by}`));
    // Twice 1,000 at 2 and 100 at 10 US dollars a million.
    expect(groups).toMatchObject([{ key, requests: 2, inputTokens: 2_000, outputTokens: 200, costUsd: '0.006' }]);
  }
});

it('whoever has heard the last of an answer finds it on the books', async () => {
  const caller = await fleet.addTenant({ dailyBudgetUsd: '100' });
  fleet.upstream.script('*', [reply('x', { usage: { input: 1_000, output: 100 } })]);
  for (let asked = 1; asked <= 30; asked += 1) {
    if (asked % 2) await (await post(caller)).text();
    else {
      const reader = streamReader(await postStream(caller));
      while ((await reader.next())?.event !== 'message_stop');
    }
    // 1,000 at 2 and 100 at 10 US dollars a million, in pico-dollars.
    expect((await budgetOf(caller)).day).toMatchObject({ spent: BigInt(asked) * 3_000_000_000n, reserved: 0n });
  }
});
