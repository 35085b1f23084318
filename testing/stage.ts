import type { Agent } from '../lib/agent/define/define-agent.ts';
import { boundFetch } from '../lib/agent/tools/bound-fetch.ts';
import { createCore, type RunStores } from '../lib/app/core.ts';
import { createMemoryBudgetStore } from '../lib/budget/memory-store.ts';
import { createMemoryCircuitStore } from '../lib/circuit-breaker/memory-store.ts';
import type { Config } from '../lib/config.ts';
import type { Ids, RandomBytes } from '../lib/kernel/ids/ids.ts';
import { ZERO } from '../lib/kernel/money.ts';
import { createAnthropic } from '../lib/providers/anthropic/anthropic.ts';
import { createMemorySlotStore } from '../lib/rate-limit/memory-slot-store.ts';
import { createMemoryRateStore } from '../lib/rate-limit/memory-store.ts';
import { createSlots } from '../lib/rate-limit/slots.ts';
import { createMemoryCacheStore } from '../lib/response-cache/memory-store.ts';
import { createResponseCache, type ResponseCache } from '../lib/response-cache/response-cache.ts';
import { createMemoryRestStore } from '../lib/rests/memory-store.ts';
import { createSessions } from '../lib/run/sessions/sessions.ts';
import type { RunSync } from '../lib/run/sync-run.ts';
import { createMemoryRunStore } from '../lib/runs/memory-store.ts';
import { createLoader } from '../lib/secrets/loader.ts';
import { createMemorySessionStore } from '../lib/sessions/memory-store.ts';
import type { Emit } from '../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../lib/usage/memory-tool-store.ts';
import type { AutoClock } from './auto-clock.ts';
import type { ToolFetch } from './fake-fetch.ts';
import type { InFlight } from './in-flight.ts';

export interface StageParts {
  readonly agent: Agent;
  /** Its `ANTHROPIC_BASE_URL` is where the scripted API is. */
  readonly config: Config;
  readonly clock: AutoClock;
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
  readonly emit: Emit;
  readonly toolFetch: Pick<ToolFetch, 'fetchFor'>;
  readonly inFlight: Pick<InFlight, 'watched'>;
  /** The value of a tool's secret. Rejects where there is none. */
  readonly secretValue: (name: string) => Promise<string>;
}

/** Jitter is the middle of its range, each time. */
const random = () => 0.5;

/** A cache whose packing, which takes real time in a thread of its own, is announced to the clock. */
const announced = (cache: ResponseCache, clock: AutoClock): ResponseCache => ({
  async open(key, options) {
    const look = await cache.open(key, options);
    if (look.kind !== 'miss') return look;
    const { flight } = look;
    const store = async (text: string) => {
      const end = clock.begin({ what: 'an answer being packed', isWaiting: () => false });
      await flight.store(text).finally(end);
    };
    return { ...look, flight: { ...flight, store } };
  },
});

const RETENTION_MS = 3_600_000;

const memoryStores = (clock: AutoClock): RunStores => {
  const runs = createMemoryRunStore({ clock, retentionMs: RETENTION_MS });
  const store = createMemorySessionStore(clock);
  // Nobody kills a run in here.
  const sessions = createSessions({ store, runs, clock, costOf: () => Promise.resolve(ZERO) });
  return {
    budgets: createMemoryBudgetStore(),
    circuits: createMemoryCircuitStore({ clock }),
    rates: createMemoryRateStore(),
    rests: createMemoryRestStore({ clock }),
    runs,
    toolUsage: createMemoryToolUsageStore(),
    usage: createMemoryUsageStore(),
    openSlots: async (options) => createSlots({ ...options, store: createMemorySlotStore() }),
    openCache: async (options) =>
      announced(createResponseCache({ ...options, store: createMemoryCacheStore() }), clock),
    openSessions: () => Promise.resolve(sessions),
  };
};

/** What a deployment runs, on memory instead of tables and for one agent, with all loaded that its first run would load. */
export const createStage = async (parts: StageParts): Promise<RunSync> => {
  const { agent, config, clock, ids, randomBytes, emit, toolFetch, inFlight, secretValue } = parts;
  const { runSync, loadModelCall } = createCore({
    config,
    clock,
    random,
    randomBytes,
    emit,
    ids,
    agents: [agent],
    stores: memoryStores(clock),
    provider: inFlight.watched(createAnthropic({ baseUrl: config.ANTHROPIC_BASE_URL, clock })),
    secret: createLoader({ read: async () => 'test-key', clock }),
    fetchFor: (endpoints, secrets, signal, call) =>
      boundFetch({ fetch: toolFetch.fetchFor(signal), overrides: new Map(), stage: config.STAGE })(
        endpoints,
        secrets,
        signal,
        call,
      ),
    secretOf: (name) => createLoader({ read: () => secretValue(name), clock }),
  });
  await loadModelCall();
  return runSync;
};
