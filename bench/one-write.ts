import { dayOf, tenantAccount } from '../lib/budget/account.ts';
import { createDynamoDbBudgetStore } from '../lib/budget/dynamodb-store.ts';
import { dayName, itemKey, reservationName } from '../lib/budget/item.ts';
import { packReservation } from '../lib/budget/reservation.ts';
import { n, s } from '../lib/dynamodb/attributes.ts';
import { minus } from '../lib/kernel/money.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { median } from './median.ts';
import { AMPLE, newHeld } from './reservations.ts';
import type { Section } from './section.ts';

const OPEN = [0, 100];
const ROUNDS = 200;
const WARM_UP = 50;

/** No bucket is ever empty here. */
const FULL_BUCKET = 10n ** 30n;

/** Reserves and takes a permit, and gives the time that took, in milliseconds. */
type Admit = () => Promise<number>;

const variantsOn = (tables: Ledger, tenantId: string) => {
  const store = createDynamoDbBudgetStore(tables.ledger);
  const account = tenantAccount(tenantId, AMPLE);
  const bucket = { pk: `rate#tenant#${tenantId}#requests`, sk: 'rate' };
  const settled = async (admit: (reservation: ReturnType<typeof newHeld>) => Promise<unknown>) => {
    const reservation = newHeld(tenantId);
    const began = performance.now();
    await admit(reservation);
    const ms = performance.now() - began;
    await store.settle(account, reservation, reservation.amount);
    return ms;
  };
  const permit = () =>
    tables.control.update(bucket, { add: { tat: 1n } }, { atMost: { tat: FULL_BUCKET } }, { once: true });
  const two: Admit = () => settled((held) => Promise.all([store.reserve(account, held), permit()]));
  const one: Admit = () =>
    settled((held) => {
      const [name, day] = [reservationName(held.attemptId), dayName(dayOf(held.at))];
      const ceiling = minus(AMPLE.day ?? held.amount, held.amount);
      return tables.ledger.update(
        itemKey(account, held.at),
        { set: { [name]: s(packReservation(held)) }, add: { [day]: held.amount, month: held.amount, tat: 1n } },
        { lacks: [name], atMost: { [day]: ceiling, month: ceiling, tat: FULL_BUCKET } },
      );
    });
  return { store, account, one, two };
};

/** Measures whether a permit and a reservation in one write are worth it. */
export const oneWrite = async (endpoint: string): Promise<Section> => {
  await using tables = await openLedger(endpoint);
  const rows: string[][] = [];
  for (const open of OPEN) {
    const tenantId = `one-write-${open}`;
    const { store, account, one, two } = variantsOn(tables, tenantId);
    await tables.ledger.update(itemKey(account, newHeld(tenantId).at), { set: { tat: n(0) } }, { lacks: ['tat'] });
    for (let held = 0; held < open; held += 1) await store.reserve(account, newHeld(tenantId));
    const times = { one: [] as number[], two: [] as number[] };
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
      const [first, second] = [await two(), await one()];
      if (round < WARM_UP) continue;
      times.two.push(first);
      times.one.push(second);
    }
    const [of2, of1] = [median(times.two), median(times.one)];
    rows.push([`${open} open reservations`, of2.toFixed(2), of1.toFixed(2), (of1 / of2).toFixed(2)]);
  }
  return {
    title: 'A permit and a reservation in one write',
    columns: ['', 'two writes at the same time, ms', 'one write, ms', 'ratio'],
    rows,
    meaning:
      `One caller, the embedded engine in memory, medians of ${ROUNDS} by turns. The engine works through its writes one ` +
      'after the other and one client sends them, so that the second write costs time here; on AWS both variants are one ' +
      'round trip. Why it is two: [ADR 0009](adr/0009-permit-and-reservation-apart.md).',
    breaches: [],
  };
};
