import type { DynamoDb } from '../../lib/dynamodb/types.ts';

export interface Stepped extends DynamoDb {
  /** How many requests were sent, or were about to be when their process was killed. */
  readonly steps: number;
  /** Resolves when the process was killed: nothing that it waits for ever comes, and nothing more of it is sent. */
  readonly killed: Promise<'killed'>;
}

/** A process’s own client: before each of its requests `step` does what others do meanwhile, and may kill the process. */
export const stepped = (
  client: DynamoDb,
  step: (nth: number) => Promise<'killed' | undefined | void> | undefined | void,
): Stepped => {
  let steps = 0;
  let isKilled = false;
  const { promise: killed, resolve: kill } = Promise.withResolvers<'killed'>();
  return {
    killed,
    get steps() {
      return steps;
    },
    async send(...asked) {
      if (!isKilled) {
        steps += 1;
        if ((await step(steps)) === 'killed') {
          isKilled = true;
          kill('killed');
        }
      }
      return isKilled ? new Promise(() => undefined) : client.send(...asked);
    },
  };
};
