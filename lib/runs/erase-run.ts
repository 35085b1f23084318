import { readString } from '../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../dynamodb/table.ts';
import { partitionOf, type RunKey } from './run-key.ts';

/** Removes all that belongs to a run that has ended: its row last, so that one that is still there can be erased again. */
export type EraseRun = (run: RunKey, options?: CallOptions) => Promise<void>;

export const createEraseRun =
  (table: Table): EraseRun =>
  async (run, options) => {
    const pk = partitionOf(run);
    const keys: string[] = [];
    for await (const item of table.query(pk, '', options)) keys.push(readString(item, 'sk'));
    const row = keys.filter((sk) => sk === 'run');
    for (const sk of [...keys.filter((each) => each !== 'run'), ...row])
      await table.remove({ pk, sk }, { has: ['pk'] }, options);
  };
