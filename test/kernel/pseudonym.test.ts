import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { userHashOf } from '../../lib/budget/account.ts';
import {
  bookedName,
  bookedNameIn,
  digestOf,
  pseudonymIn,
  pseudonymOf,
  pseudonymOrNull,
  shownUser,
} from '../../lib/kernel/ids/pseudonym.ts';

const ADA = 'ada@example.org';
const hash = createHash('sha256').update(ADA);
const [hex, base64] = [hash.copy().digest('hex'), hash.digest('base64url')];

it('a pseudonym is the SHA-256 of the user id, in the forms in which it is stored', () => {
  const ada = pseudonymOf(ADA);
  expect(ada).toBe(`sha256:${hex}`);
  expect(digestOf(ada)).toBe(base64);
  expect(bookedName(ada)).toBe(`sha256:${hex.slice(0, 32)}`);
});

it('the books, budgets and rate limits have the same 128 bits, so that a reservation says whose record it becomes', () => {
  for (const userId of [ADA, 'Zoë', '🦉', 'sha256:', ' '])
    expect(bookedName(pseudonymOf(userId))).toBe(`sha256:${userHashOf(userId)}`);
});

it('what earlier versions stored is read as what it would be now, and what is stored now as itself', () => {
  const ada = pseudonymOf(ADA);
  expect([pseudonymIn(ADA), pseudonymIn(ada)]).toEqual([ada, ada]);
  expect([bookedNameIn(ADA), bookedNameIn(bookedName(ada))]).toEqual([bookedName(ada), bookedName(ada)]);
});

it('a caller who names a user by the pseudonym of another one is not taken for that one', () => {
  const ada = pseudonymOf(ADA);
  expect(pseudonymOf(ada)).not.toBe(ada);
  expect(pseudonymOf(bookedName(ada))).not.toBe(ada);
});

it('nobody has none, and is shown as nobody; a user whose name is not known is shown as the books have them', () => {
  expect([pseudonymOrNull(null), pseudonymOrNull(undefined), pseudonymOrNull(ADA)]).toEqual([
    null,
    null,
    pseudonymOf(ADA),
  ]);
  const ada = pseudonymOf(ADA);
  expect(shownUser(null, new Map())).toBeNull();
  expect(shownUser(ada, new Map([[ada, ADA]]))).toBe(ADA);
  expect(shownUser(ada, new Map())).toBe(bookedName(ada));
});
