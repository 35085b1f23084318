import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb, OperationName } from '../../lib/dynamodb/types.ts';
import { promptClock } from '../budget/parts.ts';
import { answered, unanswered } from '../dynamodb/faulty-client.ts';
import { createSimulatedDynamoDb, type Request } from '../simulated-dynamodb.ts';

export const THROTTLE = () => answered(400, 'ProvisionedThroughputExceededException');
export const LOST = unanswered;

interface Held {
  readonly request: Request;
  readonly operation: OperationName;
  readonly answer: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A table whose requests stand still until the test lets each go. */
export const openHeldTable = ({ maxAttempts = 3 }: { readonly maxAttempts?: number } = {}) => {
  const engine = createSimulatedDynamoDb({ now: () => 0 });
  const held: Held[] = [];
  const sent: Request[] = [];
  const client: DynamoDb = {
    send: (operation, input) =>
      new Promise((resolve, reject) => {
        const request = input as unknown as Request;
        sent.push(request);
        held.push({ request, operation, answer: resolve as (value: unknown) => void, fail: reject });
      }),
  };
  // Pauses of the clock end in the next turn.
  const settled = async () => {
    for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const next = (): Held => {
    const first = held.shift();
    if (first === undefined) throw new Error('nothing was sent');
    return first;
  };
  return {
    client,
    table: createTable({ client, name: 'ledger', clock: promptClock, random: () => 0, maxAttempts }),
    engine,
    /** All that was sent so far. */
    sent,
    underWay: () => held.length,
    /** The oldest request is done, and answered. */
    pass: async () => {
      const { request, operation, answer, fail } = next();
      try {
        answer(engine.apply(operation, request));
      } catch (error) {
        fail(error);
      }
      await settled();
    },
    /** The oldest request fails; `done`: after it was done. */
    fail: async (error: unknown, done = false) => {
      const { request, operation, fail } = next();
      if (done) engine.apply(operation, request);
      fail(error);
      await settled();
    },
    settled,
  };
};

export type HeldTable = ReturnType<typeof openHeldTable>;

/** What became of a promise so far. */
export const watched = <T>(promise: Promise<T>) => {
  const seen: { state: 'waits' | 'resolved' | 'rejected'; value?: T; error?: unknown } = { state: 'waits' };
  promise.then(
    (value) => Object.assign(seen, { state: 'resolved', value }),
    (error: unknown) => Object.assign(seen, { state: 'rejected', error }),
  );
  return seen;
};
