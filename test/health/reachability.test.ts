import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findingOfPrices } from '../../lib/health/price-age.ts';
import { createReachability, type Reachability } from '../../lib/health/reachability.ts';
import { keyOf } from '../../lib/model-call/keys/key-pool.ts';
import { createAnthropic } from '../../lib/providers/anthropic/anthropic.ts';
import { type Answer, type HttpTarget, startHttpTarget } from '../http-target.ts';
import { systemClock } from '../upstream/system-clock.ts';

let upstream: HttpTarget;
let reachability: Reachability;

const NOW = Date.UTC(2026, 10, 20, 12);
const KEY = 'sk-ant-canary';
const reachabilityWith = (key: () => Promise<string>): Reachability =>
  createReachability({
    provider: createAnthropic({ baseUrl: upstream.url, clock: systemClock }),
    keys: async () => (await key()).split(',').map(keyOf),
    clock: { now: () => NOW },
  });
const NEVER = new AbortController().signal;

beforeEach(async () => {
  upstream = await startHttpTarget();
  reachability = reachabilityWith(async () => KEY);
});
afterEach(() => upstream.close());

describe('asking the provider', () => {
  it('reads the list of models with the key, once, and never a message', async () => {
    expect(await reachability.api.ask(NEVER)).toEqual({ status: 'healthy' });
    expect(upstream.seen).toMatchObject([{ method: 'GET', path: '/v1/models?limit=1', body: '' }]);
    expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it.each<[Answer, object]>([
    [{ status: 404 }, { status: 'healthy' }],
    [{ status: 429, headers: { 'retry-after': '60' } }, { status: 'healthy' }],
    [{ status: 401 }, { status: 'unhealthy', detail: 'rejects the key' }],
    [{ status: 403 }, { status: 'unhealthy', detail: 'rejects the key' }],
    [{ status: 500 }, { status: 'degraded', detail: 'does not answer' }],
    [{ status: 529 }, { status: 'degraded', detail: 'does not answer' }],
    ['cut', { status: 'degraded', detail: 'does not answer' }],
  ])('and being answered %j is one request and the finding %j', async (answer, finding) => {
    upstream.script(answer);
    expect(await reachability.api.ask(NEVER)).toEqual(finding);
    expect(upstream.seen).toHaveLength(1);
  });

  it('ends when the limit does', async () => {
    upstream.script('hang');
    const limit = new AbortController();
    const asked = reachability.api.ask(limit.signal);
    while (!upstream.hanging) await new Promise((done) => setImmediate(done));
    limit.abort();
    expect(await asked).toEqual({ status: 'degraded', detail: 'does not answer' });
  });

  it('says that there is no key, and asks nobody, where it cannot be loaded', async () => {
    const keyless = reachabilityWith(() => Promise.reject(new Error('canary')));
    expect(await keyless.api.ask(NEVER)).toEqual({ status: 'unhealthy', detail: 'there is no key to ask with' });
    await expect(keyless.model('claude-opus-5-5', NEVER)).rejects.toThrow();
    expect(upstream.seen).toHaveLength(0);
  });

  it('finds a key that no header can carry as bad as a rejected one, and asks nobody', async () => {
    const unsendable = reachabilityWith(async () => 'two\nlines');
    expect(await unsendable.api.ask(NEVER)).toEqual({
      status: 'unhealthy',
      detail: 'rejects the key: no header can carry it',
    });
    expect(upstream.seen).toHaveLength(0);
  });

  it('about a model is unpaid too', async () => {
    expect(await reachability.model('claude-opus-5-5', NEVER)).toBe(true);
    upstream.script({ status: 503 });
    expect(await reachability.model('claude-opus-5-5', NEVER)).toBe(false);
    expect(upstream.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/models/claude-opus-5-5',
      'GET /v1/models/claude-opus-5-5',
    ]);
  });
});

describe('the pool of keys', () => {
  const ask = async (keys: string, ...answers: readonly Answer[]) => {
    upstream.script(...answers);
    const pool = reachabilityWith(async () => keys);
    return (await Promise.all([pool.api.ask(NEVER), pool.keys.ask(NEVER)]))[1];
  };

  it.each<[string, number, object]>([
    ['one', 200, { status: 'healthy', detail: '1 key' }],
    ['one,two,three', 200, { status: 'healthy', detail: '3 keys' }],
    ['one,two', 503, { status: 'healthy', detail: '2 keys' }],
    ['one', 401, { status: 'unhealthy', detail: 'the provider rejects every key' }],
    ['one,two', 403, { status: 'unhealthy', detail: 'the provider rejects every key' }],
  ])('%s, each answered with %i, is %j', async (keys, status, finding) => {
    expect(await ask(keys, { status })).toEqual(finding);
    // The first is asked for the provider anyway.
    expect(upstream.seen).toHaveLength(keys.split(',').length);
  });

  it('names those that are rejected by their place in the secret, and by nothing else', async () => {
    expect(await ask('can\nary,canary-2,can\nary', { status: 200 })).toEqual({
      status: 'degraded',
      detail: 'the provider rejects keys 1 and 3 of 3',
    });
    expect(await ask('canary-1,can\nary', { status: 200 })).toEqual({
      status: 'degraded',
      detail: 'the provider rejects key 2 of 2',
    });
  });

  it('is unhealthy where it cannot be loaded', async () => {
    const keyless = reachabilityWith(() => Promise.reject(new Error('canary')));
    const [, found] = await Promise.all([keyless.api.ask(NEVER), keyless.keys.ask(NEVER)]);
    expect(found).toEqual({ status: 'unhealthy', detail: 'there is no key to ask with' });
  });
});

describe('the clock', () => {
  const at = (ms: number) => ({ status: 200, headers: { date: new Date(NOW + ms).toUTCString() } });
  it.each<[number, object]>([
    [0, { status: 'healthy' }],
    [60_000, { status: 'healthy' }],
    [-60_000, { status: 'healthy' }],
    [95_000, { status: 'degraded', detail: '95 s behind the provider’s clock' }],
    [-95_000, { status: 'degraded', detail: '95 s ahead of the provider’s clock' }],
  ])(
    'is held against that of the provider, which is %i ms ahead, without a question of its own',
    async (ms, finding) => {
      upstream.script(at(ms));
      const [, found] = await Promise.all([reachability.api.ask(NEVER), reachability.clock.ask(NEVER)]);
      expect(found).toEqual(finding);
      expect(upstream.seen).toHaveLength(1);
    },
  );

  it('is not judged where the provider told no time, also where it had before', async () => {
    upstream.script(at(95_000));
    await reachability.api.ask(NEVER);
    upstream.script('cut');
    await reachability.api.ask(NEVER);
    expect(await reachability.clock.ask(NEVER)).toMatchObject({
      status: 'healthy',
      detail: expect.stringMatching(/not compared/) as string,
    });
  });
});

it.each([
  ['2026-11-20', undefined, 'healthy'],
  ['2027-05-01', undefined, 'healthy'],
  ['2027-05-04', undefined, 'degraded'],
  ['2027-05-04', '2027-04', 'healthy'],
  ['2027-05-04', '2026-01', 'degraded'],
  ['2027-05-04', '2027-06', 'degraded'],
  ['2027-11-04', '2027-04', 'degraded'],
])('prices of 2026-11 are, on %s and compared in %s, %s', (day, compared, status) => {
  expect(findingOfPrices('2026-11', compared, Date.parse(day)).status).toBe(status);
});
