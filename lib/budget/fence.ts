import { type Item, n, s } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Patience } from '../dynamodb/with-store-retries.ts';
import type { Account } from './account.ts';
import { countTombstones, FENCE, fenceIn, itemKey, reservationName, tombstoneName } from './item.ts';
import { packReservation } from './reservation.ts';
import { settling } from './settle-item.ts';
import type { Settlement } from './store.ts';

/** A reservation may arrive between a look and a write, and be settled by another, each once: no more can happen. */
const MAX_LOOKS = 4;

/**
 * Tombstones beside which no more are written for what was never held: each makes every write of the item dearer for 20
 * minutes, and a ledger that is away for seconds would leave hundreds.
 */
export const MOST_TOMBSTONES = 20;

/**
 * Ends a reservation of which a request may still be under way: settled where it is held, and in any case never to be held
 * again, because its tombstone stands in the condition of every reservation. Where there are many tombstones, one instant
 * stands for the others: whatever was begun before it and is not held yet is refused too, and may ask again.
 */
export const settleFenced = async (
  table: Pick<Table, 'update'>,
  account: Pick<Account, 'pk'>,
  settlement: Settlement,
  patience: Patience,
): Promise<void> => {
  const { reservation } = settlement;
  const key = itemKey(account, reservation.at);
  const [held, tombstone] = [reservationName(reservation.attemptId), tombstoneName(reservation.attemptId)];
  const text = s(packReservation(reservation));
  const { equal, ...change } = settling([settlement], true);
  const isFenced = (found: Item) => found[tombstone] !== undefined || fenceIn(found) >= reservation.at;
  const alone = { change: { set: { [tombstone]: text } }, assumed: { lacks: [held, tombstone] } };
  const withOthers = {
    change: { set: { [FENCE]: n(reservation.at) } },
    assumed: { lacks: [held], atMost: { [FENCE]: BigInt(reservation.at) } },
  };
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const settled = await table.update(key, change, { equal }, { patience });
    if (settled.applied || isFenced(settled.found)) return;
    // Held by another text: not even that one's owner settles it under this id.
    if (settled.found[held] !== undefined) return;
    const fence = countTombstones(settled.found) < MOST_TOMBSTONES ? alone : withOthers;
    const fenced = await table.update(key, fence.change, fence.assumed, { patience });
    if (fenced.applied || isFenced(fenced.found)) return;
  }
};
