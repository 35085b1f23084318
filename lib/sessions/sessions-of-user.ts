import { readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Pseudonym } from '../kernel/ids/pseudonym.ts';
import { BY_TENANT, listPartition, summaryOf } from './session-item.ts';
import type { SessionKey } from './types.ts';

/** A session that a conversation was left in, as a tenant's list has it. */
export interface ListedSession {
  /** Where to go on behind it. */
  readonly at: string;
  /** `null`: another's. */
  readonly found: SessionKey | null;
}

/** A tenant's sessions by their last use, the oldest first, those that have expired and were not swept yet included. */
export type SessionsOfUser = (tenantId: string, user: Pseudonym, after: string | null) => AsyncIterable<ListedSession>;

/** Sort before every position, and behind. */
const OLDEST = '0';
const NEWEST = '~';

export const createSessionsOfUser = (table: Pick<Table, 'query'>): SessionsOfUser =>
  async function* (tenantId, user, after) {
    const range = { from: after ?? OLDEST, to: NEWEST };
    for await (const item of table.query(listPartition(tenantId), range, { index: BY_TENANT })) {
      const at = readString(item, 'listKey');
      if (at === after) continue;
      const { userId, sessionId } = summaryOf(tenantId, item);
      yield { at, found: userId === user ? { tenantId, userId, sessionId } : null };
    }
  };
