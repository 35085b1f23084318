import { n, optional, readBigInt } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { ItemUpdate } from '../group-commit/compose.ts';
import { createGroupCommit } from '../group-commit/group-commit.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RateStore, Step } from './store.ts';

const updateOf = ({ from, to, change }: Step, expiresAt: number): ItemUpdate => ({
  change:
    'set' in change
      ? { set: { tat: n(change.set), expiresAt: n(expiresAt) } }
      : { set: { expiresAt: n(expiresAt) }, add: { tat: change.add } },
  assumed: { atMost: { tat: to }, ...(from === null ? {} : { atLeast: { tat: from } }) },
});

export interface DynamoDbRateStoreOptions {
  readonly table: Pick<Table, 'repeatedly' | 'update'>;
  /** Moves that one update makes, for tests. */
  readonly most?: number;
  /** See `GroupCommitOptions`. */
  readonly clock?: Pick<Clock, 'after'>;
}

/**
 * Buckets in the control table, each a partition of its own: a thousand moves a second. Those of one bucket that come while
 * another is under way are made by one update: the permits of all that fit, and each is told where the bucket stood after
 * its own.
 */
export const createDynamoDbRateStore = ({ table, most, clock }: DynamoDbRateStoreOptions): RateStore => {
  const groups = createGroupCommit(table, { most, clock });
  return {
    async move(key, move, { expiresAt, signal }) {
      const { change, assumed } = updateOf(move, expiresAt);
      const otherwise = move.otherwise && updateOf(move.otherwise, expiresAt);
      const options = { once: true, ...(otherwise && { otherwise }), ...(signal && { signal }) };
      const updated = await groups.update({ pk: `rate#${key}`, sk: 'rate' }, change, assumed, options);
      return updated.applied
        ? { applied: true, tat: readBigInt(updated.item, 'tat') }
        : { applied: false, tat: optional(updated.found, 'tat', readBigInt) };
    },
  };
};
