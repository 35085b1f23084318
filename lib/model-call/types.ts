import type { Account } from '../budget/account.ts';
import type { CircuitCall } from '../circuit-breaker/call.ts';
import type { CircuitOptions } from '../circuit-breaker/options.ts';
import type { Background } from '../kernel/background.ts';
import type { Deadline } from '../kernel/deadline.ts';
import type { AppError } from '../kernel/errors.ts';
import type { PicoUsd } from '../kernel/money.ts';
import type { Redacted } from '../kernel/redacted.ts';
import type { Estimate, TokenUsage, UsageLabels } from '../usage/record.ts';
import type { RunAccount } from './booking/run-account.ts';
import type { FaultKind, Outcome, ServedInstead } from './outcome.ts';
import type { ModelRequest, PoolKey, UpstreamEvent, Wire } from './provider.ts';

export type * from './outcome.ts';

/** Where an answer goes while it is made. */
export interface TextSink {
  text(delta: string): void;
  /** What was passed on of this call is void: it is being made again. */
  reset(): void;
  /** An attempt was let through by every limit and budget, and goes out now, with so many output tokens at most. */
  admitted?(allowed: { readonly maxTokens: number }): void;
  /** The upstream answers an attempt, or refuses it, under an id of its own, which nobody has checked. */
  opened?(upstreamRequestId: string | null): void;
  /**
   * Each event of an attempt as it came, pings included, by its type; what it gives back is waited for before more is
   * read.
   */
  event?(event: UpstreamEvent, type: string, instead: ServedInstead | undefined): Promise<void> | undefined;
  /** Whether anything of the answer is out. Default: as soon as it has content. */
  isOpen?(): boolean;
}

/** Whose money a call spends. */
export interface CallBudget {
  readonly tenant: Account;
  /** Those of the key and the end user, where they have limits. */
  readonly others: readonly Account[];
  /** Limits decide and are told, but refuse nothing. */
  readonly shadow: boolean;
  /** Whether a call may ask for what nobody can price beforehand, although there is a limit. Default: not. */
  readonly unbounded?: boolean;
}

/** What limits how often a caller may call. None of it ever rejects. */
export interface Admission {
  /**
   * Lets the `step`-th model call through, or says why not; a caller that was let in is asked for nothing more.
   * `tokensBefore`: what the call is charged before it is made, asked where tokens are limited.
   */
  enter(step: number, tokensBefore: () => number): Promise<AppError | null>;
  /** Nothing was sent after all: what `enter` took for this step is given back. */
  undo(step: number): Promise<void>;
  /**
   * An attempt of the `step`-th call used so much: what was not charged before it is charged, and once the call is
   * `answered`, what was charged too much is given back.
   */
  charge(step: number, tokens: number, answered: boolean): Promise<void>;
}

/** One attempt on the books. */
export interface BookedAttempt {
  readonly model: string;
  readonly tokens: TokenUsage;
  readonly cost: PicoUsd;
  /** What was held back for it. */
  readonly reserved: PicoUsd;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly durationMs: number;
  readonly firstContentMs: number | null;
  /** What it met; `null`: an answer. */
  readonly fault: FaultKind | null;
  /** Why tokens and cost are no counts of the provider's; `null`: they are. */
  readonly estimated: Estimate;
  /** The provider's own id of the request, where it named one. */
  readonly upstreamRequestId: Redacted | null;
}

/** For whom a call is made. */
export interface CallCaller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly userId: string | null;
  /** What its usage records are labelled with. Default: nothing. */
  readonly labels?: UsageLabels | undefined;
  /** How many other Ballasts the caller's request has passed. Default: none. */
  readonly hops?: number;
}

/** Within what a call is made. */
export interface CallBounds {
  readonly deadline: Deadline;
  readonly budget: CallBudget;
  readonly admission: Admission;
  /** Retries that the caller's tenant allows, where that is less than the stage's. Default: the stage's. */
  readonly maxRetries?: number | null;
  /** Retries that its agent asks for, in place of the stage's. Default: the stage's. */
  readonly retries?: number | null;
  /** Models that may stand in for the asked one, in order; each is allowed to the caller. Default: none. */
  readonly standIns?: readonly string[];
}

/** Who reads the answer, and in what form. */
export interface CallListener {
  readonly sink: TextSink;
  /** Whether a call may be made again once a part of its answer was passed on. Default true. */
  readonly restartable?: boolean;
  /** The client's own form of the request. Default: the request is made here. */
  readonly wire?: Wire;
}

/** One model call: the same for all its attempts. */
export interface CallContext {
  readonly runId: string;
  /** The step within the run: `runId:step:attempt` names an attempt, `runId:step.again:attempt` one of a further try. */
  readonly step: number;
  /** Which try of the step it is, where it is not the first: each has attempts of its own. Default: the first. */
  readonly again?: string | undefined;
  readonly agent: string;
  /** Settings of the model's circuit that the agent has of its own. */
  readonly circuit: Partial<CircuitOptions>;
  readonly caller: CallCaller;
  readonly bounds: CallBounds;
  readonly listener: CallListener;
  readonly account: RunAccount;
  /** The attempts made so far, in order; the budget bracket appends. */
  readonly booked: BookedAttempt[];
  /** Takes what may go on while the answer does. */
  readonly background: Background;
}

/** What the fallback's bracket adds. */
interface StandInContext {
  /** Which model is asked instead of the one that was asked for. */
  readonly instead?: ServedInstead;
  /**
   * No retry begins after this instant of the monotonic clock: a stand-in needs the rest of the time. Default: the
   * deadline.
   */
  readonly retryUntilMs?: number;
  /**
   * When a stand-in has to begin at the latest, on the monotonic clock: a silence that lasts then is given up. Default:
   * nobody can stand in.
   */
  readonly giveWayMs?: number;
}

/** What the circuit's brackets add. */
interface CircuitContext {
  /** What the attempts of one call at one model have in common for its circuit; set by a bracket around the retries. */
  readonly circuitCall?: CircuitCall;
  /** Called at each sign of life. Default: nobody asks. */
  readonly lives?: () => void;
  /** Called once an attempt, at its first content. */
  readonly began?: () => void;
}

/** What the key pool's bracket adds. */
interface KeyContext {
  /** The key to call with. */
  readonly key?: PoolKey;
}

/** What the budget's bracket adds. */
interface BookedContext {
  /** What the attempt is called in the books. */
  readonly attemptId?: string;
}

/** What an attempt is made with: its call's context, and what the brackets around it have added. */
export interface AttemptContext extends CallContext, StandInContext, CircuitContext, KeyContext, BookedContext {}

/** One try, or several behind a bracket; it never throws what an upstream or a limit did, it returns it. */
export type Attempt = (request: ModelRequest, context: AttemptContext) => Promise<Outcome>;

/** Puts one concern around an attempt without changing what an attempt is. */
export type Bracket = (next: Attempt) => Attempt;
