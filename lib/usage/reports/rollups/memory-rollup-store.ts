import type { Rollup, RollupStore } from './rollup-store.ts';

/** For tests, and for an environment without a table. Rollups are kept as JSON, as the other store keeps them. */
export const createMemoryRollupStore = (): RollupStore => {
  const watermarks = new Map<string, number>();
  const partitions = new Map<string, Map<number, string>>();
  const parse = (json: string) => JSON.parse(json) as Rollup;
  return {
    through: async (tenantId) => watermarks.get(tenantId) ?? null,
    async raise(tenantId, through) {
      watermarks.set(tenantId, Math.max(through, watermarks.get(tenantId) ?? through));
    },
    async put(tenantId, dimension, rollup) {
      const key = `${tenantId}#${dimension}`;
      const hours = partitions.get(key) ?? new Map<number, string>();
      partitions.set(key, hours);
      const standing = hours.get(rollup.hour);
      if (standing !== undefined && parse(standing).records > rollup.records) return false;
      hours.set(rollup.hour, JSON.stringify(rollup));
      return true;
    },
    async *inRange(tenantId, dimension, { from, to }) {
      const hours = [...(partitions.get(`${tenantId}#${dimension}`) ?? [])].sort(([a], [b]) => a - b);
      for (const [hour, json] of hours) if (from <= hour && hour < to) yield parse(json);
    },
  };
};
