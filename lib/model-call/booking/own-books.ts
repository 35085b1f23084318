import { type Clock, orAborted } from '../../kernel/clock.ts';
import { createDeadline } from '../../kernel/deadline.ts';
import type { CallContext } from '../types.ts';
import type { RunAccount } from './run-account.ts';

/** Longest wait for the books of a call's earlier attempts: where they take longer, the next reservation fails as well. */
const OWN_BOOKS_MS = 3_000;

/** Longest wait of an answer for its books: what was paid for is not kept from its client by a store that is away. */
const ANSWER_MS = 5_000;

const within = async (clock: Clock, ms: number, work: Promise<void>, signal?: AbortSignal): Promise<void> => {
  using limit = createDeadline(clock, ms, signal);
  await orAborted(work, limit.signal).catch(() => undefined);
};

/** Waits until what a call's earlier attempts held back is there again, within its deadline. Never rejects. */
export const ownBooks = (
  clock: Clock,
  { account, deadline }: Pick<CallContext, 'account' | 'deadline'>,
): Promise<void> => within(clock, OWN_BOOKS_MS, account.secured(), deadline.signal);

/** Waits until a run's books are closed or safe, but not for ever: they are tried further meanwhile. Never rejects. */
export const answerBooks = (clock: Clock, account: Pick<RunAccount, 'closed'>): Promise<void> =>
  within(clock, ANSWER_MS, account.closed());
