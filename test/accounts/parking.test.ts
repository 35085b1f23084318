import { describe, expect, it } from 'vitest';
import { createParking, type Parking } from '../../lib/accounts/parking.ts';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import { flag, s } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { BILL, NOW, recordOf, reservationOf } from '../budget/parts.ts';
import { faulty } from '../dynamodb/faulty-client.ts';
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

describe('a call that nobody holds', () => {
  const unheld = reservationOf('acme', { unheld: true, alsoHeldBy: ['key'] });
  const record = recordOf(unheld, BILL);
  const found = async (parking: Parking) => (await parking.list()).get('acme') ?? [];

  it('is noted with what is needed to book it, until it has ended', async () => {
    const { parking } = open();
    await parking.begin(unheld);
    expect(await found(parking)).toEqual([{ reservation: unheld, record: 'unknown' }]);
    expect(await parking.end(unheld)).toBe(true);
    expect(await found(parking)).toEqual([{ reservation: unheld, record: 'unknown', bookedAt: unheld.at }]);
    await parking.remove(unheld);
    expect(await found(parking)).toEqual([]);
  });

  it('is not noted by a copy that comes after it was withdrawn', async () => {
    const { parking } = open();
    await parking.withdraw({ ...unheld, fenced: true });
    await parking.begin(unheld);
    expect(await found(parking)).toEqual([{ reservation: { ...unheld, fenced: true }, record: null }]);
  });

  it('is noted by one request, whatever becomes of it', async () => {
    const clock = createFakeClock();
    const client = faulty(createSimulatedDynamoDb({ now: () => clock.now() }).client, ['lost']);
    const parking = createParking(createTable({ client, name: 'control', clock, random: () => 0 }));
    await expect(parking.begin(unheld)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(client.requests).toBe(1);
  });

  it('is ended by its own process or claimed by another, whichever comes first, and not by both', async () => {
    const { parking } = open();
    for (const order of [0, 1]) {
      await parking.begin(unheld);
      const acts = [() => parking.end(unheld), () => parking.claim({ reservation: unheld, record })];
      const done = [];
      for (const act of order === 0 ? acts : acts.toReversed()) done.push(await act());
      expect(done).toEqual([true, false]);
      await parking.remove(unheld);
    }
  });

  it('keeps its note when it is booked, unless its process parked another record meanwhile', async () => {
    const { parking } = open();
    await parking.begin(unheld);
    const lost = { reservation: unheld, record: { ...record, estimated: 'lost' as const } };
    expect(await parking.claim(lost)).toBe(true);
    await parking.park({ reservation: unheld, record });
    expect(await parking.book(lost, NOW)).toBe(false);
    expect(await parking.book({ reservation: unheld, record }, NOW)).toBe(true);
    expect(await found(parking)).toEqual([{ reservation: unheld, record, bookedAt: NOW }]);
  });

  it('is parked only where it is noted, because its mark may be gone', async () => {
    const { parking } = open();
    await expect(parking.park({ reservation: unheld, record })).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await found(parking)).toEqual([]);
  });
});
