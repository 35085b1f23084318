import type { Message, MessageParam, TextBlockParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError, type AppErrorOptions, type ErrorCode } from '../../kernel/errors.ts';
import { formatUsd, sum } from '../../kernel/money.ts';
import type { Redacted } from '../../kernel/redacted.ts';
import type { ModelRequest } from '../../model-call/provider.ts';
import type { BookedAttempt, FaultKind } from '../../model-call/types.ts';
import type { TraceStep } from '../../runs/types.ts';
import type { Agent } from '../define/define-agent.ts';
import { toolParams } from '../define/tool-schema.ts';
import type { LoopParts, Run } from './types.ts';

/** What a model step leaves in the journal: plain JSON, enough to go on from and to account for. */
export type ModelStep = {
  readonly startedAt: number;
  readonly durationMs: number;
  /** Of all attempts, lost ones included. */
  readonly costUsd: string;
  readonly attempts: number;
  readonly tokens: NonNullable<TraceStep['usage']>;
} & (
  | {
      readonly ok: true;
      readonly message: Message;
      /** Why a stand-in answered, and which; `null`: the asked model did. */
      readonly degraded: { readonly reason: ErrorCode; readonly model: string } | null;
    }
  | {
      readonly ok: false;
      readonly fault: FaultKind;
      /** What the interrupted answer had said so far. */
      readonly partial: string;
      readonly code: ErrorCode;
      readonly detail: Redacted;
      readonly options: Pick<AppErrorOptions, 'retryAfterMs' | 'issues' | 'figures' | 'headers'>;
    }
);

const system = (agent: Agent): TextBlockParam[] => [
  { type: 'text', text: agent.system, cache_control: { type: 'ephemeral' } },
];

/** The breakpoint behind the system prompt covers the tools too: they come before it in the provider's order. */
const requestOf = async (run: Run, messages: readonly MessageParam[]): Promise<ModelRequest> => ({
  model: run.model,
  max_tokens: run.agent.maxOutputTokens,
  system: system(run.agent),
  messages: [...messages],
  ...(run.agent.tools.size === 0 ? {} : { tools: await toolParams(run.agent) }),
});

const total = (booked: readonly BookedAttempt[]): NonNullable<TraceStep['usage']> => {
  const of = (read: (tokens: BookedAttempt['tokens']) => number) =>
    booked.reduce((count, { tokens }) => count + read(tokens), 0);
  return {
    inputTokens: of((tokens) => tokens.inputTokens),
    outputTokens: of((tokens) => tokens.outputTokens),
    cacheReadInputTokens: of((tokens) => tokens.cacheReadInputTokens),
    cacheCreationInputTokens: of((tokens) => tokens.cacheWrite5mInputTokens + tokens.cacheWrite1hInputTokens),
  };
};

/** The `step`-th model call of a run, with everything around it. */
export const modelStep = async (
  { callModel, clock }: LoopParts,
  run: Run,
  step: number,
  messages: readonly MessageParam[],
): Promise<ModelStep> => {
  const [startedAt, startedMs] = [clock.now(), clock.monotonicMs()];
  const booked: BookedAttempt[] = [];
  const {
    runId,
    tenantId,
    keyId,
    userId,
    hops,
    deadline,
    account,
    background,
    budget,
    admission,
    maxRetries,
    standIns,
    stream,
  } = run;
  const sink = {
    text: (delta: string) => stream.text(delta),
    reset: () => stream.reset(),
    admitted: () => stream.admitted(admission.headers()),
  };
  const context = {
    runId,
    step,
    agent: run.agent.name,
    circuit: run.agent.circuit,
    caller: { tenantId, keyId, userId, hops },
    bounds: { deadline, budget, admission, maxRetries, standIns },
    listener: { sink },
    account,
    booked,
    background,
  };
  const outcome = await callModel(await requestOf(run, messages), context);
  const figures = {
    startedAt,
    durationMs: clock.monotonicMs() - startedMs,
    costUsd: formatUsd(sum(booked.map(({ cost }) => cost))),
    attempts: booked.length,
    tokens: total(booked),
  };
  if (outcome.ok) return { ...figures, ok: true, message: outcome.message, degraded: outcome.degraded ?? null };
  const { kind, error } = outcome.fault;
  const options = {
    issues: error.issues,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.figures === undefined ? {} : { figures: error.figures }),
    headers: error.headers,
  };
  return {
    ...figures,
    ok: false,
    fault: kind,
    partial: outcome.partial ?? '',
    code: error.code,
    detail: error.message,
    options,
  };
};

/** The error that a failed step is, made again from the journal. */
export const errorOf = (step: Extract<ModelStep, { ok: false }>): AppError =>
  new AppError(step.code, step.detail, step.options);
