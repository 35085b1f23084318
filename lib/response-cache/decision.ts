import { forgottenAt, isFresh, type StoredAnswer } from './answer.ts';
import type { CacheEntry } from './store.ts';

/** What an entry means for who looks at it. */
export type Decision =
  | { readonly kind: 'hit'; readonly answer: StoredAnswer }
  /** Another makes the answer: look again in a while. */
  | { readonly kind: 'wait' }
  /** The last one who made an answer could not share it, nor will the next: nobody waits for anybody. */
  | { readonly kind: 'run-alone' }
  /** Nobody makes it, or who did is dead: try to be the one who does. */
  | { readonly kind: 'lead' };

/** `ttlMs`: the lifetime that holds for who looks. A fresh answer counts, whatever has become of its flight. */
export const decide = ({ answer, flight }: CacheEntry, now: number, ttlMs: number): Decision => {
  if (answer !== null && isFresh(answer, now, ttlMs)) return { kind: 'hit', answer };
  if (flight === null || flight.endsAt <= now) return { kind: 'lead' };
  return { kind: flight.state === 'unshared' ? 'run-alone' : 'wait' };
};

/** The answer that may stand in where no other is to be had, however fresh it still is; `null`: there is none. */
export const standIn = ({ answer }: CacheEntry, now: number): StoredAnswer | null =>
  answer !== null && now < forgottenAt(answer) ? answer : null;
