import type { DurableContext } from '@aws/durable-execution-sdk-js';
import { giveBackUnsent } from '../../accounts/give-back-unsent.ts';
import { type LostStep, settleLostRun, type SettleLostRunParts } from '../../accounts/settle-lost-run.ts';
import { attemptsOf } from '../../agent/loop/model/call-attempts.ts';
import { type AdmissionParts, createAdmission } from '../../caller/admission.ts';
import { createBackground } from '../../kernel/background.ts';
import { createDeadline } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { parseUsd } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import { createRunAccount } from '../../model-call/booking/run-account.ts';
import { DEFAULT_AGENT } from '../../run/catalog.ts';
import { openCurrentGuard } from '../../run/redaction/current-guard.ts';
import { openRunGuard } from '../../run/redaction/run-guard.ts';
import type { EraseContent } from '../../runs/ended/erase-content.ts';
import type { EventLog } from '../../runs/event-log.ts';
import type { InboxStore } from '../../runs/inbox/inbox.ts';
import type { Overflow } from '../../runs/overflow.ts';
import type { RunQueue } from '../../runs/queue.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { AsyncRunStore, RunStore } from '../../runs/types.ts';
import type { WorkContexts } from '../../telemetry/context/work-context.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Tenant } from '../../tenants/types.ts';
import { type Submission, workingPrincipal } from '../submission.ts';
import type { Announce } from '../webhooks/announce.ts';
import { createStepBeginner } from './begin-step.ts';
import { brokenRun } from './broken-run.ts';
import { createCurrentTenant } from './current-tenant.ts';
import { endRun, type EndRunParts } from './end-run.ts';
import { openEventWriter } from './events/event-writer.ts';
import type { Invocation } from './invocation.ts';
import { createDurableJournal } from './journal/durable-journal.ts';
import { insistentOverflow } from './journal/insistent-overflow.ts';
import { InvocationLost, orInvocationLost } from './journal/invocation-lost.ts';
import { admissionOf } from './run-admission.ts';
import { runLoop, type RunLoopParts, type WorkedOnRun } from './run-loop.ts';
import { createInboxWatch } from './steering/watch-inbox.ts';

export interface ExecuteRunParts
  extends
    Omit<RunLoopParts, 'runs' | 'announce'>,
    AdmissionParts,
    Omit<EndRunParts, 'runs' | 'inbox' | 'announce'>,
    Omit<SettleLostRunParts, 'clock' | 'emit'> {
  readonly runs: AsyncRunStore & Pick<RunStore, 'find'>;
  readonly inbox: InboxStore;
  readonly eventLog: EventLog;
  readonly overflow: Overflow;
  /** Is told which run is worked on. Default: nobody is. */
  readonly contexts?: Pick<WorkContexts, 'know'> | undefined;
  readonly announce: Announce;
  readonly queue: Pick<RunQueue, 'enqueue'>;
  readonly eraseContent: Pick<EraseContent, 'atEnd'>;
  readonly findTenant: (tenantId: string) => Promise<Tenant | null>;
}

/** One invocation of a run's execution: it replays the run, goes on with it, and ends or suspends it. */
export interface RunWorker {
  /** Resolves when the run has ended; never where it is suspended. */
  work(context: DurableContext): Promise<void>;
  /** To be awaited when the invocation ends, however: what it leaves under way is finished, what it holds is given back. */
  close(): Promise<void>;
}

/** What a worker reads before it begins; where that fails, so does the invocation, and the service tries it again. */
const readRun = async ({ runs, inbox, findTenant }: ExecuteRunParts, run: RunKey) => {
  const [submission, tenant, first] = await Promise.all([
    runs.findInput(run) as Promise<Submission | null>,
    findTenant(run.tenantId),
    inbox.read(run),
  ]);
  if (submission === null || tenant === null || first === null) return null;
  return { submission, tenant, maxCostUsd: first.maxCostUsd };
};

