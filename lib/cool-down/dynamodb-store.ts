import { keyOf, n, readNumber, readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { epochSeconds, type Clock } from '../kernel/clock.ts';
import type { CoolDownStore } from './store.ts';

const partitionOf = (name: string): string => `cool#${name}`;

export interface DynamoDbCoolDownStoreOptions {
  readonly table: Pick<Table, 'query' | 'replace'>;
  readonly clock: Clock;
}

/** Cool-downs in the control table: a partition for each name, an item for each who. */
export const createDynamoDbCoolDownStore = ({ table, clock }: DynamoDbCoolDownStoreOptions): CoolDownStore => ({
  extend(name, who, until, signal) {
    const item = {
      ...keyOf({ pk: partitionOf(name), sk: who }),
      until: n(until),
      expiresAt: n(epochSeconds(until)),
    };
    // What has ended ends before any new one, so that the one condition serves for items not yet swept as well.
    return table.replace(item, { atMost: { until: until - 1 } }, signal === undefined ? {} : { signal });
  },
  async list(name, options = {}) {
    const ends = new Map<string, number>();
    for await (const item of table.query(partitionOf(name), '', options)) {
      const until = readNumber(item, 'until');
      // Sweeping is lazy: what has ended may still lie there.
      if (until > clock.now()) ends.set(readString(item, 'sk'), until);
    }
    return ends;
  },
});
