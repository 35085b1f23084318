import { randomBytes } from 'node:crypto';
import { agents } from '#agents';
import { type Connection, connectionIn, type ServiceName } from '../aws-sdk/connection.ts';
import { type Config, loadConfig } from '../config.ts';
import { createDynamoDb } from '../dynamodb/client.ts';
import { createIdempotency, type Idempotency, lockFor } from '../idempotency/idempotency.ts';
import { type Authenticator, type CachingAuthenticator, createAuthenticator } from '../identity/authenticator.ts';
import { createKeyUses, type KeyUses } from '../identity/key-uses.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { originsIn } from '../kernel/forms/origins.ts';
import { createIds, type Ids, type RandomBytes } from '../kernel/ids/ids.ts';
import { createShutdown, type Shutdown } from '../kernel/shutdown.ts';
import { keyOf } from '../model-call/keys/key-pool.ts';
import type { PoolKey } from '../model-call/provider.ts';
import { createProvider } from '../providers/load-provider.ts';
import type { Catalog } from '../run/catalog.ts';
import type { RunSync } from '../run/sync-run.ts';
import type { RunStore } from '../runs/types.ts';
import { lazySecrets } from '../secrets/lazy-secrets.ts';
import type { Secret } from '../secrets/loader.ts';
import { parseProviderKeys } from '../secrets/provider-keys.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { WriteCanonical } from '../telemetry/context/canonical-line.ts';
import { tallyWork } from '../telemetry/context/tally-work.ts';
import { createWorkContexts, type WorkContexts } from '../telemetry/context/work-context.ts';
import { type Emit, fanOut, type Listener } from '../telemetry/events.ts';
import type { Log } from '../telemetry/log.ts';
import { logEvents } from '../telemetry/log-events.ts';
import { createMetrics, noMetrics } from '../telemetry/metrics/metrics.ts';
import type { Terminal } from '../telemetry/terminal/terminal.ts';
import type { TenantDirectory } from '../tenants/types.ts';
import { type Core, createCore } from './core.ts';
import { endWith } from './end-with.ts';
import { tokenVerifier } from './secrets/token-verifier.ts';
import { FUNCTION_MARGIN_MS } from './settings.ts';
import { createStores, type Stores } from './stores.ts';
import type { Surroundings } from './surroundings.ts';
import { createLogs } from './telemetry/logs.ts';
import { openHooks } from './telemetry/open-hooks.ts';
import { openTracing } from './telemetry/open-tracing.ts';

/** What the functions are made of; each takes the part it needs. */
export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly canonical: WriteCanonical;
  readonly emit: Emit;
  /** Tells hooks what has happened, as `HookSet.deliver` does, and writes the metrics that were gathered; never rejects. */
  readonly flush: (endedBy?: string) => Promise<void>;
  /** What is worked on. */
  readonly contexts: WorkContexts;
  /** Whether traces that begin here are sent to a receiver. */
  readonly recordsTraces: boolean;
  readonly authenticator: Authenticator;
  readonly anthropicKey: Secret;
  readonly catalog: Catalog;
  readonly runSync: RunSync;
  readonly idempotency: Idempotency;
  readonly runs: RunStore;
  readonly tenants: TenantDirectory;
  /** Whose pages may call. */
  readonly corsOrigins: ReadonlySet<string>;
  /** `undefined`: whoever started the process ends it, as `npm start` does. */
  readonly shutdown: Shutdown | undefined;
  /** What the other files of `lib/app` make more of, for the functions that need it; a run does not. */
  readonly core: Core & {
    readonly authenticator: CachingAuthenticator;
    readonly keyUses: KeyUses;
    readonly stores: Stores;
    /** The keys in the provider's secret. */
    readonly poolKeys: () => Promise<readonly PoolKey[]>;
    readonly random: Random;
    readonly randomBytes: RandomBytes;
    readonly fetch: typeof globalThis.fetch;
    readonly secrets: Secrets;
    /** Where another service of AWS is asked, and as whom. */
    readonly connectionTo: (service: ServiceName) => Connection;
  };
}