export const openRunWorker = async (
  parts: ExecuteRunParts,
  run: RunKey,
  invocation: Invocation,
): Promise<RunWorker> => {
  const { clock, emit, runs, inbox } = parts;
  const { runId } = run;
  const found = await readRun(parts, run);
  // Kept for longer than any run may last: whatever has no row any more has ended.
  if (found === null) return { work: async () => {}, close: async () => {} };
  const { submission, maxCostUsd } = found;
  const tenant = createCurrentTenant(clock, found.tenant, parts.findTenant);
  const { request, principal, requestId, traceId, sampled = false } = submission;
  parts.contexts?.know({ runId, requestId, trace: { traceId, sampled } });

  const background = createBackground();
  const account = createRunAccount(maxCostUsd === null ? null : parseUsd(maxCostUsd), background);
  const watch = createInboxWatch({
    clock,
    emit,
    async read() {
      const now = await inbox.read(run);
      if (now === null) throw new AppError('not-found', safe`There is no run of this id.`);
      return now;
    },
  });
  await watch.read();
  let isStale = false;
  const leaving: (() => Promise<void>)[] = [];
  const onStale = () => {
    isStale = true;
    watch.stop();
  };
  const events = await openEventWriter({ log: parts.eventLog, clock, emit }, run, onStale);
  const deadline = createDeadline(clock, invocation.remainingMs(), watch.signal);
  const userId = request.userId ?? null;
  const admission = admissionOf(tenant, (now) =>
    createAdmission(parts, { principal: workingPrincipal(principal, now), userId, runId, deadline }),
  );
  const costOf = (attempts: readonly string[], since = 0, unsent?: LostStep['unsent']) =>
    settleLostRun(parts, { ...run, attempts, unsent }, Math.max(since, submission.createdAt), clock.now());
  const results = insistentOverflow(parts, run, invocation.remainingMs());
  const giveBack: WorkedOnRun['giveBack'] = (attemptIds, since) =>
    giveBackUnsent(parts, { ...run, attemptIds, since, now: clock.now() });
  const beginner = createStepBeginner({
    run,
    clock,
    runs,
    events,
    tenant,
    deadline,
    slots: parts.slots,
    enqueue: () => parts.queue.enqueue({ ...run, createdAt: submission.createdAt }),
    bookLost: ({ since, unsent, ...call }) => costOf(attemptsOf(runId, call), since, unsent),
    spend: (cost) => account.spend(cost),
  });

  return {
    async work(context) {
      if (events.isOver) return;
      const journal = createDurableJournal({
        context,
        now: () => clock.now(),
        ...invocation,
        begin: (...step) => beginner.begin(...step),
        deadlineFor: (ms, modelCall) => watch.deadline(ms, modelCall !== undefined),
        isStale: () => isStale,
        isCancelled: () => watch.signal.aborted,
        overflow: results,
        longestCallMs: parts.longestCallMs,
        timeoutMs: request.timeoutMs ?? Infinity,
      });
      const agent = parts.catalog.lookUp(request.agent ?? DEFAULT_AGENT);
      const { stream } = events;
      const openGuard = async () => {
        await tenant.refresh();
        return openRunGuard({ tenant: tenant.now, agent, earlier: submission.redaction, stream, emit, runId });
      };
      const guard = await orInvocationLost(openCurrentGuard(stream, openGuard));
      const bounds = { deadline, atClose: (leave: () => Promise<void>) => void leaving.push(leave) };
      const working = {
        run,
        submission,
        tenant,
        account,
        background,
        admission,
        watch,
        events,
        guard,
        journal,
        giveBack,
      };
      const spendAll = async () => account.spend(await costOf([`${runId}:`]));
      const done = await runLoop(parts, { ...working, ...bounds }).catch((error: unknown) => {
        if (error instanceof InvocationLost) throw error;
        return orInvocationLost(brokenRun(parts, { run, submission, deadline, spendAll }, error));
      });
      const left: ExecuteRunParts['left'] = async (...which) => {
        // Before: whoever waits for a slot may have it.
        await beginner.release();
        await parts.left(...which);
      };
      const ending = { run, submission, journal, ...done, spent: account.spent, events, guard };
      // Where its end is put down beside its own journal, that does not try it again.
      await orInvocationLost(endRun({ ...parts, left }, ending));
      // Nothing of the run is replayed any more. What fails here is made up for when its events are erased.
      await parts.eraseContent
        .atEnd(run)
        .catch((error: unknown) =>
          emit({ type: 'store.failed', operation: safe`runs.eraseContent`, ...describeFailure(error) }),
        );
    },
    async close() {
      isStale = true;
      events.stop();
      watch.stop();
      deadline[Symbol.dispose]();
      results.stop();
      await Promise.all([beginner.release(), admission.leave(), ...leaving.map((leave) => leave())]);
      await background.ended();
    },
  };
};
