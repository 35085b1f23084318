import { hashKey } from '../../lib/identity/issue-key.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { startSecretsServer } from '../../local/secrets-server.ts';
import { startSimulatedClaude } from '../../local/simulated-claude/start-simulated-claude.ts';
import { TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { systemClock } from '../upstream/system-clock.ts';
import { type Call, type Invocation, invoke, type RawCall } from './invoke.ts';
import { packaged } from './packaged.ts';
import { type PermittedDynamoDb, startPermittedDynamoDb } from './permitted.ts';

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
  call(name: string, request: Call | RawCall): Promise<Invocation>;
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

/** Starts what the functions need, on an engine of their own; `more` variables are theirs too. `folder`: of a project's own package. */
export const startZips = async (
  engine: TestDynamoDb,
  more: Readonly<Record<string, string>> = {},
  folder?: string,
): Promise<Zips> => {
  await packaged();
  const values = new Map([['AnthropicSecret', UPSTREAM_KEY]]);
  const claude = await startSimulatedClaude({ clock: systemClock });
  const secrets = await startSecretsServer(values);
  const dynamoDb = await startPermittedDynamoDb(engine.endpoint);
  await seed(engine);
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ANTHROPIC_BASE_URL: claude.url,
    ...more,
  };
  return {
    secrets: values,
    denied: dynamoDb.denied,
    granted: dynamoDb.granted,
    call(name, request) {
      dynamoDb.as(name);
      return invoke(name, request, { references: TABLE_NAMES, env, folder });
    },
    async close() {
      await dynamoDb.close();
      await secrets.close();
      await claude.close();
    },
  };
};
