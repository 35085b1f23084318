import { formatUsd } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Emit } from '../telemetry/events.ts';
import { stopName } from './answer.ts';
import { hasBegun, type ClosingRun } from './close-run.ts';

/** Tells all listeners how a run ended, and before that what stood in for the answer that was asked for. */
export const tellRunEnd = (emit: Emit, { result, concluded, spent }: Omit<ClosingRun, 'claim'>): void => {
  const { row } = concluded;
  const names = { runId: label(row.runId), agent: label(row.agent) };
  if (result.degraded) {
    const { servedBy, reason } = result.degraded;
    emit({ type: 'run.degraded', ...names, servedBy: label(servedBy), reason: label(reason) });
  }
  emit({
    type: 'run.finished',
    ...names,
    status: hasBegun(result) ? label(row.status) : safe`refused`,
    reason: 'answer' in concluded ? stopName(concluded.answer.stopReason) : label(concluded.error.code),
    modelCalls: result.totals.modelCalls,
    toolCalls: result.totals.toolCalls,
    costUsd: label(formatUsd(spent)),
    durationMs: row.updatedAt - row.createdAt,
  });
};
