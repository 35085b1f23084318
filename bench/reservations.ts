import { keyAccount, type Limits, tenantAccount, userAccount } from '../lib/budget/account.ts';
import type { Ask, AskedReservation } from '../lib/budget/budgets.ts';
import type { Reservation } from '../lib/budget/reservation.ts';
import { createIds } from '../lib/kernel/ids/ids.ts';
import { pico } from '../lib/kernel/money.ts';
import { systemClock } from '../local/system-clock.ts';

/** So much that nothing is refused. */
export const AMPLE: Limits = { day: pico(10n ** 30n), month: pico(10n ** 30n) };

/** What 4,096 output tokens of a middle-priced model and a short prompt are reserved at. */
const AMOUNT = pico(45_000_000_000n);
export const COST = pico(3_000_000_000n);

const ids = createIds(systemClock, (length) => crypto.getRandomValues(new Uint8Array(length)));

/** As it stands in an item. */
export const newHeld = (tenantId: string): Reservation => {
  const { userId: _, ...facts } = newReservation(tenantId);
  return { ...facts, userHash: null, alsoHeldBy: [] };
};

/** As long as those of a real run: the item's size is what they cost. */
export const newReservation = (tenantId: string): AskedReservation => ({
  attemptId: `${ids.run()}:1:1`,
  tenantId,
  at: systemClock.now(),
  amount: AMOUNT,
  keyId: 'key_01kbench0000000000000000',
  userId: null,
  agent: 'assistant',
  model: 'claude-sonnet-5-5',
});

/** Asks the tenant's account, and those of its key and its user where wanted. */
export const askOf = (tenantId: string, others: boolean): Ask => {
  const userId = 'user-1';
  const reservation = { ...newReservation(tenantId), userId: others ? userId : null };
  const { keyId } = reservation;
  return {
    reservation,
    tenant: tenantAccount(tenantId, AMPLE),
    others: others ? [keyAccount(tenantId, keyId, AMPLE), userAccount(tenantId, userId, AMPLE)] : [],
  };
};
