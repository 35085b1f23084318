import { runPattern } from '../../agent/loop/patterns/patterns.ts';
import { traceOfStart } from '../../agent/loop/trace-steps.ts';
import type { LoopParts, LoopResult } from '../../agent/loop/types.ts';
import type { RunAdmission } from '../../caller/admission.ts';
import type { Background } from '../../kernel/background.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { label } from '../../kernel/redacted.ts';
import { answerBooks } from '../../model-call/booking/own-books.ts';
import type { RunAccount } from '../../model-call/booking/run-account.ts';
import type { Attempt } from '../../model-call/types.ts';
import { allowedRun, withTools } from '../../run/allowed-run.ts';
import type { Catalog } from '../../run/catalog.ts';
import { degrade, hadEffects } from '../../run/degrade.ts';
import type { CurrentGuard } from '../../run/redaction/current-guard.ts';
import { planCache, type RunCache, type RunCacheParts } from '../../run/run-cache.ts';
import { labelsOf } from '../../run/run-request.ts';
import { continued } from '../../run/sessions/conversation.ts';
import { sessionBudget } from '../../run/sessions/session-budget.ts';
import type { InboxStore } from '../../runs/inbox/inbox.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { AsyncRunStore } from '../../runs/types.ts';
import type { Executions } from '../executions.ts';
import { fingerprintOf, type Snapshot, type Submission, unchangedAgent } from '../submission.ts';
import type { Announce } from '../webhooks/announce.ts';
import { openAnswerCache } from './answer-cache.ts';
import type { CurrentTenant } from './current-tenant.ts';
import type { EventWriter } from './events/event-writer.ts';
import type { DurableJournal } from './journal/durable-journal.ts';
import { type RunSession, type RunSessionParts, takeRunSession } from './run-session.ts';
import { runTerms } from './run-terms.ts';
import { createRunSteering, type Waiting } from './steering/run-steering.ts';
import type { InboxWatch } from './steering/watch-inbox.ts';

export interface RunLoopParts extends LoopParts, RunSessionParts, RunCacheParts {
  readonly catalog: Catalog;
  readonly runs: Pick<AsyncRunStore, 'progress'>;
  readonly inbox: InboxStore;
  readonly executions: Executions;
  readonly announce: Pick<Announce, 'asked'>;
  /** Longest wait for a person or for room in a budget. */
  readonly waitMs: number;
}

/** A run as one invocation works on it. */
export interface WorkedOnRun {
  readonly run: RunKey;
  readonly submission: Submission;
  readonly tenant: CurrentTenant;
  readonly account: RunAccount;
  readonly background: Background;
  readonly admission: RunAdmission;
  readonly watch: InboxWatch;
  readonly events: EventWriter;
  readonly guard: CurrentGuard;
  readonly journal: DurableJournal;
  /** Gives back what attempts hold that the store has refused, since an instant. Rejects with `store-unavailable`. */
  readonly giveBack: (attemptIds: readonly string[], since: number) => Promise<void>;
  /** Of the invocation. */
  readonly deadline: Pick<Deadline, 'remainingMs'>;
  /** Has something done when the invocation ends, however. */
  readonly atClose: (leave: () => Promise<void>) => void;
}

const WAITING = { approval: 'awaiting_approval', budget: 'awaiting_budget', slot: 'queued' } as const;

/**
 * A run lasts for as long as it takes, and each of its steps has a deadline of its own. That the run was cancelled is seen by
 * its steps alone, and stands in the journal: a replay that knew it earlier would take another way than the run took.
 */
const ENDLESS: Deadline = {
  at: Number.MAX_SAFE_INTEGER,
  remainingMs: () => Infinity,
  signal: new AbortController().signal,
  stoppedBy: null,
  [Symbol.dispose]() {},
};

