import { keyOf, n, optional, readNumber, readString, s, type Item } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { createWriteId } from '../dynamodb/write-id.ts';
import { epochSeconds, type Clock, type Random } from '../kernel/clock.ts';
import type { AlertClaims } from './claims.ts';

/** Longer than the function lives (40 s) and shorter than the pause before its event is delivered again (60 s). */
export const LEASE_MS = 45_000;

/** Far longer than a notification is delivered again: Lambda gives up after six hours. */
const KEPT_MS = 2 * 24 * 3_600_000;

export interface DynamoDbAlertClaimsOptions {
  readonly table: Pick<Table, 'putNewOrFind' | 'replace' | 'remove'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Claims in the control table: taken by a conditional write, and over by another once the lease has ended. */
export const createDynamoDbAlertClaims = ({ table, clock, random }: DynamoDbAlertClaimsOptions): AlertClaims => ({
  async claim(transitionId, target) {
    const key = { pk: `alert#${transitionId}`, sk: target };
    const claimId = createWriteId(random);
    const item = (state: 'claimed' | 'sent'): Item => ({
      ...keyOf(key),
      state: s(state),
      claimId: s(claimId),
      leaseEndsAt: n(clock.now() + LEASE_MS),
      expiresAt: n(epochSeconds(clock.now() + KEPT_MS)),
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
