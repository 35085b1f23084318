import { n, optional, readBigInt } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Change } from '../dynamodb/update.ts';
import type { Move, RateStore } from './store.ts';

const changeOf = ({ change }: Move, expiresAt: number): Change =>
  'set' in change
    ? { set: { tat: n(change.set), expiresAt: n(expiresAt) } }
    : { set: { expiresAt: n(expiresAt) }, add: { tat: change.add } };

/** Buckets in the control table, each a partition of its own: a thousand moves a second. */
export const createDynamoDbRateStore = ({ table }: { readonly table: Pick<Table, 'update'> }): RateStore => ({
  async move(key, move, { expiresAt, signal }) {
    const { from, to } = move;
    const assumed = { atMost: { tat: to }, ...(from === null ? {} : { atLeast: { tat: from } }) };
    const options = { once: true, ...(signal === undefined ? {} : { signal }) };
    const updated = await table.update({ pk: `rate#${key}`, sk: 'rate' }, changeOf(move, expiresAt), assumed, options);
    return updated.applied
      ? { applied: true, tat: readBigInt(updated.item, 'tat') }
      : { applied: false, tat: optional(updated.found, 'tat', readBigInt) };
  },
});
