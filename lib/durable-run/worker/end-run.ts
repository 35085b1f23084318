import type { Journal } from '../../agent/loop/journal.ts';
import type { LoopResult } from '../../agent/loop/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { PicoUsd } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import { DEFAULT_AGENT } from '../../run/catalog.ts';
import { emitRunEnd, toolCallsOf } from '../../run/close-run.ts';
import type { PutContent } from '../../run/put-content.ts';
import type { CurrentGuard } from '../../run/redaction/current-guard.ts';
import type { RunCache } from '../../run/run-cache.ts';
import { conclude, type Conclusion } from '../../run/run-record.ts';
import { sessionOf } from '../../run/sessions/session-request.ts';
import type { InboxStore } from '../../runs/inbox/inbox.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { AsyncRunStore, RunStore } from '../../runs/types.ts';
import type { SessionKey } from '../../sessions/types.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { ToolUsageStore } from '../../usage/tool-record.ts';
import { lastEventOf } from '../events-of-row.ts';
import type { Snapshot, Submission } from '../submission.ts';
import type { Announce } from '../webhooks/announce.ts';
import type { EventWriter } from './events/event-writer.ts';
import { giveRunSession, putRunSession, type RunSession, type RunSessionParts, tidyRunSession } from './run-session.ts';

export interface EndRunParts extends RunSessionParts {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly runs: Pick<AsyncRunStore, 'end'> & Pick<RunStore, 'find'>;
  readonly inbox: Pick<InboxStore, 'forceClose' | 'read'>;
  readonly toolUsage: Pick<ToolUsageStore, 'add'>;
  /** Default: what was written in a run is not kept. */
  readonly putContent?: PutContent | undefined;
  /** The run is unfinished no more; whoever waits for its session or its slot may go on. */
  readonly left: (run: RunKey, session: SessionKey | null) => Promise<void>;
  readonly announce: Pick<Announce, 'ended'>;
}

export interface EndingRun {
  readonly run: RunKey;
  readonly submission: Submission;
  /** `null`: it could not even begin. */
  readonly snapshot: Snapshot | null;
  /** As it was taken; `null`: it was not. */
  readonly session: RunSession | null;
  readonly cache: Pick<RunCache, 'state' | 'end'>;
  readonly result: LoopResult;
  readonly spent: PicoUsd;
  readonly journal: Journal;
  readonly events: EventWriter;
  readonly guard: CurrentGuard;
}

const concluded = (
  { run, submission, snapshot, cache, result, guard, spent }: EndingRun,
  { endedAt, isCancelled }: { readonly endedAt: number; readonly isCancelled: boolean },
): Conclusion => {
  const { request, requestId, traceId, createdAt } = submission;
  const wasCancelled = isCancelled && 'error' in result.ending;
  const facts = {
    ...run,
    mode: 'async' as const,
    agent: request.agent ?? DEFAULT_AGENT,
    model: snapshot?.model ?? request.model ?? '',
    userId: request.userId ?? null,
    sessionId: request.sessionId,
    requestId,
    traceId,
    metadata: request.metadata ?? {},
    cancelled: wasCancelled,
    cache: cache.state,
    links: { cacheKey: snapshot?.cache?.key },
    spent,
    createdAt,
    durationMs: endedAt - createdAt,
  };
  return conclude(guard.result(result), facts);
};

/** However little time the run had: it has to end. */
const INSIST = { insist: true } as const;

/** Writes how a run ended, each thing once, whatever is killed in between: its row, its tools' usage, its last event. */
export const endRun = async (parts: EndRunParts, ending: EndingRun): Promise<void> => {
  const { clock, emit, runs, inbox, toolUsage, putContent, left, announce } = parts;
  const { run, submission, result, spent, journal, events, guard } = ending;
  const ended = await journal.step(
    'ended',
    async () => {
      // The answer leaves by what is set now, however long its last call took.
      await guard.renew();
      // From here on nobody can send it anything, nor cancel it.
      await inbox.forceClose(run);
      const { cancelled = null } = (await inbox.read(run)) ?? {};
      return { endedAt: clock.now(), isCancelled: cancelled !== null };
    },
    INSIST,
  );
  const conclusion = concluded(ending, ended);
  const { row } = conclusion;
  const leaving = { ...ending, model: ending.snapshot?.model ?? '', row };
  await putRunSession(parts, leaving);
  await journal.step(
    'end',
    async () => {
      if ('stop' in result.ending) guard.stream.textIs(result.output);
      const worker = await events.flush();
      // Before its row says that it has ended: whoever reads its trace then finds all of it.
      await putContent?.(run, { task: submission.request.task, ...result }, guard.input);
      // Where somebody else has ended it, their word counts.
      const kept = (await runs.end(row, worker)) ? row : ((await runs.find(run.tenantId, run.runId)) ?? row);
      const isOwn = kept.status === row.status && kept.updatedAt === row.updatedAt;
      // Before it leaves its place to the next, who may ask the same.
      if (isOwn) await ending.cache.end(guard.result(result));
      await giveRunSession(parts, ending, kept);
      // Killed before `left`, the run is found by the sweeper, which says it again.
      await announce.ended(run);
      const calls = toolCallsOf(result.steps);
      const usage = { tenantId: run.tenantId, runId: run.runId, at: row.updatedAt, calls };
      if (calls.length > 0)
        await toolUsage
          .add(usage)
          .catch((error: unknown) =>
            emit({ type: 'store.failed', operation: safe`toolUsage.add`, ...describeFailure(error) }),
          );
      await events.end(...lastEventOf(kept.status, kept.body, run));
      await left(run, sessionOf(row));
      // Whoever else has ended it has told so.
      if (isOwn) {
        const {
          principal: { keyId },
          request: { task, timeoutMs },
        } = submission;
        const hasOwnTime = timeoutMs !== undefined;
        emitRunEnd(emit, { result, concluded: conclusion, spent, task, keyId, hasOwnTime });
        guard.tell(result);
      }
      return null;
    },
    INSIST,
  );
  await tidyRunSession(parts, leaving);
};
