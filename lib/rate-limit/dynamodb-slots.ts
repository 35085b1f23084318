import { createDynamoDbSlotStore, type DynamoDbSlotStoreOptions } from './dynamodb-slot-store.ts';
import { createSlots, type Slots, type SlotsOptions } from './slots.ts';

/** Slots in the control table. */
export const createDynamoDbSlots = (options: Omit<SlotsOptions, 'store'> & DynamoDbSlotStoreOptions): Slots =>
  createSlots({ ...options, store: createDynamoDbSlotStore(options) });
