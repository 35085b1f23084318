import { keyOf, n, readNumber, readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { digestOf, type Pseudonym } from '../kernel/ids/pseudonym.ts';
import { RETENTION_MS } from './idempotency.ts';
import { type ScopedKey, storedKey } from './key.ts';

/** By how much a note outlives its answer, which is written up to a call's time later. */
const MARGIN_MS = 3_600_000;

/** Which claims hold answers for an end user, where no run says so: of calls of the gateway. */
export interface ClaimsOfUser {
  /** One write, before the answer is kept. */
  note(tenantId: string, user: Pseudonym, key: ScopedKey): Promise<void>;
  /** Those that were noted by an instant (epoch milliseconds). */
  list(tenantId: string, user: Pseudonym, by: number): Promise<readonly ScopedKey[]>;
  forget(tenantId: string, user: Pseudonym, key: ScopedKey): Promise<void>;
}

export interface ClaimsOfUserOptions {
  readonly table: Pick<Table, 'put' | 'query' | 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
}

export const createClaimsOfUser = ({ table, clock }: ClaimsOfUserOptions): ClaimsOfUser => {
  const partitionOf = (tenantId: string, user: Pseudonym): string => `idem-of#${tenantId}/${digestOf(user)}`;
  return {
    async note(tenantId, user, key) {
      const now = clock.now();
      const times = { notedAt: n(now), expiresAt: n(epochSeconds(now + RETENTION_MS + MARGIN_MS)) };
      await table.put({ ...keyOf({ pk: partitionOf(tenantId, user), sk: key }), ...times });
    },
    async list(tenantId, user, by) {
      const keys: ScopedKey[] = [];
      for await (const item of table.query(partitionOf(tenantId, user), ''))
        if (readNumber(item, 'notedAt') <= by) keys.push(storedKey(readString(item, 'sk')));
      return keys;
    },
    async forget(tenantId, user, key) {
      await table.remove({ pk: partitionOf(tenantId, user), sk: key }, { has: ['pk'] });
    },
  };
};
