import { isConditionFailed } from '../../lib/dynamodb/failure.ts';
import { createTable, type Table } from '../../lib/dynamodb/table.ts';
import type { DynamoDb, OperationName } from '../../lib/dynamodb/types.ts';
import { systemClock } from '../../local/system-clock.ts';
import { TABLE_NAMES, type TestDynamoDb } from '../dynamodb.ts';
import { type Fault, faulty } from '../dynamodb/faulty-client.ts';
import { seededRandom } from '../seeded-random.ts';

/** One for all: two tables with one seed would mark their writes alike. */
const random = seededRandom(20261129);

/** The runs table, with what was asked of DynamoDB since the last look. */
export interface CountedTable {
  readonly table: Table;
  /** The names of the operations that were answered since this was asked last: a slow machine adds none. */
  readonly operations: () => OperationName[];
}

/** `faults` befall the first requests in turn. */
export const countedTable = (engine: TestDynamoDb, ...faults: Fault[]): CountedTable => {
  let names: OperationName[] = [];
  const client = faulty(engine.client, faults);
  const counting: DynamoDb = {
    async send(operation, ...asked) {
      try {
        const answer = await client.send(operation, ...asked);
        names.push(operation);
        return answer;
      } catch (error) {
        if (isConditionFailed(error)) names.push(operation);
        throw error;
      }
    },
  };
  return {
    // Pauses between attempts are real, and a few milliseconds long.
    table: createTable({ client: counting, name: TABLE_NAMES.RunsTable, clock: systemClock, random }),
    operations() {
      const asked = names;
      names = [];
      return asked;
    },
  };
};

/** Text that compression cannot shrink below 80 % of `length` characters. */
export const noise = (length: number): string => {
  const next = seededRandom(7);
  return Array.from({ length }, () => String.fromCharCode(33 + Math.floor(next() * 94))).join('');
};
