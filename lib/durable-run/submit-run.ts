import type { Agent } from '../agent/define/define-agent.ts';
import { closedLimit, limitClosed } from '../caller/caller-limits.ts';
import { type RequestPermitParts, takeRequestPermit } from '../caller/request-permit.ts';
import type { NoteUser } from '../end-users/names.ts';
import type { NoteRun } from '../end-users/run-notes.ts';
import { scopedKey } from '../idempotency/key.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids/ids.ts';
import { pseudonymOrNull } from '../kernel/ids/pseudonym.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { unpricedModel } from '../model-call/booking/unpriced-errors.ts';
import type { PriceTable } from '../pricing/price-table.ts';
import { allowedRun, withDefaults } from '../run/allowed-run.ts';
import type { Catalog } from '../run/catalog.ts';
import { checkInput, inputOf } from '../run/check-input.ts';
import { joinSession, keyOf } from '../run/sessions/session-request.ts';
import type { Sessions } from '../run/sessions/sessions.ts';
import type { ActiveRuns } from '../runs/active.ts';
import type { EventLog } from '../runs/event-log.ts';
import type { InboxStore } from '../runs/inbox/inbox.ts';
import type { RunKey } from '../runs/run-key.ts';
import type { AsyncRunStore, RunStore, RunSummary } from '../runs/types.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Principal } from '../tenants/types.ts';
import { derivedId } from './derived-id.ts';
import type { AsyncRunRequest } from './http/async-request.ts';
import type { StartRun, SubmittedRun } from './start-runs.ts';
import type { Submission } from './submission.ts';
import { QUEUED_ENTRY } from './worker/events/event-writer.ts';

export interface SubmitRunParts extends RequestPermitParts {
  readonly catalog: Catalog;
  readonly isPriced: (model: string, at: number) => boolean;
  readonly prices: PriceTable;
  readonly ids: Ids;
  readonly runs: Pick<RunStore, 'find'> & Pick<AsyncRunStore, 'submit'>;
  readonly inbox: Pick<InboxStore, 'create'>;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly active: Pick<ActiveRuns, 'add'>;
  readonly startRun: StartRun;
  readonly openSessions: () => Promise<Sessions>;
  /** Default: which runs were begun for an end user is not noted. */
  readonly noteRun?: NoteRun;
  /** Default: who end users are is not noted. */
  readonly noteUser?: NoteUser;
  /** Why nothing may be sent to a URL; `null` where it may. */
  readonly webhookIssue: (url: string) => Redacted | null;
}

export interface SubmitCall {
  readonly request: AsyncRunRequest;
  readonly principal: Principal;
  readonly hops: number;
  readonly requestId: string;
  readonly traceId: string;
  readonly sampled?: boolean | undefined;
  /** Two submissions with one key are one run, also where the first was killed before it could answer. */
  readonly idempotencyKey: string | undefined;
  readonly limitMs: number;
}

export interface Submitted {
  readonly run: RunKey & Pick<RunSummary, 'agent'>;
  readonly headers: Readonly<Record<string, string>>;
}

export type SubmitRun = (call: SubmitCall) => Promise<Submitted>;

const KEY_LIFE_MS = 24 * 3_600_000;
/** The id of the `nth` run that a key has named: each key names one run a day. */
const idFor = (tenantId: string, key: string, nth: number): string => `run_${derivedId(tenantId, key, nth)}`;

/**
 * Puts a run down and has it started. What stands in its row was written before: whoever finds a row finds an inbox and
 * the first event, and the sweeper finds the run. A start that fails is made up for by the sweeper.
 */
export const createSubmitRun = (parts: SubmitRunParts): SubmitRun => {
  const { catalog, isPriced, prices, ids, clock, emit, runs, inbox, eventLog, active, startRun, openSessions } = parts;
  const { webhookIssue } = parts;

  const accept = ({ request, principal }: SubmitCall): Agent => {
    const message = request.webhookUrl === undefined ? null : webhookIssue(request.webhookUrl);
    if (message !== null) {
      const issues = [{ path: 'webhookUrl', message }];
      throw new AppError('invalid-request', safe`The body has 1 invalid field; see errors.`, { issues });
    }
    const closed = closedLimit({ principal, userId: request.userId ?? null });
    if (closed !== null) throw limitClosed(closed);
    const { agent, model } = allowedRun(catalog.find(request), request, principal);
    if (!isPriced(model, clock.now())) throw unpricedModel(model, prices);
    return agent;
  };

  /** A run of its own, or the one that this key has named already. */
  const put = async (call: SubmitCall, { name: agent, redactOutput, redact }: Agent): Promise<SubmittedRun> => {
    const { request, principal, hops, requestId, traceId, sampled, idempotencyKey } = call;
    const { tenantId, keyId, scopes, keyLimits } = principal;
    const createdAt = clock.now();
    const submission: Submission = {
      request: { ...request, agent },
      principal: { tenantId, keyId, scopes, keyLimits },
      redaction: { redactOutput, redact },
      hops,
      requestId,
      traceId,
      sampled,
      createdAt,
    };
    for (let nth = 0; ; nth += 1) {
      const runId = idempotencyKey === undefined ? ids.run() : idFor(tenantId, idempotencyKey, nth);
      const run = { tenantId, runId };
      const key = keyOf(tenantId, request);
      const claimKey = idempotencyKey === undefined ? null : scopedKey(tenantId, idempotencyKey);
      // Before anything is written of it: whatever kills this, that can be found.
      await parts.noteRun?.({ ...run, createdAt, sessionId: request.sessionId }, pseudonymOrNull(request.userId));
      await Promise.all([
        // Before anything that the caller wrote: an erasure finds it by this.
        key === null ? null : (await openSessions()).store.addRun(key, { runId, claimKey }),
        active.add(run),
        inbox.create(run, { maxCostUsd: request.maxCostUsd ?? null }),
        eventLog.append(run, { first: 1, writer: 1, ...QUEUED_ENTRY }),
      ]);
      const row = {
        ...run,
        agent,
        createdAt,
        traceId,
        userId: pseudonymOrNull(request.userId),
        sessionId: request.sessionId ?? null,
      };
      if (await runs.submit({ ...row, input: submission })) return row;
      const earlier = await runs.find(tenantId, runId);
      if (earlier !== null && earlier.createdAt + KEY_LIFE_MS > createdAt) return earlier;
    }
  };

  return async (asked) => {
    const { principal, limitMs } = asked;
    const request = await joinSession(openSessions, principal.tenantId, asked.request);
    const call = { ...asked, request };
    const agent = accept(call);
    await checkInput({ emit }, agent, principal.tenant, inputOf(request));
    const limited = { ...call, request: withDefaults(request, agent) };
    using deadline = createDeadline(clock, limitMs);
    const headers = await takeRequestPermit(parts, principal, request.userId ?? null, deadline);
    const noting = parts.noteUser?.(principal.tenantId, request.userId ?? null);
    const run = await put(limited, agent);
    await noting;
    await startRun(run, principal.tenant).catch((error: unknown) =>
      emit({ type: 'store.failed', operation: safe`executions.start`, ...describeFailure(error) }),
    );
    return { run, headers };
  };
};
