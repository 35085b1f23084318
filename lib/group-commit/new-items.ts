import { type Item, readString, s } from '../dynamodb/attributes.ts';
import { isTransient } from '../dynamodb/failure.ts';
import { insertAll, type Inserted, MOST_INSERTS } from '../dynamodb/insert.ts';
import type { Table } from '../dynamodb/table.ts';
import type { DynamoDb } from '../dynamodb/types.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import { createWriteId } from '../dynamodb/write-id.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { createQueues } from './queues.ts';

/**
 * New items of a table, as the table puts them, but those that come while others of this process are under way go out as one
 * request. Each is put or refused by itself, and answered when it is durable.
 */
export interface NewItems {
  /** Writes the item if its key is free; `false` when it is not. Rejects with `store-unavailable` only. */
  putNew(item: Item, options?: { readonly patience?: Patience | undefined }): Promise<boolean>;
}

export interface NewItemsParts {
  readonly table: Pick<Table, 'get' | 'repeatedly'>;
  /** The same table, for requests that it does not have. */
  readonly client: DynamoDb;
  readonly name: string;
  readonly random: Random;
  readonly clock?: Pick<Clock, 'after'> | undefined;
  /** Items that one request puts; 1: each by itself. */
  readonly most?: number | undefined;
}

/** By these the service says that it never takes several at once: a role lacks the permission, or an engine the operation. */
const NEVER = new Set(['AccessDeniedException', 'UnknownOperationException']);

interface Asking {
  readonly item: Item;
  readonly resolve: (inserted: Inserted) => void;
}

export const createNewItems = (parts: NewItemsParts): NewItems => {
  const { table, client, name, random, clock, most = MOST_INSERTS } = parts;
  let isTogether = true;

  /** Sends one request for all of these, and tells each what became of its own. Never rejects. */
  const send = async (members: readonly Asking[]): Promise<void> => {
    const all = await insertAll(
      { client, name },
      members.map(({ item }) => item),
    ).catch((error: unknown) => members.map(() => ({ state: 'failed', error }) as const));
    const refused: Asking[] = [];
    for (const [at, each] of members.entries()) {
      const inserted = all[at] as Inserted;
      const isRefused = members.length > 1 && inserted.state === 'failed' && !isTransient(inserted.error);
      if (isRefused && NEVER.has((inserted.error as Error).name)) isTogether = false;
      if (isRefused) refused.push(each);
      else each.resolve(inserted);
    }
    // For certain nothing was done of these, and by itself each may be taken: as a statement, it was another request.
    await Promise.all(refused.map((each) => send([each])));
  };
  const queues = createQueues<Asking>(send, { most, clock });
  const ask = (item: Item): Promise<Inserted> =>
    new Promise((resolve) => {
      if (isTogether) queues.join('', { item, resolve });
      else void send([{ item, resolve }]);
    });

  return {
    async putNew(item, options) {
      const writeId = createWriteId(random);
      const marked = { ...item, writeId: s(writeId) };
      const key = { pk: readString(item, 'pk'), sk: readString(item, 'sk') };
      let sent = 0;
      const once = async (): Promise<boolean> => {
        sent += 1;
        const inserted = await ask(marked);
        if (inserted.state === 'failed') throw inserted.error;
        if (inserted.state === 'written') return true;
        // Whoever repeats himself after a lost answer may find his own.
        if (sent === 1) return false;
        const found = inserted.found ?? (await table.get(key));
        return found?.['writeId']?.S === writeId;
      };
      return table.repeatedly(once, options);
    },
  };
};
