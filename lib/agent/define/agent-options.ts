import type * as z from 'zod/mini';
import type { CircuitOptions } from '../../circuit-breaker/options.ts';
import type { Effort } from '../../model-call/translate/capabilities.ts';
import type { RedactionClass } from '../../redaction/classes.ts';
import type { Hooks } from '../../telemetry/hooks/hook-events.ts';
import type { LogLevel } from '../../telemetry/log.ts';
import type { ReadKind } from '../flow/flow-rules.ts';
import type { Tool } from './define-tool.ts';

export type Complexity = 'simple' | 'standard' | 'complex';

/** How an agent works: `react` calls tools until it can answer; `reflection` drafts so, then has the draft criticised and revises it. */
export type Pattern = 'react' | 'reflection';

/** How an agent's answers may be given again to whoever asks the same. */
export interface AgentCache {
  /** How long an answer is fresh; at least 1. A tenant's `cacheTtlSeconds` wins. */
  readonly ttlSeconds: number;
  /** Whether an answer is for the end user alone (`userId`) who asked for it. Default false: the whole tenant's. */
  readonly perUser?: boolean;
}

/** Whether models think before they answer: by themselves, not at all, or with so many of the output tokens at most. */
export type Thinking = 'adaptive' | 'off' | { readonly budgetTokens: number };

export interface AgentOptions {
  /** 1 to 64 of `[a-z0-9-]`. */
  readonly name: string;
  readonly description: string;
  /** 1 to 64 characters; raise it when a tool's code changes what answers say: those cached under another one are not given any more. Default `1`. */
  readonly version?: string;
  /** Default `react`. */
  readonly pattern?: Pattern;
  /** Rounds of criticism at most, for `reflection` alone. Default 2. */
  readonly maxRounds?: number;
  /** The system prompt; cached by the provider together with the tools. */
  readonly system: string;
  readonly tools?: readonly Tool[];
  /**
   * A zod object, as which the agent answers: `result` of the run is what the schema makes of the answer. The provider
   * holds the model to it; an answer that it refuses all the same is mended once, by the model. Default: the agent
   * answers in its own words.
   */
  readonly output?: z.core.$ZodType;
  /** Which model answers at which complexity; `standard` is the default. */
  readonly models: Readonly<Record<Complexity, string>>;
  /** Models that stand in, in order, for one that fails; each with a known price. Default none. */
  readonly fallbackModels?: readonly string[];
  /** What a caller is told, marked as such, where every model fails and no cached answer is left. Default: they get the error. */
  readonly fallbackMessage?: string;
  /** Default: answers are cached only for requests that say so. */
  readonly cache?: AgentCache;
  /** Whether secrets are replaced in all that callers get of its runs. Default false: the tenant decides. */
  readonly redactOutput?: boolean;
  /** Which kinds of them, where `redactOutput` is on. Default `keys`, `cards`, `ssn`, `iban`. */
  readonly redact?: readonly RedactionClass[];
  /**
   * Input that it does not take, by the name of a rule that callers and logs are told: a pattern as RE2 takes it (characters, `.`,
   * classes, groups, `|`, `?`, `*`, `+`, `{m,n}`), looked for anywhere in a task, a turn or a message, without case. Default: none.
   */
  readonly denyInput?: Readonly<Record<string, string>>;
  /**
   * What is written for it may hold, as `reads` of a tool: `untrusted` words of others than the caller, as a mail that is passed
   * on, `private` data. It counts as read from the run's beginning. Default: none; it is the caller's own.
   */
  readonly inputReads?: readonly ReadKind[];
  /** Output tokens of one model call. Default 4,096. */
  readonly maxOutputTokens?: number;
  /** Model calls of one run. Default 10; a request may ask for fewer or more. */
  readonly maxModelCalls?: number;
  /** Retries of one model call after its first attempt, 0 to 10; a tenant may allow fewer. Default: the stage's `MAX_RETRIES`. */
  readonly retries?: number;
  /** Longest time of one run, where its request does not say; at least 1,000, and the stage's own limit at most. Default: that. */
  readonly timeoutMs?: number;
  /** What one run may cost, where its request does not say: decimal US dollars, as `'0.05'`. Default: no limit of its own. */
  readonly maxCostUsd?: string;
  /** How much its models think, as far as each takes it: a lower one, or none, where it does not. Default: the model's own. */
  readonly effort?: Effort;
  /**
   * Whether they think, where each of its models takes that; a stand-in gets its nearest. What is thought counts among the
   * output tokens. Default: the model's own.
   */
  readonly thinking?: Thinking;
  /** How far the model strays from the likeliest word, 0 to 1, where each of its models takes that; others get none. Default: the model's own. */
  readonly temperature?: number;
  /** Words that are less likely than these together are left out, above 0 and at most 1; as `temperature`, and never with it. */
  readonly topP?: number;
  /** Only so many of the likeliest words are taken, 1 to 500; as `temperature`. */
  readonly topK?: number;
  /** Texts at which the model stops. Default: none. */
  readonly stopSequences?: readonly string[];
  /** Lowest level of the log lines of its runs, in place of the stage's `LOG_LEVEL`. Default: that. */
  readonly logLevel?: LogLevel;
  /** When the circuits of its models open and close for its calls, where the stage's settings do not fit. */
  readonly circuit?: Partial<Omit<CircuitOptions, 'probeLeaseMs'>>;
  /**
   * Told what happens in its runs, once each answer is out: they can neither change nor delay it. Default: none.
   */
  readonly on?: Hooks;
  /** Longest result of one tool that the model is given, in characters; the rest is cut, and the model told. Default 50,000. */
  readonly maxToolOutputChars?: number;
  /** How long a session of the agent is kept after its last use: 1 to 3,650 days. Default 30. */
  readonly sessionRetentionDays?: number;
}
