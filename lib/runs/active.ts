import { keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../dynamodb/table.ts';
import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { allShards, partitionOf, type RunKey, shardOf } from './run-key.ts';

/** Shards read at a time. */
const READERS = 4;

export interface ActiveRun extends RunKey {
  /** Epoch milliseconds: since when it has stood here. */
  readonly addedAt: number;
}

/**
 * The runs that have not ended, for whoever looks after them. A run is added before its row is written and removed after
 * it has ended, so that one that is not here has ended for certain. One that is here may have ended, or may have been
 * submitted in vain: who finds that removes it. That is why nothing here expires, however long a run waits.
 */
export interface ActiveRuns {
  /** One write; a run that is here stays as it is. */
  add(run: RunKey, options?: CallOptions): Promise<void>;
  /** One write, also where it is not here. */
  remove(run: RunKey, options?: CallOptions): Promise<void>;
  /** All of them, or all of one tenant, in no order, by strong reads: a query for each shard and megabyte. */
  list(tenantId?: string, options?: CallOptions): Promise<readonly ActiveRun[]>;
}

const keyFor = (run: RunKey) => ({ pk: `active#${shardOf(run.runId)}`, sk: partitionOf(run) });

export const createActiveRuns = ({ table, clock }: { readonly table: Table; readonly clock: Clock }): ActiveRuns => ({
  async add(run, options) {
    const { tenantId, runId } = run;
    const item = { ...keyOf(keyFor(run)), tenant: s(tenantId), run: s(runId), addedAt: n(clock.now()) };
    await table.putNew(item, options);
  },

  async remove(run, options) {
    await table.remove(keyFor(run), { has: ['addedAt'] }, options);
  },

  async list(tenantId, options) {
    const prefix = tenantId === undefined ? '' : partitionOf({ tenantId, runId: '' });
    const found = await concurrently(allShards('active'), READERS, async (shard) => {
      const runs: ActiveRun[] = [];
      for await (const item of table.query(shard, prefix, options)) {
        runs.push({
          tenantId: readString(item, 'tenant'),
          runId: readString(item, 'run'),
          addedAt: readNumber(item, 'addedAt'),
        });
      }
      return runs;
    });
    return found.flat();
  },
});
