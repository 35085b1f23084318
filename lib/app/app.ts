import { randomBytes } from 'node:crypto';
import { agents } from '../../agents/index.ts';
import { boundFetch } from '../agent/tools/bound-fetch.ts';
import { type Budgets, createBudgets } from '../budget/budgets.ts';
import { type Circuits, createCircuits } from '../circuit-breaker/circuits.ts';
import { type Config, loadConfig } from '../config.ts';
import { createDynamoDb } from '../dynamodb/client.ts';
import { createIdempotency, type Idempotency, lockFor } from '../idempotency/idempotency.ts';
import { type Authenticator, type CachingAuthenticator, createAuthenticator } from '../identity/authenticator.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { createIds, type Ids } from '../kernel/ids.ts';
import { lazy } from '../kernel/lazy.ts';
import { originsIn } from '../kernel/origins.ts';
import { createKeyCheck, type KeyCheck } from '../model-call/keys/key-check.ts';
import { createKeyPool, keyOf, type KeyPool } from '../model-call/keys/key-pool.ts';
import type { PoolKey, Provider } from '../model-call/provider.ts';
import type { Attempt } from '../model-call/types.ts';
import { readPriceOverrides } from '../pricing/price-overrides.ts';
import { createPriceTable, type PriceTable } from '../pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../pricing/prices.ts';
import { priceAt } from '../pricing/pricing.ts';
import { createProvider } from '../providers/provider.ts';
import { createRateLimit, type RateLimit } from '../rate-limit/rate-limit.ts';
import type { Slots } from '../rate-limit/slots.ts';
import { createRests, type Rests } from '../rests/rests.ts';
import { createCatalog } from '../run/catalog.ts';
import { createSyncRun, type RunSync } from '../run/sync-run.ts';
import type { RunStore } from '../runs/types.ts';
import { checkedApiKeys, parseApiKeys } from '../secrets/api-keys.ts';
import { createCachedSecret, type Secret } from '../secrets/cached-secret.ts';
import { createSecretReader, type SecretReader } from '../secrets/secrets-manager.ts';
import { type Emit, fanOut } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import { logEvents } from '../telemetry/log-events.ts';
import { createMetrics, noMetrics } from '../telemetry/metrics.ts';
import { createPowertoolsLog } from '../telemetry/powertools-log.ts';
import { createPrettyLog } from '../telemetry/pretty-log.ts';
import type { TenantDirectory } from '../tenants/types.ts';
import { circuitSettings, FUNCTION_MARGIN_MS, retrySettings, streamSettings, toolOrigins } from './settings.ts';
import { createStores, type Stores } from './stores.ts';
import { tokenVerifier } from './token-verifier.ts';

/** What the functions are made of; each takes the part it needs. */
export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly emit: Emit;
  /** Writes the metrics that were gathered; never rejects. */
  readonly flush: () => Promise<void>;
  readonly authenticator: Authenticator;
  readonly anthropicKey: Secret;
  readonly catalog: ReturnType<typeof createCatalog>;
  readonly runSync: RunSync;
  readonly idempotency: Idempotency;
  readonly runs: RunStore;
  readonly tenants: TenantDirectory;
  /** Whose pages may call. */
  readonly corsOrigins: ReadonlySet<string>;
  /** What the other files of `lib/app` make more of, for the functions that need it; a run does not. */
  readonly core: {
    readonly authenticator: CachingAuthenticator;
    readonly stores: Stores;
    readonly budgets: Budgets;
    readonly circuits: Circuits;
    readonly provider: Provider;
    /** The first key of the provider's secret. */
    readonly firstKey: () => Promise<PoolKey>;
    readonly random: Random;
    readonly randomBytes: (length: number) => Uint8Array;
    readonly fetch: typeof globalThis.fetch;
    readonly isPriced: (model: string, at: number) => boolean;
    readonly callModel: Attempt;
    readonly rateLimit: RateLimit;
    readonly slots: Slots;
    readonly keys: KeyPool;
    readonly keyCheck: KeyCheck;
    readonly rests: Rests;
    readonly secrets: SecretReader;
    readonly prices: PriceTable;
  };
}

