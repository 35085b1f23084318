import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packNote, unpackNote } from '../../lib/accounts/adjustment-note.ts';
import { userHashOf } from '../../lib/budget/account.ts';
import { alsoHolding, packReservation, type Reservation, unpackReservation } from '../../lib/budget/reservation.ts';
import { pico } from '../../lib/kernel/money.ts';
import { recordOf, reservationOf } from './parts.ts';

const awkward = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '|', '||', 'a|b', '|a', 'b|', '\n', 'a\nb|c\r\n', '🦉', 'null', '%7C', '-'),
);

const reservations: fc.Arbitrary<Reservation> = fc.record({
  attemptId: fc.constantFrom('run_01:1:1', 'run_ff:12:3'),
  tenantId: fc.constant('acme'),
  at: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
  amount: fc.bigInt({ min: 0n, max: 10n ** 30n }).map(pico),
  keyId: awkward,
  userHash: fc.option(awkward.map(userHashOf), { nil: null }),
  agent: awkward,
  model: awkward,
  alsoHeldBy: fc.constantFrom([], ['key' as const], ['user' as const], ['key' as const, 'user' as const]),
});

const RUNS = { numRuns: 2_000, seed: 20261125 };

describe('a reservation in its item', () => {
  it('comes back as it was, whatever its user, key, model and agent are called', () => {
    const comesBack = (held: Reservation): void => {
      expect(unpackReservation(held.tenantId, held.attemptId, packReservation(held))).toEqual(held);
    };
    fc.assert(fc.property(reservations, comesBack), RUNS);
  });

  it('tells a user with an empty name from none', () => {
    const packed = [null, userHashOf('')].map((userHash) => packReservation(reservationOf('acme', { userHash })));
    expect(new Set(packed).size).toBe(2);
  });

  it.each(['', '-', 'a|b|c', '-5|1|ku|key|model|agent', '5.5|1||key|model|agent', 'A|1||key|model|agent'])(
    'is none of ours as %j',
    (text) => expect(unpackReservation('acme', 'run_01:1:1', text)).toBeNull(),
  );

  it('takes less than a hundred bytes for a usual call', () => {
    const usual = reservationOf('acme', { userHash: null, keyId: 'key_0123456789ab', alsoHeldBy: ['key', 'user'] });
    expect(Buffer.byteLength(packReservation(usual))).toBeLessThan(100);
  });
});

describe('the note of an adjustment', () => {
  it('gives back the reservation and the record to be written, whatever stands in them', () => {
    const comesBack = (held: Reservation, cost: bigint): void => {
      const adjusting = recordOf(held, pico(cost));
      expect(unpackNote(packNote(held, adjusting), held.tenantId, held.attemptId)).toEqual({
        reservation: held,
        adjusting,
      });
    };
    fc.assert(fc.property(reservations, fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), comesBack), RUNS);
  });

  it.each(['', '-', 'no line', '{}\nno reservation'])('is none of ours as %j', (note) =>
    expect(unpackNote(note, 'acme', 'run_01:1:1')).toBeNull(),
  );
});

describe('the accounts that hold a reservation', () => {
  it.each([
    [[], null, []],
    [['key'], null, ['budget#acme#key#key-1']],
    [['user'], 'u', [`budget#acme#user#${userHashOf('u')}`]],
    [['key', 'user'], 'u', ['budget#acme#key#key-1', `budget#acme#user#${userHashOf('u')}`]],
    [['user'], null, ['budget#acme#user#anonymous']],
  ] as const)('besides the tenant are found again: held by %j, of user %j', (alsoHeldBy, userId, keys) =>
    expect(
      alsoHolding(reservationOf('acme', { alsoHeldBy, userHash: userId === null ? null : userHashOf(userId) })).map(
        ({ pk }) => pk,
      ),
    ).toEqual(keys),
  );

  it('name a user by 128 bits of a hash, never by the name', () => {
    expect(userHashOf('someone@example.org')).toMatch(/^[0-9a-f]{32}$/);
    expect(userHashOf('a')).not.toBe(userHashOf('b'));
  });

  it('have one for all who name nobody, which no name leads to', () => {
    for (const name of ['anonymous', '', 'null', '-']) expect(userHashOf(name)).not.toBe(userHashOf(null));
  });
});
