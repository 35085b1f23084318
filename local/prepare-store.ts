import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keyOf } from '../lib/dynamodb/attributes.ts';
import { throughSdk } from '../lib/dynamodb/client.ts';
import { createTable } from '../lib/dynamodb/table.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../lib/tenants/dynamodb-store.ts';
import { TABLE_NAMES } from './environment.ts';
import { devTenants, seededKeysIn, seedTenants } from './seed-tenants.ts';
import type { Settings } from './settings.ts';
import { StartRefused } from './start-refused.ts';
import { systemClock } from './system-clock.ts';
import { createTables, readTableDefinitions } from './tables.ts';

export interface PrepareOptions {
  /** The project's directory. */
  readonly root: string;
  /** The data directory, held by this process. */
  readonly dataDirectory: string;
  readonly settings: Settings;
  readonly endpoint: string;
}

const fill = async (sdk: DynamoDBClient, { root, dataDirectory, settings }: PrepareOptions): Promise<void> => {
  const definitions = readFileSync(join(root, 'infra', 'tables.yml'), 'utf8');
  await createTables(sdk, readTableDefinitions(definitions, TABLE_NAMES));
  const TableName = TABLE_NAMES.LedgerTable;
  const ledger = createTable({
    client: throughSdk(sdk),
    name: TableName,
    clock: systemClock,
    random: Math.random,
  });
  const remove = async (hash: string) => {
    await sdk.send(new DeleteItemCommand({ TableName, Key: keyOf({ pk: `key#${hash}`, sk: 'key' }) }));
  };
  await seedTenants(devTenants(settings.devApiKey, settings.devAdminKey), {
    tenants: createDynamoDbTenantStore(ledger),
    keys: { ...createDynamoDbApiKeyStore(ledger), remove },
    seeded: seededKeysIn(join(dataDirectory, 'dev-keys.json')),
    now: systemClock.now(),
  });
};

/** Creates the missing tables and the development tenants; region and credentials are the SDK's business. */
export const prepareStore = async (options: PrepareOptions): Promise<void> => {
  const client = new DynamoDBClient({ endpoint: options.endpoint });
  try {
    await fill(client, options);
  } catch (error) {
    const { origin } = new URL(options.endpoint);
    throw new StartRefused(
      `The DynamoDB at ${origin} cannot be used (${nameError(error)}): see that it runs and lets tables be created, ` +
        'or leave AWS_ENDPOINT_URL_DYNAMODB out for the embedded one.',
      { cause: error },
    );
  } finally {
    client.destroy();
  }
};
