import type { Table } from '../dynamodb/table.ts';
import { answerKey } from './item.ts';
import type { CacheKey } from './key.ts';

/** Removes the answer under a key, as somebody has stored it; one that is just being made stays to be made. One write. */
export type EraseAnswer = (storedKey: string) => Promise<void>;

export const createEraseAnswer =
  (table: Pick<Table, 'remove'>): EraseAnswer =>
  async (storedKey) => {
    await table.remove(answerKey(storedKey as CacheKey), { has: ['pk'] });
  };
