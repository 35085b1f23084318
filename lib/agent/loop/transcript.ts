import type { AppError } from '../../kernel/errors.ts';
import { label, type Redacted } from '../../kernel/redacted.ts';
import type { TraceStep } from '../../runs/types.ts';
import type { ToolStep } from '../tools/run-tool.ts';
import type { ModelStep } from './model-step.ts';
import type { Ending, LoopResult, RunStop, RunTotals } from './types.ts';

/** Keeps what a run has done while it does it: its trace, its counts, its words. */
export interface Transcript {
  model(name: Redacted, step: ModelStep): void;
  tool(name: Redacted, step: ToolStep): void;
  /** What the run has to say as it stands, and the model that said it. */
  say(text: string, by: string | null): void;
  /** What the first tool that ended the run wants the caller to be told. */
  readonly fatal: Redacted | null;
  ended(stop: RunStop): LoopResult;
  failed(error: AppError): LoopResult;
}

const NOTHING: RunTotals = {
  modelCalls: 0,
  toolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheCreationInputTokens: 0,
};

const traceOfModel = (name: Redacted, step: ModelStep): TraceStep => ({
  kind: 'model',
  name,
  startedAt: new Date(step.startedAt).toISOString(),
  durationMs: step.durationMs,
  attempts: step.attempts,
  status: step.ok ? 'succeeded' : 'failed',
  usage: step.tokens,
  costUsd: step.costUsd,
  ...(step.ok ? {} : { error: { code: label(step.code), detail: step.detail } }),
});

const traceOfTool = (name: Redacted, step: ToolStep): TraceStep => ({
  kind: 'tool',
  name,
  startedAt: new Date(step.startedAt).toISOString(),
  durationMs: step.durationMs,
  attempts: 1,
  status: step.error ? 'failed' : 'succeeded',
  ...(step.error ? { error: step.error } : {}),
});

export const createTranscript = (): Transcript => {
  const steps: TraceStep[] = [];
  let totals = NOTHING;
  let output = '';
  let answeredBy: string | null = null;
  let fatal: Redacted | null = null;
  let degraded: LoopResult['degraded'] = null;
  let lastFault: LoopResult['lastFault'] = null;
  const result = (ending: Ending): LoopResult => ({
    ending,
    output,
    steps,
    totals,
    answeredBy,
    degraded,
    lastFault,
  });
  return {
    model(name, step) {
      const served = step.ok ? step.degraded : null;
      steps.push(traceOfModel(served ? label(served.model) : name, step));
      totals = {
        ...totals,
        modelCalls: totals.modelCalls + (step.ok ? 1 : 0),
        inputTokens: totals.inputTokens + step.tokens.inputTokens,
        outputTokens: totals.outputTokens + step.tokens.outputTokens,
        cacheReadInputTokens: totals.cacheReadInputTokens + step.tokens.cacheReadInputTokens,
        cacheCreationInputTokens: totals.cacheCreationInputTokens + step.tokens.cacheCreationInputTokens,
      };
      lastFault = step.ok ? null : step.fault;
      if (served) degraded ??= { reason: served.reason, servedBy: 'fallback-model' };
    },
    tool(name, step) {
      steps.push(traceOfTool(name, step));
      totals = { ...totals, toolCalls: totals.toolCalls + 1 };
      fatal ??= step.fatal;
    },
    say(text, by) {
      output = text;
      answeredBy = by;
    },
    get fatal() {
      return fatal;
    },
    ended: (stop) => result({ stop }),
    failed: (error) => result({ error }),
  };
};
