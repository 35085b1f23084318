import { readString } from '../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../dynamodb/table.ts';
import { headKey } from './run-item.ts';
import { partitionOf, type RunKey } from './run-key.ts';

/** Removes all that belongs to a run that has ended: its row last, so that one that is still there can be erased again. */
export type EraseRun = (run: RunKey, options?: CallOptions) => Promise<void>;

const ROW = headKey({ tenantId: '', runId: '' }).sk;

/** Removes all that belongs to a run but its row. */
const removeRest = async (table: Table, run: RunKey, options?: CallOptions): Promise<void> => {
  const pk = partitionOf(run);
  const keys: string[] = [];
  for await (const item of table.query(pk, '', options)) keys.push(readString(item, 'sk'));
  for (const sk of keys) if (sk !== ROW) await table.remove({ pk, sk }, { has: ['pk'] }, options);
};

export const createEraseRun =
  (table: Table): EraseRun =>
  async (run, options) => {
    await removeRest(table, run, options);
    await table.remove(headKey(run), { has: ['pk'] }, options);
  };

/** Removes what is left of a run that has no row; a mark that nobody may write one stays. */
export const createEraseLeft =
  (table: Table): EraseRun =>
  (run, options) =>
    removeRest(table, run, options);
