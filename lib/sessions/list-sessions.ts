import { createHash } from 'node:crypto';
import { readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Clock } from '../kernel/clock.ts';
import { readCursor, writeCursor } from '../kernel/cursor.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { BY_TENANT, listPartition, summaryOf } from './session-item.ts';
import type { SessionPage, SessionStore } from './types.ts';

interface SessionListOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly retentionOf: (agent: string) => number;
}

/** Sort behind every position, and before. */
const NEWEST = '~';
const OLDEST = '0';
const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\w-]{22}$/;

/** Stands in a cursor for its tenant's list: 16 characters. */
const listIdOf = (tenantId: string): string =>
  createHash('sha256').update(listPartition(tenantId)).digest('base64url').slice(0, 16);

const positionIn = (cursor: string, listId: string): string => {
  const text = readCursor(cursor) ?? '';
  const position = text.slice(listId.length + 1);
  if (text === `${listId} ${position}` && POSITION.test(position)) return position;
  throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
    issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer` }],
  });
};

export const createSessionList = ({ table, clock, retentionOf }: SessionListOptions): Pick<SessionStore, 'list'> => ({
  async list(tenantId, { limit, cursor }): Promise<SessionPage> {
    const listId = listIdOf(tenantId);
    const after = cursor === null ? null : positionIn(cursor, listId);
    const sessions: SessionPage['sessions'][number][] = [];
    let position = '';
    // One more than the page shows whether there is another one, and one is the cursor's own.
    const reading = { index: BY_TENANT, descending: true, pageSize: limit + 2 };
    for await (const item of table.query(listPartition(tenantId), { from: OLDEST, to: after ?? NEWEST }, reading)) {
      const next = readString(item, 'listKey');
      if (next === after) continue;
      const summary = summaryOf(tenantId, item);
      // It has expired, swept or not.
      if (summary.updatedAt + retentionOf(summary.agent) <= clock.now()) continue;
      if (sessions.length === limit) return { sessions, nextCursor: writeCursor(`${listId} ${position}`) };
      position = next;
      sessions.push(summary);
    }
    return { sessions, nextCursor: null };
  },
});
