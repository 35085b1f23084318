import { StartRefused } from '../start-refused.ts';
import { type FunctionDefinition, readFunctions } from '../triggers.ts';

/** A function whose invocations are those of durable executions. */
export interface DurableFunction {
  readonly definition: FunctionDefinition;
  /** The longest life of an execution. */
  readonly executionTimeoutMs: number;
  /** How long the journal of one that has ended can be read. */
  readonly retentionMs: number;
}

const DAY_MS = 86_400_000;

/** Lambda's own, where nothing is said. */
export const DEFAULT_RETENTION_MS = 14 * DAY_MS;

/**
 * Reads the functions with a `durableConfig` out of the text of `serverless.yml`. Throws `StartRefused` where it has no timeout
 * in seconds.
 */
export const readDurableFunctions = (yaml: string): DurableFunction[] =>
  readFunctions(yaml, ({ durableConfig }, number) => {
    if (durableConfig === undefined) return [];
    const seconds = number(durableConfig.executionTimeout);
    const days = number(durableConfig.retentionPeriodInDays);
    return [{ seconds, retentionMs: days === undefined ? DEFAULT_RETENTION_MS : days * DAY_MS }];
  }).map(({ definition, trigger: { seconds, retentionMs } }) => {
    if (seconds === undefined) {
      throw new StartRefused(`serverless.yml: the durableConfig of ${definition.name} lacks its executionTimeout.`);
    }
    return { definition, executionTimeoutMs: seconds * 1_000, retentionMs };
  });
