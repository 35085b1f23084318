import type { Background } from '../../kernel/background.ts';
import type { Clock } from '../../kernel/clock.ts';
import { waitAtMost } from '../../kernel/deadline.ts';
import type { CallContext } from '../types.ts';

/** Longest wait for the books of a call's earlier attempts: where they take longer, the next reservation fails as well. */
const OWN_BOOKS_MS = 3_000;

/** Longest wait of an answer for its books: what was paid for is not kept from its client by a store that is away. */
const ANSWER_MS = 5_000;

/** Waits until what a call's earlier attempts held back is there again, within its deadline. Never rejects. */
export const ownBooks = async (
  clock: Clock,
  { account, bounds }: Pick<CallContext, 'account' | 'bounds'>,
): Promise<void> => {
  await waitAtMost(clock, OWN_BOOKS_MS, account.secured(), bounds.deadline.signal);
};

/** Waits until a run's books are closed or safe, but not for ever: they are tried further meanwhile. Never rejects. */
export const answerBooks = async (clock: Clock, background: Pick<Background, 'flush'>): Promise<void> => {
  await waitAtMost(clock, ANSWER_MS, background.flush());
};
