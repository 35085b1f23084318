import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { answered, unanswered } from '../dynamodb/faulty-client.ts';
import type { Request, SimulatedDynamoDb } from '../simulated-dynamodb.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export interface UnreliableOptions {
  readonly apply: SimulatedDynamoDb['apply'];
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** Of a hundred requests so many fail: throttled, dropped, lost, broken off, or broken off and delayed. */
  readonly faults: number;
  /** Who sends; once it is dead, nothing of its comes or goes. */
  readonly process: { readonly isDead: boolean };
}

const never = (): Promise<never> => new Promise(() => undefined);

/** The client of a process whose requests take 2 to 14 ms, and fail in every way in which they can. */
export const createUnreliableClient = ({ apply, clock, random, faults, process }: UnreliableOptions): DynamoDb => {
  const upTo = (end: number) => Math.floor(random() * end);
  return {
    async send(operation, input) {
      if (process.isDead) return never();
      const request = input as unknown as Request;
      const luck = random() * 100;
      const fault = luck >= faults ? 'none' : (['throttled', 'dropped', 'lost', 'broken', 'delayed'] as const)[upTo(5)];
      await clock.wait(1 + upTo(6));
      if (fault === 'throttled') throw answered(400, 'ProvisionedThroughputExceededException');
      if (fault === 'dropped') throw answered(500, 'InternalServerError');
      if (fault === 'delayed') {
        // The connection broke, and what was sent arrives all the same, some time.
        clock.after(upTo(60), () => {
          try {
            apply(operation, request);
          } catch {
            // Refused then.
          }
        });
        throw unanswered(upTo(2) === 0 ? 'ECONNRESET' : 'ETIMEDOUT');
      }
      let result: unknown;
      let refusal: Error | null = null;
      try {
        result = apply(operation, request);
      } catch (error) {
        refusal = error as Error;
      }
      await clock.wait(1 + upTo(6));
      if (process.isDead) return never();
      if (fault === 'lost') throw answered(500, 'InternalServerError');
      if (fault === 'broken') throw unanswered();
      if (refusal !== null) throw refusal;
      return result as never;
    },
  };
};
