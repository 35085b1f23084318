import { pico } from '../kernel/money.ts';
import type { UsageRecord } from './record.ts';

/** A usage record as text, for where it waits to be written. */
export const packRecord = (record: UsageRecord): string => JSON.stringify({ ...record, cost: record.cost.toString() });

/** Reads what `packRecord` wrote; throws where it is anything else. */
export const unpackRecord = (text: string): UsageRecord => {
  const { cost, ...record } = JSON.parse(text) as Omit<UsageRecord, 'cost'> & { readonly cost: string };
  return { ...record, cost: pico(BigInt(cost)) };
};
