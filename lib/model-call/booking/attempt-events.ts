import { upstreamIdOf } from '../../http/upstream-id.ts';
import { formatUsd } from '../../kernel/money.ts';
import { label, safe } from '../../kernel/redacted.ts';
import { familyOf } from '../../pricing/pricing.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { BallastEvent } from '../../telemetry/events.ts';
import type { UsageRecord } from '../../usage/record.ts';
import type { Outcome } from '../outcome.ts';

/** A record that can't be written, in full, so that it can be booked from the log. */
export const unrecorded = (record: UsageRecord) => ({
  attemptId: label(record.attemptId),
  tenantId: label(record.tenantId),
  keyId: label(record.keyId),
  userId: record.userId === null ? null : label(record.userId),
  agent: label(record.agent),
  model: label(record.model),
  at: record.at,
  ...record.tokens,
  answered: record.answered,
  estimated: record.estimated === null ? null : label(record.estimated),
  costUsd: label(formatUsd(record.cost)),
});

/** What is told of an attempt when it is over. */
export const attemptEvent = (record: UsageRecord, outcome: Outcome, durationMs: number): BallastEvent => {
  const { tokens } = record;
  const { firstContentMs, upstreamRequestId } = outcome.metered;
  return {
    type: 'model.attempted',
    runId: label(record.runId),
    agent: label(record.agent),
    model: label(familyOf(record.model)),
    attemptId: label(record.attemptId),
    outcome: outcome.ok ? safe`answered` : label(outcome.fault.kind),
    stopReason: outcome.ok && outcome.message.stop_reason !== null ? label(outcome.message.stop_reason) : null,
    upstreamStatus: outcome.ok ? 200 : outcome.fault.status,
    upstreamRequestId: upstreamIdOf(upstreamRequestId),
    error: outcome.ok || outcome.fault.error.cause === undefined ? null : nameError(outcome.fault.error.cause),
    durationMs,
    firstContentMs,
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    cacheReadInputTokens: tokens.cacheReadInputTokens,
    cacheCreationInputTokens: tokens.cacheWrite5mInputTokens + tokens.cacheWrite1hInputTokens,
    costUsd: label(formatUsd(record.cost)),
    estimated: record.estimated === null ? null : label(record.estimated),
  };
};
