import { createHash } from 'node:crypto';

declare const brand: unique symbol;
/**
 * What an end user is called wherever something is kept for long: the SHA-256 of the `userId`, which may be a person's
 * address. There is no other way to make one, so that what a caller names a user by is never taken for it.
 */
export type Pseudonym = `sha256:${string}` & { readonly [brand]: 'pseudonym' };

const FORM = /^sha256:[0-9a-f]{64}$/;

export const pseudonymOf = (userId: string): Pseudonym =>
  `sha256:${createHash('sha256').update(userId).digest('hex')}` as Pseudonym;

/** `null`: nobody. */
export const pseudonymOrNull = (userId: string | null | undefined): Pseudonym | null =>
  userId === null || userId === undefined ? null : pseudonymOf(userId);

/** Of what is stored: earlier versions stored the `userId` itself. */
export const pseudonymIn = (stored: string): Pseudonym =>
  FORM.test(stored) ? (stored as Pseudonym) : pseudonymOf(stored);

/** Its digest alone, as keys of items have it: 43 characters. */
export const digestOf = (pseudonym: Pseudonym): string =>
  Buffer.from(pseudonym.slice('sha256:'.length), 'hex').toString('base64url');

/** As the books have it, by the first 128 bits: so long is an end user's name in a reservation, too. */
export const bookedName = (pseudonym: Pseudonym): string => pseudonym.slice(0, 'sha256:'.length + 32);

/** Of what a usage record has: earlier versions booked the `userId` itself. */
export const bookedNameIn = (stored: string): string =>
  /^sha256:[0-9a-f]{32}$/.test(stored) ? stored : bookedName(pseudonymOf(stored));

/** An end user as they are shown: by the pseudonym where nobody knows the name, as after an erasure. */
export const shownUser = (userId: Pseudonym | null, names: ReadonlyMap<Pseudonym, string>): string | null =>
  userId === null ? null : (names.get(userId) ?? bookedName(userId));

/** Whose names a list needs. */
export const usersOf = (shown: readonly { readonly userId: Pseudonym | null }[]): Set<Pseudonym> =>
  new Set(shown.flatMap(({ userId }) => userId ?? []));
