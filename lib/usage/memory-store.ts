import { hourOf } from './hour.ts';
import type { UsageRecord, UsageStore } from './record.ts';

/** For tests, and for an environment without a table. */
export const createMemoryUsageStore = (): UsageStore => {
  const partitions = new Map<string, Map<string, UsageRecord>>();
  const partition = (tenantId: string, at: number) => {
    const key = `${tenantId}#${hourOf(at)}`;
    const records = partitions.get(key) ?? new Map<string, UsageRecord>();
    partitions.set(key, records);
    return records;
  };
  return {
    async add(record) {
      const records = partition(record.tenantId, record.at);
      if (records.has(record.attemptId)) return false;
      records.set(record.attemptId, structuredClone(record));
      return true;
    },
    async find(tenantId, at, attemptId) {
      return partition(tenantId, at).get(attemptId) ?? null;
    },
    async *inHour(tenantId, at, prefix = '') {
      const found = [...partition(tenantId, at)].filter(([id]) => id.startsWith(prefix));
      const records = found.sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [, record] of records) yield record;
    },
    async *downInHour(tenantId, at, below) {
      const found = [...partition(tenantId, at)].filter(([id]) => below === null || id < below);
      for (const [, record] of found.sort(([a], [b]) => (a < b ? 1 : -1))) yield record;
    },
  };
};
