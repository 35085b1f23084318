import { type Item, type Key, n, readNumber, readString } from '../../../dynamodb/attributes.ts';
import type { Assumption } from '../../../dynamodb/condition.ts';
import type { Table } from '../../../dynamodb/table.ts';
import { createWriteId } from '../../../dynamodb/write-id.ts';
import type { Random } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import { safe } from '../../../kernel/redacted.ts';
import { HOUR_MS } from '../time-range.ts';
import { fromItems, headKey, leftBehind, othersThan, standingOf, toItems } from './rollup-item.ts';
import type { Rollup, RollupDimension, RollupStore, Standing } from './rollup-store.ts';

/** Looks at an hour whose chunks were replaced between two pages; each takes another writer that was just as quick. */
const MAX_LOOKS = 5;

const watermarkKey = (tenantId: string): Key => ({ pk: `rollup#${tenantId}`, sk: 'through' });
const partitionKey = (tenantId: string, dimension: RollupDimension): string => `rollup#${tenantId}#${dimension}`;

/** Behind the last hour's head stand its further chunks, which `~` sorts after. */
const keysOf = (from: number, last: number) => ({ from: headKey(from), to: `${headKey(last)}~` });

const isHead = (item: Item): boolean => !readString(item, 'sk').includes('#');

/** That the rollup in place is still this one. */
const isStill = ({ version, records }: Standing): Assumption =>
  version === 0 ? { equal: { records: n(records) }, lacks: ['version'] } : { equal: { version: n(version) } };

/** Rollups in the ledger table: a partition for each tenant and dimension, so that a month is one query. */
export const createDynamoDbRollupStore = (table: Table, random: Random): RollupStore => {
  const itemsOf = async (pk: string, hour: number): Promise<{ head: Item | null; later: Item[] }> => {
    const items = await Array.fromAsync(table.query(pk, keysOf(hour, hour)));
    return { head: items.find(isHead) ?? null, later: items.filter((item) => !isHead(item)) };
  };

  const look = async (pk: string, hour: number) => {
    for (let looks = 1; looks <= MAX_LOOKS; looks += 1) {
      const { head, later } = await itemsOf(pk, hour);
      const isAlone = othersThan(head, later).length === 0;
      if (head === null) return { rollup: null, isAlone };
      const rollup = await fromItems(head, later);
      if (rollup !== null) return { rollup, isAlone };
    }
    throw new AppError('internal', safe`A stored rollup is incomplete.`);
  };

  /** What a page has of an hour; where its chunks were replaced before they were read, as it is now. */
  const whole = async (pk: string, head: Item, later: readonly Item[]): Promise<Rollup[]> => {
    const rollup =
      (await fromItems(head, later)) ?? (await look(pk, Date.parse(`${readString(head, 'sk')}:00:00.000Z`))).rollup;
    return rollup === null ? [] : [rollup];
  };

  return {
    async through(tenantId) {
      const item = await table.get(watermarkKey(tenantId));
      return item === null ? null : readNumber(item, 'through');
    },

    async raise(tenantId, through) {
      await table.update(watermarkKey(tenantId), { set: { through: n(through) } }, { atMost: { through } });
    },

    async standing(tenantId, dimension, hour) {
      const head = await table.get({ pk: partitionKey(tenantId, dimension), sk: headKey(hour) });
      return head === null ? null : standingOf(head);
    },

    async put(tenantId, dimension, rollup, over) {
      const write = { version: (over?.version ?? 0) + 1, textId: createWriteId(random) };
      const { later, head } = await toItems(partitionKey(tenantId, dimension), rollup, write);
      for (const item of later) await table.put(item);
      return over === null ? table.putNew(head) : table.replace(head, isStill(over));
    },

    async *inRange(tenantId, dimension, { from, to }) {
      const pk = partitionKey(tenantId, dimension);
      let head: Item | null = null;
      let later: Item[] = [];
      for await (const item of table.query(pk, keysOf(from, to - HOUR_MS))) {
        if (!isHead(item)) later.push(item);
        else {
          if (head !== null) yield* await whole(pk, head, later);
          head = item;
          later = [];
        }
      }
      if (head !== null) yield* await whole(pk, head, later);
    },

    inHour: (tenantId, dimension, hour) => look(partitionKey(tenantId, dimension), hour),

    async removeLeft(tenantId, dimension, hour) {
      const pk = partitionKey(tenantId, dimension);
      const { head, later } = await itemsOf(pk, hour);
      if (head === null) return;
      for (const sk of leftBehind(head, later)) await table.remove({ pk, sk }, { has: ['pk'] });
    },
  };
};
