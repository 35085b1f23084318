import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messages } from '../../functions/messages.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { createApp } from '../../lib/app/app.ts';
import { gatewayOf } from '../../lib/app/questions.ts';
import { issueKey, keyPrefixOf } from '../../lib/identity/issue-key.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createAnswer } from '../../local/answer.ts';
import { serve } from '../../local/http-server.ts';
import type { Handler } from '../../local/invoke.ts';
import { createMatchRoute } from '../../local/match-route.ts';
import { systemClock } from '../../local/system-clock.ts';
import { startTestDynamoDb } from '../dynamodb.ts';
import { TABLE_NAMES } from '../dynamodb-names.ts';
import { createRecordingLog } from '../local/serving.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { startSecretsManager } from './scripted-secrets-manager.ts';

const ISSUED = issueKey((length) => new Uint8Array(length).fill(3));
export const STAGE_KEY = ISSUED.key;
export const TENANT = 'acme';

/** Anthropic, for those keys alone that it takes at the moment. */
const startLockedUpstream = async () => {
  const upstream = await startScriptedUpstream();
  const keys = new Set<string>();
  const refused: string[] = [];
  const { port } = new URL(upstream.url);
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const key = String(headers.authorization ?? headers['x-api-key']).replace('Bearer ', '');
    if (!keys.has(key)) {
      refused.push(key);
      request.resume();
      const error = { type: 'authentication_error', message: 'invalid x-api-key' };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ type: 'error', error }));
      return;
    }
    const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    refused,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await upstream.close();
    },
  };
};

/** Routes of `serverless.yml` with the functions behind them. */
const ROUTES = [
  { template: '/agent/run', name: 'run-agent' },
  { template: '/v1/messages', name: 'messages' },
];

/**
 * What is deployed, put together by its own composition root and served over HTTP: an engine, a Secrets Manager and an Anthropic
 * that a test can change, and a clock that it can move on.
 */
export const startServedStage = async (
  values: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>> = {},
) => {
  const secrets = await startSecretsManager(new Map(values));
  const [engine, upstream] = await Promise.all([startTestDynamoDb(), startLockedUpstream()]);
  let aheadMs = 0;
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  };
  const { lines, log } = createRecordingLog();
  const app = createApp({
    env: {
      STAGE: 'test',
      LOG_LEVEL: 'ERROR',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      ANTHROPIC_SECRET_ID: 'ballast/test/anthropic',
      JWT_SECRET_ID: 'ballast/test/jwt',
      WEBHOOK_SECRET_ID: 'ballast/test/webhooks',
      ANTHROPIC_BASE_URL: upstream.url,
      CONTROL_TABLE: TABLE_NAMES.ControlTable,
      LEDGER_TABLE: TABLE_NAMES.LedgerTable,
      RUNS_TABLE: TABLE_NAMES.RunsTable,
      ...env,
    },
    clock,
    random: seededRandom(7),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    fetch,
    write: (line) => void lines.push(line),
    terminal: { log: () => log, onToolError: () => undefined },
  });
  const { tenants, apiKeys } = app.core.stores;
  await tenants.add(newTenant(TENANT, clock.now()));
  await apiKeys.add({
    hash: ISSUED.hash,
    keyPrefix: keyPrefixOf(STAGE_KEY),
    keyId: 'key_1',
    tenantId: TENANT,
    name: 'test',
    scopes: ['runs:write', 'messages:write'],
    createdAt: clock.now(),
    expiresAt: null,
    requestsPerMinute: null,
    dailyBudgetUsd: null,
  });
  const handlers = new Map<string, Handler>([
    ['run-agent', runAgent(app) as unknown as Handler],
    ['messages', messages({ ...app, callMessages: gatewayOf(app) }) as unknown as Handler],
  ]);
  const matchRoute = createMatchRoute(
    ROUTES.map(({ template, name }) => ({
      template,
      method: 'ANY',
      streaming: true,
      definition: { name, timeoutMs: 60_000 },
    })),
  );
  const { ids, corsOrigins } = app;
  const answer = createAnswer({ matchRoute, handlers, log, ids, clock: systemClock, corsOrigins, isForUs: () => true });
  const server = await serve({ answer, ids, clock: systemClock, hosts: ['127.0.0.1'], port: 0 });
  return {
    app,
    clock,
    secrets,
    upstream,
    url: `http://127.0.0.1:${server.port}`,
    lines,
    /** Lets so much time pass at once. */
    pass: (ms: number) => void (aheadMs += ms),
    async [Symbol.asyncDispose]() {
      await server.close(0);
      await Promise.all([engine.stop(), upstream.close(), secrets[Symbol.asyncDispose]()]);
    },
  };
};

export type ServedStage = Awaited<ReturnType<typeof startServedStage>>;

/** Work that goes on in so many places at once until it is ended; what came of each piece of it. */
export const underLoad = (work: (count: number) => Promise<string>, places = 4) => {
  const outcomes: string[] = [];
  let begun = 0;
  let isOver = false;
  let working = 0;
  let gate: PromiseWithResolvers<void> | null = null;
  let onIdle: (() => void) | null = null;
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const place = async () => {
    while (!isOver) {
      await gate?.promise;
      begun += 1;
      working += 1;
      outcomes.push(await work(begun).catch((error: unknown) => String(error)));
      working -= 1;
      if (working === 0) onIdle?.();
      for (const each of waiting) if (outcomes.length >= each.count) each.resolve();
    }
  };
  const all = Promise.all(Array.from({ length: places }, place));
  return {
    /** Resolves when so many more were ended; whatever was under way when it is called has ended by then. */
    more: (count = size(12, 200)) =>
      new Promise<void>((resolve) => waiting.push({ count: outcomes.length + places + count, resolve })),
    /** Does something while no work is under way, which its deadlines would be about; then it goes on. */
    async between(act: () => void): Promise<void> {
      gate = Promise.withResolvers();
      if (working > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      onIdle = null;
      act();
      gate.resolve();
      gate = null;
    },
    /** What came of them, each kind once. */
    async end(): Promise<{ readonly count: number; readonly kinds: readonly string[] }> {
      isOver = true;
      await all;
      return { count: outcomes.length, kinds: [...new Set(outcomes)].toSorted() };
    },
  };
};
