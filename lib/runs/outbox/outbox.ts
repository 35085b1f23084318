import { type Item, n, optional, readNumber, readString, s } from '../../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../../dynamodb/table.ts';
import type { Change } from '../../dynamodb/update.ts';
import { createWriteId } from '../../dynamodb/write-id.ts';
import { type Clock, epochSeconds, type Random } from '../../kernel/clock.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { storedText, storedValue } from '../inbox/inbox-item.ts';
import { createOverflow } from '../overflow.ts';
import { allShards, partitionOf, type RunKey } from '../run-key.ts';
import type { Delivery, DeliveryAttempt, DueDelivery, NewDelivery } from './delivery.ts';
import {
  DELIVERY_PREFIX,
  deliveryKey,
  deliveryOf,
  dueItem,
  dueKey,
  dueOf,
  dueText,
  newDeliveryItem,
  outboxShard,
} from './outbox-item.ts';

/** Longer than one try takes, its writes included: whoever has not said by then what came of it was killed. */
export const DELIVERY_LEASE_MS = 45_000;
/** Tries that a delivery remembers. */
export const MOST_ATTEMPTS = 20;
/** What is listed as due and is not there is still being put down, unless it is older. */
const YOUNG_MS = 10_000;
/** Shards read at a time. */
const READERS = 4;

/** The right to try a delivery once, for `DELIVERY_LEASE_MS`. What is said after that, by then another's, is not written. */
export interface ClaimedDelivery {
  readonly delivery: Delivery;
  /** It is tried again at this instant. */
  retry(attempt: DeliveryAttempt, at: number): Promise<void>;
  /** It is never tried again. */
  end(status: 'delivered' | 'failed', attempt: DeliveryAttempt): Promise<void>;
  /** It need not be delivered: as if it had never been there. */
  drop(): Promise<void>;
}

/**
 * What has to reach somebody outside about a run, whatever is killed: a delivery is an item of its run, and an entry among
 * the due ones of all runs says when to look at it. An entry is written before what it leads to, and removed after: one
 * that is left over is found, and removed, by whoever looks for due ones. Every method rejects with `store-unavailable` only.
 */
export interface Outbox {
  /** Puts a delivery down; one of its id stays as it is. Two writes, and those of its content. */
  add(run: RunKey, delivery: NewDelivery): Promise<void>;
  /** A run's deliveries, in the order of their creation. One query, and a read for each content above 1 KB. */
  list(run: RunKey): Promise<readonly Delivery[]>;
  /** Those that are due now, of all runs or of the shard of one, the longest due first in each shard. */
  due(runId?: string, options?: CallOptions): Promise<readonly DueDelivery[]>;
  /** Of all who ask at once, one gets it. `null`: another has it, or there is nothing to be done. */
  claim(due: DueDelivery): Promise<ClaimedDelivery | null>;
}

export interface OutboxOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a delivery is kept after it was last changed. */
  readonly retentionMs: number;
}

const PENDING: Item = { status: s('pending') };

export const createOutbox = ({ table, clock, random, retentionMs }: OutboxOptions): Outbox => {
  const overflow = createOverflow({ table, clock, retentionMs });
  const expiry = () => epochSeconds(clock.now() + retentionMs);
  const putDue = (due: DueDelivery) => table.put(dueItem(due, expiry()));
  const removeDue = (due: DueDelivery) => table.remove(dueKey(due), { has: ['dueAt'] });

  const contentOf = (run: RunKey, item: Item): Promise<unknown> | undefined => {
    const text = optional(item, 'content', readString);
    return text === null ? undefined : storedValue(overflow, run, text);
  };
  const whole = async (run: RunKey, item: Item): Promise<Delivery> => deliveryOf(item, await contentOf(run, item));

  const claimed = (due: DueDelivery, claimId: string, delivery: Delivery): ClaimedDelivery => {
    const { run, id } = due;
    const own = { equal: { ...PENDING, claimId: s(claimId) } };
    const record = async (attempt: DeliveryAttempt, { set, remove = [] }: Change): Promise<boolean> => {
      const attempts = [...delivery.attempts, attempt].slice(-MOST_ATTEMPTS);
      const told = { attempts: s(JSON.stringify(attempts)), tries: n(delivery.tries + 1), expiresAt: n(expiry()) };
      const change = { set: { ...set, ...told }, remove: ['claimId', ...remove] };
      return (await table.update(deliveryKey(run, id), change, own)).applied;
    };
    return {
      delivery,
      async retry(attempt, at) {
        await putDue({ ...due, dueAt: at });
        if (await record(attempt, { set: { nextAt: n(at) } })) await removeDue(due);
      },
      async end(status, attempt) {
        if (await record(attempt, { set: { status: s(status) }, remove: ['nextAt', 'content'] })) await removeDue(due);
      },
      async drop() {
        if (await table.remove(deliveryKey(run, id), own)) await removeDue(due);
      },
    };
  };

  return {
    async add(run, delivery) {
      const { id, url, createdAt, content } = delivery;
      const text = content === undefined ? null : await storedText(overflow, run, content as object);
      await putDue({ run, id, host: url === null ? '' : new URL(url).hostname, dueAt: createdAt });
      await table.putNew(newDeliveryItem(run, delivery, text, expiry()));
    },

    async list(run) {
      const all: Delivery[] = [];
      for await (const item of table.query(partitionOf(run), DELIVERY_PREFIX)) all.push(await whole(run, item));
      return all.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },

    async due(runId, options) {
      const upTo = { from: dueText(0), to: dueText(clock.now() + 1) };
      const found = await concurrently(
        runId === undefined ? allShards('outbox') : [outboxShard(runId)],
        READERS,
        async (shard) => {
          const due: DueDelivery[] = [];
          for await (const item of table.query(shard, upTo, options)) due.push(dueOf(item));
          return due;
        },
      );
      return found.flat();
    },

    async claim(due) {
      const { run, id, dueAt } = due;
      const key = deliveryKey(run, id);
      const now = clock.now();
      const found = await table.get(key);
      const isPending = found !== null && readString(found, 'status') === 'pending';
      if (!isPending) {
        if (found !== null || dueAt + YOUNG_MS <= now) await removeDue(due);
        return null;
      }
      const nextAt = readNumber(found, 'nextAt');
      if (nextAt > now) {
        // Nobody has it, and it stands among the due ones under its own instant.
        if (found['claimId'] === undefined && nextAt !== dueAt) await removeDue(due);
        return null;
      }
      const claimId = createWriteId(random);
      const updated = await table.update(
        key,
        { set: { nextAt: n(now + DELIVERY_LEASE_MS), claimId: s(claimId) } },
        { equal: PENDING, atMost: { nextAt: now } },
      );
      const isOurs = updated.applied || updated.found['claimId']?.S === claimId;
      return isOurs ? claimed(due, claimId, await whole(run, found)) : null;
    },
  };
};
