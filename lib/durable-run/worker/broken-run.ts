import { createBooksOfRun } from '../../accounts/books-of-run.ts';
import { directJournal } from '../../agent/loop/journal.ts';
import { createTranscript } from '../../agent/loop/transcript.ts';
import type { BudgetStore } from '../../budget/store.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { asAppError } from '../../kernel/errors.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { UsageStore } from '../../usage/record.ts';
import { knownOfLost, type KnownOfLostParts } from '../lost/known-of-lost.ts';
import { NotReplayable, type Submission } from '../submission.ts';
import { UNCACHED } from './answer-cache.ts';

export interface BrokenRunParts extends Omit<KnownOfLostParts, 'booksOf'> {
  readonly clock: Clock;
  readonly store: Pick<BudgetStore, 'months'>;
  readonly usage: UsageStore;
}

export interface BrokenRun {
  readonly run: RunKey;
  readonly submission: Pick<Submission, 'createdAt'>;
  readonly deadline: Deadline;
  /** Puts on the run's account what is on the books for all of it, what was lost included. */
  readonly spendAll: () => Promise<void>;
}

const NOTHING = { snapshot: null, session: null, cache: UNCACHED } as const;

/**
 * How a run ends that could not even begin, or broke in a way that nobody foresaw; `journal`: where its end is put down, if not
 * in its own. What stands in a journal that is not replayed is told by the books and the events.
 */
export const brokenRun = async (
  parts: BrokenRunParts,
  { run, submission, deadline, spendAll }: BrokenRun,
  error: unknown,
) => {
  if (!(error instanceof NotReplayable)) return { ...NOTHING, result: createTranscript().failed(asAppError(error)) };
  await spendAll();
  const { totals, steps } = await knownOfLost(
    { ...parts, booksOf: createBooksOfRun(parts) },
    run,
    submission.createdAt,
  );
  const result = { ...createTranscript().failed(error.reason), totals, steps };
  return { ...NOTHING, result, journal: directJournal(deadline) };
};
