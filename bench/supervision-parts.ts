import { callPartsOf } from '../lib/app/call-parts.ts';
import { tenantAccount } from '../lib/budget/account.ts';
import { createMemoryBudgetStore } from '../lib/budget/memory-store.ts';
import { createMemoryCircuitStore } from '../lib/circuit-breaker/memory-store.ts';
import { loadConfig } from '../lib/config.ts';
import { createBackground } from '../lib/kernel/background.ts';
import type { Clock } from '../lib/kernel/clock.ts';
import { createDeadline } from '../lib/kernel/deadline.ts';
import { createRunAccount } from '../lib/model-call/booking/run-account.ts';
import type { ModelRequest } from '../lib/model-call/provider.ts';
import type { Attempt, AttemptContext, Outcome } from '../lib/model-call/types.ts';
import { createAnthropic } from '../lib/providers/anthropic/anthropic.ts';
import { createMemoryRestStore } from '../lib/rests/memory-store.ts';
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
export const callParts = (baseUrl: string, clock: Clock = systemClock) => {
  const secret = async () => JSON.stringify(KEYS);
  return callPartsOf({
    config,
    clock,
    random: Math.random,
    emit: () => undefined,
    stores: {
      budgets: createMemoryBudgetStore(),
      circuits: createMemoryCircuitStore({ clock }),
      rests: createMemoryRestStore({ clock }),
      usage: createMemoryUsageStore(),
    },
    provider: createAnthropic({ baseUrl, clock }),
    secret: { get: secret, refresh: secret },
  });
};

let runs = 0;

/** One run of one call: its deadline is held while it lasts, and its books are written when it resolves. */
export const runOf = async (call: Attempt, request: ModelRequest, caller?: AbortSignal): Promise<Outcome> => {
  using deadline = createDeadline(systemClock, config.RUN_TIMEOUT_MS, caller);
  const background = createBackground();
  const account = createRunAccount(null, background);
  const context: AttemptContext = {
    runId: `run_${String((runs += 1)).padStart(26, '0')}`,
    step: 1,
    agent: 'assistant',
    caller: { tenantId: 'bench', keyId: 'key_01kbench0000000000000000', userId: null },
    bounds: {
      deadline,
      budget: { tenant: tenantAccount('bench', AMPLE), others: [], shadow: false },
      admission: { enter: async () => null, undo: async () => {}, charge: async () => {} },
      standIns: ['claude-haiku-4-5'],
    },
    listener: { sink: { text: () => undefined, reset: () => undefined } },
    account,
    background,
    circuit: {},
    booked: [],
    key: { id: 'first', value: KEYS[0] },
  };
  const outcome = await call(request, context);
  await background.flush();
  return outcome;
};