/** What the run goes by from now on: its first step. */
const takeSnapshot = async (
  parts: RunLoopParts,
  { run, submission, tenant, guard }: WorkedOnRun,
): Promise<Snapshot> => {
  const { catalog, clock, emit } = parts;
  const { request, requestId, traceId } = submission;
  const principal = { ...submission.principal, tenant: tenant.now };
  const allowed = allowedRun(catalog.find(request), request, principal);
  const { model, standIns, maxModelCalls, agent } = allowed;
  emit({
    type: 'run.started',
    runId: label(run.runId),
    agent: label(agent.name),
    tenantId: label(run.tenantId),
    requestId: label(requestId),
    traceId: label(traceId),
  });
  const tools = [...agent.tools.keys()];
  // A conversation that goes on is asked of nobody else.
  const cache =
    request.sessionId === undefined
      ? await planCache(parts, { allowed, request, principal, redaction: guard.name })
      : null;
  const limits = { model, standIns, tools, maxModelCalls, ...(cache === null ? {} : { cache }) };
  return { fingerprint: await fingerprintOf(agent), ...limits, startedAt: clock.now() };
};

const steeringOf = (parts: RunLoopParts, { run, submission, account, watch, events, guard, journal }: WorkedOnRun) => {
  const { clock, inbox, executions, runs, announce, waitMs } = parts;
  return createRunSteering({
    run,
    clock,
    inbox,
    watch,
    journal,
    events,
    shownInput: guard.input,
    account,
    executions,
    announce,
    waitMs,
    pausesOnLimit: submission.request.onLimit === 'pause',
    async setWaiting(waiting: Waiting | null) {
      const worker = await events.flush();
      const status = waiting === null ? 'running' : WAITING[waiting.reason];
      const progress = { worker, status, updatedAt: clock.now() } as const;
      await runs.progress(run, waiting === null ? progress : { ...progress, waiting: { ...waiting } });
    },
  });
};

/** What a run came to, with what it goes by. */
export interface RunOutcome {
  readonly snapshot: Snapshot;
  readonly session: RunSession | null;
  readonly cache: RunCache;
  readonly result: LoopResult;
}

/** Replays a run and goes on with it, by its agent's pattern; resolves when there is nothing left to do. Throws `NotReplayable`. */
export const runLoop = async (parts: RunLoopParts, working: WorkedOnRun): Promise<RunOutcome> => {
  const { run, submission, tenant, account, background, admission, guard, journal, giveBack } = working;
  const { request, principal, hops } = submission;
  const snapshot = await journal.step('snapshot', () => takeSnapshot(parts, working));
  const tools = snapshot.tools ?? tenant.now.allowedTools;
  const agent = await unchangedAgent(() => withTools(parts.catalog.find(request), tools), snapshot);
  const cache = await openAnswerCache({ ...parts, ...working, agent }, snapshot.cache);
  if (cache.found !== null) return { snapshot, session: null, cache, result: cache.found };
  const taken = await takeRunSession(parts, working);
  if (taken !== null && 'refused' in taken) return { snapshot, session: null, cache, result: taken.refused };

  const callModel: Attempt = async (...attempt) => {
    account.holdTo(sessionBudget(tenant.now, taken));
    await guard.renew();
    const outcome = await parts.callModel(...attempt);
    // What was answered is on the books before the journal says that it was.
    await answerBooks(parts.clock, background);
    // What is asked of people and told of the answer goes by what is set now. It is paid: a store that fails is no reason to lose it.
    await guard.renew().catch(() => undefined);
    return outcome;
  };
  const { model, standIns, maxModelCalls } = snapshot;
  const terms = () => runTerms({ submission, agent: agent.name, model, standIns }, tenant.now);
  const { budget, maxRetries } = terms();
  const ended = await runPattern(
    { ...parts, callModel },
    {
      ...run,
      agent,
      model,
      standIns,
      maxModelCalls,
      userId: request.userId ?? null,
      terms,
      giveBack,
      budget,
      maxRetries,
      labels: labelsOf(request),
      hops,
      account,
      background,
      admission,
      journal,
      keyId: principal.keyId,
      steering: steeringOf(parts, working),
      deadline: ENDLESS,
      stream: guard.stream,
      beforeEffects: () => Promise.resolve(),
      ...(taken === null
        ? { messages: [...(request.messages ?? []), { role: 'user', content: request.task }] }
        : continued(taken.earlier, request, { agent, model })),
    },
  );
  const waited = traceOfStart({ ...snapshot, createdAt: submission.createdAt, turnAt: taken?.takenAt });
  const traced = { ...ended, steps: [...waited, ...ended.steps] };
  const result = degrade(traced, {
    stale: cache.stale,
    fallbackMessage: agent.fallbackMessage,
    hadEffects: hadEffects(ended, agent),
  });
  return { snapshot, session: taken, cache, result };
};
