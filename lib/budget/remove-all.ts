import { s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Account } from './account.ts';

/** Tombstones or marks that one update takes away. */
const SWEPT_IN_ONE = 100;

/** Takes attributes away from an account's month, if there is one. */
export const removeAll = async (
  table: Pick<Table, 'update'>,
  { pk }: Pick<Account, 'pk'>,
  month: string,
  names: readonly string[],
): Promise<void> => {
  for (let from = 0; from < names.length; from += SWEPT_IN_ONE) {
    const remove = names.slice(from, from + SWEPT_IN_ONE);
    // Only where there is an item: an update would make one.
    await table.update({ pk, sk: month }, { remove }, { equal: { sk: s(month) } });
  }
};
