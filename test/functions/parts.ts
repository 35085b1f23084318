import { defineAgent } from '../../lib/agent/define/define-agent.ts';
import { loadConfig } from '../../lib/config.ts';
import { createIdempotency } from '../../lib/idempotency/idempotency.ts';
import { createMemoryClaimStore } from '../../lib/idempotency/memory-store.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { RunAnswer } from '../../lib/run/answer.ts';
import type { SyncRunCall } from '../../lib/run/sync-run.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import { newTenant, type Principal } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';

const MODEL = 'claude-sonnet-5-5';
const ASSISTANT = defineAgent({
  name: 'assistant',
  description: '',
  system: 'Help.',
  models: { simple: MODEL, standard: MODEL, complex: MODEL },
});

/** How a run ended that nobody looks at more closely. */
export const DONE: RunAnswer = {
  runId: 'run_1',
  status: 'succeeded',
  output: 'Done.',
  agent: 'assistant',
  model: MODEL,
  stopReason: 'end_turn',
  usage: {
    modelCalls: 1,
    toolCalls: 0,
    inputTokens: 5,
    outputTokens: 1,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    costUsd: '0.00002',
  },
  degraded: null,
  cache: 'bypass',
  durationMs: 7,
};

/** What a function is made of, by hand: the key `good` may do all, `weak` nothing, any other is unknown. */
export const functionParts = (runSync: (call: SyncRunCall) => Promise<RunAnswer>) => {
  const clock = createFakeClock();
  const lines: string[] = [];
  const events: BallastEvent[] = [];
  let births = 0;
  const principal = (scopes: Principal['scopes']): Principal => ({
    tenantId: 'demo',
    keyId: 'key-1',
    scopes,
    tenant: newTenant('demo', 0),
    keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
  });
  return {
    config: loadConfig({}),
    clock,
    lines,
    events,
    emit: (event: BallastEvent) => void events.push(event),
    flush: async () => {},
    ids: createIds(clock, (length) => new Uint8Array(length).fill((births += 1))),
    log: createPrettyLog('DEBUG', clock, (line) => lines.push(line)),
    authenticator: {
      authenticate: async (key: string) => {
        if (key === 'good') return principal(['runs:write', 'runs:read']);
        if (key === 'weak') return principal([]);
        throw new AppError('unauthenticated', safe`The API key is not known or has expired.`);
      },
    },
    catalog: { lookUp: (name: string) => (name === ASSISTANT.name ? ASSISTANT : null) },
    anthropicKey: { get: async () => 'key', refresh: async () => 'key' },
    idempotency: createIdempotency({
      store: createMemoryClaimStore(),
      clock,
      emit: () => undefined,
      randomBytes: (length) => new Uint8Array(length).fill((births += 1)),
      lockMs: 60_000,
    }),
    runSync,
  };
};
