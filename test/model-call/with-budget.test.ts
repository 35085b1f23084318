import { describe, expect, it } from 'vitest';
import type { SpentBudgets } from '../../lib/accounts/thresholds/spent-budgets.ts';
import { keyAccount, stageAccount, tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { formatUsd, parseUsd } from '../../lib/kernel/money.ts';
import { fault } from '../../lib/model-call/faults.ts';
import type { Metered, Outcome } from '../../lib/model-call/outcome.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { Attempt } from '../../lib/model-call/types.ts';
import { withBudget } from '../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { NO_TOKENS, type UsageRecord } from '../../lib/usage/record.ts';
import { REQUEST, setting } from './parts.ts';

const metered = (over: Partial<Metered> = {}): Metered => ({
  tokens: { ...NO_TOKENS, inputTokens: 100, outputTokens: 20 },
  estimated: null,
  firstContentMs: 5,
  upstreamRequestId: 'req_1',
  ...over,
});
const answered = { ok: true, message: { stop_reason: 'end_turn' }, metered: metered() } as unknown as Outcome;

interface Options {
  readonly maxCostUsd?: string;
  readonly outcome?: Outcome;
  readonly counted?: number | Error | 'never';
  readonly deadlineMs?: number;
  readonly addFails?: boolean;
  readonly spent?: Pick<SpentBudgets, 'note' | 'reached'>;
}

const budgeted = ({
  maxCostUsd,
  outcome = answered,
  counted = new Error('no count'),
  addFails = false,
  deadlineMs = 120_000,
  spent,
}: Options = {}) => {
  const limit = maxCostUsd === undefined ? {} : { maxCost: parseUsd(maxCostUsd) };
  const parts = setting('http://unused', { deadlineMs, ...limit });
  const usage = createMemoryUsageStore();
  const store = createMemoryBudgetStore();
  const events: BallastEvent[] = [];
  const sent: ModelRequest[] = [];
  let counts = 0;
  const next: Attempt = async (request) => {
    sent.push(request);
    return outcome;
  };
  const attempt = withBudget({
    prices: createPriceTable(PUBLISHED_PRICES),
    usage: addFails ? { ...usage, add: () => Promise.reject(new Error('secret words')) } : usage,
    budgets: createBudgets(store),
    provider: {
      countTokens: async (_request, { signal }) => {
        counts += 1;
        if (counted === 'never')
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        if (counted instanceof Error) throw counted;
        return counted as number;
      },
    },
    clock: parts.clock,
    spent,
    emit: (event) => events.push(event),
  })(next);
  const records = async () => {
    await parts.context.background.flush();
    const found: UsageRecord[] = [];
    for await (const record of usage.inHour('demo', parts.clock.now())) found.push(record);
    return found;
  };
  return { ...parts, attempt, records, events, sent, counts: () => counts };
};

describe('an attempt', () => {
  it('has what its key has spent put down after its answer, and asks nothing more of who has no limit', async () => {
    const put: string[] = [];
    const spent = {
      note: async () => undefined,
      reached: async (...[settled, accounts, by]: Parameters<SpentBudgets['reached']>) => {
        for (const { scope, counted } of settled)
          put.push(`${scope} ${by.keyId} ${counted.day} of ${accounts[0]?.limits.day}`);
      },
    };
    const run = budgeted({ spent });
    const { bounds } = run.context;
    await run.attempt(REQUEST, run.context);
    await run.context.background.flush();
    expect(put).toEqual([]);
    const key = keyAccount('demo', run.context.caller.keyId, { day: parseUsd('1'), month: null });
    const limited = { ...bounds, budget: { ...bounds.budget, others: [key] } };
    await run.attempt(REQUEST, { ...run.context, bounds: limited });
    await run.context.background.flush();
    expect(put).toEqual([`key ${run.context.caller.keyId} ${parseUsd('0.0004')} of ${parseUsd('1')}`]);
  });

  it('is booked once, under its own id, at the price of its model', async () => {
    const run = budgeted();
    await run.attempt(REQUEST, run.context);
    await run.attempt(REQUEST, run.context);
    expect(await run.records()).toMatchObject([
      { attemptId: 'run_01:1:1', model: 'claude-sonnet-5-5', answered: true, estimated: null, tenantId: 'demo' },
      { attemptId: 'run_01:1:2' },
    ]);
    expect(run.context.booked).toMatchObject([
      { at: run.clock.now(), firstContentMs: 5, fault: null, upstreamRequestId: 'req_1' },
      { cost: parseUsd('0.0004') },
    ]);
    // What 1,000 tokens of output cost at most, and more for the input.
    expect(run.context.booked[0]?.reserved).toBeGreaterThan(parseUsd('0.01'));
    // 100 tokens at 2 USD and 20 at 10 USD per million, twice.
    expect(formatUsd(run.context.account.spent)).toBe('0.0008');
    expect(formatUsd(run.context.account.reserved)).toBe('0');
  });

  it('that was refused with a status is on the books at nothing', async () => {
    const outcome: Outcome = {
      ok: false,
      fault: fault('overloaded', { status: 529 }),
      metered: metered({ tokens: NO_TOKENS }),
    };
    const run = budgeted({ outcome });
    await run.attempt(REQUEST, run.context);
    expect(await run.records()).toMatchObject([{ answered: false, cost: 0n, estimated: null }]);
    expect(run.events).toMatchObject([{ type: 'model.attempted', outcome: 'overloaded', upstreamStatus: 529 }]);
  });

  it('that was never answered is booked at the most its input can have been', async () => {
    const outcome: Outcome = {
      ok: false,
      fault: fault('no-content'),
      metered: metered({ tokens: NO_TOKENS, estimated: 'unanswered' }),
    };
    const run = budgeted({ outcome });
    await run.attempt(REQUEST, run.context);
    const [record] = await run.records();
    expect(record).toMatchObject({ estimated: 'unanswered', tokens: { outputTokens: 0 } });
    expect(record?.tokens.inputTokens).toBe(Buffer.byteLength(JSON.stringify(REQUEST)) + 1_000);
  });

  it('that we gave up before it answered is booked at its whole output besides', async () => {
    const outcome: Outcome = {
      ok: false,
      fault: fault('no-content'),
      metered: metered({ tokens: NO_TOKENS, estimated: 'unanswered', givenUp: true }),
    };
    const run = budgeted({ outcome });
    await run.attempt(REQUEST, run.context);
    const [record] = await run.records();
    expect(record?.tokens).toMatchObject({
      inputTokens: Buffer.byteLength(JSON.stringify(REQUEST)) + 1_000,
      outputTokens: REQUEST.max_tokens,
    });
  });

  it.each([
    ['a cache write', { type: 'ephemeral' }, 'cacheWrite5mInputTokens'],
    ['a write to the one-hour cache', { type: 'ephemeral', ttl: '1h' }, 'cacheWrite1hInputTokens'],
  ] as const)('that was never answered and may have made %s is booked as one', async (_title, cache_control, kind) => {
    const outcome: Outcome = {
      ok: false,
      fault: fault('no-content'),
      metered: metered({ tokens: NO_TOKENS, estimated: 'unanswered' }),
    };
    const run = budgeted({ outcome });
    await run.attempt({ ...REQUEST, system: [{ type: 'text', text: 'x', cache_control }] }, run.context);
    const [record] = await run.records();
    expect(record?.tokens[kind]).toBeGreaterThan(1_000);
    expect(record?.tokens.inputTokens).toBe(0);
  });

  it.each([
    ['that the provider put in its place', 'claude-haiku-4-5', 'claude-haiku-4-5', '0.0002'],
    ['asked for, under a dated id', 'claude-sonnet-5-5-20260901', 'claude-sonnet-5-5', '0.0004'],
  ])('is booked at the price of the model %s', async (_title, served, model, costUsd) => {
    const message = { stop_reason: 'end_turn', model: served };
    const run = budgeted({ outcome: { ok: true, message, metered: metered() } as unknown as Outcome });
    await run.attempt(REQUEST, run.context);
    expect(await run.records()).toMatchObject([{ model, cost: parseUsd(costUsd) }]);
    expect(run.context.booked).toMatchObject([{ model, cost: parseUsd(costUsd) }]);
    expect(formatUsd(run.context.account.spent)).toBe(costUsd);
    expect(run.events).toMatchObject([{ type: 'model.attempted', model, costUsd }]);
  });

  it('that names a model without a price is booked as the asked one, marked, and told once', async () => {
    const message = { stop_reason: 'end_turn', model: 'claude-fable-5-2' };
    const run = budgeted({ outcome: { ok: true, message, metered: metered() } as unknown as Outcome });
    await run.attempt(REQUEST, run.context);
    await run.attempt(REQUEST, run.context);
    expect(await run.records()).toMatchObject([
      { model: 'claude-sonnet-5-5', estimated: 'unpriced', cost: parseUsd('0.0004') },
      { estimated: 'unpriced' },
    ]);
    const told = run.events.filter(({ type }) => type === 'usage.unpriced');
    expect(told).toMatchObject([{ what: 'model', attemptId: 'run_01:1:1' }]);
  });

  it('of a model without a price is refused before anything is sent', async () => {
    const run = budgeted();
    const outcome = await run.attempt({ ...REQUEST, model: 'claude-fable-5-2' }, run.context);
    expect(outcome).toMatchObject({ ok: false, fault: { kind: 'refused', error: { code: 'unpriced-model' } } });
    expect(run.sent).toEqual([]);
    expect(await run.records()).toEqual([]);
  });

  it('whose record cannot be written is told in full, and the answer stands', async () => {
    const run = budgeted({ addFails: true });
    expect(await run.attempt(REQUEST, run.context)).toMatchObject({ ok: true });
    await run.context.background.flush();
    const lost = run.events.find((event) => event.type === 'usage.unrecorded');
    expect(lost).toMatchObject({
      attemptId: 'run_01:1:1',
      tenantId: 'demo',
      inputTokens: 100,
      outputTokens: 20,
      costUsd: '0.0004',
    });
    expect(JSON.stringify(run.events)).not.toContain('secret words');
  });
});

/** Without a word about geography the bound is that of the dearer one. */
const GLOBAL: ModelRequest = { ...REQUEST, inference_geo: 'global' };

describe('a limit of the run', () => {
  it('lowers the output to what is affordable in the worst case', async () => {
    const run = budgeted({ maxCostUsd: '0.01' });
    await run.attempt(GLOBAL, run.context);
    const [sent] = run.sent;
    // Worst input: its bytes and 1,000 tokens, all written to the cache at 2.50 USD per million; output 10 USD per million.
    const inputTokens = Buffer.byteLength(JSON.stringify(GLOBAL)) + 1_000;
    expect(sent?.max_tokens).toBe(Math.floor((0.01 - (inputTokens * 2.5) / 1e6) / (10 / 1e6)));
    expect(sent?.max_tokens).toBeLessThan(GLOBAL.max_tokens);
    expect(run.counts()).toBe(0);
  });

  it('asks the provider for its own count where the bound alone does not fit', async () => {
    const run = budgeted({ maxCostUsd: '0.004', counted: 100 });
    await run.attempt(GLOBAL, run.context);
    expect(run.counts()).toBe(1);
    // 105 tokens at 2.50 leave 0.0037375, that is 373 tokens of output.
    expect(run.sent[0]?.max_tokens).toBe(373);
  });

  it('books what was counted and never answered as it was counted', async () => {
    const outcome: Outcome = {
      ok: false,
      fault: fault('no-content'),
      metered: metered({ tokens: NO_TOKENS, estimated: 'unanswered' }),
    };
    const run = budgeted({ maxCostUsd: '0.004', counted: 100, outcome });
    await run.attempt(GLOBAL, run.context);
    expect(await run.records()).toMatchObject([{ estimated: 'unanswered', tokens: { inputTokens: 105 } }]);
  });

  it('refuses what leaves less than 256 tokens, with its figures, and sends nothing', async () => {
    const run = budgeted({ maxCostUsd: '0.0027', counted: 100 });
    const outcome = await run.attempt(GLOBAL, run.context);
    expect(outcome).toMatchObject({
      ok: false,
      fault: {
        kind: 'run-cost',
        error: { code: 'budget-exceeded', figures: { limit: '0.0027', used: '0', reserved: '0', asked: '0.0028225' } },
      },
    });
    expect(run.sent).toEqual([]);
  });

  it('reckons with the dearer geography unless the request names the other', async () => {
    const sentBy = async (request: ModelRequest) => {
      const run = budgeted({ maxCostUsd: '0.01' });
      await run.attempt(request, run.context);
      return run.sent[0]?.max_tokens ?? 0;
    };
    expect(await sentBy(REQUEST)).toBeLessThan(await sentBy(GLOBAL));
  });

  it('that not even the output would fit into is refused without asking anybody', async () => {
    const run = budgeted({ maxCostUsd: '0.002', counted: 1 });
    expect(await run.attempt(GLOBAL, run.context)).toMatchObject({ ok: false, fault: { kind: 'run-cost' } });
    expect(run.counts()).toBe(0);
  });

  it('waits for the provider’s count three seconds at most', async () => {
    const run = budgeted({ maxCostUsd: '0.0027', counted: 'never' });
    const asked = run.attempt(GLOBAL, run.context);
    await run.clock.advance(3_000);
    expect(await asked).toMatchObject({ ok: false, fault: { kind: 'run-cost' } });
  });

  it('is not blamed where the deadline passed over the count', async () => {
    const run = budgeted({ maxCostUsd: '0.0027', counted: 'never', deadlineMs: 1_000 });
    const asked = run.attempt(GLOBAL, run.context);
    await run.clock.advance(1_000);
    expect(await asked).toMatchObject({ ok: false, fault: { kind: 'deadline', error: { code: 'upstream-timeout' } } });
  });

  it('refuses where the provider does not count either', async () => {
    const run = budgeted({ maxCostUsd: '0.002' });
    expect(await run.attempt(GLOBAL, run.context)).toMatchObject({ ok: false, fault: { kind: 'run-cost' } });
  });

  it('counts what earlier attempts have spent', async () => {
    const run = budgeted({ maxCostUsd: '0.0065', counted: 100 });
    const wanted = { ...GLOBAL, max_tokens: 300 };
    expect((await run.attempt(wanted, run.context)).ok).toBe(true);
    for (let more = 0; more < 20; more += 1) await run.attempt(wanted, run.context);
    expect(run.context.account.spent).toBeLessThanOrEqual(parseUsd('0.0065'));
    expect((await run.attempt(wanted, run.context)).ok).toBe(false);
  });
});

describe('an estimate', () => {
  it('of an answer that broke off is never above what was allowed and held back', async () => {
    const outcome: Outcome = {
      ok: false,
      fault: fault('cut', { contentSeen: true }),
      metered: metered({ tokens: { ...NO_TOKENS, inputTokens: 10, outputTokens: 9_000 }, estimated: 'cut' }),
    };
    const run = budgeted({ outcome });
    await run.attempt(REQUEST, run.context);
    expect(await run.records()).toMatchObject([{ tokens: { outputTokens: REQUEST.max_tokens } }]);
  });
});

describe('the budget of the stage', () => {
  const shadowed = (limit: string) => {
    const run = budgeted();
    const { bounds } = run.context;
    const tenant = tenantAccount('demo', { day: parseUsd('0'), month: null });
    const others = [stageAccount({ day: parseUsd(limit), month: null })];
    const context = { ...run.context, bounds: { ...bounds, budget: { tenant, others, shadow: true } } };
    return { ...run, ask: (request = REQUEST) => run.attempt(request, context) };
  };

  it('refuses a call of a tenant whose own limits only decide', async () => {
    const { ask, events, sent } = shadowed('0.000001');
    expect(await ask()).toMatchObject({ ok: false, fault: { error: { code: 'budget-exceeded' } } });
    expect(sent).toEqual([]);
    expect(events.filter(({ type }) => type === 'budget.refused')).toMatchObject([
      { scope: 'tenant', shadow: true },
      { scope: 'stage', shadow: false },
    ]);
  });

  it('lets it out where only its own would not have', async () => {
    const { ask, events } = shadowed('5');
    expect(await ask()).toMatchObject({ ok: true });
    expect(events).toMatchObject([
      { type: 'budget.refused', scope: 'tenant', shadow: true },
      { type: 'model.attempted' },
    ]);
  });

  it('lets it ask for nothing that nobody can price', async () => {
    const { ask, sent } = shadowed('5');
    const priceless = { ...REQUEST, tools: [{ type: 'web_search_20250305', name: 'web_search' }] } as ModelRequest;
    expect(await ask(priceless)).toMatchObject({ ok: false, fault: { error: { code: 'unpriced-feature' } } });
    expect(sent).toEqual([]);
  });
});
