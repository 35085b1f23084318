import {
  BatchExecuteStatementCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ANSWER_LIMIT_MS } from './limits.ts';
import type { DynamoDbClient, OperationName, Operations } from './types.ts';

/** Longest time to a connection. */
const CONNECT_TIMEOUT_MS = 1_000;

/** What is not given, the SDK finds out: profiles, roles of a container, endpoints of other kinds. */
export type SdkConnection = Pick<DynamoDBClientConfig, 'endpoint' | 'region' | 'credentials'>;

/** The SDK's client with connections kept alive (50 of them, its default), bounded waits, and none of its own retries. */
export const createSdkClient = (connection: SdkConnection = {}): DynamoDBClient =>
  new DynamoDBClient({
    ...connection,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_LIMIT_MS,
      throwOnRequestTimeout: true,
      // The request timeout ends with the headers: a body that stalls is caught by the silence of its socket.
      socketTimeout: ANSWER_LIMIT_MS,
    },
  });

const COMMANDS = {
  GetItem: GetItemCommand,
  Query: QueryCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  BatchExecuteStatement: BatchExecuteStatementCommand,
} as const;

/** A DynamoDB behind the SDK's client. */
export const createSdkDynamoDb = (client: DynamoDBClient): DynamoDbClient => ({
  async send<Name extends OperationName>(operation: Name, input: Operations[Name]['input'], signal?: AbortSignal) {
    const Command = COMMANDS[operation] as new (input: object) => GetItemCommand;
    const command = new Command(input);
    return await client.send(command, signal === undefined ? {} : { abortSignal: signal });
  },
  destroy: () => client.destroy(),
});
