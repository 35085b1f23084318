import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { RunAdmission } from '../../caller/admission.ts';
import type { Circuits } from '../../circuit-breaker/circuits.ts';
import type { Background } from '../../kernel/background.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import type { AppError, ErrorCode } from '../../kernel/errors.ts';
import type { RunAccount } from '../../model-call/booking/run-account.ts';
import type { Attempt, CallBudget, FaultKind } from '../../model-call/types.ts';
import type { TraceStep } from '../../runs/types.ts';
import type { Secret } from '../../secrets/cached-secret.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Agent } from '../define/define-agent.ts';
import type { ToolContext } from '../define/define-tool.ts';
import type { Endpoint } from '../define/endpoint.ts';
import type { ToolSecrets } from '../tools/tool-secrets.ts';
import type { Journal } from './journal.ts';
import type { RunStream } from './run-stream.ts';

/** How a run ended that has something to say; the stop reasons of the model, and Ballast's own limits. */
export type RunStop =
  | 'end_turn'
  | 'stop_sequence'
  | 'refusal'
  | 'max_tokens'
  | 'context_window'
  | 'max_model_calls'
  | 'max_cost'
  | 'budget'
  | 'deadline'
  /** The answer is whole, but could not be reviewed or revised as its agent's pattern says. */
  | 'review_failed'
  /** No model answered, and the agent's own message stands in. */
  | 'fallback';

/** Who runs it, for whom, and within which bounds: all that a pattern needs to know. */
export interface Run {
  readonly runId: string;
  readonly agent: Agent;
  readonly model: string;
  readonly maxModelCalls: number;
  /** Models that stand in for the asked one, in order; each is allowed to the tenant. */
  readonly standIns: readonly string[];
  /** Retries of one model call that the tenant allows, where that is less than the stage's; `null`: the stage's. */
  readonly maxRetries: number | null;
  readonly tenantId: string;
  readonly keyId: string;
  readonly userId: string | null;
  /** How many other Ballasts its request has passed. */
  readonly hops: number;
  readonly deadline: Deadline;
  readonly account: RunAccount;
  readonly background: Background;
  readonly budget: CallBudget;
  readonly admission: RunAdmission;
  readonly stream: RunStream;
  readonly journal: Journal;
  /** Awaited before the first tool that changes the world: from then on the run must not be begun anew. */
  readonly beforeEffects: () => Promise<void>;
  /** Earlier turns and the task, as the model gets them. */
  readonly messages: readonly MessageParam[];
}

/** What a pattern is made with, the same for all runs of an environment. */
export interface LoopParts {
  readonly callModel: Attempt;
  readonly circuits: Pick<Circuits, 'enter'>;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Binds a tool's `fetch` to the tool's own endpoints, and gives those their credentials. */
  readonly fetchFor: (
    endpoints: Readonly<Record<string, Endpoint>>,
    secrets: Pick<ToolSecrets, 'get' | 'refresh'>,
    signal: AbortSignal,
  ) => ToolContext['fetch'];
  /** The secret of tools that has this name. */
  readonly secretOf: (name: string) => Secret;
  /** Tokens that a model takes and gives in one call together; `null`: not known. */
  readonly contextWindowOf: (model: string) => number | null;
}

/** How a run ended: with something to say, or with the error that stopped it. */
export type Ending = { readonly stop: RunStop } | { readonly error: AppError };

/** What a run came to. */
export interface LoopResult {
  readonly ending: Ending;
  readonly output: string;
  readonly steps: readonly TraceStep[];
  readonly totals: RunTotals;
  /** The model whose words the output is. */
  readonly answeredBy: string | null;
  /** Why, and by whom, it was answered otherwise than asked; `null`: it was not. */
  readonly degraded: Degraded | null;
  /** What its last model call met; `null`: an answer. */
  readonly lastFault: FaultKind | null;
}

/** An answer that is not quite what was asked for: `reason` is the code of the error that there would have been. */
export interface Degraded {
  readonly reason: ErrorCode;
  readonly servedBy: 'fallback-model' | 'cache' | 'default';
}

/** Counts of a run; tokens are of all attempts, as they were booked. */
export interface RunTotals {
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
}