/** The composition root: the one place that reads the environment, the clock and chance, and makes clients. No I/O happens here. */
export const createApp = (surroundings: Surroundings): App => {
  const { env, clock, random, randomBytes: bytes, fetch, write, terminal } = surroundings;
  const config = loadConfig(env);
  const contexts = createWorkContexts(clock);
  const { stage: log, canonical, ofEvents } = createLogs(config, { terminal, contexts });
  const makeLines = async () => (await import('./telemetry/metric-lines.ts')).metricLines(config, core.prices.keys());
  const metrics = config.LOG_FORMAT === 'pretty' ? noMetrics : createMetrics({ clock, contexts, write, makeLines });
  const told: Listener[] = [tallyWork(contexts), logEvents(ofEvents), metrics.listen];
  const hooks = openHooks({ config, clock, emit: fanOut(told), write });
  const secrets = lazySecrets(async () => {
    const { openSecretsManager } = await import('./secrets/secrets-manager.ts');
    return openSecretsManager({ env, clock, random, emit });
  });
  const tracing = openTracing({ config, clock, contexts, emit: fanOut(told), secrets });
  const emit = fanOut([...told, hooks.listen, ...(tracing === null ? [] : [tracing.listen])]);
  const ids = createIds(clock, bytes);
  const stores = createStores({ client: createDynamoDb({ env, clock }), config, clock, random, agents });
  const anthropicKey = secrets.open(config.ANTHROPIC_SECRET_ID, { check: parseProviderKeys });
  const currentTrace = () => contexts.current()?.trace;
  // Most processes have no tool ask anything.
  const loadFetch = lazy(async () => (await import('./tool-fetch.ts')).toolFetch(config, currentTrace));
  const core = createCore({
    config,
    clock,
    random,
    randomBytes: bytes,
    emit,
    ids,
    agents,
    tracing: { currentTrace, addContent: config.TRACE_CONTENT === 'redacted' ? tracing?.addContent : undefined },
    stores,
    provider: createProvider({ baseUrl: config.ANTHROPIC_BASE_URL, clock }),
    secret: anthropicKey,
    fetchFor:
      (...call) =>
      async (...asked) =>
        (await loadFetch())(...call)(...asked),
    secretOf: (name) => secrets.open(`${config.TOOL_SECRETS_PREFIX}${name}`),
    onToolError: terminal?.onToolError,
  });
  const { tenants, apiKeys, claims, runs } = stores;
  const tokens = tokenVerifier(config, { clock, fetch, secrets });
  const keyUses = createKeyUses({ table: stores.control, clock, emit });
  const authenticator = createAuthenticator({ keys: apiKeys, tenants, clock, tokens, uses: keyUses });
  const poolKeys = async () => parseProviderKeys(await anthropicKey.get()).map(keyOf);
  const lockMs = lockFor(config.RUN_TIMEOUT_MS + FUNCTION_MARGIN_MS);
  return {
    config,
    clock,
    ids,
    log,
    canonical,
    emit,
    contexts,
    recordsTraces: tracing !== null,
    async flush(endedBy) {
      // Before the metrics, to which they may add.
      await hooks.deliver(endedBy);
      await Promise.all([metrics.flush(), tracing?.flush()]);
    },
    corsOrigins: originsIn(config.CORS_ORIGINS),
    shutdown: surroundings.shutdown,
    authenticator,
    anthropicKey,
    catalog: core.catalog,
    runSync: core.runSync,
    idempotency: createIdempotency({ store: claims, clock, emit, randomBytes: bytes, lockMs }),
    runs,
    tenants,
    core: {
      ...core,
      authenticator,
      keyUses,
      stores,
      poolKeys,
      random,
      randomBytes: bytes,
      fetch,
      secrets,
      connectionTo: (service) => connectionIn(env, service),
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

const openTerminal = async (): Promise<Terminal> => {
  const { createTerminal } = await import('../telemetry/terminal/terminal.ts');
  const { STAGE: stage, LOG_FILE: file, LOG_FORMAT: format } = process.env;
  return createTerminal({ out: process.stdout, clock: systemClock, directory: process.cwd(), stage, file, format });
};

/** Lambda tells a process of its end; each of the others has its own way. */
const shutdown = process.env['AWS_LAMBDA_RUNTIME_API'] === undefined ? undefined : createShutdown(systemClock);

/** The app of this process. */
export const app: App = createApp({
  env: process.env,
  clock: systemClock,
  random: Math.random,
  randomBytes,
  fetch: globalThis.fetch,
  write: (line) => process.stdout.write(line),
  // No function has the code for it at its start.
  terminal: process.env['STAGE'] === 'local' ? await openTerminal() : undefined,
  shutdown,
});

if (shutdown !== undefined) endWith(process, shutdown, app.log);
