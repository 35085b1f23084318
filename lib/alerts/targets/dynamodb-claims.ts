import { type Item, keyOf, n, optional, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { createWriteId } from '../../dynamodb/write-id.ts';
import { type Clock, epochSeconds, type Random } from '../../kernel/clock.ts';
import type { AlertClaims } from './claims.ts';

/** Longer than telling a target takes (40 s at most) and shorter than the pause before it is tried again (60 s). */
export const LEASE_MS = 45_000;

export interface DynamoDbAlertClaimsOptions {
  readonly table: Pick<Table, 'putNewOrFind' | 'replace' | 'remove'>;
  readonly clock: Clock;
  readonly random: Random;
  /** How long it is known that a target was told. */
  readonly notifiedForMs: number;
}

/** Claims in the control table: taken by a conditional write, and over by another once the lease has ended. */
export const createDynamoDbAlertClaims = ({
  table,
  clock,
  random,
  notifiedForMs,
}: DynamoDbAlertClaimsOptions): AlertClaims => ({
  async claim(alertId, target) {
    const key = { pk: `alert#${alertId}`, sk: target };
    const claimId = createWriteId(random);
    const item = (state: 'claimed' | 'sent'): Item => ({
      ...keyOf(key),
      state: s(state),
      claimId: s(claimId),
      leaseEndsAt: n(clock.now() + LEASE_MS),
      expiresAt: n(epochSeconds(clock.now() + notifiedForMs)),
    });
    const own = { equal: { claimId: s(claimId), state: s('claimed') } };

    const found = await table.putNewOrFind(item('claimed'), { expiredBy: clock.now() });
    if (found !== null) {
      const holder = optional(found, 'claimId', readString);
      // Gone in the same moment: whoever released it delivers again.
      if (holder === null || readString(found, 'state') === 'sent') return null;
      if (readNumber(found, 'leaseEndsAt') > clock.now()) return null;
      const stale = { equal: { claimId: s(holder), state: s('claimed') } };
      if (!(await table.replace(item('claimed'), stale))) return null;
    }
    return {
      sent: async () => void (await table.replace(item('sent'), own)),
      release: async () => void (await table.remove(key, own)),
    };
  },
});
