import './lambda-shim.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkIndex } from '../lib/agent/define/checks/check-agents.ts';
import type { Environment } from '../lib/kernel/environment.ts';
import { createAnswer } from './answer.ts';
import { LOG_FILE, writeAddress } from './data-files.ts';
import { startEngine } from './engine.ts';
import {
  ALERTS_SECRET_ID,
  ANTHROPIC_SECRET_ID,
  functionEnvironment,
  JWT_SECRET_ID,
  OTLP_SECRET_ID,
  TOOL_SECRETS_PREFIX,
  WEBHOOK_SECRET_ID,
} from './environment.ts';
import { createEventBus, readEventRules } from './event-rules.ts';
import { readDurableFunctions } from './executions/durable-functions.ts';
import { startLambdaServer } from './executions/lambda-server.ts';
import { loadDurableFunctions, prepareExecutions } from './executions/prepare-executions.ts';
import { serve, type Serving } from './http-server.ts';
import { loadHandler, loadHandlers } from './load-handlers.ts';
import { loadingFailed } from './loading-error.ts';
import { createMatchRoute } from './match-route.ts';
import { refuseItself } from './own-address.ts';
import { ownHosts } from './own-hosts.ts';
import { prepareStore } from './prepare-store.ts';
import { readRoutes, type Route } from './routes.ts';
import { createSchedules, type EventHandler } from './run-schedules.ts';
import { atLocalPace, readSchedules, type Schedule } from './schedules.ts';
import { startSecretsServer } from './secrets-server.ts';
import type { Settings } from './settings.ts';
import { startSimulatedClaude } from './simulated-claude/start-simulated-claude.ts';
import { systemClock } from './system-clock.ts';
import { waitForDataDirectory } from './wait-for-data-directory.ts';

/** The simulated Claude lets anybody in; the functions want a key all the same. */
const SIMULATED_KEY = 'simulated';

/** What a function's own limit has above the deadline of a run, as in the deployment. */
const ABOVE_RUN_MS = 20_000;

/** A scheduled call is nothing to wait for: its next one tells the same. */
const SCHEDULE_GRACE_MS = 1_000;

export interface LaunchOptions {
  readonly settings: Settings;
  readonly env: Environment;
  /** Changes the environment of this process, before the functions look at it. */
  readonly setEnvironment: (changes: Environment) => void;
  readonly terminal: boolean;
  readonly version: string;
  /** The project's directory. */
  readonly root: string;
}

export interface Running extends Pick<Serving, 'port' | 'underWay'> {
  /** How many asynchronous runs have not ended: they go on at the next start. */
  unfinishedRuns(): number;
  /** Resolves when the embedded engine has ended, which without it nothing survives; never without an engine. */
  readonly engineLost: Promise<void>;
  /**
   * Calls the scheduled functions from now on, and goes on with unfinished executions; not before somebody was told that the
   * server is ready.
   */
  begin(): void;
  /** Ends everything, in the reverse order of its start; called again with less grace, it hurries. */
  close(graceMs: number): Promise<void>;
}

const atLeast = (routes: readonly Route[], leastMs: number): Route[] =>
  routes.map(({ definition, ...route }) => ({
    ...route,
    // A longer run is allowed here by one variable; deployed, its limits are raised together.
    definition: route.streaming ? { ...definition, timeoutMs: Math.max(definition.timeoutMs, leastMs) } : definition,
  }));

/** Imported late, because it reads the environment at once. */
const loadApp = () =>
  import('../lib/app/app.ts').catch(async (error: unknown) => {
    throw await loadingFailed('lib/app/app.ts', error);
  });

/** A function would find out at its first model call only. */
const checkOwnAgents = async () => {
  try {
    checkIndex(await import('#agents'));
  } catch (error) {
    throw await loadingFailed('agents/index.ts', error);
  }
};

/** Functions for events that nobody waits for, by their names. */
const loadEventHandlers = async (root: string, functions: readonly Pick<Schedule, 'definition'>[]) =>
  new Map(
    await Promise.all(
      functions.map(
        async ({ definition: { name } }) => [name, (await loadHandler(root, name)) as EventHandler] as const,
      ),
    ),
  );

