import { isRunStop, meaningOf, type RunStop } from '../agent/loop/stop-reasons.ts';
import type { Degraded, LoopResult, RunTotals } from '../agent/loop/types.ts';
import { formatUsd, type PicoUsd } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import type { RunCache } from './run-cache.ts';

/** A stop reason for logs and metrics: one of the known ones, or `other`; the provider's text goes to the caller alone. */
export const stopName = (stopReason: string): Redacted => (isRunStop(stopReason) ? label(stopReason) : safe`other`);

/** What a run used, as its caller is told. */
export type RunUsage = RunTotals & { readonly costUsd: string };

/** The body of a run that ended with something to say; the contract's 200. */
export interface RunAnswer {
  readonly runId: string;
  readonly status: 'succeeded' | 'incomplete';
  readonly output: string;
  /** What the agent's `output` makes of the answer; not there where it has none, or the answer is none. */
  readonly result?: object;
  readonly agent: string;
  /** The model that answered. */
  readonly model: string;
  readonly stopReason: string;
  readonly usage: RunUsage;
  readonly degraded: Degraded | null;
  readonly cache: RunCache['state'];
  readonly durationMs: number;
  /** Of the session that it went on with. */
  readonly sessionId?: string;
  /** Tools that failed, and whose fallback the model was given; not there where none did. */
  readonly toolFallbacks?: readonly string[];
}

export const usageOf = (totals: RunTotals, spent: PicoUsd): RunUsage => ({ ...totals, costUsd: formatUsd(spent) });

export interface Answered {
  readonly runId: string;
  readonly agent: string;
  /** Asked for; stands in where no model answered. */
  readonly model: string;
  readonly spent: PicoUsd;
  readonly cache: RunCache['state'];
  readonly durationMs: number;
  readonly sessionId?: string | undefined;
}

export const answerOf = (result: LoopResult, stop: RunStop, run: Answered): RunAnswer => ({
  runId: run.runId,
  status: meaningOf(stop).status,
  output: result.output,
  ...(result.result === null ? {} : { result: result.result }),
  agent: run.agent,
  model: result.answeredBy ?? run.model,
  stopReason: stop,
  usage: usageOf(result.totals, run.spent),
  degraded: result.degraded,
  cache: run.cache,
  durationMs: run.durationMs,
  ...(run.sessionId === undefined ? {} : { sessionId: run.sessionId }),
  ...(result.toolFallbacks.length === 0 ? {} : { toolFallbacks: result.toolFallbacks }),
});
