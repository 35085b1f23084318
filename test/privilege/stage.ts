import '../../local/lambda-shim.ts';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../lib/app/app.ts';
import { runStoresOf } from '../../lib/app/runs/run-stores.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { readDurableFunctions } from '../../local/executions/durable-functions.ts';
import { createExecutions } from '../../local/executions/executions.ts';
import type { DurableHandler } from '../../local/executions/invoke-handler.ts';
import { openJournals } from '../../local/executions/journals.ts';
import { startLambdaServer } from '../../local/executions/lambda-server.ts';
import type { StatusChangeEvent } from '../../local/executions/status-change.ts';
import { createMatchRoute } from '../../local/match-route.ts';
import { readRoutes } from '../../local/routes.ts';
import { startSecretsServer } from '../../local/secrets-server.ts';
import { listen } from '../../local/simulated-claude/listen.ts';
import { systemClock } from '../../local/system-clock.ts';
import type { TestDynamoDb } from '../dynamodb.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { httpEvent } from '../functions/invoke.ts';
import { createRecordingLog } from '../local/serving.ts';
import { ROOT } from '../made-once.ts';
import { seededRandom } from '../seeded-random.ts';
import { ofType } from '../template/template.ts';
import { startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { addAdministrator } from './add-administrator.ts';
import { callHttp, type Heard, lambdaContext } from './call.ts';
import type { DeclaredStage } from './declared-stage.ts';
import { environment, secretValues } from './environment.ts';
import { frontDoors } from './front-doors.ts';
import { startRecordedAws } from './recorded-aws.ts';

export interface Aside {
  /** Beside what is under way: for a function that asks nothing of Lambda now, or has before. */
  readonly aside?: boolean;
}

export type Stage = Awaited<ReturnType<typeof startStage>>;

const RECEIVER = 'OTEL_EXPORTER_OTLP_ENDPOINT';

const yaml = () => readFileSync(join(ROOT, 'serverless.yml'), 'utf8');

/**
 * What is deployed, function by function, in one process: each with an app of its own that signs with the function's name, over
 * an engine, the executions of the local server, and a clock that can be moved on.
 */
export const startStage = async (engine: TestDynamoDb, { template, variables }: DeclaredStage) => {
  const values = secretValues();
  const [secrets, lambda, upstream, traces] = await Promise.all([
    startSecretsServer(values),
    startLambdaServer(),
    startScriptedUpstream(),
    // The receiver of traces: it takes them all.
    listen(0, async ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')),
  ]);
  const aws = await startRecordedAws({
    dynamoDb: engine.endpoint,
    secrets: secrets.url,
    lambda: lambda.url,
    logicalIds: new Map([
      ...Object.entries(TABLE_NAMES).map(([id, name]) => [name, id] as const),
      ...ofType(template, 'AWS::SecretsManager::Secret').map(
        ([id, { Properties }]) => [String(Properties['Name']), id] as const,
      ),
    ]),
  });
  let aheadMs = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  };
  const { log, lines } = createRecordingLog();
  /** Calls of processes that are as good as killed. */
  const abandoned: Promise<unknown>[] = [];
  /** Whoever is told of alarms. */
  const outside = { isDown: false };

  const endpoints = { AWS_ENDPOINT_URL: aws.url, ANTHROPIC_BASE_URL: upstream.url };
  const environmentOf = (name: string): Record<string, string> => {
    const own = variables.get(name);
    const receiver = own?.[RECEIVER] ? { [RECEIVER]: traces.url } : {};
    return { ...own, ...environment(name), ...endpoints, ...receiver };
  };
  const appOf = (name: string, more: Readonly<Record<string, string>> = {}): App =>
    createApp({
      env: { ...environmentOf(name), ...more },
      clock,
      random: seededRandom(7),
      randomBytes,
      fetch: async () => new Response('{}', { status: outside.isDown ? 500 : 200 }),
      write: (line) => void lines.push(line),
      terminal: { log: () => log, onToolError: () => undefined },
    });

  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time, because the SDK of Lambda reads in the process's environment who it is when it is asked first. */
  const as = <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const acted = turn.then(async () => {
      Object.assign(process.env, environmentOf(name));
      return act();
    });
    turn = acted.catch(() => undefined);
    return acted;
  };

  const handlers = new Map<string, unknown>();
  const handlerOf = (name: string): unknown => {
    const made = handlers.get(name) ?? frontDoors[name]?.(appOf(name));
    if (made === undefined) throw new Error(`There is no function ${name}.`);
    handlers.set(name, made);
    return made;
  };

  const directory = mkdtempSync(join(tmpdir(), 'ballast-privilege-'));
  const statusChanges: StatusChangeEvent[] = [];
  const work = ((event, invocation) =>
    as('execute-run', () => (handlerOf('execute-run') as DurableHandler)(event, invocation))) satisfies DurableHandler;
  const executions = createExecutions({
    functions: readDurableFunctions(yaml()).map((each) => ({ ...each, handler: work })),
    journals: openJournals(directory),
    clock: systemClock,
    log,
    onStatusChange: async (event) => void statusChanges.push(event),
  });
  lambda.serve(executions, log);

  const match = createMatchRoute(readRoutes(yaml()));
  /** What the test looks at and puts there by itself, past the recorder. */
  const own = appOf('admin', { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
  const { stores } = own.core;
  const adminKey = await addAdministrator(stores, clock.now());

  /** `POST /agent/run` and the like, by the function behind it; with a status where it is not to succeed: `GET /usage 401`. */
  const ask = async (
    key: string,
    line: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    { aside = false }: Aside = {},
  ): Promise<Heard> => {
    const [httpMethod = '', target = '', expected = '2'] = line.split(' ');
    const [path = '', query = ''] = target.split('?');
    const { route, pathParameters } = match(httpMethod, path);
    const { name } = route.definition;
    const event = httpEvent({
      httpMethod,
      path,
      resource: route.template,
      pathParameters,
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      queryStringParameters: query === '' ? null : Object.fromEntries(new URLSearchParams(query)),
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const call = () => callHttp(handlerOf(name), event);
    const heard = await (aside ? call() : as(name, call));
    if (expected !== '*' && !String(heard.status).startsWith(expected))
      throw new Error(`${line} answered ${heard.status}: ${heard.text}`);
    return heard;
  };
  return {
    engine,
    /** Whether runs may name somebody to be told of their end. */
    takesWebhooks: own.config.WEBHOOK_HOSTS !== '',
    values,
    upstream,
    aws,
    clock,
    lines,
    outside,
    statusChanges,
    executions,
    stores,
    kept: runStoresOf(own),
    abandoned,
    adminKey,
    appOf,
    ask,
    advance: (ms: number) => void (aheadMs += ms),
    /** Another environment of a function, which remembers nothing. */
    anew: (name: string, more?: Readonly<Record<string, string>>) =>
      void handlers.set(name, frontDoors[name]?.(appOf(name, more))),
    /** Calls a function as an event or a schedule does. */
    send: async (name: string, event: unknown = {}, { aside = false }: Aside = {}): Promise<void> => {
      const handler = handlerOf(name) as (event: unknown, context: unknown) => Promise<unknown>;
      const call = async () => void (await handler(event, lambdaContext));
      await (aside ? call() : as(name, call));
    },
    async close() {
      executions.close();
      await upstream.close();
      await Promise.allSettled([...abandoned, turn]);
      await Promise.all([aws.close(), secrets.close(), lambda.close(), traces.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
