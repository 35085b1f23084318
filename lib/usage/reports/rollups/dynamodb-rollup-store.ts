import { type Item, type Key, n, readNumber, readString } from '../../../dynamodb/attributes.ts';
import type { Table } from '../../../dynamodb/table.ts';
import { AppError } from '../../../kernel/errors.ts';
import { safe } from '../../../kernel/redacted.ts';
import { HOUR_MS } from '../time-range.ts';
import { fromItems, headKey, toItems } from './rollup-item.ts';
import type { Rollup, RollupDimension, RollupStore } from './rollup-store.ts';

const watermarkKey = (tenantId: string): Key => ({ pk: `rollup#${tenantId}`, sk: 'through' });
const partitionKey = (tenantId: string, dimension: RollupDimension): string => `rollup#${tenantId}#${dimension}`;

const isHead = (item: Item): boolean => !readString(item, 'sk').includes('#');

const whole = async (head: Item, later: readonly Item[]): Promise<Rollup> => {
  const read = await fromItems(head, later);
  if (!read.whole) throw new AppError('internal', safe`A stored rollup is incomplete.`);
  return read.rollup;
};

/** Rollups in the ledger table: a partition for each tenant and dimension, so that a month is one query. */
export const createDynamoDbRollupStore = (table: Table): RollupStore => ({
  async through(tenantId) {
    const item = await table.get(watermarkKey(tenantId));
    return item === null ? null : readNumber(item, 'through');
  },

  async raise(tenantId, through) {
    await table.update(watermarkKey(tenantId), { set: { through: n(through) } }, { atMost: { through } });
  },

  async put(tenantId, dimension, rollup) {
    const { later, head } = await toItems(partitionKey(tenantId, dimension), rollup);
    for (const item of later) await table.put(item);
    return table.replace(head, { atMost: { records: rollup.records } });
  },

  async *inRange(tenantId, dimension, { from, to }) {
    // Behind the last hour's head stand its further chunks, which `~` sorts after.
    const sortKeys = { from: headKey(from), to: `${headKey(to - HOUR_MS)}~` };
    let head: Item | null = null;
    let later: Item[] = [];
    for await (const item of table.query(partitionKey(tenantId, dimension), sortKeys)) {
      if (!isHead(item)) later.push(item);
      else {
        if (head !== null) yield await whole(head, later);
        head = item;
        later = [];
      }
    }
    if (head !== null) yield await whole(head, later);
  },
});
