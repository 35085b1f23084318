import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { unanswered } from '../dynamodb/faulty-client.ts';

/**
 * What happens to one request: `drop` (an error, nothing done), `lose` (done, but its answer never arrives), `kill` (the process
 * has ended before it could be sent).
 */
export const FAULTS = ['drop', 'lose', 'kill'] as const;
export type FaultKind = (typeof FAULTS)[number];

/** Which request of a schedule, counted from zero over all of its processes, is hit by what. */
export interface PlannedFault {
  readonly at: number;
  readonly kind: FaultKind;
}

/** A process that can die: what it has sent still arrives, what it has not sent is never sent. */
export interface MortalProcess {
  readonly client: DynamoDb;
  /** Resolves with `killed` when the process has died and everything that it sent has been dealt with. */
  run<T>(work: () => Promise<T>): Promise<T | 'killed'>;
}

export interface Sequence {
  readonly requests: number;
  process(): MortalProcess;
}

const never = (): Promise<never> => new Promise(() => undefined);

/** The requests of one schedule, in the order in which they are sent; `observe` looks on after each update that was made. */
export const createSequence = (
  client: DynamoDb,
  plan: readonly PlannedFault[],
  observe: () => Promise<void>,
): Sequence => {
  let requests = 0;
  const process = (): MortalProcess => {
    let dead = false;
    const death = Promise.withResolvers<'killed'>();
    const underWay = new Set<Promise<unknown>>();
    const deliver: DynamoDb['send'] = async (...asked) => {
      try {
        return await client.send(...asked);
      } finally {
        if (asked[0] === 'UpdateItem') await observe();
      }
    };
    const send: DynamoDb['send'] = async (...asked) => {
      if (dead) return never();
      const kind = plan.find(({ at }) => at === requests)?.kind;
      requests += 1;
      if (kind === 'kill') {
        dead = true;
        death.resolve('killed');
        return never();
      }
      if (kind === 'drop') throw unanswered();
      const delivery = deliver(...asked);
      const [delivered] = await Promise.allSettled([underWay.add(delivery) && delivery]);
      underWay.delete(delivery);
      if (dead) return never();
      if (kind === 'lose') throw unanswered();
      if (delivered.status === 'rejected') throw delivered.reason;
      return delivered.value;
    };
    return {
      client: { send },
      async run(work) {
        const ended = await Promise.race([work(), death.promise]);
        await Promise.allSettled(underWay);
        return ended;
      },
    };
  };
  return {
    process,
    get requests() {
      return requests;
    },
  };
};
