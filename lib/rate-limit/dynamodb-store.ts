import { n, optional, readBigInt } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { createGroupCommit } from '../group-commit/group-commit.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Move, RateStore } from './store.ts';

const changeOf = ({ change }: Move, expiresAt: number) =>
  'set' in change
    ? { set: { tat: n(change.set), expiresAt: n(expiresAt) } }
    : { set: { expiresAt: n(expiresAt) }, add: { tat: change.add } };

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
      const { from, to } = move;
      const assumed = { atMost: { tat: to }, ...(from === null ? {} : { atLeast: { tat: from } }) };
      const options = { once: true, ...(signal === undefined ? {} : { signal }) };
      const updated = await groups.update(
        { pk: `rate#${key}`, sk: 'rate' },
        changeOf(move, expiresAt),
        assumed,
        options,
      );
      return updated.applied
        ? { applied: true, tat: readBigInt(updated.item, 'tat') }
        : { applied: false, tat: optional(updated.found, 'tat', readBigInt) };
    },
  };
};
