import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { rejection } from '../local/simulated-claude/ask.ts';
import { neverAnswer, reply, resetBeforeHeaders, type ScriptedAnswer, status } from '../upstream/answers.ts';
import { endAfter, errorEventAfter } from '../upstream/broken.ts';
import { paidOf, question } from './ask.ts';
import { expectRaised, type Raised } from './expect-raised.ts';
import { createClient, SDKS } from './sdks.ts';

let fleet: FleetOfOne;
let caller: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne({ MAX_RETRIES: '1', FIRST_TOKEN_TIMEOUT_MS: '1500', RETRY_MAX_DELAY_MS: '1000' });
  caller = await fleet.addTenant();
});
afterAll(() => fleet[Symbol.asyncDispose]());

interface Told extends Raised {
  /** Of the upstream, although the client has its own retries on. */
  readonly attempts: number;
}

const DAY = { 'retry-after': '86400' };
/** A key that a model's limit has met rests for that model: each has one of its own. */
const LIMITED = ['4-8', '4-7', '4-6', '4-5', '5', '5-5']
  .map((version) => `claude-opus-${version}`)
  .concat(['claude-sonnet-5', 'claude-sonnet-4-6']);

const UPSTREAM: readonly (readonly [string, ScriptedAnswer, Told])[] = [
  [
    'refuses the request',
    status(400),
    { name: 'BadRequestError', status: 400, type: 'invalid_request_error', attempts: 1 },
  ],
  ['finds it too large', status(413), { name: 'APIError', status: 413, type: 'request_too_large', attempts: 1 }],
  [
    'cannot process it',
    status(422),
    { name: 'UnprocessableEntityError', status: 422, type: 'invalid_request_error', attempts: 1 },
  ],
  [
    'does not know the model',
    status(404),
    { name: 'BadRequestError', status: 400, type: 'invalid_request_error', attempts: 1 },
  ],
  [
    'rejects Ballast’s own key',
    status(401),
    { name: 'InternalServerError', status: 502, type: 'api_error', attempts: 2 },
  ],
  [
    'does not let Ballast’s account do that',
    status(403),
    { name: 'PermissionDeniedError', status: 403, type: 'permission_error', attempts: 1 },
  ],
  ['fails', status(500), { name: 'InternalServerError', status: 502, type: 'api_error', attempts: 2 }],
  ['is overloaded', status(529), { name: 'InternalServerError', status: 503, type: 'overloaded_error', attempts: 2 }],
  ['is away', status(503), { name: 'InternalServerError', status: 503, type: 'overloaded_error', attempts: 2 }],
  ['never answers', neverAnswer(), { name: 'InternalServerError', status: 504, type: 'timeout_error', attempts: 2 }],
  [
    'cuts the connection',
    resetBeforeHeaders(),
    { name: 'InternalServerError', status: 502, type: 'api_error', attempts: 2 },
  ],
  [
    'says no inside its stream',
    errorEventAfter(1, reply()),
    { name: 'InternalServerError', status: 503, type: 'overloaded_error', attempts: 2 },
  ],
];

describe.each(SDKS)('%s, with its own retries on', (_title, Sdk) => {
  const clientFor = (whom: Pick<Caller, 'key'>) => createClient(Sdk, fleet.servers[0], whom);
  const attempt = async (params: ReturnType<typeof question>, form: 'create' | 'stream') => {
    const before = paidOf(fleet.upstream.requests).length;
    const { messages } = clientFor(caller);
    const error = await rejection(
      form === 'create' ? messages.create(params) : messages.create({ ...params, stream: true }),
    );
    return { error, attempts: paidOf(fleet.upstream.requests).length - before };
  };

  it.each(UPSTREAM)(
    'raises the error of an upstream that %s, and multiplies no attempts',
    async (_what, answer, told) => {
      fleet.upstream.script('*', [answer]);
      for (const form of ['create', 'stream'] as const) {
        const { error, attempts } = await attempt(question(), form);
        expectRaised(error, Sdk, told);
        expect(attempts).toBe(told.attempts);
      }
    },
  );

  it.each([
    ['for a day', status(429, { headers: DAY }), 1],
    ['for an unknown time', status(429), 2],
  ])(
    'raises the error of an upstream that is limited %s at once, and multiplies no attempts',
    async (_how, answer, count) => {
      fleet.upstream.script('*', [answer]);
      for (const form of ['create', 'stream'] as const) {
        const { error, attempts } = await attempt(question({ model: LIMITED.pop() }), form);
        expectRaised(error, Sdk, { name: 'RateLimitError', status: 429, type: 'rate_limit_error' });
        expect(attempts).toBe(count);
      }
    },
  );

  it('is told what Anthropic says of its own request, and nothing of what else Anthropic says', async () => {
    fleet.upstream.script('*', [status(400, { message: 'messages.3: `tool_use` ids were found without a result' })]);
    expect(String((await attempt(question(), 'create')).error)).toContain('messages.3: `tool_use` ids');
    fleet.upstream.script('*', [status(401, { message: 'the key of the harbour master is invalid' })]);
    expect(String((await attempt(question(), 'create')).error)).not.toContain('harbour');
    fleet.upstream.script('*', [status(500, { message: 'boiler 3 exploded' })]);
    expect(String((await attempt(question(), 'create')).error)).not.toContain('boiler');
  });

  it('raises in the middle of a stream what breaks it there', async () => {
    for (const [answer, type] of [
      [errorEventAfter(5, reply('a text of some length')), 'overloaded_error'],
      [endAfter(5, reply('a text of some length')), 'api_error'],
    ] as const) {
      fleet.upstream.script('*', [answer]);
      const before = paidOf(fleet.upstream.requests).length;
      const stream = await clientFor(caller).messages.create({ ...question(), stream: true });
      const error = await rejection(Array.fromAsync(stream));
      expect(error).toBeInstanceOf(Sdk.APIError);
      expect(error).toMatchObject({ error: { type: 'error', error: { type } } });
      expect(paidOf(fleet.upstream.requests)).toHaveLength(before + 1);
    }
  });
});
