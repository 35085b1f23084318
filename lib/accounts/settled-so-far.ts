import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { formatUsd, sum } from '../kernel/money.ts';
import { hasEnded, type RunRow } from '../runs/types.ts';
import type { UsageStore } from '../usage/record.ts';
import { HOUR_MS, hoursOf, startOfHour } from '../usage/reports/time-range.ts';
import { TOTALS, totalsOf } from '../usage/reports/totals.ts';

/** What is on the books of a run that goes on; what still runs is not. */
export interface SettledSoFar {
  /** The last that answered; `null`: none has. */
  readonly model: string | null;
  readonly modelCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly costUsd: string;
}

/** Partitions of usage read at a time. */
const AT_ONCE = 8;
/** Each is a query. A run that has worked over a longer time is told when it ends. */
const MOST_HOURS = 48;

/** `null`: it has ended, or it would take too many reads. A query for each hour in which the run may have asked a model. */
export const createSettledSoFar =
  ({ usage, clock }: { readonly usage: Pick<UsageStore, 'inHour'>; readonly clock: Pick<Clock, 'now'> }) =>
  async (
    run: Pick<RunRow, 'tenantId' | 'runId' | 'status' | 'createdAt' | 'updatedAt'>,
  ): Promise<SettledSoFar | null> => {
    if (hasEnded(run)) return null;
    // While it waits it asks nobody.
    const last = run.status === 'running' ? clock.now() : run.updatedAt;
    const hours = hoursOf({ from: startOfHour(run.createdAt), to: startOfHour(last) + HOUR_MS });
    if (hours.length > MOST_HOURS) return null;
    const found = await concurrently(hours, AT_ONCE, (hour) =>
      Array.fromAsync(usage.inHour(run.tenantId, hour, `${run.runId}:`)),
    );
    const records = found.flat().toSorted((a, b) => a.at - b.at);
    const totals = records.map(totalsOf).reduce((all, each) => TOTALS.plus(all, each), TOTALS.zero);
    return {
      model: records.findLast(({ answered }) => answered)?.model ?? null,
      modelCalls: records.filter(({ answered }) => answered).length,
      inputTokens: totals.inputTokens,
      outputTokens: totals.outputTokens,
      cacheReadInputTokens: totals.cacheReadInputTokens,
      cacheCreationInputTokens: totals.cacheCreationInputTokens,
      costUsd: formatUsd(sum(records.map(({ cost }) => cost))),
    };
  };

export type FindSettledSoFar = ReturnType<typeof createSettledSoFar>;
