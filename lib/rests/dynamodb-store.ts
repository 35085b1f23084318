import { type Item, type Key, keyOf, n, readNumber, readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import type { Rest } from './rest.ts';
import { forgottenAt, isForgotten, type RestStore } from './store.ts';

/** One partition for all rests, so that one query lists them; as with circuits, an environment reads it once a second. */
const PARTITION = 'rests';

const keyFor = (name: string): Key => ({ pk: PARTITION, sk: name });

const readRest = (item: Item): Rest => ({
  version: readNumber(item, 'version'),
  until: readNumber(item, 'until'),
  probeAt: readNumber(item, 'probeAt'),
});

export interface DynamoDbRestStoreOptions {
  readonly table: Pick<Table, 'get' | 'query' | 'putNew' | 'replace'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Rests in the control table. */
export const createDynamoDbRestStore = ({ table, clock }: DynamoDbRestStoreOptions): RestStore => {
  // Sweeping is lazy: what has expired is gone, whether or not it still lies there.
  const found = (item: Item): Rest | null => {
    const rest = readRest(item);
    return isForgotten(rest, clock.now()) ? null : rest;
  };
  return {
    async get(name, options = {}) {
      const item = await table.get(keyFor(name), options);
      return item === null ? null : found(item);
    },
    replace(name, version, next, signal) {
      const item = {
        ...keyOf(keyFor(name)),
        version: n(next.version),
        until: n(next.until),
        probeAt: n(next.probeAt),
        expiresAt: n(epochSeconds(forgottenAt(next))),
      };
      const options = signal === undefined ? {} : { signal };
      return version === 0
        ? table.putNew(item, { ...options, expiredBy: clock.now() })
        : table.replace(item, { equal: { version: n(version) } }, options);
    },
    async list(prefix, options = {}) {
      const all = [];
      for await (const item of table.query(PARTITION, prefix, options)) {
        const rest = found(item);
        if (rest !== null) all.push({ name: readString(item, 'sk'), rest });
      }
      return all;
    },
  };
};
