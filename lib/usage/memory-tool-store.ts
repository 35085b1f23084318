import { hourOf } from './hour.ts';
import type { ToolUsageRecord, ToolUsageStore } from './tool-record.ts';

/** For tests, and for an environment without a table. */
export const createMemoryToolUsageStore = (): ToolUsageStore => {
  const records = new Map<string, ToolUsageRecord>();
  const prefix = (tenantId: string, at: number) => `${tenantId}#${hourOf(at)}#`;
  return {
    async add(record) {
      const key = prefix(record.tenantId, record.at) + record.runId;
      if (records.has(key)) return false;
      records.set(key, structuredClone(record));
      return true;
    },
    async *inHour(tenantId, at) {
      const found = [...records].filter(([key]) => key.startsWith(prefix(tenantId, at)));
      for (const [, record] of found.sort(([a], [b]) => (a < b ? -1 : 1))) yield record;
    },
  };
};
