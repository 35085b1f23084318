import { keyOf, n, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../dynamodb/table.ts';
import { listKeyOf } from './run-item.ts';
import type { RunKey } from './run-key.ts';

export interface QueuedRun extends RunKey {
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/**
 * The runs of each tenant that wait for a slot, in the order in which they were created; those of one instant by their
 * ids. A run that waits is also among the active ones, so the tenants that have a queue are found there. Nothing expires:
 * each run is removed by who starts it.
 */
export interface RunQueue {
  /** One write. After a lost answer it may put back a run that was removed in the meantime: starting must be harmless. */
  enqueue(run: QueuedRun, options?: CallOptions): Promise<void>;
  /** One query, by a strong read; `null` where nothing waits. */
  oldest(tenantId: string, options?: CallOptions): Promise<QueuedRun | null>;
  /**
   * One write; of all who remove a run it is `true` for one, who then starts it. If that one dies before, the run still
   * stands among the active ones, and in its row as `queued`.
   */
  remove(run: QueuedRun, options?: CallOptions): Promise<boolean>;
}

const queueKey = (tenantId: string): string => `queue#${tenantId}`;

const keyFor = (run: QueuedRun) => ({ pk: queueKey(run.tenantId), sk: listKeyOf(run) });

export const createRunQueue = (table: Table): RunQueue => ({
  async enqueue(run, options) {
    await table.put({ ...keyOf(keyFor(run)), run: s(run.runId), createdAt: n(run.createdAt) }, options);
  },

  async oldest(tenantId, options) {
    for await (const item of table.query(queueKey(tenantId), '', { ...options, pageSize: 1 })) {
      return { tenantId, runId: readString(item, 'run'), createdAt: readNumber(item, 'createdAt') };
    }
    return null;
  },

  remove: (run, options) => table.remove(keyFor(run), { has: ['createdAt'] }, options),
});
