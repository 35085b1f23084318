import type { AppError } from '../kernel/errors.ts';
import { label, type Redacted } from '../kernel/redacted.ts';
import type { TraceStep } from '../runs/types.ts';
import type { ModelStep } from './model-step.ts';
import type { ToolStep } from './run-tool.ts';
import type { Ending, LoopResult, RunStop, RunTotals } from './types.ts';

/** Keeps what a run has done while it does it: its trace, its counts, its words. */
export interface Transcript {
  model(name: Redacted, step: ModelStep): void;
  tool(name: Redacted, step: ToolStep): void;
  /** The text of an answer; `goesOn` where it continues the one before (after `pause_turn`). */
  say(text: string, goesOn: boolean): void;
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
  const result = (ending: Ending): LoopResult => ({ ending, output, steps, totals, answeredBy });
  return {
    model(name, step) {
      steps.push(traceOfModel(name, step));
      totals = {
        ...totals,
        modelCalls: totals.modelCalls + (step.ok ? 1 : 0),
        inputTokens: totals.inputTokens + step.tokens.inputTokens,
        outputTokens: totals.outputTokens + step.tokens.outputTokens,
        cacheReadInputTokens: totals.cacheReadInputTokens + step.tokens.cacheReadInputTokens,
        cacheCreationInputTokens: totals.cacheCreationInputTokens + step.tokens.cacheCreationInputTokens,
      };
      if (step.ok) answeredBy = step.message.model;
    },
    tool(name, step) {
      steps.push(traceOfTool(name, step));
      totals = { ...totals, toolCalls: totals.toolCalls + 1 };
      fatal ??= step.fatal;
    },
    say(text, goesOn) {
      if (goesOn) output += text;
      else if (text !== '') output = text;
    },
    get fatal() {
      return fatal;
    },
    ended: (stop) => result({ stop }),
    failed: (error) => result({ error }),
  };
};
