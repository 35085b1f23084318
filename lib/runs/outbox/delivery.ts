import { createHash } from 'node:crypto';
import type { RunKey } from '../run-key.ts';

/** What others are notified of. */
export type DeliveryType = 'run.succeeded' | 'run.failed' | 'run.cancelled' | 'approval.requested';

/** One try of a delivery. */
export interface DeliveryAttempt {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of the answer; `null`: there was none. */
  readonly status: number | null;
  readonly durationMs: number;
  /** Why there was none. */
  readonly error?: string;
}

/** A message that has to reach somebody. Instants are epoch milliseconds. */
export interface NewDelivery {
  /** As `deliveryIdOf` makes it. */
  readonly id: string;
  readonly type: DeliveryType;
  /** Where to; `null`: the Slack of the stage, whose address is a secret. */
  readonly url: string | null;
  readonly createdAt: number;
  /** Plain JSON: what it says, as far as the run's row does not. */
  readonly content?: unknown;
}

export interface Delivery extends NewDelivery {
  readonly status: 'pending' | 'delivered' | 'failed';
  /** All so far. */
  readonly tries: number;
  /** The last of them, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  /** When it is tried again; `null`: never. */
  readonly nextAt: number | null;
}

/** A delivery whose time has come, as it is listed for whoever sends. */
export interface DueDelivery {
  readonly run: RunKey;
  readonly id: string;
  /** The host that it goes to; empty for Slack. */
  readonly host: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** The id of a delivery follows from what it is about, so that putting it down twice is putting it down once. */
export const deliveryIdOf = ({ tenantId, runId }: RunKey, ...about: readonly string[]): string => {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenantId, runId, ...about]))
    .digest();
  return `msg_${Array.from(digest.subarray(0, 26), (byte) => CROCKFORD.charAt(byte % 32)).join('')}`;
};

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

/** Without its query, which may be a credential of the receiver's. */
const placeOf = (text: string): string => {
  const { host, pathname } = new URL(text);
  return `${host}${pathname}`;
};

/** The body of `GET /agent/runs/{runId}/deliveries`. What goes to the stage's Slack is the operator's, not the tenant's. */
export const deliveriesView = (all: readonly Delivery[]) => ({
  deliveries: all.flatMap(({ id, type, url, status, attempts, nextAt }) =>
    url === null
      ? []
      : [
          {
            id,
            type,
            url: placeOf(url),
            status,
            attempts: attempts.map(({ at, ...attempt }) => ({ at: instant(at), ...attempt })),
            nextAt: nextAt === null ? null : instant(nextAt),
          },
        ],
  ),
});
