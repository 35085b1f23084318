import type { LoopResult } from '../agent/loop/types.ts';
import { type Problem, problemOf } from '../http/response/problem.ts';
import type { StoredResult } from '../idempotency/answer.ts';
import { AppError } from '../kernel/errors.ts';
import { pseudonymOrNull } from '../kernel/ids/pseudonym.ts';
import type { PicoUsd } from '../kernel/money.ts';
import { boundSteps } from '../runs/trace/bound-steps.ts';
import type { RunLinks, RunRow } from '../runs/types.ts';
import { answerOf, type RunAnswer, type RunUsage, usageOf } from './answer.ts';
import type { RunCache } from './run-cache.ts';

/** What is known of a run besides what its loop came to. */
export interface RunFacts {
  /** Default `sync`. */
  readonly mode?: RunRow['mode'];
  readonly runId: string;
  readonly tenantId: string;
  readonly agent: string;
  readonly userId: string | null;
  readonly sessionId?: string | undefined;
  /** Asked for; stands in where no model answered. */
  readonly model: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the caller left before the end. */
  readonly cancelled: boolean;
  readonly cache: RunCache['state'];
  /** Default: none. */
  readonly links?: RunLinks;
  readonly spent: PicoUsd;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly durationMs: number;
}

/** What the caller gets, the row that is kept of it, and what a repeated request gets. */
export type Conclusion = { readonly row: RunRow; readonly result: StoredResult } & (
  { readonly answer: RunAnswer } | { readonly error: AppError }
);

/** A failed run's error, with the run's id and what it used: a failure can have cost money. */
const withRun = (error: AppError, members: AppError['members']): AppError =>
  new AppError(error.code, error.message, {
    cause: error,
    issues: error.issues,
    headers: error.headers,
    members,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.figures === undefined ? {} : { figures: error.figures }),
  });

/** How a run without an answer is kept. One that was cancelled has no error: it ended as it was told to. */
const endOf = (problem: Problem, usage: RunUsage, timedOut: boolean, { mode, cancelled, metadata }: RunFacts) => {
  const async = mode === 'async';
  if (cancelled)
    return { status: 'cancelled' as const, body: { ...(async ? {} : { error: problem }), usage, metadata } };
  return {
    status: async && timedOut ? ('timed_out' as const) : ('failed' as const),
    body: { error: problem, usage, metadata },
  };
};

export const conclude = (result: LoopResult, facts: RunFacts): Conclusion => {
  const { runId, tenantId, agent, userId, traceId, createdAt, durationMs, metadata } = facts;
  const kept = {
    runId,
    tenantId,
    mode: facts.mode ?? 'sync',
    agent,
    userId: pseudonymOrNull(userId),
    sessionId: facts.sessionId ?? null,
    createdAt,
    updatedAt: createdAt + durationMs,
    traceId,
    ...(facts.links && { links: facts.links }),
    ...boundSteps(result.steps),
  } as const;
  const { ending } = result;
  if ('stop' in ending) {
    const answer = answerOf(result, ending.stop, facts);
    return {
      answer,
      result: { status: 200, body: answer, runId },
      row: { ...kept, status: answer.status, body: { ...answer, metadata } },
    };
  }
  const usage = usageOf(result.totals, facts.spent);
  const error = withRun(ending.error, { runId, usage });
  const problem = problemOf(error, facts.requestId);
  return {
    error,
    result: { status: problem.status, body: problem, runId },
    row: { ...kept, ...endOf(problem, usage, result.lastFault === 'deadline', facts) },
  };
};
