import type { Agent } from '../agent/define/define-agent.ts';
import type { LoopParts } from '../agent/loop/types.ts';
import { createBudgets } from '../budget/budgets.ts';
import type { BudgetStore } from '../budget/store.ts';
import { createCircuits } from '../circuit-breaker/circuits.ts';
import type { CircuitStore } from '../circuit-breaker/store.ts';
import type { Config } from '../config.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import type { Ids, RandomBytes } from '../kernel/ids.ts';
import { lazy } from '../kernel/lazy.ts';
import { createKeyCheck } from '../model-call/keys/key-check.ts';
import { createKeyPool } from '../model-call/keys/key-pool.ts';
import type { ModelCallParts } from '../model-call/model-call.ts';
import type { Provider } from '../model-call/provider.ts';
import type { Attempt } from '../model-call/types.ts';
import { readPriceOverrides } from '../pricing/price-overrides.ts';
import { createPriceTable } from '../pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../pricing/prices.ts';
import { priceAt } from '../pricing/pricing.ts';
import { createRateLimit } from '../rate-limit/rate-limit.ts';
import type { Slots, SlotsOptions } from '../rate-limit/slots.ts';
import type { RateStore } from '../rate-limit/store.ts';
import type { ResponseCache, ResponseCacheOptions } from '../response-cache/response-cache.ts';
import { createRests } from '../rests/rests.ts';
import type { RestStore } from '../rests/store.ts';
import { createCatalog } from '../run/catalog.ts';
import { createSyncRun, type SyncRunParts } from '../run/sync-run.ts';
import type { Secret } from '../secrets/cached-secret.ts';
import type { Emit } from '../telemetry/events.ts';
import { circuitSettings, retrySettings, streamSettings } from './settings.ts';

/** Where a model call keeps what it knows. */
export interface CallStores extends Pick<ModelCallParts, 'usage' | 'parking'> {
  readonly budgets: BudgetStore;
  readonly circuits: CircuitStore;
  readonly rests: RestStore;
}

/** Where a run keeps what it knows; what few runs need is opened by the first that does. */
export interface RunStores extends CallStores, Pick<SyncRunParts, 'runs' | 'toolUsage'> {
  readonly rates: RateStore;
  readonly openSlots: (options: Omit<SlotsOptions, 'store'>) => Promise<Slots>;
  readonly openCache: (options: Omit<ResponseCacheOptions, 'store'>) => Promise<ResponseCache>;
}

export interface CallWiring {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: Emit;
  readonly stores: CallStores;
  readonly provider: Provider;
  /** The provider's keys. */
  readonly secret: Secret;
}

export interface CoreParts extends CallWiring {
  readonly stores: RunStores;
  readonly agents: readonly Agent[];
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
  /** What tools fetch by. */
  readonly fetchFor: LoopParts['fetchFor'];
  readonly secretOf: LoopParts['secretOf'];
}

/** What a model call is made of, with the parts in full that others use too. */
export const callPartsOf = ({ config, stores, provider, secret, ...world }: CallWiring) => {
  const { clock, random, emit } = world;
  return {
    clock,
    random,
    emit,
    provider,
    prices: createPriceTable(
      PUBLISHED_PRICES,
      config.MODEL_PRICES ? readPriceOverrides(config.MODEL_PRICES, PUBLISHED_PRICES) : {},
    ),
    usage: stores.usage,
    parking: stores.parking,
    budgets: createBudgets(stores.budgets),
    circuits: createCircuits({
      clock,
      random,
      emit,
      store: stores.circuits,
      options: circuitSettings(config),
    }),
    keys: createKeyPool({ secret, clock, random }),
    keyCheck: createKeyCheck({ provider, clock }),
    rests: createRests({ clock, random, emit, store: stores.rests }),
    retry: retrySettings(config),
    limits: streamSettings(config),
  };
};

/** The one wiring of a run, over whatever stores and provider it is given; no I/O happens here. */
export const createCore = (parts: CoreParts) => {
  const { config, clock, random, randomBytes, emit, ids, agents, stores, fetchFor, secretOf } = parts;
  const call = callPartsOf(parts);
  const { budgets, circuits, keys, keyCheck, prices, provider, rests } = call;
  // A process that only refuses, replays or reads calls no model.
  const loadModelCall = lazy(async () => {
    const { createModelCall } = await import('../model-call/model-call.ts');
    return createModelCall(call);
  });
  const callModel: Attempt = async (...attempt) => (await loadModelCall())(...attempt);
  const isPriced = (model: string, at: number) => priceAt(prices, model, at) !== null;
  const catalog = createCatalog(agents, (model) => isPriced(model, clock.now()));
  // For tenants with a limit of concurrent runs only.
  const openSlots = lazy(() => stores.openSlots({ clock, random, emit }));
  const slots: Slots = { take: async (...slot) => (await openSlots()).take(...slot) };
  const rateLimit = createRateLimit({ clock, emit, store: stores.rates });
  // For requests that ask for it, and agents that have a lifetime for their answers.
  const openCache = lazy(() => stores.openCache({ clock, random, randomBytes, emit }));
  const runSync = createSyncRun({
    catalog,
    callModel,
    circuits,
    runs: stores.runs,
    toolUsage: stores.toolUsage,
    ids,
    clock,
    emit,
    rateLimit,
    slots,
    cache: { open: async (...asked) => (await openCache()).open(...asked) },
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    provider: config.ANTHROPIC_BASE_URL,
    contextWindowOf: (model) => priceAt(prices, model, clock.now())?.contextWindow ?? null,
    fetchFor,
    secretOf,
    isPriced,
    prices,
  });
  return {
    budgets,
    circuits,
    keys,
    keyCheck,
    prices,
    provider,
    rests,
    isPriced,
    callModel,
    catalog,
    loadModelCall,
    rateLimit,
    slots,
    runSync,
  };
};

export type Core = ReturnType<typeof createCore>;
