import { fromBase36 } from '../../kernel/ids/base36.ts';
import { minus, pico, type PicoUsd, ZERO } from '../../kernel/money.ts';
import type { Limits } from '../account.ts';

/**
 * Money of one UTC day that a tenant's account has lent to one of its shards, as either of the two knows it. Both amounts
 * only grow, so no state comes back, and a move that arrives late finds another one than it assumes.
 */
export interface Allotment {
  /** Lent to the shard. The account notes it first, then the shard. */
  readonly granted: PicoUsd;
  /** Given back by the shard. The shard notes it first, then the account. */
  readonly returned: PicoUsd;
  /** Under which limits it was lent, by `termsOf`. */
  readonly terms: string;
}

/** Where nothing was ever lent. */
export const NOTHING: Allotment = { granted: ZERO, returned: ZERO, terms: '' };

/** Limits as a short text: what was lent under others may be more than these allow. */
export const termsOf = ({ day, month }: Limits): string => `${day?.toString(36) ?? ''}.${month?.toString(36) ?? ''}`;

/** What is lent and not given back: by so much the account's counters are higher, and the shard's lower. */
export const outstanding = ({ granted, returned }: Allotment): PicoUsd => minus(granted, returned);

export const packAllotment = ({ granted, returned, terms }: Allotment): string =>
  `${granted.toString(36)}|${returned.toString(36)}|${terms}`;

export const unpackAllotment = (text: string): Allotment => {
  const [granted = '', returned = '', terms = ''] = text.split('|');
  return { granted: pico(fromBase36(granted)), returned: pico(fromBase36(returned)), terms };
};

/** A move of money between a tenant's account and one of its shards, as one of the two writes it. */
export interface Move {
  /** As `2026-11-20`. */
  readonly day: string;
  readonly shard: number;
  /** As it was found. `NOTHING`: nothing was there. */
  readonly was: Allotment;
  readonly is: Allotment;
  /** What is added to the counters of the day and its month. */
  readonly by: PicoUsd;
  /** What the counters may come to. */
  readonly within: Limits;
}