/** Starts all that a request needs, and then takes requests. Rejects with nothing left running. */
export const launch = async (options: LaunchOptions): Promise<Running> => {
  const { settings, env, root } = options;
  await using started = new AsyncDisposableStack();
  const description = readFileSync(join(root, 'serverless.yml'), 'utf8');
  const routes = readRoutes(description);
  const schedules = atLocalPace(readSchedules(description), env);
  const rules = readEventRules(description);
  const directory = started.use(await waitForDataDirectory(settings.dataDirectory, systemClock));

  const startDynamoDb = async () => {
    if (settings.dynamoDbEndpoint !== null) return { endpoint: settings.dynamoDbEndpoint, exited: null };
    const engine = await startEngine({ dbPath: join(directory.path, 'dynamodb.sqlite') });
    started.defer(() => engine.stop());
    return engine;
  };
  const dynamoDb = await startDynamoDb();
  started.defer(writeAddress(directory.path, { dynamoDb: dynamoDb.endpoint }));
  const secrets = await startSecretsServer(
    new Map([
      [ANTHROPIC_SECRET_ID, settings.anthropicApiKey ?? SIMULATED_KEY],
      ...(settings.alertsSecret === null ? [] : [[ALERTS_SECRET_ID, settings.alertsSecret] as const]),
      [WEBHOOK_SECRET_ID, settings.webhookSecret],
      [OTLP_SECRET_ID, settings.otlpHeaders],
      ...(settings.jwtSecret === null ? [] : [[JWT_SECRET_ID, settings.jwtSecret] as const]),
      ...[...settings.toolSecrets].map(([name, value]) => [`${TOOL_SECRETS_PREFIX}${name}`, value] as const),
    ]),
  );
  started.defer(() => secrets.close());
  const lambda = settings.lambdaEndpoint === null ? await startLambdaServer() : null;
  started.defer(() => lambda?.close());
  const simulated = settings.anthropicApiKey === null ? await startSimulatedClaude({ clock: systemClock }) : null;
  if (simulated !== null) started.defer(() => simulated.close());

  options.setEnvironment(
    functionEnvironment(env, {
      ...options,
      dynamoDbUrl: dynamoDb.endpoint,
      logFile: join(directory.path, LOG_FILE),
      secretsUrl: secrets.url,
      lambdaUrl: lambda?.url ?? null,
      simulatedClaudeUrl: simulated?.url ?? null,
    }),
  );
  const [{ app }, , handlers, eventHandlers, durable] = await Promise.all([
    loadApp(),
    checkOwnAgents(),
    loadHandlers(root, routes),
    loadEventHandlers(root, [...schedules, ...rules]),
    loadDurableFunctions(root, readDurableFunctions(description)),
    prepareStore({ root, dataDirectory: directory.path, settings, endpoint: dynamoDb.endpoint }),
  ]);
  const { log, ids, clock, corsOrigins } = app;
  const executions =
    lambda &&
    prepareExecutions({
      lambda,
      directory: join(directory.path, 'executions'),
      functions: durable,
      clock,
      log,
      onStatusChange: createEventBus(rules, eventHandlers),
    });
  // What is under way is left alone, as by a kill: it goes on after the next start.
  started.defer(() => executions?.close());
  const matchRoute = createMatchRoute(atLeast(routes, app.config.RUN_TIMEOUT_MS + ABOVE_RUN_MS));
  const isForUs = ownHosts(settings);
  const answer = createAnswer({ matchRoute, handlers, log, ids, clock, corsOrigins, isForUs });
  const http = await serve({ answer, ids, clock, hosts: settings.hosts, port: settings.port });
  started.defer(() => http.close(0));
  // Not before: the port may be any free one. What came meanwhile is refused by its hops.
  await refuseItself(settings.anthropicApiKey === null ? null : settings.anthropicBaseUrl, http.port);

  const scheduler = createSchedules({ schedules, handlers: eventHandlers, clock, log });
  const running = started.move();
  let closed: Promise<void> | undefined;
  return {
    port: http.port,
    underWay: () => http.underWay(),
    unfinishedRuns: () => executions?.unfinished() ?? 0,
    engineLost: dynamoDb.exited ?? new Promise(() => undefined),
    begin() {
      scheduler.start();
      executions?.begin();
    },
    close(graceMs) {
      const silent = Promise.all([http.close(graceMs), scheduler.stop(Math.min(graceMs, SCHEDULE_GRACE_MS))]);
      closed ??= silent.then(() => running.disposeAsync());
      return closed;
    },
  };
};
