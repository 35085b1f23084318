import type Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { startServer, type TestServer } from '../../api/start-server.ts';
import { stretchedClock } from '../../stretched.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../../upstream/start-scripted-upstream.ts';
import { readError } from '../envelope.ts';
import { createClient, SDKS } from '../sdks.ts';
import { startUnpaidUpstream, type UnpaidUpstream } from '../unpaid-upstream.ts';

const DEMO = { key: 'ballast-dev-key' };
/** What Ballast adds to a model; the rest is Anthropic's. */
type Priced = Anthropic.ModelInfo & { readonly pricing: unknown };

/** Behind this one there is the simulated Claude, which knows its models one by one. */
let server: TestServer;
let upstream: ScriptedUpstream;
let scripted: TestServer;
beforeAll(async () => {
  upstream = await startScriptedUpstream(stretchedClock);
  [server, scripted] = await Promise.all([
    startServer(),
    startServer({ ANTHROPIC_API_KEY: 'sk-upstream', ANTHROPIC_BASE_URL: upstream.url }),
  ]);
});
afterAll(async () => {
  await Promise.all([server[Symbol.asyncDispose](), scripted[Symbol.asyncDispose]()]);
  await upstream.close();
});

describe.each(SDKS)('%s', (_title, Sdk) => {
  it('lists the models, each with what it costs beside what Anthropic says of it', async () => {
    const models = (await Array.fromAsync(createClient(Sdk, server, DEMO).models.list())) as Priced[];
    const direct = await Array.fromAsync(createClient(Sdk, upstream, DEMO, { fetch }).models.list());
    // Of some that the provider lists nobody knows the price, and others are over: a call of them would be refused.
    const priced = direct.filter(({ id }) => !/^claude-(?:fable-5-2|mythos)/.test(id));
    expect(priced.length).toBe(direct.length - 4);
    const callable = priced.filter(({ id }) => !(Date.parse(PUBLISHED_PRICES[id]?.retiresAt ?? '') <= Date.now()));
    expect(models.map(({ pricing: _pricing, ...rest }) => rest)).toEqual(callable);
    const pricing = (id: string) => models.find((model) => model.id === id)?.pricing;
    // 2 and 10 US dollars a million tokens; and in two bands of the prompt's length.
    expect(JSON.stringify(pricing('claude-sonnet-5-5'))).toMatch(/"2(\.0+)?".*"10(\.0+)?"/);
    expect(JSON.stringify(pricing('claude-haiku-5-5'))).toMatch(/"0\.10?".*"0\.50?".*"0\.50?".*"2\.50?"/);
  });

  it('goes through the pages of the list to its end, in either direction', async () => {
    const { models } = createClient(Sdk, server, DEMO);
    const all = (await models.list({ limit: 1000 })).data.map(({ id }) => id);
    expect(all.length).toBeGreaterThan(9);
    for (const [query, expected] of [
      [{ limit: 3 }, all],
      [{ limit: all.length }, all],
      [{ limit: 4, after_id: String(all[1]) }, all.slice(2)],
    ] as const) {
      const listed: string[] = [];
      for await (const { id } of models.list(query)) if (listed.push(id) > all.length) break;
      expect(listed).toEqual(expected);
    }
    const backwards: string[][] = [];
    for await (const { data } of (await models.list({ limit: 3, before_id: String(all[7]) })).iterPages())
      if (backwards.unshift(data.map(({ id }) => id)) > all.length) break;
    expect(backwards).toEqual([all.slice(0, 1), all.slice(1, 4), all.slice(4, 7)]);
  });

  it('reads one model, by its dated name too', async () => {
    const { models } = createClient(Sdk, server, DEMO);
    const model = (await models.retrieve('claude-sonnet-5-5')) as Priced;
    expect(model).toMatchObject({ id: 'claude-sonnet-5-5', type: 'model', max_input_tokens: 1_000_000 });
    const dated = (await models.retrieve('claude-sonnet-5-5-20261007')) as Priced;
    expect(dated).toMatchObject({ id: 'claude-sonnet-5-5-20261007', pricing: model.pricing });
    expect(model.pricing).not.toBeNull();
  });

  it('hears of a model that there is not', async () => {
    const { models } = createClient(Sdk, server, DEMO);
    await expect(models.retrieve('claude-of-the-sea')).rejects.toThrow(Sdk.NotFoundError);
    await expect(models.retrieve('claude-of-the-sea')).rejects.toMatchObject({ status: 404 });
  });
});

it('the page that is asked for, its version and betas are passed on as they are', async () => {
  const query = '?limit=2&after_id=claude-opus-5&flag=%C3%BC%20x';
  const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'fathoms-2031-01-01' };
  const response = await scripted.ask(`/v1/models${query}`, { headers });
  expect(response.status).toBe(200);
  const seen = upstream.requests.findLast(({ path }) => path === '/v1/models');
  expect(Object.fromEntries(new URLSearchParams(seen?.query))).toEqual(Object.fromEntries(new URLSearchParams(query)));
  expect(seen?.headers).toMatchObject(headers);
  expect(JSON.stringify(seen?.headers)).not.toContain(DEMO.key);
});

describe('a provider whose list is none', () => {
  let body = '';
  let provider: UnpaidUpstream;
  let own: TestServer;
  beforeAll(async () => {
    provider = await startUnpaidUpstream(() => ({ status: 200, body }));
    own = await startServer({
      ANTHROPIC_API_KEY: 'sk-upstream',
      ANTHROPIC_BASE_URL: provider.url,
      CIRCUIT_FAILURE_THRESHOLD: '10000',
    });
  });
  afterAll(async () => {
    await own[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  it.each(['null', '7', '[]', '{}', '{"data":null}', '{"data":{}}', '{"data":[null]}', '{"data":["a"]}', 'not json'])(
    'has failed: %s',
    async (answered) => {
      body = answered;
      const before = provider.asked.length;
      expect(await readError(await own.ask('/v1/models'))).toMatchObject({ status: 502, type: 'api_error' });
      expect(provider.asked.length).toBeGreaterThan(before);
      if (body === '{}' || body.includes('data')) return;
      expect(await readError(await own.ask('/v1/models/claude-haiku-4-5'))).toMatchObject({ status: 502 });
    },
  );
});

it('a model’s own name cannot lead anywhere else', async () => {
  const before = upstream.requests.length;
  for (const id of ['..%2Fmessages', '%2e%2e', 'a%2Fb', 'a%3Fb%23c']) {
    const response = await scripted.ask(`/v1/models/${id}`);
    expect((await readError(response)).status).toBeGreaterThanOrEqual(400);
  }
  const paths = upstream.requests.slice(before).map(({ path }) => path);
  expect(paths.filter((path) => !path.startsWith('/v1/models/'))).toEqual([]);
});

it('whoever has no key, or one that may not ask, hears it in the same form', async () => {
  expect(await readError(await server.ask('/v1/models', { headers: { 'x-api-key': 'nobody' } }))).toMatchObject({
    status: 401,
    type: 'authentication_error',
  });
});
