/** A process of a fleet that makes paid calls against an engine and an upstream given to it; it may be killed at any time. */
import type { Reservation } from '../../lib/budget/reservation.ts';
import { createSdkClient, throughSdk } from '../../lib/dynamodb/client.ts';
import { concurrently } from '../../lib/kernel/concurrently.ts';
import { pico } from '../../lib/kernel/money.ts';
import { settleAttempt } from '../../lib/model-call/booking/settle-attempt.ts';
import { systemClock } from '../../local/system-clock.ts';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';
import { obeyOrders } from '../fleet/obey-orders.ts';
import { seededRandom } from '../seeded-random.ts';
import type { CallerOptions, Order, Told } from './caller-protocol.ts';
import { accountsOf, AMOUNT, askedOf, openBooks, recordOf } from './parts.ts';

const { endpoint, upstream, name, tenantId, fits, seed, unheldAbove } = JSON.parse(
  process.argv[2] ?? '',
) as CallerOptions;
const books = openBooks(throughSdk(createSdkClient({ ...DUMMY_CONNECTION, endpoint }, systemClock)), {
  random: seededRandom(seed),
  ...(unheldAbove === undefined ? {} : { maxOpen: unheldAbove, parks: true }),
});
const limits = { day: unheldAbove === undefined ? pico(AMOUNT * BigInt(fits)) : null, month: null };
const { tenant, key, user } = accountsOf(tenantId, { tenant: limits, key: limits, user: limits });

let attempts = 0;
const reserve = async (): Promise<Reservation | null> => {
  attempts += 1;
  const reservation = askedOf(tenantId, { attemptId: `run_${name}-${attempts}:1:1` });
  const answer = await books.budgets.reserve({ reservation, tenant, others: [key, user] });
  return answer.held ? answer.reservation : null;
};
const askAndSettle = async (reservation: Reservation): Promise<void> => {
  const answer = await fetch(upstream, { method: 'POST', body: reservation.attemptId });
  await settleAttempt(
    { ...books, clock: systemClock },
    reservation,
    recordOf(reservation, pico(BigInt(await answer.text()))),
  );
};

const holding: Reservation[] = [];
const told = (passed: readonly (Reservation | null)[]): Told => {
  const held = passed.filter((reservation) => reservation !== null);
  return { passed: held.map(({ attemptId }) => attemptId), refused: passed.length - held.length };
};
const call = async (): Promise<Reservation | null> => {
  const reservation = await reserve();
  if (reservation !== null) await askAndSettle(reservation);
  return reservation;
};
const obey = async (order: Order): Promise<Told> => {
  switch (order.do) {
    case 'reserve': {
      const passed = await Promise.all(Array.from({ length: order.count }, reserve));
      holding.push(...passed.filter((reservation) => reservation !== null));
      return told(passed);
    }
    case 'settle': {
      const settled = holding.splice(0);
      await Promise.all(settled.map(askAndSettle));
      return told(settled);
    }
    case 'call':
      return told(await concurrently(Array.from({ length: order.count }), order.atOnce, call));
  }
};

await obeyOrders(obey);
