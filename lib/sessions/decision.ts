import type { PicoUsd } from '../kernel/money.ts';
import { plus } from '../kernel/money.ts';
import type { Holder, SessionHead, SessionUsage } from './types.ts';

/** What has become of the run that holds a session, by its row. */
export type HolderRun =
  /** No row says anything of it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unfinished' }
  /** It ended without an answer, and with nothing to leave. */
  | { readonly kind: 'failed' }
  /** It has an answer. */
  | { readonly kind: 'answered'; readonly usage: SessionUsage };

/** How a session stands for whoever wants it: `given` and `dropped` say what becomes of the holder's conversation. */
export type Standing = 'free' | 'held' | 'given' | 'dropped';

/**
 * Decides by the rows, which are the truth: a run that has an answer leaves its conversation, even if it was killed
 * before it could say so; any other leaves the session as it was. `hasConversation`: whether the holder has written one.
 */
export const standingOf = (holder: Holder | null, run: HolderRun, hasConversation: boolean, now: number): Standing => {
  if (holder === null) return 'free';
  const isOver = holder.until !== null && holder.until <= now;
  if (run.kind === 'answered' && hasConversation) return 'given';
  // A synchronous run writes its row and its conversation at the same time.
  if (run.kind === 'answered') return holder.until === null || isOver ? 'dropped' : 'held';
  if (run.kind === 'failed') return 'dropped';
  if (run.kind === 'unknown' && holder.until === null) return 'dropped';
  return isOver ? 'dropped' : 'held';
};

const added = (a: SessionUsage, b: SessionUsage): SessionUsage => ({
  modelCalls: a.modelCalls + b.modelCalls,
  toolCalls: a.toolCalls + b.toolCalls,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cacheReadInputTokens: a.cacheReadInputTokens + b.cacheReadInputTokens,
  cacheCreationInputTokens: a.cacheCreationInputTokens + b.cacheCreationInputTokens,
  cost: plus(a.cost, b.cost),
});

/** What a holder gives back: its own conversation with what it used, or the session as it was. Its money is spent in both cases. */
export interface Given {
  readonly usage: SessionUsage | null;
  readonly spent: PicoUsd;
}

/** The session without its holder. */
export const givenBack = (head: SessionHead, { usage, spent }: Given, now: number): SessionHead => {
  const { holder } = head;
  const free = { ...head, holder: null, spent: plus(head.spent, spent), version: head.version + 1 };
  if (holder === null || usage === null) return free;
  return { ...free, conversationOf: holder.runId, updatedAt: now, usage: added(head.usage, usage) };
};
