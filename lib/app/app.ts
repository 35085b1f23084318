import { randomBytes } from 'node:crypto';
import { agents } from '#agents';
import { boundFetch } from '../agent/tools/bound-fetch.ts';
import { type Config, loadConfig } from '../config.ts';
import { createDynamoDb } from '../dynamodb/client.ts';
import { createIdempotency, type Idempotency, lockFor } from '../idempotency/idempotency.ts';
import { type Authenticator, type CachingAuthenticator, createAuthenticator } from '../identity/authenticator.ts';
import { createKeyUses, type KeyUses } from '../identity/key-uses.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { createIds, type Ids, type RandomBytes } from '../kernel/ids.ts';
import { originsIn } from '../kernel/origins.ts';
import { keyOf } from '../model-call/keys/key-pool.ts';
import type { PoolKey } from '../model-call/provider.ts';
import { createProvider } from '../providers/provider.ts';
import type { Catalog } from '../run/catalog.ts';
import type { RunSync } from '../run/sync-run.ts';
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
import { type Core, createCore } from './core.ts';
import { FUNCTION_MARGIN_MS, toolOrigins } from './settings.ts';
import { createStores, type Stores } from './stores.ts';
import { tokenVerifier } from './token-verifier.ts';
import { toolSecrets } from './tool-secrets.ts';

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
  readonly catalog: Catalog;
  readonly runSync: RunSync;
  readonly idempotency: Idempotency;
  readonly runs: RunStore;
  readonly tenants: TenantDirectory;
  /** Whose pages may call. */
  readonly corsOrigins: ReadonlySet<string>;
  /** What the other files of `lib/app` make more of, for the functions that need it; a run does not. */
  readonly core: Core & {
    readonly authenticator: CachingAuthenticator;
    readonly keyUses: KeyUses;
    readonly stores: Stores;
    /** The first key of the provider's secret. */
    readonly firstKey: () => Promise<PoolKey>;
    readonly random: Random;
    readonly randomBytes: RandomBytes;
    readonly fetch: typeof globalThis.fetch;
    readonly secrets: SecretReader;
  };
}

/** The world outside: all that is not the same twice. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
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
  const anthropicKey = createCachedSecret({
    read: async () => checkedApiKeys(await secrets.read(config.ANTHROPIC_SECRET_ID)),
    clock,
  });
  const core = createCore({
    config,
    clock,
    random,
    randomBytes: bytes,
    emit,
    ids,
    agents,
    stores,
    provider: createProvider({ baseUrl: config.ANTHROPIC_BASE_URL }),
    secret: anthropicKey,
    fetchFor: boundFetch({ fetch, overrides: toolOrigins(config) }),
    secretOf: toolSecrets(config, { clock, secrets }),
  });
  const { tenants, apiKeys, claims, runs } = stores;
  const tokens = tokenVerifier(config, { clock, fetch, secrets });
  const keyUses = createKeyUses({ table: stores.control, clock, emit });
  const authenticator = createAuthenticator({ keys: apiKeys, tenants, clock, tokens, uses: keyUses });
  const firstKey = async () => keyOf(parseApiKeys(await anthropicKey.get())[0]);
  const lockMs = lockFor(config.RUN_TIMEOUT_MS + FUNCTION_MARGIN_MS);
  return {
    config,
    clock,
    ids,
    log,
    emit,
    flush: metrics.flush,
    corsOrigins: originsIn(config.CORS_ORIGINS),
    authenticator,
    anthropicKey,
    catalog: core.catalog,
    runSync: core.runSync,
    idempotency: createIdempotency({ store: claims, clock, emit, randomBytes: bytes, lockMs }),
    runs,
    tenants,
    core: { ...core, authenticator, keyUses, stores, firstKey, random, randomBytes: bytes, fetch, secrets },
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
