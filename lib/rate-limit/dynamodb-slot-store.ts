import { type Item, type Key, keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Holding, Slot, SlotStore } from './slot-store.ts';
import { createSlots, type Slots, type SlotsOptions } from './slots.ts';

/** Slots in the control table. */
export const createDynamoDbSlots = (options: Omit<SlotsOptions, 'store'> & DynamoDbSlotStoreOptions): Slots =>
  createSlots({ ...options, store: createDynamoDbSlotStore(options) });

/** Digits of a slot's number: sort keys are text, and are to be in the order of the numbers. */
const DIGITS = 6;

const partitionOf = (tenantId: string): string => `slots#${tenantId}`;
const keyFor = ({ tenantId, number }: Slot): Key => ({
  pk: partitionOf(tenantId),
  sk: String(number).padStart(DIGITS, '0'),
});
const itemOf = (slot: Slot, { holder, expiresAt }: Holding): Item => ({
  ...keyOf(keyFor(slot)),
  holder: s(holder),
  expiresAt: n(expiresAt),
});
const passing = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
const ownedBy = (holder: string) => ({ equal: { holder: s(holder) } });

export interface DynamoDbSlotStoreOptions {
  readonly table: Pick<Table, 'putNew' | 'query' | 'replace' | 'remove'>;
}

/** Slots in the control table, those of a tenant in one partition, so that one strong query shows them all. */
export const createDynamoDbSlotStore = ({ table }: DynamoDbSlotStoreOptions): SlotStore => ({
  claim: (slot, holding, now, signal) => table.putNew(itemOf(slot, holding), { expiredBy: now, ...passing(signal) }),

  async held(tenantId, now, signal) {
    const held = new Map<number, string>();
    for await (const item of table.query(partitionOf(tenantId), '', passing(signal))) {
      if (readNumber(item, 'expiresAt') > Math.floor(now / 1000))
        held.set(Number(readString(item, 'sk')), readString(item, 'holder'));
    }
    return held;
  },

  takeOver: (slot, from, holding, signal) => table.replace(itemOf(slot, holding), ownedBy(from), passing(signal)),

  renew: (slot, holding, signal) => table.replace(itemOf(slot, holding), ownedBy(holding.holder), passing(signal)),

  release: (slot, holder, signal) => table.remove(keyFor(slot), ownedBy(holder), passing(signal)),
});
