import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { size } from '../sizes.ts';
import { serverNow, stretch } from '../stretched.ts';
import { reply } from '../upstream/answers.ts';
import { itemsOf } from './books.ts';
import { bodyOf, type Caller, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

let from: number;
beforeEach(() => {
  from = fleet.upstream.requests.length;
  fleet.upstream.script('*', [reply()]);
});
const called = () => fleet.upstream.requests.length - from;
const runs = async ({ tenantId }: Caller) =>
  (await itemsOf(fleet.engine, 'RunsTable')).filter((item) => item['tenantId']?.S === tenantId).length;
const statuses = async (caller: Caller, bodies: readonly object[]): Promise<number[]> => {
  const seen: number[] = [];
  for (const body of bodies) seen.push((await caller.run(body)).status);
  return seen;
};
const times = (count: number, body: object = { task: 'a' }) => Array.from({ length: count }, () => body);

describe('30 requests a minute', () => {
  const CONCURRENT = size(120, 300);

  it(`of ${CONCURRENT} at once over two processes are a bucket and its refill, and Retry-After is when the next passes`, async () => {
    const caller = await fleet.addTenant({ requestsPerMinute: 30 });
    const begin = performance.now();
    const answers = await Promise.all(
      times(CONCURRENT).map((body, index) => caller.run(body, {}, fleet.servers[index % 2])),
    );
    // Whether or not writers stood in each other's way, the bucket is empty now.
    let last = await caller.run({ task: 'a' });
    for (; last.status === 200; last = await caller.run({ task: 'a' })) answers.push(last);
    const elapsedMs = (performance.now() - begin) / stretch();
    const admitted = answers.filter(({ status }) => status === 200).length;
    expect(admitted).toBeGreaterThanOrEqual(30);
    expect(admitted).toBeLessThanOrEqual(30 + Math.floor(elapsedMs / 2_000));
    expect(called()).toBe(admitted);
    expect(await runs(caller)).toBe(admitted);

    const refused = [...answers.filter(({ status }) => status !== 200), last];
    for (const response of refused) {
      expect(response.status).toBe(429);
      const problem = await bodyOf(response.clone());
      expect(problem).toMatchObject({ code: 'rate-limited', limit: '30', reserved: '0', asked: '1' });
      expect(problem).not.toHaveProperty('runId');
      const retryAfterMs = Number(problem['retryAfterMs']);
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(2_000);
      expect(response.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
    }

    // Those who keep asking do not make themselves wait longer; who waits as long as told gets in.
    const nagging = await Promise.all(times(20).map((body) => caller.run(body)));
    for (const response of nagging.filter(({ status }) => status === 429))
      expect((await bodyOf(response))['retryAfterMs']).toBeLessThanOrEqual(2_000);
    let told = await bodyOf(await caller.run({ task: 'a' }));
    // A permit may have been refilled just now.
    while (told['code'] !== 'rate-limited') told = await bodyOf(await caller.run({ task: 'a' }));
    await pause(Number(told['retryAfterMs']) * stretch());
    expect((await caller.run({ task: 'a' })).status).toBe(200);
  });

  it.each([
    ['JSON', {}],
    ['events', { accept: 'text/event-stream' }],
  ])('are told in the headers of answers as %s, and of refusals', async (_form, headers) => {
    const caller = await fleet.addTenant({ requestsPerMinute: 2, tokensPerMinute: 100_000 });
    const limits = async (response: Response) => {
      await response.text();
      const read = (name: string) => response.headers.get(`anthropic-ratelimit-${name}`);
      expect(read('tokens-limit')).toBe('100000');
      for (const kind of ['requests', 'tokens']) {
        const resetsInMs = Date.parse(read(`${kind}-reset`) ?? '') - serverNow();
        expect(resetsInMs).toBeGreaterThan(-5_000);
        expect(resetsInMs).toBeLessThanOrEqual(60_000);
      }
      return [response.status, read('requests-limit'), read('requests-remaining')];
    };
    expect(await limits(await caller.run({ task: 'a' }, headers))).toEqual([200, '2', '1']);
    expect(await limits(await caller.run({ task: 'a' }, headers))).toEqual([200, '2', '0']);
    expect(await limits(await caller.run({ task: 'a' }, headers))).toEqual([429, '2', '0']);
  });
});

describe('what takes no permit', () => {
  it('is an answer that is told again', async () => {
    const caller = await fleet.addTenant({ requestsPerMinute: 2 });
    const once = { 'idempotency-key': 'once' };
    expect((await caller.run({ task: 'a' }, once)).status).toBe(200);
    for (const server of [...fleet.servers, ...fleet.servers]) {
      const again = await caller.run({ task: 'a' }, once, server);
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    }
    expect(await statuses(caller, times(2))).toEqual([200, 429]);
    const refused = await caller.run({ task: 'b' }, { 'idempotency-key': 'other' });
    expect(refused.status).toBe(429);
    // A refusal is not kept under its key: with another body it would be a conflict otherwise.
    expect((await caller.run({ task: 'c' }, { 'idempotency-key': 'other' })).status).toBe(429);
    expect(called()).toBe(2);
  });

  it('is a request that is not valid, not possible, not allowed, not priced or not paid for', async () => {
    const caller = await fleet.addTenant({
      requestsPerMinute: 1,
      allowedModels: ['claude-sonnet-5-5'],
    });
    const refused = [
      { task: '' },
      { task: 'a', agent: 'nobody' },
      { task: 'a', agent: 'clerk' },
      { task: 'a', model: 'claude-opus-5-5' },
      { task: 'a', maxCostUsd: '0.000001' },
    ];
    expect(await statuses(caller, [...refused, ...times(2)])).toEqual([400, 400, 409, 403, 402, 200, 429]);
    const anyModel = await fleet.addTenant({ requestsPerMinute: 1 });
    const unpriced = { task: 'a', model: 'claude-fable-5-2' };
    expect(await statuses(anyModel, [unpriced, ...times(2)])).toEqual([422, 200, 429]);
    expect(called()).toBe(2);
  });

  it('is a call that another limit refuses', async () => {
    const limited = await fleet.addTenant({ requestsPerMinute: 3 }, { requestsPerMinute: 1 });
    const other = await fleet.addKey(limited.tenantId);
    expect(await statuses(limited, times(5))).toEqual([200, 429, 429, 429, 429]);
    expect(await statuses(other, times(3))).toEqual([200, 200, 429]);
    expect(called()).toBe(3);
  });
});

describe('a limit', () => {
  it('of one end user holds from that user’s first call on, and for nobody else', async () => {
    const caller = await fleet.addTenant({ userRequestsPerMinute: 1 });
    const ada = { task: 'a', userId: 'ada' };
    const bob = { task: 'a', userId: 'bob@example.org' };
    // Whoever names nobody is one end user too.
    expect(await statuses(caller, [ada, ada, bob, bob, ...times(3)])).toEqual([200, 429, 200, 429, 200, 429, 429]);
    expect((await caller.run(ada, {}, fleet.servers[1])).status).toBe(429);
    expect(called()).toBe(3);
  });

  it('of tokens lets a call in by its size and charges what it used, into debt', async () => {
    const caller = await fleet.addTenant({ tokensPerMinute: 5_000 });
    fleet.upstream.script('*', [reply('long', { usage: { input: 1_000, output: 4_000 } })]);
    expect(await statuses(caller, times(2))).toEqual([200, 429]);
    const inDebt = await fleet.addTenant({ tokensPerMinute: 5_000 });
    fleet.upstream.script('*', [reply('longer', { usage: { input: 5_000, output: 15_000 } })]);
    expect(await statuses(inDebt, times(1))).toEqual([200]);
    const refused = await inDebt.run({ task: 'a' }, {}, fleet.servers[1]);
    expect(refused.headers.get('anthropic-ratelimit-tokens-remaining')).toBe('0');
    const problem = await bodyOf(refused);
    expect(problem).toMatchObject({ status: 429, code: 'rate-limited', limit: '5000' });
    // Three minutes for the 15,000 that were too many, and the time in which this call's own thousand or so are refilled.
    expect(problem['retryAfterMs']).toBeGreaterThan(180_000);
    expect(problem['retryAfterMs']).toBeLessThan(210_000);
    expect(called()).toBe(2);
  });

  it.each([
    ['requests', { requestsPerMinute: 0 }, {}],
    ['tokens', { tokensPerMinute: 0 }, {}],
    ['concurrent runs', { maxConcurrentRuns: 0 }, {}],
    ['requests of a user', { userRequestsPerMinute: 0 }, {}],
    ['requests of the key', {}, { requestsPerMinute: 0 }],
  ])('of no %s forbids, since no wait would help, and nothing is called or kept', async (_what, settings, key) => {
    const caller = await fleet.addTenant({ cacheTtlSeconds: 60, ...settings }, key);
    const response = await caller.run({ task: 'a', cache: 'use' }, { 'idempotency-key': 'once' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([403, null]);
    const problem = await bodyOf(response);
    expect(problem).toMatchObject({ code: 'forbidden', limit: '0', used: '0', reserved: '0' });
    expect(problem).not.toHaveProperty('retryAfterMs');
    expect([called(), await runs(caller)]).toEqual([0, 0]);
    // Its key is free: with another body it would be a conflict otherwise.
    expect((await caller.run({ task: 'b' }, { 'idempotency-key': 'once' })).status).toBe(403);
  });

  it('in shadow mode lets pass and says what it would have done', async () => {
    const caller = await fleet.addTenant({ requestsPerMinute: 1, maxConcurrentRuns: 0, shadow: ['rate'] });
    expect(await statuses(caller, times(3))).toEqual([200, 200, 200]);
    const refusals = () =>
      fleet.servers[0]
        .printed()
        .split('\n')
        .filter((each) => each.includes('"limit refused"') && each.includes(`"${caller.tenantId}"`))
        .map((line) => JSON.parse(line) as { limit: string; shadow: boolean });
    const limits = expect.arrayContaining(['tenant-requests', 'concurrent-runs']) as unknown;
    await expect.poll(() => refusals().map(({ limit }) => limit)).toEqual(limits);
    expect(refusals().every(({ shadow }) => shadow)).toBe(true);
  });
});
