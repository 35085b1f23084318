import { problemOf } from '../../http/response/problem.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { label, safe } from '../../kernel/redacted.ts';
import { type RunUsage, usageOf } from '../../run/answer.ts';
import { callerOf, firstContentMs } from '../../run/close-run.ts';
import { sessionOf } from '../../run/sessions/session-request.ts';
import type { EventLog } from '../../runs/event-log.ts';
import type { InboxStore } from '../../runs/inbox/inbox.ts';
import type { RunKey } from '../../runs/run-key.ts';
import { boundSteps } from '../../runs/trace/bound-steps.ts';
import { type AsyncRunStore, hasEnded, type RunRow, type RunStatus, type RunStore } from '../../runs/types.ts';
import type { SessionKey } from '../../sessions/types.ts';
import type { Emit } from '../../telemetry/events.ts';
import { lastEventOf } from '../events-of-row.ts';
import type { Submission } from '../submission.ts';
import type { Announce } from '../webhooks/announce.ts';
import { endEvents } from '../worker/events/entry-writer.ts';
import { knownOfLost, type KnownOfLostParts } from './known-of-lost.ts';

export interface FailRunParts extends KnownOfLostParts {
  readonly clock: Clock;
  readonly runs: Pick<RunStore, 'find'> & Pick<AsyncRunStore, 'end' | 'findInput'>;
  readonly inbox: Pick<InboxStore, 'forceClose' | 'read'>;
  readonly eventLog: Pick<EventLog, 'append' | 'read' | 'tail'>;
  readonly left: (run: RunKey, session: SessionKey | null) => Promise<void>;
  readonly announce: Pick<Announce, 'ended'>;
}

/** How an execution ended that could not end its run itself. */
export type LostEnd = 'failed' | 'timed_out' | 'stopped';

const ERRORS: Record<LostEnd, () => AppError> = {
  failed: () => new AppError('internal', safe`The execution of the run failed.`),
  timed_out: () => new AppError('upstream-timeout', safe`The run took longer than any run may.`),
  stopped: () => new AppError('internal', safe`The execution of the run was stopped.`),
};

const STATUS: Record<LostEnd, RunStatus> = { failed: 'failed', timed_out: 'timed_out', stopped: 'cancelled' };

const tellEnd = (
  emit: Emit,
  row: RunRow,
  submission: Submission | null,
  code: string,
  { costUsd, ...totals }: RunUsage,
): void =>
  emit({
    type: 'run.finished',
    runId: label(row.runId),
    agent: label(row.agent),
    tenantId: label(row.tenantId),
    ...callerOf(submission?.principal.keyId ?? null, row.userId),
    mode: safe`async`,
    status: label(row.status),
    reason: label(code),
    isFault: row.status !== 'cancelled',
    model: null,
    degraded: null,
    ...totals,
    costUsd: label(costUsd),
    durationMs: row.updatedAt - row.createdAt,
    firstContentMs: firstContentMs(row.steps, row.createdAt),
    taskChars: submission?.request.task.length ?? null,
    outputChars: 0,
  });

/** The greatest worker number there is: no worker that is left can write any more. */
const LAST_WORKER = Number.MAX_SAFE_INTEGER;

/**
 * Ends a run whose execution has ended without it: a run that has ended by itself stays as it is. Harmless when repeated,
 * and when it comes late.
 */
export const failRun = async (parts: FailRunParts, run: RunKey, how: LostEnd): Promise<void> => {
  const { clock, emit, runs, inbox, eventLog, left, announce } = parts;
  const row = await runs.find(run.tenantId, run.runId);
  if (row === null) return left(run, null);
  if (!hasEnded(row)) {
    const submission = (await runs.findInput(run)) as Submission | null;
    const { totals, cost, steps } = await knownOfLost(parts, run, row.createdAt);
    const usage = usageOf(totals, cost);
    // Last before its end: while it is open, whoever wants the run cancelled is heard.
    await inbox.forceClose(run);
    const problem = problemOf(ERRORS[how](), submission?.requestId ?? run.runId);
    const metadata = submission?.request.metadata ?? {};
    const error = { ...problem, runId: run.runId, usage };
    const body = { ...(STATUS[how] === 'cancelled' ? {} : { error }), usage, metadata };
    const ended = { ...row, ...boundSteps(steps), status: STATUS[how], updatedAt: clock.now(), body };
    if (await runs.end(ended, LAST_WORKER)) tellEnd(emit, ended, submission, problem.code, usage);
  }
  const ended = await runs.find(run.tenantId, run.runId);
  if (ended !== null)
    await endEvents({ log: eventLog, clock, emit }, run, ...lastEventOf(ended.status, ended.body, run));
  await announce.ended(run);
  // Last: what is not active any more is looked after by nobody.
  await left(run, sessionOf(row));
};
