import type { Agent } from '../agent/define/define-agent.ts';
import { directJournal } from '../agent/loop/journal.ts';
import { runPattern } from '../agent/loop/patterns.ts';
import type { RunStream } from '../agent/loop/run-stream.ts';
import { createTranscript } from '../agent/loop/transcript.ts';
import type { LoopParts, LoopResult, Run } from '../agent/loop/types.ts';
import { type AdmissionParts, createAdmission } from '../caller/admission.ts';
import { budgetOf } from '../caller/call-budget.ts';
import { keptFor } from '../idempotency/persist.ts';
import { createBackground, type WaitUntil } from '../kernel/background.ts';
import { createDeadline, storageLimitMs, waitAtMost } from '../kernel/deadline.ts';
import { asAppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import { parseUsd, type PicoUsd } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import { unpricedModel } from '../model-call/booking/budget-errors.ts';
import { answerBooks } from '../model-call/booking/own-books.ts';
import { createRunAccount } from '../model-call/booking/run-account.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import type { Principal } from '../tenants/types.ts';
import { type Allowed, allowedRun } from './allowed-run.ts';
import type { RunAnswer } from './answer.ts';
import type { Catalog } from './catalog.ts';
import { closeRun, type CloseRunParts, emitRunEnd, hasBegun, type RunClaim } from './close-run.ts';
import { degrade } from './degrade.ts';
import { openRunCache, type RunCache, type RunCacheParts } from './run-cache.ts';
import { conclude } from './run-record.ts';
import type { RunRequest } from './run-request.ts';

export interface SyncRunParts extends LoopParts, AdmissionParts, CloseRunParts, RunCacheParts {
  readonly catalog: Catalog;
  readonly ids: Ids;
  /** Whether a model has a price at an instant (epoch milliseconds). */
  readonly isPriced: (model: string, at: number) => boolean;
  /** Names the model that may be meant by one without a price. */
  readonly prices: PriceTable;
}

/** One request for a run, with what its surroundings know about it. */
export interface SyncRunCall {
  readonly request: RunRequest;
  readonly principal: Principal;
  /** How many other Ballasts the request has passed. Default: none. */
  readonly hops?: number;
  readonly requestId: string;
  readonly traceId: string;
  /** The longest the run may take, in milliseconds: the stage's deadline, or what the platform has left. */
  readonly limitMs: number;
  /** Aborts when the caller has left, where that can be known. */
  readonly signal: AbortSignal | undefined;
  readonly stream: RunStream;
  /** The request's hold on its idempotency key, where it sent one: ended together with the run. */
  readonly claim: RunClaim;
  /** Keeps the process until this has ended, after the answer. */
  readonly waitUntil?: WaitUntil;
}

export type RunSync = (call: SyncRunCall) => Promise<RunAnswer>;

const costLimit = ({ maxCostUsd }: RunRequest): PicoUsd | null =>
  maxCostUsd === undefined ? null : parseUsd(maxCostUsd);

/** A run that ended in a way nobody foresaw still ends, with its costs on the books. */
const broken = (error: unknown): LoopResult => createTranscript().failed(asAppError(error));

/** What a request asks for, as far as its tenant is allowed it; throws the AppError that says why not. */
const accepted = ({ catalog, isPriced, prices, clock }: SyncRunParts, { request, principal }: SyncRunCall): Allowed => {
  const allowed = allowedRun(catalog.forSyncRun(request), request, principal);
  if (!isPriced(allowed.model, clock.now())) throw unpricedModel(allowed.model, prices);
  return allowed;
};

/** What a run has of its own, whatever it is asked. */
type Begun = Pick<Run, 'runId' | 'deadline' | 'account' | 'background' | 'admission'>;

/** Has the agent work on the task. */
const makeAnswer = (parts: SyncRunParts, call: SyncRunCall, allowed: Allowed, begun: Begun): Promise<LoopResult> => {
  const { request, principal, stream, claim, hops = 0 } = call;
  const { tenant, tenantId, keyId } = principal;
  const userId = request.userId ?? null;
  return runPattern(parts, {
    ...allowed,
    ...begun,
    tenantId,
    keyId,
    userId,
    hops,
    stream,
    maxRetries: tenant.maxRetries,
    budget: budgetOf(principal, userId),
    journal: directJournal,
    beforeEffects: () => claim?.markEffects() ?? Promise.resolve(),
    messages: [...(request.messages ?? []), { role: 'user', content: request.task }],
  }).catch(broken);
};

const hadEffects = ({ steps }: LoopResult, { tools }: Agent): boolean =>
  steps.some(({ kind, name }) => kind === 'tool' && tools.get(name)?.sideEffects === true);

/** What the caller gets of how the run ended, heard as a stream too: what no model of this run has said is new there. */
const answerFor = (ended: LoopResult, agent: Agent, cache: RunCache, { stream }: SyncRunCall): LoopResult => {
  const { fallbackMessage } = agent;
  const result = degrade(ended, { stale: cache.stale, fallbackMessage, hadEffects: hadEffects(ended, agent) });
  if (result !== ended) stream.reset();
  if (result !== ended || cache.state === 'hit') stream.text(result.output);
  return result;
};

/**
 * Runs an agent to its end and keeps the run. Resolves with the answer, or throws the AppError that stopped it,
 * with `runId` and `usage` as members once a model call had gone out.
 */
export const createSyncRun =
  (parts: SyncRunParts): RunSync =>
  async (call) => {
    const { request, principal, requestId, traceId, limitMs, signal, stream, claim, waitUntil } = call;
    const { clock, emit, ids } = parts;
    const [createdAt, createdMs] = [clock.now(), clock.monotonicMs()];
    const allowed = accepted(parts, call);
    const { agent, model } = allowed;
    const runId = ids.run();
    const { tenantId } = principal;
    const background = createBackground();
    const account = createRunAccount(costLimit(request), background);
    using deadline = createDeadline(clock, Math.min(request.timeoutMs ?? limitMs, limitMs), signal);
    const userId = request.userId ?? null;
    const admission = createAdmission(parts, { principal, userId, runId, deadline });
    const names = { runId: label(runId), agent: label(agent.name) };
    emit({ type: 'run.started', ...names, requestId: label(requestId), traceId: label(traceId) });
    stream.runStarted(runId);

    // Who listens hears that the run is alive while it waits for another's answer.
    const onWait = () => stream.admitted({});
    const cache = await openRunCache(parts, { allowed, request, principal, deadline, onWait });
    const ended =
      cache.found ?? (await makeAnswer(parts, call, allowed, { runId, deadline, account, background, admission }));
    const result = answerFor(ended, agent, cache, call);

    const facts = { runId, tenantId, agent: agent.name, model, requestId, traceId, metadata: request.metadata ?? {} };
    const cancelled = deadline.stoppedBy === 'cancelled';
    const { spent } = account;
    const times = { createdAt, durationMs: clock.monotonicMs() - createdMs };
    const concluded = conclude(result, { ...facts, ...times, spent, cache: cache.state, cancelled });
    const closing = { result, concluded, claim, spent, limitMs: storageLimitMs(deadline) };
    // The answer waits for its books and for all that is kept of it, written at the same time.
    const storing = Promise.all([admission.leave(), cache.end(result), closeRun(parts, closing)]);
    waitUntil?.(background.ended());
    waitUntil?.(keptFor(clock, storing));
    const [, stored] = await Promise.all([answerBooks(clock, background), waitAtMost(clock, closing.limitMs, storing)]);
    if (!stored) emit({ type: 'store.failed', operation: safe`run.close`, error: safe`TimeoutError` });
    emitRunEnd(emit, closing);
    if ('answer' in concluded) return concluded.answer;
    throw hasBegun(result) || !('error' in result.ending) ? concluded.error : result.ending.error;
  };
