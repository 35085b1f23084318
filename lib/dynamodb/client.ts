import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * Longest time to a connection and to an answer. DynamoDB answers within tens of milliseconds or something is wrong;
 * three attempts of two seconds still end inside the ten seconds that the small functions have.
 */
const CONNECT_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_000;

/** What a deployed environment knows by itself: there the SDK finds all of it. */
export type DynamoDbConnection = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;

/**
 * The one DynamoDB client of an environment: connections kept alive (50 of them, the SDK's default), bounded waits,
 * and no retries of the SDK's own, because only the caller knows which writes may be repeated.
 */
export const createDynamoDbClient = (connection: DynamoDbConnection = {}): DynamoDBClient =>
  new DynamoDBClient({
    ...connection,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // The request timeout ends with the headers: a body that stalls is caught by the silence of its socket.
      socketTimeout: REQUEST_TIMEOUT_MS,
    },
  });
