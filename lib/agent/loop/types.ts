import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { RunAdmission } from '../../caller/admission.ts';
import type { Circuits } from '../../circuit-breaker/circuits.ts';
import type { Background } from '../../kernel/background.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import type { AppError, ErrorCode } from '../../kernel/errors.ts';
import type { RunAccount } from '../../model-call/booking/run-account.ts';
import type { Attempt, CallBudget, FaultKind } from '../../model-call/types.ts';
import type { StepContent, StepName } from '../../runs/trace/run-content.ts';
import type { TraceStep } from '../../runs/types.ts';
import type { Secret } from '../../secrets/loader.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { UsageLabels } from '../../usage/record.ts';
import type { Agent } from '../define/define-agent.ts';
import type { Tool } from '../define/define-tool.ts';
import type { Endpoint } from '../define/endpoint.ts';
import type { ToolContext } from '../define/tool-options.ts';
import type { Taint } from '../flow/flow-rules.ts';
import type { ToolSecrets } from '../tools/tool-secrets.ts';
import type { Journal } from './journal.ts';
import type { Weighed } from './model/fit-context.ts';
import type { RunStream } from './run-stream.ts';
import type { Steering } from './steering.ts';
import type { RunStop } from './stop-reasons.ts';

/** What a run's tenant allows it by now, where that may have changed since the run began. */
export interface Terms extends Pick<Run, 'budget' | 'maxRetries' | 'standIns'> {
  /** Why no more models are called; `null`: they are. */
  readonly refusal: AppError | null;
  mayUse(tool: string): boolean;
}

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
  /** What its usage is labelled with. */
  readonly labels: UsageLabels;
  /** How many other Ballasts its request has passed. */
  readonly hops: number;
  /** Asked inside steps, as they are made. Default: it is as it was when the run began. */
  readonly terms?: () => Terms;
  /**
   * Gives back what attempts hold that were never sent: by their ids, since an instant. Asked inside steps. Rejects with
   * `store-unavailable`. Default: whoever reserved it does.
   */
  readonly giveBack?: (attemptIds: readonly string[], since: number) => Promise<void>;
  readonly deadline: Deadline;
  readonly account: RunAccount;
  readonly background: Background;
  readonly budget: CallBudget;
  readonly admission: RunAdmission;
  readonly stream: RunStream;
  readonly journal: Journal;
  readonly steering: Steering;
  /** Awaited before the first tool that changes the world: from then on the run must not be begun anew. */
  readonly beforeEffects: () => Promise<void>;
  /** Earlier turns and the task, as the model gets them. */
  readonly messages: readonly MessageParam[];
  /** How many of the messages are of earlier runs of its session: the provider's cache has them. Default: it has no session. */
  readonly earlier?: number | undefined;
  /** What the earlier runs of its session have read. Default: nothing. */
  readonly taint?: Taint;
  /** What the earlier messages weigh; `null`: nobody knows. */
  readonly weighed?: Weighed | null;
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
    /** The name of the call: its idempotency key. */
    call: string,
  ) => ToolContext['fetch'];
  /** The secret of tools that has this name. */
  readonly secretOf: (name: string) => Secret;
  /**
   * Shown what a tool threw, or that it took too long: for a terminal at which its author sits. It may quote what the tool
   * was given. Default: nobody is.
   */
  readonly onToolError?:
    | ((thrown: {
        readonly tool: Pick<Tool, 'name' | 'timeoutMs'>;
        readonly error: unknown;
        readonly timedOut: boolean;
        readonly secrets: Pick<ToolSecrets, 'removeFrom'>;
      }) => void)
    | undefined;
  /** Tokens that a model takes and gives in one call together; `null`: not known. */
  readonly contextWindowOf: (model: string) => number | null;
}

/** What a run has said, as it stands. */
export interface Said {
  readonly stop: RunStop;
  readonly text: string;
  /** The model that said it; `null`: none has answered. */
  readonly by: string | null;
  /** Whether it came with tool calls, and nothing was said after them: then it is no answer of an agent with an `output`. */
  readonly withTools: boolean;
}

/** How a run ended: with something to say, or with the error that stopped it. */
export type Ending = { readonly stop: RunStop } | { readonly error: AppError };

/** What a run came to. */
export interface LoopResult {
  readonly ending: Ending;
  readonly output: string;
  /** What the agent's `output` makes of it; `null`: the agent has none, or the answer is none. Plain JSON. */
  readonly result: object | null;
  readonly steps: readonly TraceStep[];
  /** What its tools were given and gave, what people decided on and sent: in memory, and kept where the stage says so. */
  readonly contents: ReadonlyMap<StepName, StepContent>;
  readonly totals: RunTotals;
  /** The model whose words the output is. */
  readonly answeredBy: string | null;
  /** Why, and by whom, it was answered otherwise than asked; `null`: it was not. */
  readonly degraded: Degraded | null;
  /** Tools that failed, and whose fallback the model was given: each once, in the order of their calls. */
  readonly toolFallbacks: readonly string[];
  /** What its last model call met; `null`: an answer. */
  readonly lastFault: FaultKind | null;
  /** All that the agent and its model have said to each other, earlier turns included; none where it did not begin. */
  readonly messages: readonly MessageParam[];
  readonly weighed: Weighed | null;
  /** What its tools have read, and what earlier runs of its session had. */
  readonly taint: Taint;
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
