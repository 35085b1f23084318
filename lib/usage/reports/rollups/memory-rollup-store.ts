import type { Rollup, RollupDimension, RollupStore, Standing } from './rollup-store.ts';

interface Stored extends Standing {
  readonly json: string;
}

/** For tests, and for an environment without a table. Rollups are kept as JSON, as the other store keeps them. */
export const createMemoryRollupStore = (): RollupStore => {
  const watermarks = new Map<string, number>();
  const partitions = new Map<string, Map<number, Stored>>();
  const hoursOf = (tenantId: string, dimension: RollupDimension) => partitions.get(`${tenantId}#${dimension}`);
  const parse = ({ json }: Stored) => JSON.parse(json) as Rollup;
  return {
    through: async (tenantId) => watermarks.get(tenantId) ?? null,
    async raise(tenantId, through) {
      watermarks.set(tenantId, Math.max(through, watermarks.get(tenantId) ?? through));
    },
    standing: async (tenantId, dimension, hour) => hoursOf(tenantId, dimension)?.get(hour) ?? null,
    async put(tenantId, dimension, rollup, over) {
      const hours = hoursOf(tenantId, dimension) ?? new Map<number, Stored>();
      partitions.set(`${tenantId}#${dimension}`, hours);
      if (hours.get(rollup.hour)?.version !== over?.version) return false;
      const version = (over?.version ?? 0) + 1;
      hours.set(rollup.hour, { version, records: rollup.records, json: JSON.stringify(rollup) });
      return true;
    },
    async *inRange(tenantId, dimension, { from, to }) {
      const hours = [...(hoursOf(tenantId, dimension) ?? [])].sort(([a], [b]) => a - b);
      for (const [hour, stored] of hours) if (from <= hour && hour < to) yield parse(stored);
    },
    async inHour(tenantId, dimension, hour) {
      const stored = hoursOf(tenantId, dimension)?.get(hour);
      return { rollup: stored === undefined ? null : parse(stored), isAlone: true };
    },
    removeLeft: async () => undefined,
  };
};
