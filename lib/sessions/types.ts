import type { Pseudonym } from '../kernel/ids/pseudonym.ts';
import type { PicoUsd } from '../kernel/money.ts';

/** Which session. The tenant and the end user are part of it, so that of others' sessions none can even be asked for. */
export interface SessionKey {
  readonly tenantId: string;
  /** `null`: the session is no end user's own. */
  readonly userId: Pseudonym | null;
  readonly sessionId: string;
}

/** Who alone may put a conversation in the place of the session's own. Instants are epoch milliseconds. */
export interface Holder {
  /** Of a run; or what marks one erasure. */
  readonly runId: string;
  readonly mode: 'sync' | 'async' | 'erase';
  readonly takenAt: number;
  /** From then on it is over, whatever became of it; `null`: when its run has ended. */
  readonly until: number | null;
}

/** Of the runs whose turns are in the conversation. */
export interface SessionUsage {
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly cost: PicoUsd;
}

/** The one item of a session that is changed in place. Instants are epoch milliseconds. */
export interface SessionHead extends SessionKey {
  readonly agent: string;
  readonly createdAt: number;
  /** When a run gave its conversation last. */
  readonly updatedAt: number;
  /** The run whose conversation it is; `null`: none has given one yet. */
  readonly conversationOf: string | null;
  readonly holder: Holder | null;
  readonly usage: SessionUsage;
  /** By all of its runs, those that left no conversation too: what a budget of the session counts. */
  readonly spent: PicoUsd;
  /** Raised by each change; a write states the one that it read. */
  readonly version: number;
}

/** A run that was begun for a session, whatever became of it. */
export interface SessionRun {
  readonly runId: string;
  /** Of the run's idempotency key, as it is stored; `null`: it had none. */
  readonly claimKey: string | null;
  /** Epoch milliseconds. */
  readonly addedAt: number;
}

/** An asynchronous run that waits for a session. */
export interface WaitingRun {
  readonly runId: string;
  readonly agent: string;
  /** Epoch milliseconds: its place among those that wait; those of one instant stand by their ids. */
  readonly createdAt: number;
}

export interface SessionPage {
  readonly sessions: readonly Omit<SessionHead, 'holder' | 'usage' | 'spent' | 'version' | 'conversationOf'>[];
  readonly nextCursor: string | null;
}

/** Every method rejects with `store-unavailable` where the store does not answer. */
export interface SessionStore {
  /** By a strong read. A conversation that was not used for longer than sessions last counts as gone. */
  find(key: SessionKey): Promise<SessionHead | null>;
  /** Writes a head over the one that was read (`null`: none), which may have expired since; `false` where another was faster. */
  replace(head: SessionHead, read: SessionHead | null): Promise<boolean>;
  /** Notes a run before anything of it is written, so that all that a session has left can be found. */
  addRun(key: SessionKey, run: Omit<SessionRun, 'addedAt'>): Promise<void>;
  runsOf(key: SessionKey): Promise<readonly SessionRun[]>;
  /** Removes what one run has left of a session that is erased, or was begun anew since: its note, its place among those that wait, and its conversation. */
  removeRun(key: SessionKey, runId: string): Promise<void>;
  /** Puts a run among those that wait for the session, into one place, however often it is asked. */
  wait(key: SessionKey, run: WaitingRun): Promise<void>;
  /** Who has waited longest, by a strong read; `null`: nobody waits. */
  firstWaiting(key: SessionKey): Promise<WaitingRun | null>;
  /** Takes a run out of those that wait, where it is among them. */
  waitNoMore(key: SessionKey, run: WaitingRun): Promise<void>;
  /** Writes the conversation (JSON text of any size) of one run; the head does not point to it yet. */
  putConversation(key: SessionKey, run: Pick<WaitingRun, 'runId' | 'agent'>, text: string): Promise<void>;
  hasConversation(key: SessionKey, runId: string): Promise<boolean>;
  /** `null` where it is not there. */
  readConversation(key: SessionKey, runId: string): Promise<string | null>;
  removeConversation(key: SessionKey, runId: string): Promise<void>;
  /** Removes a session, its head last, and what it has noted of these runs; a run that was noted since stays noted. */
  erase(key: SessionKey, runIds: readonly string[]): Promise<void>;
  /** Those of a tenant that have a conversation, the one used last first. Throws `invalid-request` at `cursor`. */
  list(tenantId: string, page: { readonly limit: number; readonly cursor: string | null }): Promise<SessionPage>;
}
