import { keyOf, n, readNumber, readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { safe } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Principal } from '../tenants/types.ts';

const HOUR_MS = 3_600_000;
/** As long as anybody may ask when a key was last used. */
const RETENTION_MS = 400 * 24 * HOUR_MS;
/** Longest wait for the write: an answer in one piece waits for whatever its request has left to be done. */
const NOTE_MS = 1_000;
/** About 2 MB at most. */
const MAX_KNOWN = 10_000;

export type KeyUser = Pick<Principal, 'tenantId' | 'keyId'>;

/** When keys were last used, exact to the hour. */
export interface KeyUses {
  /**
   * Notes that a key is used now; `null`: that is known of this hour. Takes a second at most, and never rejects: what could
   * not be written is left out.
   */
  note(user: KeyUser): Promise<void> | null;
  /** The hours (epoch milliseconds of their beginning) in which a tenant's keys were last used, by key. */
  of(tenantId: string): Promise<ReadonlyMap<string, number>>;
}

export interface KeyUsesOptions {
  readonly table: Pick<Table, 'replace' | 'query'>;
  readonly clock: Clock;
  readonly emit: Emit;
}

const partitionOf = (tenantId: string): string => `key-use#${tenantId}`;

/**
 * In the control table, away from the keys themselves: whoever may note a use needs no right to change a credential. Of
 * all processes one writes in an hour; the others are refused by the condition, once each.
 */
export const createKeyUses = ({ table, clock, emit }: KeyUsesOptions): KeyUses => {
  const noted = new Map<string, number>();
  const write = async ({ tenantId, keyId }: KeyUser, hour: number): Promise<void> => {
    const item = {
      ...keyOf({ pk: partitionOf(tenantId), sk: keyId }),
      at: n(hour),
      expiresAt: n(epochSeconds(hour + RETENTION_MS)),
    };
    using limit = createDeadline(clock, NOTE_MS);
    try {
      await table.replace(item, { atMost: { at: hour - 1 } }, { signal: limit.signal });
    } catch (error) {
      emit({ type: 'store.failed', operation: safe`key-uses.note`, ...describeFailure(error) });
    }
  };
  return {
    note(user) {
      const hour = Math.floor(clock.now() / HOUR_MS) * HOUR_MS;
      const name = `${user.tenantId}#${user.keyId}`;
      if (noted.get(name) === hour) return null;
      if (noted.size >= MAX_KNOWN) noted.clear();
      noted.set(name, hour);
      return write(user, hour);
    },
    async of(tenantId) {
      const uses = new Map<string, number>();
      for await (const item of table.query(partitionOf(tenantId), ''))
        uses.set(readString(item, 'sk'), readNumber(item, 'at'));
      return uses;
    },
  };
};
