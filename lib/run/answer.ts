import type { Degraded, LoopResult, RunStop, RunTotals } from '../agent/loop/types.ts';
import { formatUsd, type PicoUsd } from '../kernel/money.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import type { RunCache } from './run-cache.ts';

/** Endings that leave the task undone. */
const INCOMPLETE: ReadonlySet<RunStop> = new Set<RunStop>([
  'max_tokens',
  'context_window',
  'max_model_calls',
  'max_cost',
  'budget',
  'deadline',
  'review_failed',
  'fallback',
]);

const KNOWN: ReadonlySet<string> = new Set([...INCOMPLETE, 'end_turn', 'stop_sequence', 'refusal']);

/** A stop reason for logs and metrics: one of the known ones, or `other`; the provider's text goes to the caller alone. */
export const stopName = (stopReason: string): Redacted => (KNOWN.has(stopReason) ? label(stopReason) : safe`other`);

/** What a run used, as its caller is told. */
export type RunUsage = RunTotals & { readonly costUsd: string };

/** The body of a run that ended with something to say; the contract's 200. */
export interface RunAnswer {
  readonly runId: string;
  readonly status: 'succeeded' | 'incomplete';
  readonly output: string;
  readonly agent: string;
  /** The model that answered. */
  readonly model: string;
  readonly stopReason: string;
  readonly usage: RunUsage;
  readonly degraded: Degraded | null;
  readonly cache: RunCache['state'];
  readonly durationMs: number;
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
}

export const answerOf = (result: LoopResult, stop: RunStop, run: Answered): RunAnswer => ({
  runId: run.runId,
  status: INCOMPLETE.has(stop) ? 'incomplete' : 'succeeded',
  output: result.output,
  agent: run.agent,
  model: result.answeredBy ?? run.model,
  stopReason: stop,
  usage: usageOf(result.totals, run.spent),
  degraded: result.degraded,
  cache: run.cache,
  durationMs: run.durationMs,
});
