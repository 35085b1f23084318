import { type AdmissionParts, createAdmission } from '../caller/admission.ts';
import { checkAllowedModel, standInsFor } from '../caller/allowed-models.ts';
import { budgetOf } from '../caller/call-budget.ts';
import type { NoteUser } from '../end-users/names.ts';
import { upstreamIdHeader } from '../http/upstream-id.ts';
import type { StoredResult } from '../idempotency/answer.ts';
import type { ClaimsOfUser } from '../idempotency/claims-of-user.ts';
import type { ScopedKey } from '../idempotency/key.ts';
import type { OwnedClaim } from '../idempotency/owned-claim.ts';
import { endUserOf } from '../identity/end-user.ts';
import { createBackground, type WaitUntil } from '../kernel/background.ts';
import { createDeadline, storageLimitMs } from '../kernel/deadline.ts';
import { asAppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import { pseudonymOf } from '../kernel/ids/pseudonym.ts';
import { label, safe } from '../kernel/redacted.ts';
import { answerBooks } from '../model-call/booking/own-books.ts';
import { createRunAccount } from '../model-call/booking/run-account.ts';
import { notMade, refusal } from '../model-call/faults.ts';
import type { Attempt, FailedOutcome, Outcome } from '../model-call/types.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import { tellSecrets } from '../telemetry/tell-secrets.ts';
import type { Principal } from '../tenants/types.ts';
import { GATEWAY } from '../usage/record.ts';
import type { ClientRequest } from './client-request.ts';
import type { MessageSink } from './message-sink.ts';
import { openAnswerGuard } from './redaction/answer-guard.ts';

type Headers = Readonly<Record<string, string>>;

export interface MessageCallParts extends AdmissionParts {
  readonly callModel: Attempt;
  readonly ids: Pick<Ids, 'run'>;
  /** Whether a model has a price at an instant (epoch milliseconds). */
  readonly isPriced: (model: string, at: number) => boolean;
  /** Names the model that may be meant by one without. */
  readonly prices: PriceTable;
  /** Default: who end users are is not noted. */
  readonly noteUser?: NoteUser;
  /** Notes whose answer is kept under a key. Default: an erasure of the end user does not find it. */
  readonly noteClaim?: ClaimsOfUser['note'];
}

/** One request of a client, with what its surroundings know about it. */
export interface MessageCall {
  readonly asked: ClientRequest;
  readonly principal: Principal;
  readonly requestId: string;
  /** The longest the call may take, in milliseconds. */
  readonly limitMs: number;
  /** Aborts when the client has left, where that can be known and matters. */
  readonly signal: AbortSignal | undefined;
  /** The request's hold on its idempotency key, where it sent one. */
  readonly claim: (Pick<OwnedClaim, 'complete' | 'release'> & Partial<Pick<OwnedClaim, 'key'>>) | null;
  /** Keeps the process until this has ended, after the answer. */
  readonly waitUntil?: WaitUntil;
  /** Is given the id by which the provider knows what it was asked. */
  readonly answeredBy?: (upstreamRequestId: string | null) => void;
}

/** What a call came to. */
export interface CalledModel {
  readonly outcome: Outcome;
  /**
   * Resolves once the books are written, and what a repeated request will get; nothing is kept of a failure that cost
   * nothing.
   */
  readonly closed: (kept: StoredResult | null) => Promise<void>;
}

export type CallMessages = (call: MessageCall, sink: MessageSink) => Promise<CalledModel>;

/** Says that a budget paid for fewer output tokens than were asked for, and for how many. */
const MAX_TOKENS_HEADER = 'x-ballast-max-tokens';

const nothing = () => {};

/** A failure too tells what the limits that let the call through have left, and who it was that failed. */
const withHeaders = (outcome: FailedOutcome, headers: Headers): FailedOutcome => {
  const { fault, metered } = outcome;
  const all = { ...headers, ...upstreamIdHeader(metered.upstreamRequestId) };
  return { ...outcome, fault: { ...fault, error: fault.error.withHeaders(all) } };
};

/** Never rejects: what could not be noted is kept all the same, for its 24 hours. */
const notedClaim = async (
  { noteClaim, emit }: Pick<MessageCallParts, 'noteClaim' | 'emit'>,
  tenantId: string,
  userId: string | null,
  key: ScopedKey | undefined,
): Promise<void> => {
  if (userId === null || key === undefined) return;
  await noteClaim?.(tenantId, pseudonymOf(userId), key).catch((error: unknown) =>
    emit({ type: 'store.failed', operation: safe`idempotency.note`, ...describeFailure(error) }),
  );
};

/** Lets a client's request through the limits, budgets and brackets of an agent's calls, and no other way. */
export const createCallMessages =
  (parts: MessageCallParts): CallMessages =>
  async ({ asked, principal, limitMs, signal, claim, waitUntil, answeredBy }, sink) => {
    const { callModel, clock, emit, ids, isPriced, prices } = parts;
    const { request, wire } = asked;
    const userId = endUserOf(asked.userId, principal);
    const { tenant, tenantId, keyId } = principal;
    // The list of what a request may ask for is loaded with the first one.
    const { referencedModels } = await import('./referenced-models.ts');
    const named = [{ model: request.model, path: 'model' }, ...referencedModels(request)];
    for (const { model, path } of named) checkAllowedModel(model, tenant, path);
    for (const { model, path } of named)
      if (model !== null && !isPriced(model, clock.now())) {
        // Few processes ever refuse for a price.
        const { unpricedModel } = await import('../model-call/booking/unpriced-errors.ts');
        throw unpricedModel(model, prices, path);
      }
    const runId = ids.run();
    const background = createBackground();
    const account = createRunAccount(null, background);
    using deadline = createDeadline(clock, limitMs, signal);
    const admission = createAdmission(parts, { principal, userId, runId, deadline });
    if (parts.noteUser) waitUntil?.(parts.noteUser(tenantId, userId));
    const guard = await openAnswerGuard(tenant, (counts) =>
      tellSecrets(emit, { ...tenant, runId, agent: GATEWAY }, counts),
    );
    const shown = guard?.sink(sink) ?? sink;
    const noted = notedClaim(parts, tenantId, userId, claim?.key);
    let own: Headers = {};
    const called = await callModel(request, {
      runId,
      step: 1,
      agent: GATEWAY,
      circuit: {},
      caller: { tenantId, keyId, userId },
      bounds: {
        deadline,
        budget: budgetOf(principal, userId),
        admission,
        maxRetries: tenant.maxRetries,
        standIns: standInsFor(request.model, [], tenant),
      },
      listener: {
        wire,
        // Nothing of it is out before a client that waits for the whole of it has an answer.
        restartable: !asked.streams,
        sink: {
          ...shown,
          text: nothing,
          reset: nothing,
          admitted({ maxTokens }) {
            shown.admitted(admission.headers());
            own = maxTokens < request.max_tokens ? { [MAX_TOKENS_HEADER]: String(maxTokens) } : {};
            sink.says(own);
          },
          opened(id) {
            own = { ...own, ...upstreamIdHeader(id) };
            sink.says(own);
          },
        },
      },
      account,
      booked: [],
      background,
    }).catch((error: unknown) => notMade(refusal(asAppError(error))));
    waitUntil?.(background.ended());
    answeredBy?.(called.metered.upstreamRequestId);
    const shownAs = guard?.outcome(called) ?? called;
    const outcome = shownAs.ok ? shownAs : withHeaders(shownAs, admission.headers());
    if (outcome.ok && outcome.degraded) {
      const names = { runId: label(runId), agent: label(GATEWAY), reason: label(outcome.degraded.reason) };
      emit({ type: 'run.degraded', ...names, servedBy: safe`fallback-model` });
    }
    return {
      outcome,
      async closed(kept) {
        // With a claim it is the end of the process that cancels, and a call that was killed begins anew as well.
        const isLost = deadline.stoppedBy === 'cancelled';
        const isKept = kept !== null && (outcome.ok || (account.spent > 0n && !isLost));
        const limitMs = storageLimitMs(deadline);
        await noted;
        const keep = isKept ? claim?.complete({ ...kept, runId }, limitMs) : claim?.release(limitMs);
        await Promise.all([answerBooks(clock, background), admission.leave(), keep]);
      },
    };
  };
