import { createRunAccount } from '../claude/run-account.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { asAppError, AppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import { formatUsd, parseUsd, type PicoUsd } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Principal } from '../tenants/types.ts';
import { createAdmission, type AdmissionParts } from './admission.ts';
import { allowedRun, budgetOf, type Allowed } from './allowance.ts';
import { stopName, type RunAnswer } from './answer.ts';
import type { Catalog } from './catalog.ts';
import { closeRun, hasBegun, type CloseRunParts, type RunClaim } from './close-run.ts';
import type { Agent } from './define-agent.ts';
import { degrade } from './degrade.ts';
import { directJournal } from './journal.ts';
import { runPattern } from './patterns.ts';
import { openRunCache, type RunCacheParts } from './run-cache.ts';
import { conclude } from './run-record.ts';
import type { RunRequest } from './run-request.ts';
import type { RunStream } from './run-stream.ts';
import { createTranscript } from './transcript.ts';
import type { LoopParts, LoopResult } from './types.ts';

export interface SyncRunParts extends LoopParts, AdmissionParts, CloseRunParts, RunCacheParts {
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

/** What a request asks for, as far as its tenant is allowed it; throws the AppError that says why not. */
const accepted = (
  { catalog, isPriced, clock }: SyncRunParts,
  { request, principal }: Pick<SyncRunCall, 'request' | 'principal'>,
): Allowed => {
  const allowed = allowedRun(catalog.forSyncRun(request), request, principal);
  if (isPriced(allowed.model, clock.now())) return allowed;
  const issues = [{ path: 'model', message: safe`has no known price` }];
  throw new AppError('unpriced-model', safe`A model without a known price is not called.`, { issues });
};

const hadEffects = ({ steps }: LoopResult, { tools }: Agent): boolean =>
  steps.some(({ kind, name }) => kind === 'tool' && tools.get(name)?.sideEffects === true);

/**
 * Runs an agent to its end and keeps the run. Resolves with the answer, or throws the AppError that stopped it,
 * with `runId` and `usage` as members once a model call had gone out.
 */
export const createSyncRun =
  (parts: SyncRunParts): RunSync =>
  async (call) => {
    const { request, principal, requestId, traceId, limitMs, signal, stream, claim } = call;
    const { clock, emit, ids } = parts;
    const createdAt = clock.now();
    const allowed = accepted(parts, call);
    const { agent, model } = allowed;
    const runId = ids.run();
    const { tenantId, keyId } = principal;
    const userId = request.userId ?? null;
    const account = createRunAccount(costLimit(request));
    using deadline = createDeadline(clock, Math.min(request.timeoutMs ?? limitMs, limitMs), signal);
    const admission = createAdmission(parts, { principal, userId, runId, signal: deadline.signal });
    const names = { runId: label(runId), agent: label(agent.name) };
    emit({ type: 'run.started', ...names, requestId: label(requestId), traceId: label(traceId) });

    stream.runStarted(runId);
    // Who listens hears that the run is alive while it waits for another's answer.
    const onWait = () => stream.admitted({});
    const cache = await openRunCache(parts, { allowed, request, principal, deadline, onWait });
    const made = () =>
      runPattern(parts, {
        ...{ ...allowed, runId, tenantId, keyId, userId, deadline, account, admission, stream },
        maxRetries: principal.tenant.maxRetries,
        budget: budgetOf(principal, userId),
        journal: directJournal,
        beforeEffects: () => claim?.markEffects() ?? Promise.resolve(),
        messages: [...(request.messages ?? []), { role: 'user', content: request.task }],
      }).catch(broken);
    const ended = cache.found ?? (await made());
    const { fallbackMessage } = agent;
    const result = degrade(ended, { stale: cache.stale, fallbackMessage, hadEffects: hadEffects(ended, agent) });
    // What no model of this run has said, its caller has not heard yet.
    if (result !== ended) stream.reset();
    if (result !== ended || cache.state === 'hit') stream.text(result.output);

    const facts = { runId, tenantId, agent: agent.name, model, requestId, traceId, metadata: request.metadata ?? {} };
    const cancelled = deadline.stoppedBy === 'cancelled';
    const money = { spent: account.spent, cache: cache.state };
    const concluded = conclude(result, { ...facts, ...money, cancelled, createdAt, endedAt: clock.now() });
    const closing = { result, concluded, claim, spent: account.spent };
    // The answer waits for its books and for all that is kept of it, written at the same time.
    await Promise.all([account.closed(), admission.leave(), cache.end(result), closeRun(parts, closing)]);
    const { row } = concluded;
    const begun = hasBegun(result);
    const answered = 'answer' in concluded;
    if (result.degraded) {
      const { servedBy, reason } = result.degraded;
      emit({ type: 'run.degraded', ...names, servedBy: label(servedBy), reason: label(reason) });
    }
    emit({
      type: 'run.finished',
      ...names,
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
