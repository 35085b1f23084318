import { expect, it } from 'vitest';
import { settleLostRun } from '../../lib/accounts/settle-lost-run.ts';
import { NO_LIMITS } from '../../lib/budget/account.ts';
import {
  accountsOf,
  AMOUNT,
  askedOf,
  BILL,
  monthOf,
  NOW,
  openBooks,
  recordOf,
  recordsOf,
  reservationOf,
} from '../budget/parts.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';

const STEP = { tenantId: 'acme', runId: 'run_01', attempts: ['run_01:1:', 'run_01:1.1.'] };
const { tenant } = accountsOf('acme', { tenant: NO_LIMITS, key: NO_LIMITS, user: NO_LIMITS });

/** The books of one worker, whose item takes so many open reservations. */
const open = (maxOpen: number) => {
  const books = openBooks(createSimulatedDynamoDb({ now: () => NOW }).client, { parks: true, maxOpen });
  const settle = () => settleLostRun(books, STEP, NOW - 60_000, NOW + 1_000);
  const standing = async () => ({
    spent: (await monthOf(books, tenant)).month,
    records: await recordsOf(books.usage, 'acme'),
  });
  return { books, settle, standing };
};

it.each([
  ['an account held', 5, undefined],
  // The first makes the item that counts what is open.
  ['nobody held', 1, true],
])(
  'what %s for a call of a killed worker is booked in full and counted, once, and of this run alone',
  async (_, maxOpen, unheld) => {
    const { books, settle, standing } = open(maxOpen);
    const first = await books.budgets.reserve({
      reservation: askedOf('acme', { attemptId: 'run_00:1:1' }),
      tenant,
      others: [],
    });
    for (const attemptId of ['run_01:1:1', 'run_010:1:1']) {
      const answer = await books.budgets.reserve({ reservation: askedOf('acme', { attemptId }), tenant, others: [] });
      expect(answer).toMatchObject({ held: true, reservation: unheld ? { unheld } : { attemptId } });
    }
    expect(first.held).toBe(true);
    for (const _again of [1, 2]) expect(await settle()).toBe(AMOUNT);
    const { records } = await standing();
    expect(records).toMatchObject([{ attemptId: 'run_01:1:1', estimated: 'lost', cost: AMOUNT }]);
    expect(
      (await books.parking?.list())?.get('acme')?.filter(({ record }) => record === 'unknown') ?? [],
    ).toMatchObject(unheld ? [{ reservation: { attemptId: 'run_010:1:1' } }] : []);
  },
);

it('what a killed worker had parked is booked by its own record, and not as lost', async () => {
  const { books, settle, standing } = open(5);
  const held = reservationOf('acme', { attemptId: 'run_01:1:1' });
  await books.store.reserve(tenant, held);
  await books.parking?.park({ reservation: held, record: recordOf(held, BILL) });
  const unsent = reservationOf('acme', { attemptId: 'run_01:1:2' });
  await books.store.reserve(tenant, unsent);
  await books.parking?.park({ reservation: unsent, record: null });
  for (const _again of [1, 2]) expect(await settle()).toBe(BILL);
  expect(await standing()).toMatchObject({ spent: BILL, records: [{ attemptId: 'run_01:1:1', estimated: null }] });
  expect((await books.parking?.list())?.size).toBe(0);
});

it('an attempt that was made and booked counts, whatever its id was at last; other steps do not', async () => {
  const { books, settle } = open(5);
  for (const id of ['run_01:1:1', 'run_01:1:1:anew', 'run_01:1.1.2:1', 'run_01:2:1'])
    await books.usage.add(recordOf(reservationOf('acme', { attemptId: id }), BILL));
  expect(await settle()).toBe(3n * BILL);
});
