import { type Clock, epochSeconds } from '../kernel/clock.ts';
import type { RunRow, RunStore } from './types.ts';

/** For tests, and for an environment without a table. Rows are kept as JSON, as the other store keeps them. */
export const createMemoryRunStore = (options: { readonly clock: Clock; readonly retentionMs: number }): RunStore => {
  const { clock, retentionMs } = options;
  const rows = new Map<string, { readonly json: string; readonly expiresAt: number }>();
  const live = (key: string) => {
    const row = rows.get(key);
    return row === undefined || row.expiresAt * 1000 <= clock.now() ? null : row;
  };
  return {
    async add(row) {
      const key = `${row.tenantId}/${row.runId}`;
      if (live(key) !== null) return false;
      rows.set(key, { json: JSON.stringify(row), expiresAt: epochSeconds(clock.now() + retentionMs) });
      return true;
    },
    async find(tenantId, runId) {
      const row = live(`${tenantId}/${runId}`);
      return row === null ? null : (JSON.parse(row.json) as RunRow);
    },
  };
};
