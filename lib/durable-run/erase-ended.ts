import type { Clock } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { safe } from '../kernel/redacted.ts';
import type { ActiveRuns } from '../runs/active.ts';
import { type EraseContent, EVENTS_KEPT_MS } from '../runs/ended/erase-content.ts';
import type { DueErasure, Erasures } from '../runs/ended/erasures.ts';
import { type AsyncRunStore, hasEnded, type RunStore } from '../runs/types.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';

export interface EraseEndedParts {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly active: Pick<ActiveRuns, 'add'>;
  readonly runs: Pick<RunStore, 'find'> & Pick<AsyncRunStore, 'abandon'>;
  readonly erasures: Erasures;
  readonly eraseContent: Pick<EraseContent, 'whole' | 'ofAbandoned'>;
}

const AT_ONCE = 16;
/** Nothing more is begun after that: the rest is due again in a minute. */
const BEGIN_WITHIN_MS = 20_000;
/** When one that failed is due again: behind all that is due now, so that it never stands in their way. */
const AGAIN_MS = 3_600_000;

/** Erases the content of runs that ended long enough ago. Harmless beside others that do the same. */
export const createEraseEnded = (parts: EraseEndedParts): (() => Promise<void>) => {
  const { clock, emit, active, runs, erasures, eraseContent } = parts;

  const erase = async (due: DueErasure): Promise<void> => {
    const row = await runs.find(due.tenantId, due.runId);
    if (row === null) {
      // Its submission died half-way, or is sent again at this moment: either it gets its row, or it is erased.
      if (!(await runs.abandon(due))) return;
      await eraseContent.ofAbandoned(due);
    } else if (!hasEnded(row)) {
      // Sent again under its key after it was put here: it is looked after, and comes back at its end.
      await active.add(due);
    } else if (row.updatedAt + EVENTS_KEPT_MS > clock.now()) {
      await erasures.add({ ...due, dueAt: row.updatedAt + EVENTS_KEPT_MS });
    } else await eraseContent.whole(due);
    await erasures.remove(due);
  };

  /** Where that fails too, it is due as it was. */
  const postpone = async (due: DueErasure): Promise<void> => {
    await erasures.add({ ...due, dueAt: clock.now() + AGAIN_MS });
    await erasures.remove(due);
  };

  return async () => {
    const startedMs = clock.monotonicMs();
    await concurrently(await erasures.due(), AT_ONCE, async (due) => {
      if (clock.monotonicMs() - startedMs > BEGIN_WITHIN_MS) return;
      try {
        await erase(due);
      } catch (error) {
        emit({ type: 'store.failed', operation: safe`runs.eraseContent`, ...describeFailure(error) });
        await postpone(due).catch(() => undefined);
      }
    });
  };
};
