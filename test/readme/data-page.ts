import { codes, read, tableOf } from './markdown.ts';

/** A kind of item, as docs/data.md has it. */
export interface ListedItem {
  readonly table: string;
  readonly partition: string;
  /** Of its items' sort keys; empty where a partition has one kind. */
  readonly sort: string;
  readonly keptFor: string;
}

export const page = read('docs/data.md');

const itemsOf = (cell: string) =>
  cell.split(', ').map((item) => {
    const [partition = '', sort = ''] = codes(item);
    return { partition, sort };
  });

/** Each kind of item that the page lists. */
export const listed = tableOf(page, 'table', 'item', 'what it holds', 'kept for', 'erased earlier by').flatMap(
  ({ table, item, 'kept for': keptFor }) => itemsOf(item).map((each): ListedItem => ({ table, ...each, keptFor })),
);

/** By kind, as `runs session#* head`, the attributes that the page names. */
export const attributes: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  tableOf(page, 'table', 'item', 'attributes').flatMap((row) =>
    itemsOf(row.item).map(({ partition, sort }) => [
      `${row.table} ${partition} ${sort}`.trim(),
      new Set(codes(row.attributes)),
    ]),
  ),
);

const matches = (pattern: string, key: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's').test(key);

/** The kind of an item by its keys, as the page names it; `null`: it names none. */
export const kindOf = (table: string, pk: string, sk: string): string | null => {
  // `*/run_*` is the partition of a run, and not one of the others that have a run in their key.
  const fits = listed.filter(
    (each) =>
      each.table === table &&
      (each.partition === '*/run_*' ? /^[a-z0-9-]+\/run_[^#/]+$/.test(pk) : matches(each.partition, pk)) &&
      (each.sort === '' || matches(each.sort, sk)),
  );
  const [kind] = fits;
  return kind === undefined ? null : `${table} ${kind.partition} ${kind.sort}`.trim();
};
