import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatUsd } from '../../lib/kernel/money.ts';
import { reply } from '../upstream/answers.ts';
import { gatedHeaders } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { billedFor, budgetOf } from './books.ts';
import { bodyOf, type Fleet, startFleet } from './fleet.ts';
import { allEvents } from './sse.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

let from: number;
beforeEach(() => {
  from = fleet.upstream.requests.length;
  // 0.00276 US dollars a call, of which each must first hold back 0.00310475 at least.
  fleet.upstream.script('*', [reply('ok', { usage: { input: 100, output: 256 } })]);
});
const COST = '0.00276';
/** Pays for one call, and not for another. */
const FOR_ONE = '0.004';

const paid = () => fleet.upstream.requests.slice(from).filter(({ path }) => path === '/v1/messages').length;
const FORMS = [
  ['JSON', {}],
  ['events', { accept: 'text/event-stream' }],
] as const;

describe('a spent budget', () => {
  it.each(FORMS)(
    'is a 402 with its figures for who asks for %s, and helps nobody who waits',
    async (_form, headers) => {
      const caller = await fleet.addTenant({ dailyBudgetUsd: FOR_ONE });
      const first = await caller.run({ task: 'a' }, headers);
      expect(first.status).toBe(200);
      await first.text();
      const refused = await caller.run({ task: 'a' }, headers);
      expect(refused.status).toBe(402);
      expect(refused.headers.get('content-type')).toBe('application/problem+json');
      expect(refused.headers.get('retry-after')).toBeNull();
      const problem = await bodyOf(refused);
      expect(problem).toMatchObject({
        code: 'budget-exceeded',
        status: 402,
        limit: FOR_ONE,
        used: COST,
        reserved: '0',
        asked: expect.stringMatching(/^0\.\d+$/) as string,
      });
      expect(problem).not.toHaveProperty('retryAfterMs');
      expect(paid()).toBe(1);
    },
  );

  it.each(FORMS)('held by open reservations says so and when to come back, to who asks for %s', async (_, headers) => {
    const gate = createGate();
    fleet.upstream.script('*', [gatedHeaders(gate, reply())]);
    const caller = await fleet.addTenant({ dailyBudgetUsd: '0.02' });
    const open = caller.run({ task: 'a' });
    await gate.reached;
    const { reserved } = (await budgetOf(caller)).day;
    const refused = await caller.run({ task: 'a' }, headers, fleet.servers[1]);
    expect(refused.status).toBe(402);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await bodyOf(refused)).toMatchObject({
      code: 'budget-exceeded',
      used: '0',
      reserved: formatUsd(reserved),
      retryAfterMs: 2_000,
    });
    gate.open();
    expect((await open).status).toBe(200);
    const admitted = await caller.run({ task: 'a' }, headers, fleet.servers[1]);
    expect(admitted.status).toBe(200);
    await admitted.text();
  });

  it('of the month refuses where the day’s would allow', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '5', monthlyBudgetUsd: FOR_ONE });
    expect((await caller.run({ task: 'a' })).status).toBe(200);
    expect(await bodyOf(await caller.run({ task: 'a' }))).toMatchObject({ status: 402, limit: FOR_ONE, used: COST });
    expect(paid()).toBe(1);
  });

  it('of one key is none of the tenant’s other keys’', async () => {
    const limited = await fleet.addTenant({}, { dailyBudgetUsd: FOR_ONE });
    const other = await fleet.addKey(limited.tenantId);
    expect((await limited.run({ task: 'a' })).status).toBe(200);
    const refused = await limited.run({ task: 'a' }, {}, fleet.servers[1]);
    expect(await bodyOf(refused)).toMatchObject({ status: 402, limit: FOR_ONE, used: COST, reserved: '0' });
    expect((await other.run({ task: 'a' })).status).toBe(200);
    // What the key was refused is not left on the tenant's account.
    expect((await budgetOf(other)).day).toMatchObject({
      spent: billedFor(fleet.upstream.requests.slice(from)),
      reserved: 0n,
    });
  });

  it('of one end user is nobody else’s', async () => {
    const caller = await fleet.addTenant({ userDailyBudgetUsd: FOR_ONE });
    expect((await caller.run({ task: 'a', userId: 'ada' })).status).toBe(200);
    const refused = await caller.run({ task: 'a', userId: 'ada' }, {}, fleet.servers[1]);
    expect(await bodyOf(refused)).toMatchObject({ status: 402, limit: FOR_ONE, used: COST });
    expect((await caller.run({ task: 'a', userId: 'bob' })).status).toBe(200);
    expect((await caller.run({ task: 'a' })).status).toBe(200);
  });

  it('of nothing calls nobody', async () => {
    const caller = await fleet.addTenant({ monthlyBudgetUsd: '0' });
    expect(await bodyOf(await caller.run({ task: 'a' }))).toMatchObject({ status: 402, limit: '0', used: '0' });
    expect(fleet.upstream.requests).toHaveLength(from);
  });

  it('in shadow mode lets pass and says what it would have done', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '0.000001', shadow: ['budget'] });
    expect((await caller.run({ task: 'a' })).status).toBe(200);
    const line = () =>
      fleet.servers[0]
        .printed()
        .split('\n')
        .find((each) => each.includes('"budget refused"') && each.includes(`"${caller.tenantId}"`));
    await expect
      .poll(() => JSON.parse(line() ?? '{}') as unknown)
      .toMatchObject({ shadow: true, scope: 'tenant', limitUsd: '0.000001' });
    expect((await budgetOf(caller)).day).toMatchObject({ spent: 2_760_000_000n, remaining: 0n });
  });
});

describe('a run’s own limit', () => {
  it('lowers the output to what it pays for, and below 256 tokens refuses', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '5' });
    expect((await caller.run({ task: 'a', maxCostUsd: '0.03' })).status).toBe(200);
    const lowered = fleet.upstream.requests.at(-1)?.body?.['max_tokens'];
    expect(lowered).toBeGreaterThanOrEqual(256);
    expect(lowered).toBeLessThan(4_096);
    const refused = await caller.run({ task: 'a', maxCostUsd: '0.003' });
    expect(await bodyOf(refused)).toMatchObject({ status: 402, limit: '0.003', used: '0', asked: '0.00310475' });
    expect(paid()).toBe(1);
  });

  it('is asked beside the tenant’s budget, and the tighter one is told', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '0.0001' });
    expect(await bodyOf(await caller.run({ task: 'a', maxCostUsd: '1' }))).toMatchObject({ limit: '0.0001' });
    expect(await bodyOf(await caller.run({ task: 'a', maxCostUsd: '0.00005' }))).toMatchObject({ limit: '0.00005' });
  });

  it('of the budget ends a run that has begun as incomplete, with what it has cost', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: FOR_ONE });
    fleet.upstream.script('*', [reply('half', { usage: { input: 100, output: 256 }, stopReason: 'pause_turn' })]);
    const answer = await caller.run({ task: 'a' });
    expect(await bodyOf(answer)).toMatchObject({
      status: 'incomplete',
      stopReason: 'budget',
      usage: { costUsd: COST },
    });
    const streaming = await fleet.addTenant({ dailyBudgetUsd: FOR_ONE });
    const events = await allEvents(await streaming.run({ task: 'a' }, { accept: 'text/event-stream' }));
    expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { stopReason: 'budget' } });
  });
});
