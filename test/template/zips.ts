import { hashKey } from '../../lib/identity/issue-key.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { startSecretsServer } from '../../local/secrets-server.ts';
import { startSimulatedClaude } from '../../local/simulated-claude/start-simulated-claude.ts';
import { TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { systemClock } from '../upstream/system-clock.ts';
import { startDeployed } from './deployed.ts';
import { type Call, eventOf, type RawCall } from './events-as-sent.ts';
import { packaged } from './packaged.ts';
import { type PermittedDynamoDb, startPermittedDynamoDb } from './permitted.ts';
import type { Environment, Invoked } from './runtime/environment.ts';

const KEY = 'bk_canary-of-the-zips';
const ADMIN_KEY = 'bk_canary-of-the-administrator';
const UPSTREAM_KEY = 'sk-ant-canary-of-the-zips';

/** Headers of a client of the tenant `demo`, and of an administrator. */
export const authorised = { 'x-api-key': KEY, 'content-type': 'application/json' };
export const administrator = { 'x-api-key': ADMIN_KEY, 'content-type': 'application/json' };

/** Deployed functions, with an upstream, secrets and a database that looks at their roles. */
export interface Zips extends Pick<PermittedDynamoDb, 'denied' | 'granted'> {
  /** By logical id, to be changed. */
  readonly secrets: Map<string, string>;
  /** The environment that a function has now; it is begun where there is none. */
  environment(name: string): Promise<Environment>;
  /** Calls a function in it. Rejects where the function fails. */
  call(name: string, request: Call | RawCall): Promise<Invoked>;
  /** An environment of a function that takes so many events at once; it is the caller's to close. */
  environmentForMany(name: string, concurrency: number): Promise<Environment>;
  /** The next call finds an environment that remembers nothing. */
  renew(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Tenant `demo` has limits of every kind, which none of the tests reaches. */
const seed = async (engine: TestDynamoDb): Promise<void> => {
  const ledger = engine.table('LedgerTable');
  await createDynamoDbTenantStore(ledger).add(
    newTenant('demo', systemClock.now(), {
      requestsPerMinute: 100,
      tokensPerMinute: 1_000_000,
      maxConcurrentRuns: 20,
      userRequestsPerMinute: 100,
      dailyBudgetUsd: '5',
      monthlyBudgetUsd: '50',
      userDailyBudgetUsd: '5',
    }),
  );
  const key = { tenantId: 'demo', name: 'test', createdAt: 0, expiresAt: null };
  const keys = createDynamoDbApiKeyStore(ledger);
  await keys.add({
    ...key,
    hash: hashKey(KEY),
    keyId: 'key-1',
    requestsPerMinute: 100,
    dailyBudgetUsd: '5',
    scopes: ['runs:write', 'runs:read', 'usage:read', 'messages:write'],
  });
  await keys.add({
    ...key,
    hash: hashKey(ADMIN_KEY),
    keyId: 'key-2',
    requestsPerMinute: null,
    dailyBudgetUsd: null,
    scopes: ['admin'],
  });
};

export type Variables = Readonly<Record<string, string>>;

/** Starts what the functions need, on an engine of their own; `more` variables are theirs too. `folder`: of a project's own package. */
export const startZips = async (
  engine: TestDynamoDb,
  more: Variables | ((variables: Variables) => Promise<Variables>) = {},
  folder?: string,
): Promise<Zips> => {
  await packaged();
  const values = new Map([['AnthropicSecret', UPSTREAM_KEY]]);
  const claude = await startSimulatedClaude({ clock: systemClock });
  const secrets = await startSecretsServer(values);
  const dynamoDb = await startPermittedDynamoDb(engine.endpoint);
  await seed(engine);
  const variables = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ANTHROPIC_BASE_URL: claude.url,
  };
  const env = { ...variables, ...(typeof more === 'function' ? await more(variables) : more) };
  const environments = new Map<string, Promise<Environment>>();
  const environment = (name: string): Promise<Environment> => {
    const begun = environments.get(name) ?? startDeployed(name, { references: TABLE_NAMES, env, folder });
    environments.set(name, begun);
    return begun;
  };
  const renew = async (name: string) => {
    const old = environments.get(name);
    environments.delete(name);
    await (await old)?.close();
  };
  return {
    secrets: values,
    denied: dynamoDb.denied,
    granted: dynamoDb.granted,
    environment,
    async call(name, request) {
      dynamoDb.as(name);
      const invoked = await (await environment(name)).invoke(eventOf(request));
      if (invoked.kind === 'response') return invoked;
      throw new Error(`${name} said ${invoked.kind} ${invoked.error?.errorType ?? ''}:\n${invoked.output}`);
    },
    environmentForMany(name, concurrency) {
      dynamoDb.as(name);
      return startDeployed(name, { references: TABLE_NAMES, env, folder, concurrency });
    },
    renew,
    async close() {
      await Promise.all([...environments.keys()].map(renew));
      await dynamoDb.close();
      await secrets.close();
      await claude.close();
    },
  };
};
