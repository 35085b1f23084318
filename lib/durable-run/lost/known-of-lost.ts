import type { BooksOfRun, RunBooks } from '../../accounts/books-of-run.ts';
import type { RunTotals } from '../../agent/loop/types.ts';
import { asAppError } from '../../kernel/errors.ts';
import { type PicoUsd, ZERO } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import type { EventLog } from '../../runs/event-log.ts';
import type { InboxStore } from '../../runs/inbox/inbox.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { TraceStep } from '../../runs/types.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import { NO_TOKENS } from '../../usage/record.ts';
import { createLostTrace } from './lost-trace.ts';

export interface KnownOfLostParts {
  readonly emit: Emit;
  readonly inbox: Pick<InboxStore, 'read'>;
  readonly eventLog: Pick<EventLog, 'read'>;
  readonly booksOf: BooksOfRun;
}

/** What a run has used and done of which only the books, its events and its inbox know. */
export interface KnownOfLost {
  readonly totals: RunTotals;
  readonly cost: PicoUsd;
  readonly steps: readonly TraceStep[];
}

const NO_BOOKS: RunBooks = { cost: ZERO, modelCalls: 0, tokens: NO_TOKENS, attempts: [] };

/** What the books say; nothing where they cannot be read: whoever waits is told of the end, and the ledger keeps the truth. */
const booksIn = async ({ booksOf, emit }: KnownOfLostParts, run: RunKey, createdAt: number): Promise<RunBooks> => {
  try {
    return await booksOf(run, createdAt);
  } catch (error) {
    if (asAppError(error).code !== 'store-unavailable') throw error;
    emit({ type: 'store.failed', operation: safe`runs.booksOf`, ...describeFailure(error) });
    return NO_BOOKS;
  }
};

export const knownOfLost = async (parts: KnownOfLostParts, run: RunKey, createdAt: number): Promise<KnownOfLost> => {
  const { cost, modelCalls, tokens, attempts } = await booksIn(parts, run, createdAt);
  const trace = createLostTrace({ attempts, inbox: await parts.inbox.read(run) });
  for await (const { events, writtenAt = createdAt } of parts.eventLog.read(run, 0))
    for (const event of events) trace.add(event, writtenAt);
  const steps = trace.steps();
  const toolCalls = steps.filter(({ kind, error }) => kind === 'tool' && error?.code !== 'interrupted').length;
  const { cacheWrite5mInputTokens, cacheWrite1hInputTokens, ...counts } = tokens;
  const cacheCreationInputTokens = cacheWrite5mInputTokens + cacheWrite1hInputTokens;
  const totals = { modelCalls, toolCalls, ...counts, cacheCreationInputTokens };
  return { totals, cost, steps };
};
