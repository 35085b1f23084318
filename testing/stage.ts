import type { Agent } from '../lib/agent/define/define-agent.ts';
import { boundFetch } from '../lib/agent/tools/bound-fetch.ts';
import { circuitSettings, retrySettings, streamSettings } from '../lib/app/settings.ts';
import { createBudgets } from '../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../lib/budget/memory-store.ts';
import { createCircuits } from '../lib/circuit-breaker/circuits.ts';
import { createMemoryCircuitStore } from '../lib/circuit-breaker/memory-store.ts';
import type { Config } from '../lib/config.ts';
import type { Ids, RandomBytes } from '../lib/kernel/ids.ts';
import { createKeyCheck } from '../lib/model-call/keys/key-check.ts';
import { createKeyPool } from '../lib/model-call/keys/key-pool.ts';
import { createModelCall } from '../lib/model-call/model-call.ts';
import { readPriceOverrides } from '../lib/pricing/price-overrides.ts';
import { createPriceTable } from '../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../lib/pricing/prices.ts';
import { priceAt } from '../lib/pricing/pricing.ts';
import { createAnthropic } from '../lib/providers/anthropic/anthropic.ts';
import { createMemorySlotStore } from '../lib/rate-limit/memory-slot-store.ts';
import { createMemoryRateStore } from '../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../lib/rate-limit/rate-limit.ts';
import { createSlots } from '../lib/rate-limit/slots.ts';
import { createMemoryCacheStore } from '../lib/response-cache/memory-store.ts';
import { createResponseCache, type ResponseCache } from '../lib/response-cache/response-cache.ts';
import { createMemoryRestStore } from '../lib/rests/memory-store.ts';
import { createRests } from '../lib/rests/rests.ts';
import { createCatalog } from '../lib/run/catalog.ts';
import { createSyncRun, type RunSync } from '../lib/run/sync-run.ts';
import { createMemoryRunStore } from '../lib/runs/memory-store.ts';
import { createCachedSecret } from '../lib/secrets/cached-secret.ts';
import type { Emit } from '../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../lib/usage/memory-tool-store.ts';
import type { IdleClock } from './auto-clock.ts';
import type { Outside } from './fake-fetch.ts';
import type { Wire } from './in-flight.ts';

export interface StageParts {
  readonly agent: Agent;
  readonly config: Config;
  readonly clock: IdleClock;
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
  readonly emit: Emit;
  readonly outside: Pick<Outside, 'fetchFor'>;
  readonly wire: Pick<Wire, 'watched'>;
  /** Where the scripted API is. */
  readonly baseUrl: string;
}

/** Jitter is the middle of its range, each time. */
const random = () => 0.5;

/** A cache whose packing, which takes real time in a thread of its own, is announced to the clock. */
const announced = (cache: ResponseCache, clock: IdleClock): ResponseCache => ({
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

/** What `lib/app/app.ts` makes of the same parts, on memory instead of tables, for one agent. */
export const createStage = (parts: StageParts): RunSync => {
  const { agent, config, clock, ids, randomBytes, emit, outside, wire, baseUrl } = parts;
  const circuits = createCircuits({
    ...{ clock, random, emit, store: createMemoryCircuitStore({ clock }) },
    options: circuitSettings(config),
  });
  const prices = createPriceTable(
    PUBLISHED_PRICES,
    config.MODEL_PRICES ? readPriceOverrides(config.MODEL_PRICES, PUBLISHED_PRICES) : {},
  );
  const provider = createAnthropic({ baseUrl });
  const callModel = createModelCall({
    ...{ clock, random, emit, prices, circuits },
    provider: wire.watched(provider),
    keys: createKeyPool({ secret: createCachedSecret({ read: async () => 'test-key', clock }), clock, random }),
    keyCheck: createKeyCheck({ provider, clock }),
    rests: createRests({ clock, random, emit, store: createMemoryRestStore({ clock }) }),
    usage: createMemoryUsageStore(),
    budgets: createBudgets(createMemoryBudgetStore()),
    retry: retrySettings(config),
    limits: streamSettings(config),
  });
  const isPriced = (model: string, at: number) => priceAt(prices, model, at) !== null;
  return createSyncRun({
    catalog: createCatalog([agent], (model) => isPriced(model, clock.now())),
    ...{ callModel, circuits, ids, clock, emit, isPriced, prices },
    runs: createMemoryRunStore({ clock, retentionMs: RETENTION_MS }),
    toolUsage: createMemoryToolUsageStore(),
    rateLimit: createRateLimit({ clock, emit, store: createMemoryRateStore() }),
    slots: createSlots({ clock, random, emit, store: createMemorySlotStore() }),
    cache: announced(createResponseCache({ clock, random, randomBytes, emit, store: createMemoryCacheStore() }), clock),
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    provider: 'test',
    contextWindowOf: (model) => priceAt(prices, model, clock.now())?.contextWindow ?? null,
    fetchFor: (endpoints, signal) =>
      boundFetch({ fetch: outside.fetchFor(signal), overrides: new Map() })(endpoints, signal),
  });
};
