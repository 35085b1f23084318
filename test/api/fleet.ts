import { startTestDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { stretchedClock } from '../stretched.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { startServer, type TestServer } from './start-server.ts';

export const ADMIN_KEY = 'ballast-dev-admin-key';

/** Whoever holds one key, asking any server. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly key: string;
  ask(target: string, init?: RequestInit, server?: TestServer): Promise<Response>;
  /** `POST /agent/run`. */
  run(body: object, headers?: Readonly<Record<string, string>>, server?: TestServer): Promise<Response>;
}

/** Server processes on one DynamoDB, in front of one scripted upstream that remembers what concerns messages. */
interface Processes<Servers extends readonly [TestServer, ...TestServer[]]> extends AsyncDisposable {
  readonly engine: TestDynamoDb;
  readonly upstream: ScriptedUpstream;
  readonly servers: Servers;
  /** What the servers are told by their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Asks the first server with the administrator's key; throws unless the answer is a success. */
  administer(method: string, target: string, body?: object): Promise<Record<string, unknown>>;
  /** A key of a tenant that is there. */
  addKey(tenantId: string, settings?: object): Promise<Caller>;
  /** A tenant of its own with a key. */
  addTenant(settings?: object, key?: object): Promise<Caller>;
}

export type Fleet = Processes<readonly [TestServer, TestServer]>;
/** For files that never ask a second process: to start one takes more than a second of a processor. */
export type FleetOfOne = Processes<readonly [TestServer]>;

type Environment = Readonly<Record<string, string>>;

/** Any model is paid through these: what is paid for, and what is asked before. */
const concernsMessages = (path: string): boolean => path.startsWith('/v1/messages');

const createCaller = (key: string, ids: { tenantId: string; keyId: string }, first: TestServer): Caller => {
  const ask: Caller['ask'] = (target, init = {}, server = first) =>
    server.ask(target, { ...init, headers: { ...(init.headers as Record<string, string>), 'x-api-key': key } });
  return {
    ...ids,
    key,
    ask,
    run: (body, headers = {}, server = first) =>
      ask(
        '/agent/run',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        },
        server,
      ),
  };
};

const start = async <Servers extends readonly [TestServer, ...TestServer[]]>(
  more: Environment,
  startServers: (env: Environment) => Promise<Servers>,
): Promise<Processes<Servers>> => {
  const remembering = { remembers: concernsMessages };
  const [engine, upstream] = await Promise.all([
    startTestDynamoDb(),
    startScriptedUpstream(stretchedClock, remembering),
  ]);
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: upstream.url,
    RETRY_BASE_DELAY_MS: '1',
    CIRCUIT_FAILURE_THRESHOLD: '10000',
    ...more,
  };
  const servers = await startServers(env);
  let tenants = 0;

  const administer: FleetOfOne['administer'] = async (method, target, body) => {
    const headers = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await servers[0].ask(target, { method, headers, ...text });
    if (!response.ok) throw new Error(`${method} ${target} answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? {} : ((await response.json()) as Record<string, unknown>);
  };
  const addKey = async (tenantId: string, settings: object = {}): Promise<Caller> => {
    const target = `/admin/tenants/${tenantId}/keys`;
    const { key, keyId } = await administer('POST', target, { name: 'test', ...settings });
    return createCaller(String(key), { tenantId, keyId: String(keyId) }, servers[0]);
  };
  return {
    engine,
    upstream,
    servers,
    env,
    administer,
    addKey,
    async addTenant(settings = {}, key = {}) {
      const tenantId = `tenant-${(tenants += 1)}`;
      await administer('PUT', `/admin/tenants/${tenantId}`, settings);
      return addKey(tenantId, key);
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await upstream.close();
      await engine.stop();
    },
  };
};

export const startFleet = (more: Environment = {}): Promise<Fleet> =>
  start(more, (env) => Promise.all([startServer(env), startServer(env)]));

export const startFleetOfOne = (more: Environment = {}): Promise<FleetOfOne> =>
  start(more, async (env) => [await startServer(env)]);

export const bodyOf = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;
