import { InvokeCommand, SendDurableExecutionCallbackSuccessCommand } from '@aws-sdk/client-lambda';
import type { Connection } from '../aws-sdk/connection.ts';
import { signAnew } from '../aws-sdk/sign-anew.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Executions } from './executions.ts';
import { createLambdaClient } from './lambda-client.ts';

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Another payload under the same name cannot be: it holds the run's own ids alone. */
const STARTED_BEFORE = 'DurableExecutionAlreadyStartedException';
/** The callback was answered, has timed out, or its execution has ended. */
const NOBODY_WAITS: ReadonlySet<string> = new Set(['ResourceNotFoundException', 'CallbackTimeoutException']);

const unavailable = (cause: unknown): AppError =>
  new AppError('store-unavailable', safe`The service that executes runs does not answer.`, {
    cause,
    retryAfterMs: 1_000,
  });

/** Runs as AWS Lambda durable executions of one function, which is named with its alias. */
export const createLambdaExecutions = (functionName: string, connection: Connection, clock: Clock): Executions => {
  const client = createLambdaClient(connection, clock);
  return {
    async start({ tenantId, runId }) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        DurableExecutionName: runId,
        // The same bytes whenever it is sent again: the service refuses another payload under the same name.
        Payload: JSON.stringify({ tenantId, runId }),
      });
      try {
        await signAnew(client.config, () => client.send(command));
      } catch (error) {
        if (nameOf(error) !== STARTED_BEFORE) throw unavailable(error);
      }
    },
    async wake(callbackId) {
      try {
        const command = new SendDurableExecutionCallbackSuccessCommand({ CallbackId: callbackId });
        await signAnew(client.config, () => client.send(command));
        return true;
      } catch (error) {
        if (NOBODY_WAITS.has(nameOf(error))) return false;
        throw unavailable(error);
      }
    },
  };
};
