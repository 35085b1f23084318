import type {
  Message,
  MessageParam,
  TextBlockParam,
  ThinkingConfigParam,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError, type AppErrorOptions, type ErrorCode } from '../../../kernel/errors.ts';
import { formatUsd, parseUsd, sum, ZERO } from '../../../kernel/money.ts';
import type { Redacted } from '../../../kernel/redacted.ts';
import { attemptIdOf } from '../../../model-call/attempt-id.ts';
import { isStoreRefusal } from '../../../model-call/faults.ts';
import type { ModelRequest } from '../../../model-call/provider.ts';
import { asModelTakes } from '../../../model-call/translate/as-model-takes.ts';
import type { BookedAttempt, FaultKind } from '../../../model-call/types.ts';
import type { TraceAttempt, TraceUsage } from '../../../runs/trace/trace-step.ts';
import { isSecretMissing } from '../../../secrets/missing-secret.ts';
import type { Thinking } from '../../define/agent-options.ts';
import type { Agent } from '../../define/define-agent.ts';
import type { OutputFormat } from '../../define/output-schema.ts';
import { outputParam, toolParams } from '../../define/tool-schema.ts';
import type { ModelCall, StepContext } from '../journal.ts';
import type { RunMessage } from '../steering.ts';
import type { LoopParts, Run } from '../types.ts';
import { attemptDetails, usageOf } from './attempt-details.ts';
import { withBreakpoints } from './cache-breakpoints.ts';
import { tryOf } from './call-attempts.ts';

/** What a model step leaves in the journal: plain JSON, enough to go on from and to account for. */
export type ModelStep = {
  readonly startedAt: number;
  readonly durationMs: number;
  /** Messages to the run that this call was the first to read. */
  readonly received: readonly RunMessage[];
  /** Of all attempts, lost ones included. */
  readonly costUsd: string;
  readonly attempts: number;
  /** The last of them. Default: written before they were kept. */
  readonly attemptDetails?: readonly TraceAttempt[];
  /** What earlier tries of this step had cost when they were interrupted. Default: nothing. */
  readonly lostUsd?: string;
  readonly tokens: TraceUsage;
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
      /** Broken off so that the next call reads a message; `fault` is `cancelled`. */
      readonly interrupted: boolean;
      /** What the interrupted answer had said so far. */
      readonly partial: string;
      readonly code: ErrorCode;
      readonly detail: Redacted;
      readonly options: Pick<AppErrorOptions, 'retryAfterMs' | 'issues' | 'figures' | 'headers'>;
      /** The attempt that the store refused last: it may hold money, and was never sent. Default: none. */
      readonly unsent?: string;
      /** Whether the store has refused it because there is no key to be sent. Default: not. */
      readonly isKeyMissing?: true;
    }
);

const system = (agent: Agent): TextBlockParam[] => [
  { type: 'text', text: agent.system, cache_control: { type: 'ephemeral' } },
];

const outputConfig = (effort: Agent['effort'], schema: OutputFormat | null) => ({
  ...(effort === null ? {} : { effort }),
  ...(schema === null ? {} : { format: { type: 'json_schema' as const, schema } }),
});

const THINKING = { adaptive: { type: 'adaptive' }, off: { type: 'disabled' } } as const;

const thinkingOf = (thinking: Thinking): ThinkingConfigParam =>
  typeof thinking === 'string' ? THINKING[thinking] : { type: 'enabled', budget_tokens: thinking.budgetTokens };

/** What an agent says of how its models answer, in the provider's names, of which its client knows no more some. */
const waysOf = ({ thinking, temperature, topP, topK }: Agent): Pick<ModelRequest, 'thinking'> => {
  const ways = { thinking: thinking && thinkingOf(thinking), temperature, top_p: topP, top_k: topK };
  return Object.fromEntries(Object.entries(ways).filter(([, value]) => value !== null));
};

