import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Connection } from '../aws-sdk/connection.ts';
import { createRequestHandler } from '../aws-sdk/request-handler.ts';
import type { Clock } from '../kernel/clock.ts';

/** No answer of the service takes longer. */
const ANSWER_MS = 10_000;

/** AWS Lambda as durable executions ask it: what is repeated does nothing twice, so the SDK may try three times. */
export const createLambdaClient = (connection: Connection, clock: Clock): LambdaClient =>
  new LambdaClient({
    ...connection,
    maxAttempts: 3,
    requestHandler: createRequestHandler({ clock, idleTimeoutMs: ANSWER_MS }),
  });
