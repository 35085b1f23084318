import { createRunAccount } from '../claude/run-account.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { asAppError, AppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import { formatUsd, parseUsd, type PicoUsd } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Principal } from '../tenants/types.ts';
import { createAdmission, type AdmissionParts } from './admission.ts';
import { allowedRun, budgetOf } from './allowance.ts';
import { stopName, type RunAnswer } from './answer.ts';
import type { Catalog } from './catalog.ts';
import { closeRun, hasBegun, type CloseRunParts, type RunClaim } from './close-run.ts';
import { directJournal } from './journal.ts';
import { react } from './react.ts';
import { conclude } from './run-record.ts';
import type { RunRequest } from './run-request.ts';
import type { RunStream } from './run-stream.ts';
import { createTranscript } from './transcript.ts';
import type { LoopParts, LoopResult } from './types.ts';

export interface SyncRunParts extends LoopParts, AdmissionParts, CloseRunParts {
  readonly catalog: Catalog;
  readonly ids: Ids;
  /** Whether a model has a price at an instant (epoch milliseconds). */
  readonly isPriced: (model: string, at: number) => boolean;
}

/** One request for a run, with what its surroundings know about it. */
export interface SyncRunCall {
  readonly request: RunRequest;
  readonly principal: Principal;
  readonly requestId: string;
  readonly traceId: string;
  /** The longest the run may take, in milliseconds: the stage's deadline, or what the platform has left. */
  readonly limitMs: number;
  /** Aborts when the caller has left, where that can be known. */
  readonly signal: AbortSignal | undefined;
  readonly stream: RunStream;
  /** The request's hold on its idempotency key, where it sent one: ended together with the run. */
  readonly claim: RunClaim;
}

export type RunSync = (call: SyncRunCall) => Promise<RunAnswer>;

const costLimit = ({ maxCostUsd }: RunRequest): PicoUsd | null =>
  maxCostUsd === undefined ? null : parseUsd(maxCostUsd);

/** A run that ended in a way nobody foresaw still ends, with its costs on the books. */
const broken = (error: unknown): LoopResult => createTranscript().failed(asAppError(error));

/**
 * Runs an agent to its end and keeps the run. Resolves with the answer, or throws the AppError that stopped it,
 * with `runId` and `usage` as members once a model call had gone out.
 */
export const createSyncRun =
  (parts: SyncRunParts): RunSync =>
  async ({ request, principal, requestId, traceId, limitMs, signal, stream, claim }) => {
    const { clock, emit, ids } = parts;
    const createdAt = clock.now();
    const { agent, model, maxModelCalls } = allowedRun(parts.catalog.forSyncRun(request), request, principal);
    if (!parts.isPriced(model, createdAt)) {
      const issues = [{ path: 'model', message: safe`has no known price` }];
      throw new AppError('unpriced-model', safe`A model without a known price is not called.`, { issues });
    }
    const runId = ids.run();
    const { tenantId, keyId } = principal;
    const userId = request.userId ?? null;
    const admission = createAdmission(parts, { principal, userId, runId });
    const account = createRunAccount(costLimit(request));
    using deadline = createDeadline(clock, Math.min(request.timeoutMs ?? limitMs, limitMs), signal);
    emit({
      type: 'run.started',
      runId: label(runId),
      agent: label(agent.name),
      requestId: label(requestId),
      traceId: label(traceId),
    });

    stream.runStarted(runId);
    const result = await react(parts, {
      runId,
      agent,
      model,
      maxModelCalls,
      maxRetries: principal.tenant.maxRetries,
      tenantId,
      keyId,
      userId,
      deadline,
      account,
      budget: budgetOf(principal, userId),
      admission,
      stream,
      journal: directJournal,
      beforeEffects: () => claim?.markEffects() ?? Promise.resolve(),
      messages: [...(request.messages ?? []), { role: 'user', content: request.task }],
    }).catch(broken);

    const facts = { runId, tenantId, agent: agent.name, model, requestId, traceId, metadata: request.metadata ?? {} };
    const cancelled = deadline.stoppedBy === 'cancelled';
    const concluded = conclude(result, { ...facts, cancelled, spent: account.spent, createdAt, endedAt: clock.now() });
    const closing = { result, concluded, claim, spent: account.spent };
    // The answer waits for its books and for all that is kept of it, written at the same time.
    await Promise.all([account.closed(), admission.leave(), closeRun(parts, closing)]);
    const { row } = concluded;
    const begun = hasBegun(result);
    const answered = 'answer' in concluded;
    emit({
      type: 'run.finished',
      runId: label(runId),
      agent: label(agent.name),
      status: begun ? label(row.status) : safe`refused`,
      reason: answered ? stopName(concluded.answer.stopReason) : label(concluded.error.code),
      modelCalls: result.totals.modelCalls,
      toolCalls: result.totals.toolCalls,
      costUsd: label(formatUsd(account.spent)),
      durationMs: row.updatedAt - createdAt,
    });
    if (answered) return concluded.answer;
    throw begun || !('error' in result.ending) ? concluded.error : result.ending.error;
  };
