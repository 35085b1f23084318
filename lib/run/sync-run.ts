import type { LoopParts } from '../agent/loop/types.ts';
import { type AdmissionParts, createAdmission } from '../caller/admission.ts';
import type { NoteRun } from '../end-users/run-notes.ts';
import { keptFor } from '../idempotency/persist.ts';
import { createBackground, type WaitUntil } from '../kernel/background.ts';
import { createDeadline, storageLimitMs, waitAtMost } from '../kernel/deadline.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import { pseudonymOrNull } from '../kernel/ids/pseudonym.ts';
import { label, safe } from '../kernel/redacted.ts';
import { answerBooks } from '../model-call/booking/own-books.ts';
import { createRunAccount } from '../model-call/booking/run-account.ts';
import { unpricedModel } from '../model-call/booking/unpriced-errors.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { type Allowed, allowedRun, limitsOf } from './allowed-run.ts';
import type { RunAnswer } from './answer.ts';
import type { Catalog } from './catalog.ts';
import { checkInput, inputOf } from './check-input.ts';
import { closeRun, type CloseRunParts, emitRunEnd, hasBegun } from './close-run.ts';
import { answerFor, type AskedRun, makeAnswer } from './make-answer.ts';
import { openRunGuard } from './redaction/run-guard.ts';
import { openRunCache, planCache, type RunCacheParts } from './run-cache.ts';
import { conclude } from './run-record.ts';
import type { StartNext } from './sessions/pass-on.ts';
import { sessionBudget } from './sessions/session-budget.ts';
import type { Sessions } from './sessions/sessions.ts';
import { findSession, takeSession } from './sessions/sync-session.ts';

export interface SyncRunParts extends LoopParts, AdmissionParts, CloseRunParts, RunCacheParts {
  /** For requests that name a session. */
  readonly openSessions: () => Promise<Sessions>;
  /** Default: which runs were begun for an end user is not noted. */
  readonly noteRun?: NoteRun | undefined;
  readonly catalog: Catalog;
  readonly ids: Ids;
  /** Whether a model has a price at an instant (epoch milliseconds). */
  readonly isPriced: (model: string, at: number) => boolean;
  /** Names the model that may be meant by one without a price. */
  readonly prices: PriceTable;
}

/** One request for a run, with what its surroundings know about it. */
export interface SyncRunCall extends AskedRun {
  readonly requestId: string;
  readonly traceId: string;
  /** The longest the run may take, in milliseconds: the stage's deadline, or what the platform has left. */
  readonly limitMs: number;
  /** Aborts when the caller has left, where that can be known. */
  readonly signal: AbortSignal | undefined;
  /** Keeps the process until this has ended, after the answer. */
  readonly waitUntil?: WaitUntil;
  /** Starts the run that has waited for the session longest. Default: the sweeper does. */
  readonly startNext?: StartNext | undefined;
}

export type RunSync = (call: SyncRunCall) => Promise<RunAnswer>;

/** What a request asks for, as far as its tenant is allowed it; throws the AppError that says why not. */
const accepted = ({ catalog, isPriced, prices, clock }: SyncRunParts, { request, principal }: SyncRunCall): Allowed => {
  const allowed = allowedRun(catalog.forSyncRun(request), request, principal);
  if (!isPriced(allowed.model, clock.now())) throw unpricedModel(allowed.model, prices);
  return allowed;
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
    await checkInput(parts, agent, tenant, inputOf(request));
    const runId = ids.run();
    const guard = await openRunGuard({ tenant, agent, stream: asked.stream, joinsCalls: true, emit, runId });
    const call = { ...asked, request, stream: guard.stream };
    const background = createBackground();
    const { cost, timeoutMs } = limitsOf(request, agent, limitMs);
    const account = createRunAccount(cost, background);
    using deadline = createDeadline(clock, timeoutMs, signal);
    const userId = request.userId ?? null;
    const admission = createAdmission(parts, { principal, userId, runId, deadline });
    const plan = await planCache(parts, { allowed, request, principal, redaction: guard.name });
    const kept = { sessionId: request.sessionId, claimKey: claim?.key, cacheKey: plan?.key };
    // Before anything is written of the run: whatever kills it, that can be found.
    const noting = parts.noteRun?.({ tenantId, runId, createdAt, ...kept }, pseudonymOrNull(userId));
    if (standing.found !== null) await noting;
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
    const cache = await openRunCache(parts, agent, plan, { deadline, onWait });
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
    await noting;
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
    emitRunEnd(emit, { ...closing, keyId: principal.keyId });
    guard.tell(result);
    if ('answer' in concluded) return concluded.answer;
    throw hasBegun(result) || !('error' in result.ending) ? concluded.error : result.ending.error;
  };
