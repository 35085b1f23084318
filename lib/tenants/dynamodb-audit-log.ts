import { keyOf, n, readNumber, readString, s, type Item } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { cursorAt, positionOf, readCursor } from './audit-cursor.ts';
import type { AuditEntry, AuditLog } from './types.ts';

// One partition for all: administrators make a few changes a day, and a list that ends is then one query.
const PARTITION = 'audit';
/** Sorts before every position. */
const OLDEST = '0';

const toItem = (entry: AuditEntry): Item => ({
  ...keyOf({ pk: PARTITION, sk: positionOf(entry) }),
  entryId: s(entry.entryId),
  at: n(entry.at),
  actorTenantId: s(entry.actor.tenantId),
  actorKeyId: s(entry.actor.keyId),
  action: s(entry.action),
  target: s(entry.target),
  changes: s(JSON.stringify(entry.changes)),
});

const fromItem = (item: Item): AuditEntry => ({
  entryId: readString(item, 'entryId'),
  at: readNumber(item, 'at'),
  actor: { tenantId: readString(item, 'actorTenantId'), keyId: readString(item, 'actorKeyId') },
  action: readString(item, 'action'),
  target: readString(item, 'target'),
  changes: JSON.parse(readString(item, 'changes')) as AuditEntry['changes'],
});

/** Administrators' changes in the ledger table; an entry that is there is never written over. */
export const createDynamoDbAuditLog = (table: Table): AuditLog => ({
  async add(entry) {
    await table.putNew(toItem(entry));
  },

  async list({ cursor, limit }) {
    const after = cursor === null ? null : readCursor(cursor);
    const range = after === null ? '' : { from: OLDEST, to: after };
    const entries: AuditEntry[] = [];
    // One more than the page shows whether there is another page, and one is the cursor's own.
    const found = table.query(PARTITION, range, { descending: true, pageSize: limit + 2 });
    for await (const item of found) {
      const entry = fromItem(item);
      if (positionOf(entry) === after) continue;
      const last = entries.at(-1);
      if (entries.length === limit && last !== undefined) return { entries, nextCursor: cursorAt(positionOf(last)) };
      entries.push(entry);
    }
    return { entries, nextCursor: null };
  },
});
