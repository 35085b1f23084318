import { pico } from '../kernel/money.ts';
import type { UsageRecord } from './record.ts';

/** A usage record as text, for where it waits to be written. */
export const packRecord = (record: UsageRecord): string => {
  const { cost, estimatedCost, ...facts } = record;
  const amounts = {
    cost: cost.toString(),
    ...(estimatedCost !== undefined && { estimatedCost: estimatedCost.toString() }),
  };
  return JSON.stringify({ ...facts, ...amounts });
};

const read = (text: string): UsageRecord => {
  const { cost, estimatedCost, ...facts } = JSON.parse(text) as Omit<UsageRecord, 'cost' | 'estimatedCost'> & {
    readonly cost: string;
    readonly estimatedCost?: string;
  };
  const estimated = estimatedCost === undefined ? {} : { estimatedCost: pico(BigInt(estimatedCost)) };
  return { ...facts, cost: pico(BigInt(cost)), ...estimated };
};

/** `null` where the text is none of ours: then another version wrote it, and that one will book it. */
export const unpackRecord = (text: string): UsageRecord | null => {
  try {
    return read(text);
  } catch {
    return null;
  }
};
