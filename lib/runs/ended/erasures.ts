import { keyOf, n, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../../dynamodb/table.ts';
import type { Clock } from '../../kernel/clock.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { dueText } from '../outbox/outbox-item.ts';
import { allShards, partitionOf, type RunKey, shardOf } from '../run-key.ts';

/** Shards read at a time. */
const READERS = 4;
/** Runs of one shard that one look gives at most: 1,600 a minute in all. */
const MOST_OF_SHARD = 100;

export interface DueErasure extends RunKey {
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

/**
 * The runs that have ended, and of which something is still to be erased. A run is put here before it is active no more,
 * so that it always stands in one of the two; nothing here expires.
 */
export interface Erasures {
  /** One write. */
  add(due: DueErasure, options?: CallOptions): Promise<void>;
  /** Those that are due, the longest due first in each shard: a query for each shard. */
  due(options?: CallOptions): Promise<readonly DueErasure[]>;
  /** One write, also where it is not here. */
  remove(due: DueErasure, options?: CallOptions): Promise<void>;
}

const keyFor = (due: DueErasure) => ({
  pk: `erase#${shardOf(due.runId)}`,
  sk: `${dueText(due.dueAt)}#${partitionOf(due)}`,
});

export const createErasures = ({ table, clock }: { readonly table: Table; readonly clock: Clock }): Erasures => ({
  async add(due, options) {
    const { tenantId, runId, dueAt } = due;
    await table.put({ ...keyOf(keyFor(due)), tenant: s(tenantId), run: s(runId), dueAt: n(dueAt) }, options);
  },

  async due(options) {
    const upTo = { from: dueText(0), to: dueText(clock.now() + 1) };
    const found = await concurrently(allShards('erase'), READERS, async (shard) => {
      const due: DueErasure[] = [];
      for await (const item of table.query(shard, upTo, { ...options, pageSize: MOST_OF_SHARD })) {
        due.push({
          tenantId: readString(item, 'tenant'),
          runId: readString(item, 'run'),
          dueAt: readNumber(item, 'dueAt'),
        });
        if (due.length === MOST_OF_SHARD) break;
      }
      return due;
    });
    return found.flat();
  },

  async remove(due, options) {
    await table.remove(keyFor(due), { has: ['dueAt'] }, options);
  },
});
