import { randomBytes } from 'node:crypto';
import { agents } from '../agents/index.ts';
import { boundFetch } from './agent/bound-fetch.ts';
import { createCatalog } from './agent/catalog.ts';
import { createSyncRun, type RunSync } from './agent/sync-run.ts';
import type { NotifyAlarm } from './alerts/alerts.ts';
import { createCircuits } from './circuit-breaker/circuits.ts';
import { createDynamoDbCircuitStore } from './circuit-breaker/dynamodb-store.ts';
import { createMessagesApi } from './claude/messages-api.ts';
import { createModelCall } from './claude/model-call.ts';
import { withCircuit } from './claude/with-circuit.ts';
import { loadConfig, type Config } from './config.ts';
import { circuitSettings, retrySettings, streamSettings } from './settings.ts';
import { createDynamoDbClient } from './dynamodb/client.ts';
import { createTable } from './dynamodb/table.ts';
import type { Health } from './health/health.ts';
import type { ProbeDependencies } from './health/probe-dependencies.ts';
import { createDynamoDbClaimStore } from './idempotency/dynamodb-store.ts';
import { createIdempotency, lockFor, type Idempotency } from './idempotency/idempotency.ts';
import type { Clock, Random } from './kernel/clock.ts';
import { createIds, type Ids } from './kernel/ids.ts';
import { late } from './kernel/late.ts';
import { createDynamoDbRunStore } from './runs/dynamodb-store.ts';
import type { RunStore } from './runs/types.ts';
import { checkedApiKeys, parseApiKeys } from './secrets/api-keys.ts';
import { createCachedSecret, type Secret } from './secrets/cached-secret.ts';
import { readOptionalSecret, readSecret } from './secrets/secrets-manager.ts';
import { fanOut, type Emit } from './telemetry/events.ts';
import { logEvents } from './telemetry/log-events.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics, noMetrics } from './telemetry/metrics.ts';
import { createPowertoolsLog } from './telemetry/powertools-log.ts';
import { createPrettyLog } from './telemetry/pretty-log.ts';
import { createAuthenticator, type Authenticator } from './tenants/authenticator.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from './tenants/dynamodb-store.ts';
import { createDynamoDbUsageStore } from './usage/dynamodb-store.ts';
import { readPriceOverrides } from './usage/price-overrides.ts';
import { createPriceTable } from './usage/price-table.ts';
import { PUBLISHED_PRICES } from './usage/prices.ts';
import { priceAt } from './usage/pricing.ts';

/** How long a run can be read back: 30 days. */
const RUN_RETENTION_MS = 30 * 24 * 3_600_000;

/** By how much a function outlives its run's deadline; `serverless.yml` says the same. */
const FUNCTION_MARGIN_MS = 20_000;

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
  readonly health: Health;
  readonly probeDependencies: ProbeDependencies;
  readonly notifyAlarm: NotifyAlarm;
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

/** Where Open-Meteo lives; `OPEN_METEO_BASE_URL` stands in for both. */
const OPEN_METEO = ['https://api.open-meteo.com', 'https://geocoding-api.open-meteo.com'];

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

  const client = createDynamoDbClient();
  const table = (name: string) => createTable({ client, name, clock, random });
  const control = table(config.CONTROL_TABLE);
  const ledger = table(config.LEDGER_TABLE);
  const runs = createDynamoDbRunStore({
    table: table(config.RUNS_TABLE),
    clock,
    random,
    retentionMs: RUN_RETENTION_MS,
  });
  const usage = createDynamoDbUsageStore(ledger);
  const idempotency = createIdempotency({
    store: createDynamoDbClaimStore({ table: control, random }),
    ...{ clock, emit, randomBytes: bytes },
    lockMs: lockFor(config.RUN_TIMEOUT_MS + FUNCTION_MARGIN_MS),
  });
  const authenticator = createAuthenticator({
    keys: createDynamoDbApiKeyStore(ledger),
    tenants: createDynamoDbTenantStore(ledger),
    clock,
  });

  const anthropicKey = createCachedSecret({
    read: async () => checkedApiKeys(await readSecret(config.ANTHROPIC_SECRET_ID)),
    clock,
  });
  const upstream = {
    apiKey: async () => parseApiKeys(await anthropicKey.get())[0],
    baseUrl: config.ANTHROPIC_BASE_URL,
  };
  const api = createMessagesApi(upstream);
  const circuits = createCircuits({
    ...{ clock, random, emit, store: createDynamoDbCircuitStore({ table: control, clock }) },
    options: circuitSettings(config),
  });
  const prices = createPriceTable(
    PUBLISHED_PRICES,
    config.MODEL_PRICES ? readPriceOverrides(config.MODEL_PRICES, PUBLISHED_PRICES) : {},
  );
  const callModel = createModelCall({
    ...{ clock, random, emit, prices, usage, api },
    retry: retrySettings(config),
    circuit: withCircuit({ circuits }),
    limits: streamSettings(config),
  });
  const base = config.OPEN_METEO_BASE_URL;
  const overrides = new Map(base === undefined ? [] : OPEN_METEO.map((origin) => [origin, base]));
  const catalog = createCatalog(agents);
  const runSync = createSyncRun({
    catalog,
    callModel,
    circuits,
    runs,
    ids,
    clock,
    emit,
    fetchFor: boundFetch({ fetch, overrides }),
    isPriced: (model, at) => priceAt(prices, model, at) !== null,
  });
  // Of no use to a run: what only some functions need is loaded by them.
  const supervision = late(async () => {
    const { createSupervision } = await import('./claude/supervision.ts');
    const parts = { clock, emit, table: control, upstream, circuits, secret: anthropicKey };
    return createSupervision({ ...parts, version: config.BALLAST_VERSION });
  });
  const alerts = late(async () => {
    const { createNotifyAlarm } = await import('./alerts/notify-alarm.ts');
    const targets = createCachedSecret({ read: () => readOptionalSecret(config.ALERTS_SECRET_ID), clock });
    return createNotifyAlarm({ clock, random, emit, log, fetch, table: control, secret: () => targets.get() });
  });
  return {
    ...{ config, clock, ids, log, emit, flush: metrics.flush },
    ...{ authenticator, anthropicKey, catalog, runSync, idempotency, runs },
    health: { report: async () => (await supervision()).health.report() },
    probeDependencies: async () => (await supervision()).probeDependencies(),
    notifyAlarm: async (event) => (await alerts())(event),
  };
};

const systemClock: Clock = {
  now: () => Date.now(),
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
