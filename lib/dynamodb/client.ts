import {
  BatchExecuteStatementCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Connection, connectionIn } from '../aws-sdk/connection.ts';
import { createRequestHandler } from '../aws-sdk/request-handler.ts';
import { signAnew } from '../aws-sdk/sign-anew.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Environment } from '../kernel/environment.ts';
import { asThrown } from './failure.ts';
import { ANSWER_LIMIT_MS } from './limits.ts';
import type { DynamoDbClient, OperationName, Operations } from './types.ts';

const COMMANDS = {
  GetItem: GetItemCommand,
  Query: QueryCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  BatchExecuteStatement: BatchExecuteStatementCommand,
} as const;

/** The SDK's client with connections kept alive, bounded waits, and none of its own retries: only the caller knows what may be repeated. */
export const createSdkClient = (connection: Connection, clock: Clock, proxyEnv: Environment = {}): DynamoDBClient =>
  new DynamoDBClient({
    ...connection,
    maxAttempts: 1,
    requestHandler: createRequestHandler({ clock, idleTimeoutMs: ANSWER_LIMIT_MS, proxyEnv }),
  });

/** A DynamoDB behind the SDK's client. */
export const throughSdk = (client: DynamoDBClient): DynamoDbClient => ({
  async send<Name extends OperationName>(operation: Name, input: Operations[Name]['input'], signal?: AbortSignal) {
    signal?.throwIfAborted();
    const Command = COMMANDS[operation] as new (input: object) => GetItemCommand;
    const options = signal === undefined ? {} : { abortSignal: signal };
    try {
      return await signAnew(client.config, () => client.send(new Command(input), options));
    } catch (error) {
      signal?.throwIfAborted();
      throw asThrown(error);
    }
  },
  destroy: () => client.destroy(),
});

export interface DynamoDbOptions {
  /** The environment's variables, by the names that the SDK gives them. */
  readonly env: Environment;
  readonly clock: Clock;
}

/** The one DynamoDB client of an environment. */
export const createDynamoDb = ({ env, clock }: DynamoDbOptions): DynamoDbClient =>
  throughSdk(createSdkClient(connectionIn(env, 'dynamodb'), clock));
