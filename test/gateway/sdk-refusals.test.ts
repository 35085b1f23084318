import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { rejection } from '../local/simulated-claude/ask.ts';
import { reply } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { question } from './ask.ts';
import { expectRaised, type Raised } from './expect-raised.ts';
import { createClient, SDKS } from './sdks.ts';

let fleet: FleetOfOne;
beforeAll(async () => {
  fleet = await startFleetOfOne();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const OWN: readonly (readonly [string, object, object, object, Raised])[] = [
  [
    'a key that may not',
    {},
    { scopes: ['runs:write', 'usage:read'] },
    {},
    { name: 'PermissionDeniedError', status: 403, type: 'permission_error' },
  ],
  [
    'a model that is not allowed',
    { allowedModels: ['claude-opus-5'] },
    {},
    {},
    { name: 'PermissionDeniedError', status: 403, type: 'permission_error' },
  ],
  [
    'a model without a price',
    {},
    {},
    { model: 'claude-fable-5-2' },
    { name: 'UnprocessableEntityError', status: 422, type: 'invalid_request_error' },
  ],
  ['a budget of nothing', { dailyBudgetUsd: '0' }, {}, {}, { name: 'APIError', status: 402, type: 'billing_error' }],
  [
    'a body without its model',
    {},
    {},
    { model: 7 },
    { name: 'BadRequestError', status: 400, type: 'invalid_request_error' },
  ],
];
describe.each(SDKS)('%s, with its own retries on', (_title, Sdk) => {
  const messagesOf = (whom: Pick<Caller, 'key'>) => createClient(Sdk, fleet.servers[0], whom).messages;

  it.each(OWN)('raises the error of %s, without one attempt', async (_what, settings, key, over, told) => {
    fleet.upstream.script('*', [reply()]);
    const before = fleet.upstream.requests.length;
    const whom = await fleet.addTenant(settings, key);
    expectRaised(await rejection(messagesOf(whom).create(question(over))), Sdk, told);
    expect(fleet.upstream.requests).toHaveLength(before);
  });

  it('raises the error of a key that nobody has', async () => {
    const error = await rejection(messagesOf({ key: 'nobody' }).create(question()));
    expectRaised(error, Sdk, { name: 'AuthenticationError', status: 401, type: 'authentication_error' });
  });

  it('raises the error of a body that is too large', async () => {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(6_400_000) }];
    const error = await rejection(messagesOf(await fleet.addTenant()).create(question({ messages })));
    expectRaised(error, Sdk, { name: 'APIError', status: 413, type: 'request_too_large' });
  });

  it('waits by itself for a limit of Ballast’s own that lets it in soon', async () => {
    const gate = createGate();
    fleet.upstream.script('*', [gatedBefore(3, gate, reply('first')), reply('second')]);
    const whom = await fleet.addTenant({ maxConcurrentRuns: 1 });
    const first = messagesOf(whom).create(question());
    await gate.reached;
    const refused = messagesOf(whom).create(question(), { maxRetries: 0 });
    const limited = expectRaised(await rejection(refused), Sdk, {
      name: 'RateLimitError',
      status: 429,
      type: 'rate_limit_error',
    });
    expect(limited.headers?.get('retry-after')).toBe('1');
    const second = messagesOf(whom).create(question(), { maxRetries: 5 });
    gate.open();
    expect((await first).content).toMatchObject([{ text: 'first' }]);
    expect((await second).content).toMatchObject([{ text: 'second' }]);
  });

  it('raises the error of a key that is in use, and gets the answer of the first once it is there', async () => {
    const gate = createGate();
    fleet.upstream.script('*', [gatedBefore(3, gate, reply('once'))]);
    const whom = await fleet.addTenant();
    const once = { headers: { 'idempotency-key': 'once' } };
    const first = messagesOf(whom).create(question(), once);
    await gate.reached;
    const conflict = await rejection(messagesOf(whom).create(question(), { ...once, maxRetries: 0 }));
    expectRaised(conflict, Sdk, { name: 'ConflictError', status: 409, type: 'invalid_request_error' });
    gate.open();
    const answer = await first;
    expect(await messagesOf(whom).create(question(), once)).toEqual(answer);
  });
});
