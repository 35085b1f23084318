import type { Agent } from '../agent/define/define-agent.ts';
import { directJournal } from '../agent/loop/journal.ts';
import { runPattern } from '../agent/loop/patterns/patterns.ts';
import type { RunStream } from '../agent/loop/run-stream.ts';
import { unattended } from '../agent/loop/steering.ts';
import { createTranscript } from '../agent/loop/transcript.ts';
import type { LoopParts, LoopResult, Run } from '../agent/loop/types.ts';
import { type AdmissionParts, createAdmission } from '../caller/admission.ts';
import { budgetOf } from '../caller/call-budget.ts';
import { keptFor } from '../idempotency/persist.ts';
import { createBackground, type WaitUntil } from '../kernel/background.ts';
import { createDeadline, storageLimitMs, waitAtMost } from '../kernel/deadline.ts';
import { asAppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import { label, safe } from '../kernel/redacted.ts';
import { unpricedModel } from '../model-call/booking/budget-errors.ts';
import { answerBooks } from '../model-call/booking/own-books.ts';
import { createRunAccount } from '../model-call/booking/run-account.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import type { Principal } from '../tenants/types.ts';
import { type Allowed, allowedRun, limitsOf } from './allowed-run.ts';
import type { RunAnswer } from './answer.ts';
import type { Catalog } from './catalog.ts';
import { checkInput, textsOf } from './check-input.ts';
import { closeRun, type CloseRunParts, emitRunEnd, hasBegun, type RunClaim } from './close-run.ts';
import { degrade, hadEffects } from './degrade.ts';
import { openRunGuard } from './redaction/run-guard.ts';
import { openRunCache, type RunCache, type RunCacheParts } from './run-cache.ts';
import { conclude } from './run-record.ts';
import { labelsOf, type RunRequest } from './run-request.ts';
import { continued } from './sessions/conversation.ts';
import type { StartNext } from './sessions/pass-on.ts';
import { sessionBudget } from './sessions/session-budget.ts';
import type { Sessions } from './sessions/sessions.ts';
import { findSession, type SyncSession, takeSession } from './sessions/sync-session.ts';

export interface SyncRunParts extends LoopParts, AdmissionParts, CloseRunParts, RunCacheParts {
  /** For requests that name a session. */
  readonly openSessions: () => Promise<Sessions>;
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
  /** Starts the run that has waited for the session longest. Default: the sweeper does. */
  readonly startNext?: StartNext | undefined;
}

export type RunSync = (call: SyncRunCall) => Promise<RunAnswer>;

/** A run that ended in a way nobody foresaw still ends, with its costs on the books. */
const broken = (error: unknown): LoopResult => createTranscript().failed(asAppError(error));

/** What a request asks for, as far as its tenant is allowed it; throws the AppError that says why not. */
const accepted = ({ catalog, isPriced, prices, clock }: SyncRunParts, { request, principal }: SyncRunCall): Allowed => {
  const allowed = allowedRun(catalog.forSyncRun(request), request, principal);
  if (!isPriced(allowed.model, clock.now())) throw unpricedModel(allowed.model, prices);
  return allowed;
};

/** What a run has of its own, whatever it is asked. */
type Begun = Pick<Run, 'runId' | 'deadline' | 'account' | 'background' | 'admission'> & {
  readonly session: SyncSession | null;
};

/** Has the agent work on the task. */
const makeAnswer = (
  parts: SyncRunParts,
  call: SyncRunCall,
  allowed: Allowed,
  { session, ...begun }: Begun,
): Promise<LoopResult> => {
  const { request, principal, stream, claim, hops = 0 } = call;
  const { tenant, tenantId, keyId } = principal;
  const userId = request.userId ?? null;
  return runPattern(parts, {
    ...allowed,
    ...begun,
    tenantId,
    keyId,
    userId,
    labels: labelsOf(request),
    hops,
    stream,
    maxRetries: tenant.maxRetries,
    budget: budgetOf(principal, userId),
    journal: directJournal(begun.deadline),
    steering: unattended,
    beforeEffects: () => claim?.markEffects() ?? Promise.resolve(),
    ...(session === null
      ? { messages: [...(request.messages ?? []), { role: 'user', content: request.task }] }
      : continued(session.earlier, request, allowed)),
  }).catch(broken);
};

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
  async (asked) => {
    const { clock, emit, ids } = parts;
    const [createdAt, createdMs] = [clock.now(), clock.monotonicMs()];
    const standing = await findSession(parts.openSessions, asked);
    const { request } = standing;
    const { principal, requestId, traceId, limitMs, signal, claim, waitUntil } = asked;
    const { tenantId, tenant } = principal;
    const allowed = accepted(parts, { ...asked, request });
    const { agent, model } = allowed;
    await checkInput(parts, agent, tenant, textsOf(request));
    const runId = ids.run();
    const guard = await openRunGuard({ tenant, agent, stream: asked.stream, joinsCalls: true, emit, runId });
    const call = { ...asked, request, stream: guard.stream };
    const background = createBackground();
    const { cost, timeoutMs } = limitsOf(request, agent, limitMs);
    const account = createRunAccount(cost, background);
    using deadline = createDeadline(clock, timeoutMs, signal);
    const userId = request.userId ?? null;
    const admission = createAdmission(parts, { principal, userId, runId, deadline });
    const session = await takeSession(parts, call, standing, { runId, agent: agent.name, model, deadline });
    account.holdTo(sessionBudget(tenant, session));
    const names = { runId: label(runId), agent: label(agent.name) };
    emit({
      type: 'run.started',
      ...names,
      tenantId: label(tenantId),
      requestId: label(requestId),
      traceId: label(traceId),
    });
    guard.stream.runStarted(runId);

    // Who listens hears that the run is alive while it waits for another's answer.
    const onWait = () => guard.stream.admitted({});
    const cache = await openRunCache(parts, { allowed, request, principal, deadline, redaction: guard.name, onWait });
    const ended =
      cache.found ??
      (await makeAnswer(parts, call, allowed, { runId, deadline, account, background, admission, session }));
    const said = answerFor(ended, agent, cache, call);
    const result = session?.checked(said) ?? said;
    guard.flush();
    const shown = guard.result(result);

    const known = { runId, tenantId, userId, requestId, traceId, sessionId: request.sessionId };
    const facts = { ...known, agent: agent.name, model, metadata: request.metadata ?? {} };
    const [spent, cancelled] = [account.spent, deadline.stoppedBy === 'cancelled'];
    const times = { createdAt, durationMs: clock.monotonicMs() - createdMs };
    const links = { claimKey: claim?.key, cacheKey: cache.key };
    const concluded = conclude(shown, { ...facts, ...times, spent, links, cache: cache.state, cancelled });
    const written = { task: request.task, shown: guard.input };
    const closing = { result, concluded, claim, spent, ...written, limitMs: storageLimitMs(deadline) };
    // The answer waits for its books and for all that is kept of it, written at the same time.
    const closed = async () => {
      await Promise.all([session?.put(result, guard), closeRun(parts, closing)]);
      await session?.give(result, spent);
    };
    const storing = Promise.all([admission.leave(), cache.end(shown), closed()]);
    waitUntil?.(background.ended());
    waitUntil?.(
      keptFor(
        clock,
        storing.then(() => session?.tidy()),
      ),
    );
    const [, stored] = await Promise.all([answerBooks(clock, background), waitAtMost(clock, closing.limitMs, storing)]);
    if (!stored) emit({ type: 'store.failed', operation: safe`run.close`, error: safe`TimeoutError` });
    emitRunEnd(emit, closing);
    guard.tell(result);
    if ('answer' in concluded) return concluded.answer;
    throw hasBegun(result) || !('error' in result.ending) ? concluded.error : result.ending.error;
  };
