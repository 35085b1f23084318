import { keyOf, n, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Checks } from './decision.ts';
import type { HealthResults } from './results.ts';

const PARTITION = 'health';
/** All findings of a round are one item: written each minute, an item for each would be most of what an idle stage writes. */
const ROUND = 'round';

/** A week: what is that old was found by probes that have long been silent, which has an alarm of its own. */
const KEPT_MS = 7 * 24 * 3_600_000;

export interface DynamoDbHealthResultsOptions {
  readonly table: Pick<Table, 'get' | 'put' | 'query'>;
  readonly clock: Clock;
}

/** Findings in the control table. */
export const createDynamoDbHealthResults = ({ table, clock }: DynamoDbHealthResultsOptions): HealthResults => {
  const expiring = () => ({ expiresAt: n(epochSeconds(clock.now() + KEPT_MS)) });
  return {
    async save(checks, signal) {
      const item = { ...keyOf({ pk: PARTITION, sk: ROUND }), checks: s(JSON.stringify(checks)), ...expiring() };
      await table.put(item, { signal });
    },
    async all(signal) {
      // A query, because it is all that the role of `/health` may ask for.
      for await (const item of table.query(PARTITION, ROUND, { signal }))
        return JSON.parse(readString(item, 'checks')) as Checks;
      return {};
    },
    async roundTrip(signal) {
      const key = { pk: PARTITION, sk: 'probe' };
      await table.put({ ...keyOf(key), ...expiring() }, { signal });
      if ((await table.get(key, { signal })) === null)
        throw new AppError('store-unavailable', safe`The store lost what it had just taken.`);
    },
  };
};
