import { concurrently } from '../../lib/kernel/concurrently.ts';
import { hourOf } from '../../lib/usage/hour.ts';
import type { UsageStore } from '../../lib/usage/record.ts';
import type { ScanItems } from '../scan-items.ts';
import { monthsFrom, type RebuildParts, recordsOf } from './rebuild.ts';

/** Records that are written at a time. */
const AT_ONCE = 8;

export interface BringRecordsParts extends Pick<RebuildParts, 'rewrite'> {
  readonly usage: Pick<UsageStore, 'add'>;
  readonly scan: ScanItems;
}

/**
 * Books the records of this month and the last that another table has and these books lack, and sums up their hours anew for
 * reports. Resolves to how many there were.
 */
export const bringRecords = async (
  { usage, scan, rewrite }: BringRecordsParts,
  table: string,
  now: number,
): Promise<number> => {
  const hours = new Map<string, { readonly tenantId: string; readonly at: number }>();
  let brought = 0;
  await concurrently(recordsOf({ scan, name: table }, monthsFrom(now)), AT_ONCE, async (record) => {
    if (!(await usage.add(record))) return;
    const { tenantId, at } = record;
    hours.set(`${tenantId}#${hourOf(at)}`, { tenantId, at });
    brought += 1;
  });
  for (const { tenantId, at } of hours.values()) await rewrite(tenantId, at);
  return brought;
};
