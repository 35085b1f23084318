import { createBooksOfRun } from '../../../lib/accounts/books-of-run.ts';
import type { Stores } from '../../../lib/app/stores.ts';
import type { Clock } from '../../../lib/kernel/clock.ts';
import { bornAt } from '../../../lib/kernel/ids/ids.ts';
import { formatUsd } from '../../../lib/kernel/money.ts';
import { hasEnded } from '../../../lib/runs/types.ts';
import { runView, traceView } from '../../../lib/runs/views.ts';

const HOUR_MS = 3_600_000;

/** An attempt at a model as the ledger has it, or as it is still reserved. */
export interface BookedAttempt {
  readonly attemptId: string;
  readonly at: string;
  readonly model: string;
  readonly answered: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly costUsd: string;
}

/** A run or a call of the gateway, and its money. */
export interface FoundRun {
  readonly runId: string;
  /** `null`: it is a call of the gateway, or its row is erased. */
  readonly run: ReturnType<typeof runView> | null;
  readonly trace: ReturnType<typeof traceView> | null;
  readonly attempts: readonly BookedAttempt[];
  readonly costUsd: string;
}

type Read = Pick<Stores, 'budgets' | 'runs' | 'usage'>;

/** Reads what the tables have of a run. `since`: where its id does not say when it was born. */
export const readRun = async (
  { budgets: store, runs, usage }: Read,
  run: { readonly tenantId: string; readonly runId: string },
  clock: Clock,
): Promise<FoundRun> => {
  const { tenantId, runId } = run;
  const row = await runs.find(tenantId, runId);
  const born = row?.createdAt ?? bornAt(runId) ?? clock.now();
  // A call of the gateway has no row, and is over within minutes; an hour more for a clock that runs ahead.
  const last = row !== null && !hasEnded(row) ? clock.now() : (row?.updatedAt ?? born) + HOUR_MS;
  const until = { ...clock, now: () => Math.min(clock.now(), last) };
  const { attempts, cost } = await createBooksOfRun({ store, usage, clock: until })(run, born);
  return {
    runId,
    run: row && runView(row),
    trace: row && traceView(row),
    attempts: attempts
      .toSorted((a, b) => a.at - b.at)
      .map(({ attemptId, at, model, answered, tokens, cost: own }) => ({
        attemptId,
        at: new Date(at).toISOString(),
        model,
        answered,
        inputTokens: tokens.inputTokens,
        outputTokens: tokens.outputTokens,
        cacheReadInputTokens: tokens.cacheReadInputTokens,
        cacheCreationInputTokens: tokens.cacheWrite5mInputTokens + tokens.cacheWrite1hInputTokens,
        costUsd: formatUsd(own),
      })),
    costUsd: formatUsd(cost),
  };
};
