import { safe } from '../../lib/kernel/redacted.ts';
import { describeError } from '../../lib/telemetry/describe-error.ts';
import { loadHandler } from '../load-handlers.ts';
import type { DurableFunction } from './durable-functions.ts';
import { createExecutions, type ExecutionsOptions } from './executions.ts';
import type { LoadedFunction } from './invocations.ts';
import type { DurableHandler } from './invoke-handler.ts';
import { openJournals } from './journals.ts';
import type { LambdaServer } from './lambda-server.ts';

/** Imports the durable functions, in the environment as it is now. Rejects as `loadHandler` does. */
export const loadDurableFunctions = (root: string, functions: readonly DurableFunction[]): Promise<LoadedFunction[]> =>
  Promise.all(
    functions.map(async (each) => ({
      ...each,
      handler: (await loadHandler(root, each.definition.name)) as unknown as DurableHandler,
    })),
  );

export interface PrepareExecutionsOptions extends Omit<ExecutionsOptions, 'journals'> {
  readonly lambda: LambdaServer;
  /** Where the journals are. */
  readonly directory: string;
}

export interface PreparedExecutions {
  /** Goes on with what is unfinished, and then answers what is asked of the Lambda API. */
  begin(): void;
  /** How many have not ended. */
  unfinished(): number;
  /** Leaves what is under way alone. */
  close(): void;
}

export const prepareExecutions = ({ lambda, directory, ...options }: PrepareExecutionsOptions): PreparedExecutions => {
  const executions = createExecutions({ ...options, journals: openJournals(directory) });
  const { log } = options;
  const begin = async () => {
    await executions.recover().catch((error: unknown) => log.error(safe`recovery failed`, describeError(error)));
    // Not before: a new execution could be one of those that are still to be read.
    lambda.serve(executions, log);
  };
  return {
    begin: () => void begin(),
    unfinished: () => executions.unfinished(),
    close: () => executions.close(),
  };
};
