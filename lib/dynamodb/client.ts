import { connectionOf } from '../aws/connection.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { Clock } from '../kernel/clock.ts';
import { createSignedDynamoDb } from './signed-client.ts';
import type { DynamoDb } from './types.ts';

export interface DynamoDbOptions {
  /** The environment's variables, by the names that the SDK gives them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** The SDK's client, loaded with the first operation. */
const createLateDynamoDb = (): DynamoDb => {
  const made = lazy(async () => {
    const { createSdkClient, createSdkDynamoDb } = await import('./sdk-client.ts');
    return createSdkDynamoDb(createSdkClient());
  });
  return { send: async (...asked) => (await made()).send(...asked) };
};

/** The one DynamoDB client of an environment: our own where its variables say all there is to know, as in a function. */
export const createDynamoDb = ({ env, clock }: DynamoDbOptions): DynamoDb => {
  const connection = connectionOf(env, 'dynamodb');
  return connection === null ? createLateDynamoDb() : createSignedDynamoDb(connection, clock);
};
