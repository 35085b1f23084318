import { type Item, type Key, keyOf, n, optional, readNumber, readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { type Circuit, forgottenAt } from './circuit.ts';
import { circuitAttributes, readCircuit } from './item.ts';
import type { CircuitStore } from './store.ts';

/**
 * One partition for all circuits, so that one query lists them. They are some dozens, each read once a second by an
 * environment: at half a unit a read, six thousand environments on one circuit reach the partition's 3,000 units.
 */
const PARTITION = 'circuits';

const keyFor = (name: string): Key => ({ pk: PARTITION, sk: name });

export interface DynamoDbCircuitStoreOptions {
  readonly table: Pick<Table, 'get' | 'query' | 'putNew' | 'replace'>;
  readonly clock: Clock;
}

/** Circuits in the control table. */
export const createDynamoDbCircuitStore = ({ table, clock }: DynamoDbCircuitStoreOptions): CircuitStore => {
  const toItem = (name: string, circuit: Circuit): Item => {
    const endsAt = forgottenAt(circuit, clock.now());
    return {
      ...keyOf(keyFor(name)),
      ...circuitAttributes(circuit),
      ...(endsAt === null ? {} : { expiresAt: n(epochSeconds(endsAt)) }),
    };
  };
  // Sweeping is lazy: what has expired is gone, whether or not it still lies there.
  const isForgotten = (item: Item): boolean =>
    (optional(item, 'expiresAt', readNumber) ?? Infinity) * 1000 <= clock.now();

  return {
    async get(name, options = {}) {
      const item = await table.get(keyFor(name), options);
      return item === null || isForgotten(item) ? null : readCircuit(item);
    },
    replace(name, version, next, signal) {
      const item = toItem(name, next);
      const options = signal === undefined ? {} : { signal };
      return version === 0
        ? table.putNew(item, { ...options, expiredBy: clock.now() })
        : table.replace(item, { equal: { version: n(version) } }, options);
    },
    async list() {
      const found = [];
      for await (const item of table.query(PARTITION, '')) {
        if (!isForgotten(item)) found.push({ name: readString(item, 'sk'), circuit: readCircuit(item) });
      }
      return found;
    },
  };
};
