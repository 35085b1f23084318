import { type Item, keyOf, n, optional, readNumber, readString, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { writeCursor } from '../kernel/cursor.ts';
import type { AuditEntry, AuditLog, Bearer } from '../tenants/types.ts';
import { positionAt, positionIn, positionsAt } from './audit-cursor.ts';

// One partition for all: administrators make a few changes a day, and a list that ends is then one query.
const PARTITION = 'audit';
/** Sorts before every position. */
const OLDEST = '0';

const bearerIn = (item: Item): Partial<Bearer> => {
  const subject = optional(item, 'actorSubject', readString);
  const tokenHash = optional(item, 'actorTokenHash', readString);
  return { ...(subject === null ? {} : { subject }), ...(tokenHash === null ? {} : { tokenHash }) };
};

const toItem = (entry: AuditEntry, position: string): Item => ({
  ...keyOf({ pk: PARTITION, sk: position }),
  entryId: s(entry.entryId),
  at: n(entry.at),
  actorTenantId: s(entry.actor.tenantId),
  actorKeyId: s(entry.actor.keyId),
  ...(entry.actor.subject ? { actorSubject: s(entry.actor.subject) } : {}),
  ...(entry.actor.tokenHash ? { actorTokenHash: s(entry.actor.tokenHash) } : {}),
  action: s(entry.action),
  target: s(entry.target),
  changes: s(JSON.stringify(entry.changes)),
});

const fromItem = (item: Item): AuditEntry => ({
  entryId: readString(item, 'entryId'),
  at: readNumber(item, 'at'),
  actor: {
    tenantId: readString(item, 'actorTenantId'),
    keyId: readString(item, 'actorKeyId'),
    ...bearerIn(item),
  },
  action: readString(item, 'action'),
  target: readString(item, 'target'),
  changes: JSON.parse(readString(item, 'changes')) as AuditEntry['changes'],
});

/**
 * Administrators' changes in the ledger table. An entry takes the next free place of its instant by a conditional put, so the entries of one instant
 * keep the order of writing, whichever process wrote them, and none is written over.
 */
export const createDynamoDbAuditLog = (table: Table): AuditLog => ({
  async add(entry) {
    let place = 0;
    for await (const { entryId } of table.query(PARTITION, positionsAt(entry.at))) {
      if (entryId?.S === entry.entryId) return;
      place += 1;
    }
    for (;;) {
      const found = await table.putNewOrFind(toItem(entry, positionAt(entry.at, place)));
      if (found === null || found['entryId']?.S === entry.entryId) return;
      // Another writer was faster.
      place += 1;
    }
  },

  async list({ cursor, limit }) {
    const after = cursor === null ? null : positionIn(cursor);
    const range = after === null ? '' : { from: OLDEST, to: after };
    const entries: AuditEntry[] = [];
    let last = '';
    // One more than the page shows whether there is another page, and one is the cursor's own.
    const found = table.query(PARTITION, range, { descending: true, pageSize: limit + 2 });
    for await (const item of found) {
      const position = readString(item, 'sk');
      if (position === after) continue;
      if (entries.length === limit) return { entries, nextCursor: writeCursor(last) };
      entries.push(fromItem(item));
      last = position;
    }
    return { entries, nextCursor: null };
  },
});
