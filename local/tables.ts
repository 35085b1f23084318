import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';

const ACTIVE_WITHIN_SECONDS = 60;

/** What of a table CloudFormation and the API write alike, and the local engines know. */
type Shape = Pick<
  CreateTableCommandInput,
  'AttributeDefinitions' | 'KeySchema' | 'BillingMode' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'
>;

export interface TableDefinition {
  readonly name: string;
  readonly shape: Shape;
  readonly ttlAttribute: string | null;
}

interface Resource {
  readonly Type?: string;
  readonly Properties?: Shape & { TimeToLiveSpecification?: { AttributeName?: string; Enabled?: boolean } };
}

const definition = (name: string, { Properties: properties = {} }: Resource): TableDefinition => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = properties;
  const ttl = properties.TimeToLiveSpecification;
  return {
    name,
    shape: {
      AttributeDefinitions,
      KeySchema,
      BillingMode: properties.BillingMode ?? 'PAY_PER_REQUEST',
      ...(GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes }),
      ...(LocalSecondaryIndexes === undefined ? {} : { LocalSecondaryIndexes }),
    },
    ttlAttribute: ttl?.Enabled === true ? (ttl.AttributeName ?? null) : null,
  };
};

/**
 * Reads the tables of a CloudFormation file, with or without its `Resources:`, under the names that `names` gives
 * to their logical ids. Throws when a table has no name, or a name no table: then the two have drifted apart.
 */
export const readTableDefinitions = (yaml: string, names: Readonly<Record<string, string>>): TableDefinition[] => {
  // Tags such as !Ref stand in values that are not read here; without this each of them is a warning.
  const file = parse(yaml, { logLevel: 'error' }) as { Resources?: Record<string, Resource> } & Record<
    string,
    Resource
  >;
  const tables = Object.entries(file.Resources ?? file).filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table');
  const missing = Object.keys(names).filter((id) => !tables.some(([known]) => known === id));
  if (missing.length > 0) throw new Error(`There is no table ${missing.join(', ')} in the definitions.`);
  return tables.map(([id, resource]) => {
    const name = names[id];
    if (name === undefined) throw new Error(`The table ${id} was given no name.`);
    return definition(name, resource);
  });
};

const unless = (names: readonly string[]) => (error: Error) => {
  if (!names.includes(error.name)) throw error;
};

const expireBy = async (client: DynamoDBClient, TableName: string, AttributeName: string): Promise<void> => {
  const isOn = async () => {
    const { TimeToLiveDescription: ttl } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    return ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
  };
  if (await isOn()) return;
  const TimeToLiveSpecification = { AttributeName, Enabled: true };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    // Another server may have been quicker, which is as good.
    if (!(await isOn())) throw error;
  }
};

const create = async (client: DynamoDBClient, { name, shape, ttlAttribute }: TableDefinition): Promise<void> => {
  await client
    .send(new CreateTableCommand({ TableName: name, ...shape }))
    .then(() => undefined, unless(['ResourceInUseException']));
  await waitUntilTableExists(
    { client, maxWaitTime: ACTIVE_WITHIN_SECONDS, minDelay: 1, maxDelay: 2 },
    { TableName: name },
  );
  if (ttlAttribute !== null) await expireBy(client, name, ttlAttribute);
};

/** Creates the tables that are missing; resolves when all can be used. Servers that do so at once do not disturb each other. */
export const createTables = async (client: DynamoDBClient, definitions: readonly TableDefinition[]): Promise<void> => {
  await Promise.all(definitions.map((table) => create(client, table)));
};
