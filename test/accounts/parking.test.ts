import { expect, it } from 'vitest';
import { createParking } from '../../lib/accounts/parking.ts';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import { flag, s } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { BILL, recordOf, reservationOf } from '../budget/parts.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';

const open = () => {
  const clock = createFakeClock();
  const { client } = createSimulatedDynamoDb({ now: () => clock.now() });
  const table = createTable({ client, name: 'control', clock, random: () => 0 });
  return { table, parking: createParking(table) };
};

it('what is parked comes back as it was, by tenant, until it is removed', async () => {
  const { parking } = open();
  const booked = reservationOf('acme', { alsoHeldBy: ['key', 'user'], fenced: true });
  const given = reservationOf('beta', { userHash: null });
  const attempts = [
    { reservation: booked, record: recordOf(booked, BILL) },
    { reservation: given, record: null },
  ];
  for (const attempt of [...attempts, ...attempts]) await parking.park(attempt);
  expect(await parking.list()).toEqual(
    new Map([
      ['acme', [attempts[0]]],
      ['beta', [attempts[1]]],
    ]),
  );
  await parking.remove(booked);
  await parking.remove(booked);
  expect([...(await parking.list()).keys()]).toEqual(['beta']);
});

it.each<[string, Item]>([
  ['a reservation', { held: s('of another version'), fenced: flag(false) }],
  ['a record', { held: s('1|1|h|key|model|agent'), fenced: flag(false), record: s('{"kind":"of another version"}') }],
  ['a record that is no JSON', { held: s('1|1|h|key|model|agent'), fenced: flag(false), record: s('<record/>') }],
])('%s that cannot be read here keeps nobody else from their books', async (_, unreadable) => {
  const { table, parking } = open();
  await table.put({ pk: s('parked'), sk: s('acme#run_00:1:1'), ...unreadable });
  const reservation = reservationOf('acme');
  await parking.park({ reservation, record: null });
  expect(await parking.list()).toEqual(new Map([['acme', [{ reservation, record: null }]]]));
});
