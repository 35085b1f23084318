import { circuitSettings, retrySettings, streamSettings } from '../lib/app/settings.ts';
import { tenantAccount } from '../lib/budget/account.ts';
import { createBudgets } from '../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../lib/budget/memory-store.ts';
import { createCircuits } from '../lib/circuit-breaker/circuits.ts';
import { createMemoryCircuitStore } from '../lib/circuit-breaker/memory-store.ts';
import { loadConfig } from '../lib/config.ts';
import type { Clock } from '../lib/kernel/clock.ts';
import { createDeadline } from '../lib/kernel/deadline.ts';
import { createRunAccount } from '../lib/model-call/booking/run-account.ts';
import { createKeyCheck } from '../lib/model-call/keys/key-check.ts';
import { createKeyPool } from '../lib/model-call/keys/key-pool.ts';
import type { ModelCallParts } from '../lib/model-call/model-call.ts';
import type { ModelRequest } from '../lib/model-call/provider.ts';
import type { Attempt, CallContext, Outcome } from '../lib/model-call/types.ts';
import { createPriceTable } from '../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../lib/pricing/prices.ts';
import { createAnthropic } from '../lib/providers/anthropic/anthropic.ts';
import { createMemoryRestStore } from '../lib/rests/memory-store.ts';
import { createRests } from '../lib/rests/rests.ts';
import { createMemoryUsageStore } from '../lib/usage/memory-store.ts';
import { systemClock } from '../local/system-clock.ts';
import { AMPLE } from './reservations.ts';

export const KEYS = ['first-key', 'second-key'] as const;

const config = loadConfig({});

export const REQUEST: ModelRequest = {
  model: 'claude-sonnet-5-5',
  max_tokens: 8_192,
  messages: [{ role: 'user', content: 'What is ballast?' }],
};

const turnOf = (_: unknown, turn: number) =>
  ({ role: turn % 2 === 0 ? 'user' : 'assistant', content: 'Ballast keeps a ship upright. '.repeat(33) }) as const;

/** After a long conversation: about 200 KB. */
export const LONG_REQUEST: ModelRequest = { ...REQUEST, messages: Array.from({ length: 201 }, turnOf) };

/** What a model call is made of by the defaults of a stage, its stores in memory. */
export const callParts = (baseUrl: string, clock: Clock = systemClock): ModelCallParts => {
  const shared = { clock, random: Math.random, emit: () => undefined };
  const secret = async () => JSON.stringify(KEYS);
  const provider = createAnthropic({ baseUrl });
  return {
    ...shared,
    prices: createPriceTable(PUBLISHED_PRICES, {}),
    usage: createMemoryUsageStore(),
    budgets: createBudgets(createMemoryBudgetStore()),
    circuits: createCircuits({
      ...shared,
      store: createMemoryCircuitStore(shared),
      options: circuitSettings(config),
    }),
    provider,
    keys: createKeyPool({ ...shared, secret: { get: secret, refresh: secret } }),
    keyCheck: createKeyCheck({ provider, clock }),
    rests: createRests({ ...shared, store: createMemoryRestStore(shared) }),
    retry: retrySettings(config),
    limits: streamSettings(config),
  };
};

let runs = 0;

/** One run of one call: its deadline is held while it lasts, and its books are written when it resolves. */
export const runOf = async (call: Attempt, request: ModelRequest, caller?: AbortSignal): Promise<Outcome> => {
  using deadline = createDeadline(systemClock, config.RUN_TIMEOUT_MS, caller);
  const account = createRunAccount(null);
  const context: CallContext = {
    runId: `run_${String((runs += 1)).padStart(26, '0')}`,
    step: 1,
    agent: 'assistant',
    tenantId: 'bench',
    keyId: 'key_01kbench0000000000000000',
    userId: null,
    deadline,
    account,
    budget: { tenant: tenantAccount('bench', AMPLE), others: [], shadow: false },
    admission: { enter: async () => null, undo: async () => {}, charge: async () => {} },
    sink: { text: () => undefined, reset: () => undefined },
    circuit: {},
    booked: [],
    standIns: ['claude-haiku-4-5'],
    key: { id: 'first', value: KEYS[0] },
  };
  const outcome = await call(request, context);
  await account.closed();
  return outcome;
};
