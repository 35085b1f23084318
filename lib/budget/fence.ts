import { s } from '../dynamodb/attributes.ts';
import type { Patience } from '../dynamodb/attempted.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Account } from './account.ts';
import { itemKey, reservationName, tombstoneName } from './item.ts';
import { packReservation } from './reservation.ts';
import { settling } from './settle-item.ts';
import type { Settlement } from './store.ts';

/** A reservation may arrive between a look and a write, and be settled by another, each once: no more can happen. */
const MAX_LOOKS = 4;

/**
 * Ends a reservation of which a request may still be under way: settled where it is held, and in any case never to be held
 * again, because its tombstone stands in the condition of every reservation.
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
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const settled = await table.update(key, change, { equal }, { patience });
    if (settled.applied || settled.found[tombstone] !== undefined) return;
    // Held by another text: not even that one's owner settles it under this id.
    if (settled.found[held] !== undefined) return;
    const buried = await table.update(key, { set: { [tombstone]: text } }, { lacks: [held, tombstone] }, { patience });
    if (buried.applied || buried.found[tombstone] !== undefined) return;
  }
};