/** The world outside: all that is not the same twice. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly fetch: typeof globalThis.fetch;
  readonly write: (line: string) => void;
}

const logOf = ({ LOG_FORMAT, LOG_LEVEL }: Config, clock: Clock, write: (line: string) => void): Log =>
  LOG_FORMAT === 'pretty' ? createPrettyLog(LOG_LEVEL, clock, write) : createPowertoolsLog(LOG_LEVEL);

/** The composition root: the one place that reads the environment, the clock and chance, and makes clients. No I/O happens here. */
export const createApp = ({ env, clock, random, randomBytes: bytes, fetch, write }: Surroundings): App => {
  const config = loadConfig(env);
  const log = logOf(config, clock, write);
  const tools = new Set(agents.flatMap((agent) => [...agent.tools.keys()]));
  const metrics = config.LOG_FORMAT === 'pretty' ? noMetrics : createMetrics({ stage: config.STAGE, tools, write });
  const emit = fanOut([logEvents(log), metrics.listen]);
  const ids = createIds(clock, bytes);

  const stores = createStores({ client: createDynamoDb({ env, clock }), config, clock, random });
  const secrets = createSecretReader({ env, clock, random });
  const { control, parking, runs, tenants, toolUsage, usage } = stores;
  const budgets = createBudgets(stores.budgets);
  const idempotency = createIdempotency({
    store: stores.claims,
    ...{ clock, emit, randomBytes: bytes },
    lockMs: lockFor(config.RUN_TIMEOUT_MS + FUNCTION_MARGIN_MS),
  });
  const tokens = tokenVerifier(config, { clock, fetch, secrets });
  const authenticator = createAuthenticator({ keys: stores.apiKeys, tenants, clock, tokens });

  const anthropicKey = createCachedSecret({
    read: async () => checkedApiKeys(await secrets.read(config.ANTHROPIC_SECRET_ID)),
    clock,
  });
  const firstKey = async () => keyOf(parseApiKeys(await anthropicKey.get())[0]);
  const provider = createProvider({ baseUrl: config.ANTHROPIC_BASE_URL });
  const circuits = createCircuits({
    ...{ clock, random, emit, store: stores.circuits },
    options: circuitSettings(config),
  });
  const prices = createPriceTable(
    PUBLISHED_PRICES,
    config.MODEL_PRICES ? readPriceOverrides(config.MODEL_PRICES, PUBLISHED_PRICES) : {},
  );
  const keys = createKeyPool({ secret: anthropicKey, clock, random });
  const keyCheck = createKeyCheck({ provider, clock });
  const rests = createRests({ clock, random, emit, store: stores.rests });
  // A process that only refuses, replays or reads calls no model.
  const lateModelCall = lazy(async () => {
    const { createModelCall } = await import('../model-call/model-call.ts');
    return createModelCall({
      ...{ clock, random, emit, prices, usage, budgets, parking, circuits },
      ...{ keys, keyCheck, rests, provider },
      retry: retrySettings(config),
      limits: streamSettings(config),
    });
  });
  const callModel: Attempt = async (...attempt) => (await lateModelCall())(...attempt);
  const isPriced = (model: string, at: number) => priceAt(prices, model, at) !== null;
  const catalog = createCatalog(agents, (model) => isPriced(model, clock.now()));
  // For tenants with a limit of concurrent runs only.
  const lateSlots = lazy(async () => {
    const { createDynamoDbSlots } = await import('../rate-limit/dynamodb-slot-store.ts');
    return createDynamoDbSlots({ clock, random, emit, table: control });
  });
  const slots: Slots = { take: async (...slot) => (await lateSlots()).take(...slot) };
  const rateLimit = createRateLimit({ clock, emit, store: stores.rates });
  // For requests that ask for it, and agents that have a lifetime for their answers.
  const cache = lazy(async () => {
    const { createDynamoDbCache } = await import('../response-cache/dynamodb-cache.ts');
    return createDynamoDbCache({ clock, random, randomBytes: bytes, emit, table: control });
  });
  const runSync = createSyncRun({
    catalog,
    ...{ callModel, circuits, runs, toolUsage, ids, clock, emit },
    ...{ rateLimit, slots },
    cache: { open: async (...asked) => (await cache()).open(...asked) },
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    provider: config.ANTHROPIC_BASE_URL,
    contextWindowOf: (model) => priceAt(prices, model, clock.now())?.contextWindow ?? null,
    fetchFor: boundFetch({ fetch, overrides: toolOrigins(config) }),
    ...{ isPriced, prices },
  });
  return {
    ...{ config, clock, ids, log, emit, flush: metrics.flush, corsOrigins: originsIn(config.CORS_ORIGINS) },
    ...{ authenticator, anthropicKey, catalog, runSync, idempotency, runs, tenants },
    core: {
      ...{ authenticator, stores, budgets, circuits, provider, firstKey, random, randomBytes: bytes, fetch },
      ...{ isPriced, callModel, rateLimit, slots, keys, keyCheck, rests, prices, secrets },
    },
  };
};

const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => Math.floor(performance.now()),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

/** The app of this process. */
export const app: App = createApp({
  env: process.env,
  clock: systemClock,
  random: Math.random,
  randomBytes,
  fetch: globalThis.fetch,
  write: (line) => process.stdout.write(line),
});