/** The breakpoint behind the system prompt covers the tools too: they come before it in the provider's order. */
const requestOf = async ({ agent, model, earlier }: Run, messages: readonly MessageParam[]): Promise<ModelRequest> => {
  const schema = await outputParam(agent);
  return asModelTakes({
    model,
    max_tokens: agent.maxOutputTokens,
    system: system(agent),
    messages: withBreakpoints(messages, earlier),
    ...(agent.tools.size === 0 ? {} : { tools: await toolParams(agent) }),
    ...waysOf(agent),
    ...(agent.stopSequences.length === 0 ? {} : { stop_sequences: [...agent.stopSequences] }),
    ...(schema === null && agent.effort === null ? {} : { output_config: outputConfig(agent.effort, schema) }),
  });
};

export type FailedStep = Extract<ModelStep, { ok: false }>;

const failureOf = (
  fault: FaultKind,
  error: AppError,
): Pick<FailedStep, 'ok' | 'fault' | 'code' | 'detail' | 'options'> => ({
  ok: false,
  fault,
  code: error.code,
  detail: error.message,
  options: {
    issues: error.issues,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.figures === undefined ? {} : { figures: error.figures }),
    headers: error.headers,
  },
});

/** A call that is not made, or not made again, for a reason of our own; `lostUsd`: what earlier tries of it have cost. */
export const refusedStep = (
  { clock }: Pick<LoopParts, 'clock'>,
  error: AppError,
  lostUsd: string,
  kind: FaultKind = 'refused',
): FailedStep => ({
  received: [],
  startedAt: clock.now(),
  durationMs: 0,
  costUsd: lostUsd,
  ...(parseUsd(lostUsd) === ZERO ? {} : { lostUsd }),
  attempts: 0,
  attemptDetails: [],
  tokens: usageOf([]),
  ...failureOf(kind, error),
  interrupted: false,
  partial: '',
});

/** One model call as its run makes it. */
export interface ModelStepCall extends StepContext, ModelCall {
  readonly messages: readonly MessageParam[];
  /** Those of the messages that were sent to the run and that no call had read before. */
  readonly received: readonly RunMessage[];
}

/** A model call of a run, with everything around it. */
export const modelStep = async (
  { callModel, clock }: LoopParts,
  run: Run,
  { call, round, messages, received, deadline, begun, lostUsd }: ModelStepCall,
): Promise<ModelStep> => {
  const [startedAt, startedMs] = [clock.now(), clock.monotonicMs()];
  const booked: BookedAttempt[] = [];
  const { runId, tenantId, keyId, userId, labels, hops, account, background, admission, stream } = run;
  const { refusal, budget, maxRetries, standIns } = run.terms?.() ?? { ...run, refusal: null };
  if (refusal !== null) return { ...refusedStep({ clock }, refusal, lostUsd), received };
  const sink = {
    text: (delta: string) => stream.text(delta),
    reset: () => stream.reset(),
    admitted: () => stream.admitted(admission.headers()),
  };
  const context = {
    runId,
    step: call,
    again: tryOf(round, begun),
    agent: run.agent.name,
    circuit: run.agent.circuit,
    caller: { tenantId, keyId, userId, labels, hops },
    bounds: { deadline, budget, admission, maxRetries, retries: run.agent.retries, standIns },
    listener: { sink },
    account,
    booked,
    background,
  };
  const outcome = await callModel(await requestOf(run, messages), context);
  const figures = {
    received,
    startedAt,
    durationMs: clock.monotonicMs() - startedMs,
    costUsd: formatUsd(sum([parseUsd(lostUsd), ...booked.map(({ cost }) => cost)])),
    ...(begun === 1 ? {} : { lostUsd }),
    attempts: booked.length,
    attemptDetails: attemptDetails(booked),
    tokens: usageOf(booked),
  };
  if (outcome.ok) return { ...figures, ok: true, message: outcome.message, degraded: outcome.degraded ?? null };
  const { kind, error } = outcome.fault;
  const isUnsent = isStoreRefusal(outcome.fault) || outcome.standInRefused === true;
  return {
    ...figures,
    ...failureOf(kind, error),
    ...(isUnsent ? { unsent: attemptIdOf(context) } : {}),
    ...(isSecretMissing(error) ? { isKeyMissing: true } : {}),
    interrupted: kind === 'cancelled' && run.steering.interrupted(),
    partial: outcome.partial ?? '',
  };
};

/** The error that a failed step is, made again from the journal. */
export const errorOf = (step: FailedStep): AppError => new AppError(step.code, step.detail, step.options);
