import { describe, expect, it } from 'vitest';
import { QUESTION_LIMIT_MS } from '../../lib/gateway/questions/question-routes.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { refusedBy, type UnpaidAnswer } from '../gateway/unpaid-upstream.ts';
import { askingProvider, COUNT } from './ask-provider-parts.ts';

const counted: UnpaidAnswer = { status: 200, body: '{ "input_tokens" : 12,"new":1.0 }' };
const answersCount = { answer: () => counted };

const modelOf = (id: string) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' });

describe('POST /v1/messages/count_tokens', () => {
  it('hands the body on byte for byte, and the answer back as it came', async () => {
    await using it = await askingProvider(answersCount);
    const heard = await it.count();
    expect([heard.status, heard.text]).toEqual([200, '{ "input_tokens" : 12,"new":1.0 }']);
    expect(heard.headers).toMatchObject({
      'content-type': 'application/json',
      'request-id': expect.any(String) as string,
    });
    expect(it.upstream.asked.map(({ method, target, body }) => [method, target, body])).toEqual([
      ['POST', '/v1/messages/count_tokens', COUNT],
    ]);
  });

  it('passes the version, the betas and the query on, and the client’s own key to nobody', async () => {
    await using it = await askingProvider(answersCount);
    const headers = { 'anthropic-version': '2026-10-21', 'Anthropic-Beta': 'a-1,b-2', 'x-api-key': 'gateway' };
    await it.count(COUNT, headers, { multiValueQueryStringParameters: { beta: ['true'] } });
    await it.count();
    const [first, second] = it.upstream.asked;
    expect(first?.target).toBe('/v1/messages/count_tokens?beta=true');
    expect(first?.headers).toMatchObject({ 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a-1,b-2' });
    expect(JSON.stringify(first?.headers)).toContain('sk-1');
    expect(JSON.stringify(first?.headers)).not.toContain('gateway');
    expect(second?.headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'content-type': 'application/json' });
    expect(second?.headers).not.toHaveProperty('anthropic-beta');
  });

  it.each<[string, Parameters<Awaited<ReturnType<typeof askingProvider>>['count']>, number, string, string]>([
    ['no body', [null], 400, 'invalid_request_error', 'The request needs a JSON body. (is empty)'],
    [
      'what is no JSON',
      ['{'],
      400,
      'invalid_request_error',
      'The body is not valid JSON: it ends too early, at line 1, column 2. (is not JSON)',
    ],
    ['no model', ['{}'], 400, 'invalid_request_error', 'model: is missing'],
    ['a model without a name', ['{"model":""}'], 400, 'invalid_request_error', 'model: must be at least 1 character'],
    [
      'a model of 129 characters',
      [JSON.stringify({ model: 'c'.repeat(129) })],
      400,
      'invalid_request_error',
      'model: must be at most 128 characters',
    ],
    ['another type', [COUNT, { 'content-type': 'text/plain' }], 415, 'invalid_request_error', 'Send the body'],
    ['no key', [COUNT, { 'x-api-key': '' }], 401, 'authentication_error', 'Send an API key'],
    ['an unknown key', [COUNT, { 'x-api-key': 'other' }], 401, 'authentication_error', 'not known'],
    ['a key without the scope', [COUNT, { 'x-api-key': 'good' }], 403, 'permission_error', 'messages:write'],
    ['another method', [COUNT, {}, { httpMethod: 'GET' }], 405, 'invalid_request_error', 'method'],
  ])('refuses %s in Anthropic’s envelope, and asks nobody', async (_what, sent, status, type, message) => {
    await using it = await askingProvider(answersCount);
    const heard = await it.count(...sent);
    expect(heard.status).toBe(status);
    expect(heard.body).toEqual({
      type: 'error',
      error: { type, message: expect.stringContaining(message) as string },
      request_id: heard.headers['request-id'],
    });
    expect(it.upstream.asked).toEqual([]);
  });

  it('is an error where a proxy answers with a page in its place', async () => {
    await using it = await askingProvider({ answer: () => ({ status: 200, body: '<html>' }) });
    expect(await it.count()).toMatchObject({ status: 502, body: { error: { type: 'api_error' } } });
  });

  it('takes one request of the tenant’s and of the key’s limits, and none of its tokens, runs or money', async () => {
    const nothing = { tokensPerMinute: 0, maxConcurrentRuns: 0, dailyBudgetUsd: '0', monthlyBudgetUsd: '0' };
    await using it = await askingProvider({ ...answersCount, settings: { ...nothing, requestsPerMinute: 2 } });
    const first = await it.count();
    expect(first.headers).toMatchObject({
      'anthropic-ratelimit-requests-limit': '2',
      'anthropic-ratelimit-requests-remaining': '1',
    });
    expect(first.headers).not.toHaveProperty('anthropic-ratelimit-tokens-limit');
    expect((await it.count()).status).toBe(200);
    const third = await it.count();
    expect(third).toMatchObject({
      status: 429,
      headers: { 'retry-after': '30', 'anthropic-ratelimit-requests-remaining': '0' },
      body: { error: { type: 'rate_limit_error', message: expect.stringContaining('Limit: 2; used 2') as string } },
    });
    expect(it.upstream.asked).toHaveLength(2);
    await using other = await askingProvider({ ...answersCount, keyRequestsPerMinute: 1 });
    expect([(await other.count()).status, (await other.count()).status]).toEqual([200, 429]);
  });

  it('is not for a model that the tenant may not use, and takes nothing of its limits', async () => {
    const settings = { allowedModels: ['claude-haiku-4-5'], requestsPerMinute: 1 };
    await using it = await askingProvider({ ...answersCount, settings });
    expect(await it.count()).toMatchObject({ status: 403, body: { error: { type: 'permission_error' } } });
    expect((await it.count('{"model":"claude-haiku-4-5-20251001"}')).status).toBe(200);
    expect(it.upstream.asked).toHaveLength(1);
  });

  it.each([
    ['isolated', { state: 'isolated', retryAfterMs: null }, undefined],
    ['open', { state: 'open', retryAfterMs: 1_500 }, '2'],
    ['half open', { state: 'half-open', retryAfterMs: 900 }, '1'],
  ] as const)('is refused at once where the circuit of the model is %s', async (_state, circuit, retryAfter) => {
    await using it = await askingProvider({ ...answersCount, circuit, settings: { requestsPerMinute: 1 } });
    for (let asked = 0; asked < 2; asked += 1) {
      const heard = await it.count();
      expect(heard).toMatchObject({ status: 503, body: { error: { type: 'overloaded_error' } } });
      expect(heard.headers['retry-after']).toBe(retryAfter);
      expect(heard.headers['x-should-retry']).toBe('false');
    }
    expect([it.upstream.asked, it.looked[0]]).toEqual([[], 'anthropic/claude-sonnet-5-5']);
  });

  it('is asked for once the break of the circuit is over, and of models without a price without a look at any circuit', async () => {
    await using it = await askingProvider({ ...answersCount, circuit: { state: 'open', retryAfterMs: 0 } });
    expect((await it.count()).status).toBe(200);
    await using other = await askingProvider({ ...answersCount, circuit: { state: 'isolated' } });
    expect((await other.count('{"model":"made-up"}')).status).toBe(200);
    expect(other.looked).toEqual([]);
  });
});

describe('GET /v1/models', () => {
  const page = {
    data: [modelOf('claude-haiku-5-5'), modelOf('claude-fable-5-2'), modelOf('claude-opus-5-5')],
    has_more: true,
    first_id: 'a',
    x: [1],
  };
  const answersPage = { answer: (): UnpaidAnswer => ({ status: 200, body: JSON.stringify(page) }) };

  it('is the provider’s page, of the models that the caller may use and that have a price, each with it by band', async () => {
    await using it = await askingProvider({
      ...answersPage,
      settings: { allowedModels: ['claude-haiku-5-5', 'claude-fable-5-2'] },
    });
    const multiValueQueryStringParameters = { limit: ['2'], after_id: ['x y'], x: ['2', '1'] };
    const { status, body } = await it.get('/v1/models', { multiValueQueryStringParameters });
    const pricing = {
      currency: 'USD',
      perTokens: 1_000_000,
      bands: [
        {
          overPromptTokens: 0,
          input: '0.1',
          output: '0.5',
          cacheRead: '0.01',
          cacheWrite5m: '0.125',
          cacheWrite1h: '0.2',
        },
        {
          overPromptTokens: 100_000,
          input: '0.5',
          output: '2.5',
          cacheRead: '0.05',
          cacheWrite5m: '0.625',
          cacheWrite1h: '1',
        },
      ],
      fast: null,
      webSearchesPerThousand: '10',
      codeExecutionPerHour: '0.05',
      retiresAt: null,
    };
    const [haiku] = page.data;
    const id = 'claude-haiku-5-5';
    expect([status, body]).toEqual([
      200,
      {
        ...page,
        data: [{ ...haiku, pricing }],
        first_id: id,
        last_id: id,
      },
    ]);
    expect(it.upstream.asked.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /v1/models?limit=2&after_id=x%20y&x=2&x=1',
    ]);
  });

  it('reads on until a page is full of models that the caller may use, and tells its ends and whether there are more', async () => {
    const ids = ['opus-5', 'opus-5-5', 'fable-5-2', 'sonnet-5', 'sonnet-5-5', 'haiku-5-5'].map(
      (each) => `claude-${each}`,
    );
    const may = ['claude-sonnet-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];
    const answer = ({ target }: { readonly target: string }): UnpaidAnswer => {
      const { searchParams } = new URL(target, 'http://x');
      const after = ids.indexOf(searchParams.get('after_id') ?? '') + 1;
      const before = searchParams.has('before_id') ? ids.indexOf(searchParams.get('before_id') ?? '') : ids.length;
      const first = searchParams.has('before_id') ? Math.max(0, before - 2) : after;
      const data = ids.slice(first, searchParams.has('before_id') ? before : after + 2);
      const has_more = searchParams.has('before_id') ? first > 0 : after + 2 < ids.length;
      const ends = { first_id: data[0] ?? null, last_id: data.at(-1) ?? null };
      return { status: 200, body: JSON.stringify({ data: data.map(modelOf), has_more, ...ends }) };
    };
    await using it = await askingProvider({ answer, settings: { allowedModels: may } });
    const list = async (query: Record<string, string[]>) => {
      const { body } = await it.get('/v1/models', { multiValueQueryStringParameters: { limit: ['2'], ...query } });
      const { data, ...rest } = body as { data: { id: string }[] };
      return { ids: data.map(({ id }) => id), ...rest };
    };
    expect(await list({})).toEqual({ ids: may.slice(0, 2), has_more: true, first_id: may[0], last_id: may[1] });
    const rest = { ids: [may[2]], has_more: false, first_id: may[2], last_id: may[2] };
    expect(await list({ after_id: [String(may[1])] })).toEqual(rest);
    const back = { ids: may.slice(0, 2), has_more: false, first_id: may[0], last_id: may[1] };
    expect(await list({ before_id: [String(may[2])] })).toEqual(back);
    // The provider has more, of which the caller may use none.
    await using first = await askingProvider({ answer, settings: { allowedModels: ids.slice(0, 2) } });
    const { body } = await first.get('/v1/models', { multiValueQueryStringParameters: { limit: ['2'] } });
    expect(body).toMatchObject({ data: [{ id: ids[0] }, { id: ids[1] }], has_more: false, last_id: ids[1] });
    await using none = await askingProvider({ answer, settings: { allowedModels: ['claude-of-the-sea'] } });
    expect((await none.get('/v1/models')).body).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it('goes on behind a cursor where the provider knows none', async () => {
    const ids = ['claude-opus-5', 'claude-fable-5-2', 'claude-sonnet-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];
    const all = { status: 200, body: JSON.stringify({ data: ids.map(modelOf), has_more: false, last_id: ids[4] }) };
    await using it = await askingProvider({ answer: () => all });
    const list = async (name: string, id: string) => {
      const multiValueQueryStringParameters = { limit: ['2'], [name]: [id] };
      const { body } = await it.get('/v1/models', { multiValueQueryStringParameters });
      const { data, has_more } = body as { data: { id: string }[]; has_more: boolean };
      return [data.map(({ id: each }) => each), has_more];
    };
    expect(await list('after_id', 'claude-opus-5')).toEqual([['claude-sonnet-5', 'claude-sonnet-5-5'], true]);
    expect(await list('after_id', 'claude-sonnet-5-5')).toEqual([['claude-haiku-5-5'], false]);
    expect(await list('before_id', 'claude-sonnet-5-5')).toEqual([['claude-opus-5', 'claude-sonnet-5'], false]);
  });

  it('ends where the provider repeats its page', async () => {
    const always = { status: 200, body: JSON.stringify({ data: [modelOf('x')], has_more: true, last_id: 'x' }) };
    await using it = await askingProvider({ answer: () => always });
    expect((await it.get('/v1/models')).body).toMatchObject({ data: [], has_more: false });
    expect(it.upstream.asked.length).toBe(2);
  });

  it('is 404 for a model without a price, and 403 for one that the tenant may not use, which nobody is asked for', async () => {
    const answer = (): UnpaidAnswer => ({ status: 200, body: JSON.stringify(modelOf('claude-fable-5-2')) });
    await using it = await askingProvider({ answer, settings: { allowedModels: ['claude-fable-5-2'] } });
    const get = (modelId: string) => it.get('/v1/models/{modelId}', { pathParameters: { modelId } });
    expect(await get('claude-fable-5-2')).toMatchObject({ status: 404, body: { error: { type: 'not_found_error' } } });
    expect(await get('claude-opus-5-5')).toMatchObject({ status: 403, body: { error: { type: 'permission_error' } } });
    expect(it.upstream.asked.length).toBe(1);
  });

  it('neither lists a model that its provider has retired, nor finds it, as a call of it would be refused', async () => {
    const models = ['claude-sonnet-4-5', 'claude-opus-5-5'].map(modelOf);
    const list = JSON.stringify({ ...page, data: models });
    const answer = ({ target }: { target: string }): UnpaidAnswer => ({
      status: 200,
      body: target.includes('sonnet') ? JSON.stringify(models[0]) : list,
    });
    const known = PUBLISHED_PRICES['claude-sonnet-4-5'];
    if (known === undefined) throw new Error('its price is not known');
    const listed = async (retiresAt: string) => {
      await using it = await askingProvider({ answer, prices: { 'claude-sonnet-4-5': { ...known, retiresAt } } });
      const { body } = await it.get('/v1/models');
      const one = await it.get('/v1/models/{modelId}', { pathParameters: { modelId: 'claude-sonnet-4-5' } });
      return [(body as { data: { id: string }[] }).data.map(({ id }) => id), one.status];
    };
    expect(await listed('2026-11-20T12:00:01Z')).toEqual([['claude-sonnet-4-5', 'claude-opus-5-5'], 200]);
    expect(await listed('2026-11-20T12:00:00Z')).toEqual([['claude-opus-5-5'], 404]);
  });

  it('tells by which id the provider knows the question, of answers and refusals, in the line of the request too', async () => {
    const headers = { 'request-id': 'req_011CSHoEeqs5C35K2UUqR7Fy' };
    let answer: UnpaidAnswer = { status: 200, body: JSON.stringify(page), headers };
    await using it = await askingProvider({ answer: () => answer });
    const told = async () => (await it.get('/v1/models')).headers['x-ballast-upstream-request-id'];
    expect(await told()).toBe(headers['request-id']);
    expect(it.lines.at(-1)).toMatch(/req_011CSHoEeqs5C35K2UUqR7Fy/);
    answer = { ...counted, headers };
    expect((await it.count()).headers['x-ballast-upstream-request-id']).toBe(headers['request-id']);
    answer = refusedBy(400, 'invalid_request_error', 'no', headers);
    expect(await told()).toBe(headers['request-id']);
    answer = { status: 200, body: JSON.stringify(page), headers: { 'request-id': 'anything, <b>at all</b>' } };
    expect(await told()).toBeUndefined();
  });

  it('is a model with its price by its id', async () => {
    const id = 'claude-opus-5-5-20260901';
    await using it = await askingProvider({ answer: () => ({ status: 200, body: JSON.stringify(modelOf(id)) }) });
    const { body } = await it.get('/v1/models/{modelId}', { pathParameters: { modelId: id } });
    expect(body).toMatchObject({
      ...modelOf(id),
      pricing: { bands: [{ input: '4', output: '20', cacheRead: '0.2' }] },
    });
    expect(it.upstream.asked[0]?.target).toBe(`/v1/models/${id}`);
  });

  it.each(['..', 'a/b', '%2e%2e', 'a?b=c', ''])(
    'never asks for another path of the provider’s: %j',
    async (modelId) => {
      await using it = await askingProvider(answersPage);
      const heard = await it.get('/v1/models/{modelId}', { pathParameters: { modelId } });
      expect([heard.status, it.upstream.asked]).toEqual([404, []]);
    },
  );

  it('is not found in the provider’s own words', async () => {
    const told = { type: 'not_found_error', message: 'model: claude-nobody' };
    await using it = await askingProvider({ answer: () => refusedBy(404, told.type, told.message) });
    const heard = await it.get('/v1/models/{modelId}', { pathParameters: { modelId: 'claude-nobody' } });
    expect(heard).toMatchObject({ status: 404, body: { error: told } });
    expect(it.lines.join('')).not.toContain('claude-nobody');
  });

  it('is an error where the answer cannot be read', async () => {
    await using it = await askingProvider({ answer: () => ({ status: 200, body: '<html>' }) });
    expect(await it.get('/v1/models')).toMatchObject({ status: 502, body: { error: { type: 'api_error' } } });
  });
});

describe('what the provider refuses', () => {
  it.each([
    [400, 'invalid_request_error', 400],
    [404, 'not_found_error', 400, 'invalid_request_error'],
    [413, 'request_too_large', 413],
    [422, 'invalid_request_error', 422],
  ])(
    '%i is told in its own words, since it is about the client’s own request',
    async (status, type, told, ours = type) => {
      const message = `canary of ${status}`;
      await using it = await askingProvider({ answer: () => refusedBy(status, type, message), maxRetries: 3 });
      const heard = await it.count();
      expect(heard).toMatchObject({ status: told, body: { error: { type: ours, message } } });
      expect(it.upstream.asked).toHaveLength(1);
      expect(it.lines.join('')).not.toContain('canary');
    },
  );

  it.each([
    [402, 'billing_error', 502, 'api_error'],
    [429, 'rate_limit_error', 429, 'rate_limit_error'],
    [500, 'api_error', 502, 'api_error'],
    [529, 'overloaded_error', 503, 'overloaded_error'],
  ])('%i is told in ours, since it is between the provider and Ballast', async (status, type, told, ours) => {
    await using it = await askingProvider({ answer: () => refusedBy(status, type, 'canary') });
    const heard = await it.count();
    expect(heard).toMatchObject({ status: told, body: { error: { type: ours } } });
    expect(heard.text).not.toContain('canary');
  });

  it('comes with what our own limits have left', async () => {
    const answer = () => refusedBy(400, 'invalid_request_error', 'no');
    await using it = await askingProvider({ answer, settings: { requestsPerMinute: 5 } });
    expect(await it.count()).toMatchObject({
      status: 400,
      headers: { 'anthropic-ratelimit-requests-limit': '5', 'anthropic-ratelimit-requests-remaining': '4' },
    });
  });

  it('as too much comes with its retry-after where that is too long to be waited for, and with no limits of ours', async () => {
    const answer = () =>
      refusedBy(429, 'rate_limit_error', 'slow', { 'retry-after': '7', 'anthropic-ratelimit-requests-limit': '9' });
    await using it = await askingProvider({ answer, maxRetries: 3 });
    const { status, headers } = await it.count();
    expect([status, headers['retry-after'], headers['anthropic-ratelimit-requests-limit']]).toEqual([
      429,
      '7',
      undefined,
    ]);
    expect(it.upstream.asked).toHaveLength(1);
  });

  it('because of our key has the secret read again, once', async () => {
    const answer = ({ headers }: { headers: object }) =>
      JSON.stringify(headers).includes('sk-new') ? counted : refusedBy(401, 'authentication_error', 'canary');
    await using it = await askingProvider({ answer, secrets: ['sk-old', 'sk-new'] });
    expect((await it.count()).status).toBe(200);
    expect(it.upstream.asked).toHaveLength(2);
    await using broken = await askingProvider({ answer, secrets: ['sk-old', 'sk-older'] });
    expect(await broken.count()).toMatchObject({ status: 502, headers: { 'x-should-retry': 'false' } });
    expect(broken.upstream.asked).toHaveLength(2);
    expect(broken.events.map(({ type }) => type)).toContain('credential.rejected');
  });

  it('for a moment is asked again, as often as the stage says', async () => {
    let failures = 2;
    const answer = () => ((failures -= 1) >= 0 ? refusedBy(529, 'overloaded_error', 'busy') : counted);
    await using it = await askingProvider({ answer, maxRetries: 2 });
    const asking = it.count();
    const attempts = async () => {
      await it.clock.advance(1);
      return it.upstream.asked.length;
    };
    await expect.poll(attempts).toBe(3);
    expect((await asking).status).toBe(200);
  });
});

it('a question that nobody answers ends with its deadline', async () => {
  await using it = await askingProvider({ answer: () => 'hangs', maxRetries: 3 });
  const asking = it.count();
  await expect.poll(() => it.upstream.asked.length).toBe(1);
  await it.clock.advance(QUESTION_LIMIT_MS);
  expect(await asking).toMatchObject({ status: 504, body: { error: { type: 'timeout_error' } } });
});
