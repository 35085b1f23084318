import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError, type LimitFigures } from '../../kernel/errors.ts';
import { type Redacted, safe } from '../../kernel/redacted.ts';

/** A message that was sent to a run while it was under way. */
export interface RunMessage {
  readonly messageId: string;
  readonly content: string;
  /** Epoch milliseconds. Default: nobody knows. */
  readonly sentAt?: number | undefined;
  /** Whether the model call in flight was to end for it. Default: not. */
  readonly interrupt?: boolean | undefined;
}

/** A tool call that people decide on. */
export interface AskedCall extends Pick<ToolUseBlock, 'id' | 'name' | 'input'> {
  /** The flow rule for which it is asked; `null`: its tool always asks. */
  readonly rule: string | null;
}

/** What a person has decided about a tool call. */
export type Decision = {
  /** Epoch milliseconds. */
  readonly askedAt: number;
  readonly decidedAt: number;
  /** The id of the key that decided; `null` for time. Default: nobody knows. */
  readonly decidedBy?: string | null | undefined;
} & (
  | { readonly decision: 'approve' }
  /** The tool runs with this input instead; the tool's schema has accepted it. */
  | { readonly decision: 'edit'; readonly input: unknown; readonly reason?: string }
  /** `reason`, where there is one, goes to the model. */
  | { readonly decision: 'deny'; readonly reason?: string; readonly expired?: boolean }
);

/** Why a model call was refused before it was made, and when it may be let through. */
export interface Refusal {
  readonly reason: 'budget' | 'slot';
  /** What the call may cost, where a budget refused it: decimal US dollars. */
  readonly needsUsd?: string | undefined;
  /** Default: nobody knows. */
  readonly retryAfterMs?: number | undefined;
  /** What limit it is of a budget, in a sentence, and its figures: as a refused request would be told. */
  readonly detail?: Redacted;
  readonly figures?: LimitFigures | undefined;
}

/** A model call that the store keeps refusing, before anything is sent. Instants are epoch milliseconds. */
export interface Outage {
  readonly since: number;
  /** When it was refused last. */
  readonly until: number;
  /** How often it was refused. */
  readonly refusals: number;
  /** Since when the provider's key is missing, and not just out of reach. Default: it is not. */
  readonly missingSince?: number | null;
}

/** When a call that the store refused is tried again, in epoch milliseconds; or that it is not, and what limit says so. */
export type NextTry =
  { readonly again: true; readonly at: number } | { readonly again: false; readonly limit: 'deadline' | null };

/** A wait that is over. Instants are epoch milliseconds. */
export interface Waited {
  /** `queue`: for the run's first step; `store`: for a store that did not answer. */
  readonly reason: Refusal['reason'] | 'queue' | 'session' | 'store';
  readonly since: number;
  readonly until: number;
  /** Whether a person told the run to go on. */
  readonly isResumed: boolean;
}

/** What comes to a run from outside while it is under way. Nothing of it ever happens in a synchronous run. */
export interface Steering {
  /** Whether there is anybody who could decide on a tool call. */
  readonly isAttended: boolean;
  /** The messages after the first `read` ones, in order. Asked inside a step. */
  unread(read: number): Promise<readonly RunMessage[]>;
  /** From now on no message is taken; `false`: one came after the first `read` ones, so they still are. Asked inside a step. */
  close(read: number): Promise<boolean>;
  /** Whether the model call in flight was broken off so that the next one reads a message. */
  interrupted(): boolean;
  /** Waits until a refused call may be tried again; `null`: it is not waited for, or was for as long as may be. */
  waitForRoom(call: number, round: number, refusal: Refusal): Promise<Waited | null>;
  /** Decides on a call that the store has refused. The same when it is replayed. */
  nextTry(outage: Outage): NextTry;
  /** Has people decide on the tool calls of an answer, and resolves when all are decided: by tool use id. */
  decide(call: number, asked: readonly AskedCall[]): Promise<ReadonlyMap<string, Decision>>;
}

export const unattended: Steering = {
  isAttended: false,
  unread: () => Promise.resolve([]),
  close: () => Promise.resolve(true),
  interrupted: () => false,
  waitForRoom: () => Promise.resolve(null),
  nextTry: () => ({ again: false, limit: null }),
  decide: () =>
    Promise.reject(new AppError('run-conflict', safe`This needs a decision; start the run with POST /agent/runs.`)),
};
