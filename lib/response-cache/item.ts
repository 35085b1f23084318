import { b, type Item, type Key, keyOf, n, readBytes, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { epochSeconds } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { forgottenAt, type StoredAnswer } from './answer.ts';
import type { CacheKey } from './key.ts';
import type { FlightRecord } from './store.ts';

/** Both items of a key share its partition, so that one query reads them. */
export const partitionOf = (key: CacheKey): string => `cache#${key}`;

const itemKey = (key: CacheKey, sk: 'answer' | 'flight'): Key => ({ pk: partitionOf(key), sk });

export const answerKey = (key: CacheKey): Key => itemKey(key, 'answer');

export const answerItem = (key: CacheKey, answer: StoredAnswer): Item => ({
  ...keyOf(answerKey(key)),
  textEncoding: s(answer.packed.encoding),
  text: b(answer.packed.bytes),
  storedAt: n(answer.storedAt),
  freshUntil: n(answer.freshUntil),
  expiresAt: n(epochSeconds(forgottenAt(answer))),
});

export const readAnswer = (item: Item): StoredAnswer => ({
  packed: {
    encoding: readString(item, 'textEncoding') === 'gzip' ? 'gzip' : 'plain',
    bytes: readBytes(item, 'text'),
  },
  storedAt: readNumber(item, 'storedAt'),
  freshUntil: readNumber(item, 'freshUntil'),
});

export const flightItem = (key: CacheKey, { owner, state, endsAt }: FlightRecord): Item => ({
  ...keyOf(itemKey(key, 'flight')),
  owner: s(owner),
  state: s(state),
  endsAt: n(endsAt),
  expiresAt: n(epochSeconds(endsAt)),
});

/** Reads a flight back; `internal` where somebody else wrote the item. */
export const readFlight = (item: Item): FlightRecord => {
  const state = readString(item, 'state');
  if (state !== 'aloft' && state !== 'landed' && state !== 'unshared') {
    throw new AppError('internal', safe`A stored flight is in no known state.`);
  }
  return { owner: readString(item, 'owner'), state, endsAt: readNumber(item, 'endsAt') };
};
