import type { Clock } from '../../kernel/clock.ts';
import { parseUsd, type PicoUsd, ZERO } from '../../kernel/money.ts';
import { hasEnded, type RunRow, type RunStore } from '../../runs/types.ts';
import { type Given, givenBack, type HolderRun, standingOf } from '../../sessions/decision.ts';
import { NOTHING_USED } from '../../sessions/session-item.ts';
import type { Holder, SessionHead, SessionKey, SessionStore } from '../../sessions/types.ts';
import type { RunUsage } from '../answer.ts';

export interface StandingParts {
  readonly store: SessionStore;
  readonly runs: Pick<RunStore, 'find'>;
  readonly clock: Pick<Clock, 'now'>;
  /** All that is booked or reserved for a run whose process is no more and whose row does not say it. */
  readonly costOf: (run: { readonly tenantId: string; readonly runId: string }, since: number) => Promise<PicoUsd>;
}

const usageIn = ({ body }: RunRow): Partial<RunUsage> => body['usage'] ?? {};

const usedBy = (row: RunRow): NonNullable<Given['usage']> => {
  const { costUsd = '0', ...counts } = usageIn(row);
  return { ...NOTHING_USED, ...counts, cost: parseUsd(costUsd) };
};

const runOf = (row: RunRow | null): HolderRun => {
  if (row === null) return { kind: 'unknown' };
  if (!hasEnded(row)) return { kind: 'unfinished' };
  const isAnswered = row.status === 'succeeded' || row.status === 'incomplete';
  return isAnswered ? { kind: 'answered', usage: usedBy(row) } : { kind: 'failed' };
};

/** The session as it is once its holder's end is taken into account; `null`: the holder still has it. */
export const freed = async (
  { store, runs, clock, costOf }: StandingParts,
  head: SessionHead,
  withCosts: boolean,
): Promise<SessionHead | null> => {
  const { tenantId, holder } = head;
  if (holder === null) return head;
  const { runId, takenAt } = holder;
  // Before the row is read: what is not there once the lease is over never comes.
  const now = clock.now();
  const row = holder.mode === 'erase' ? null : await runs.find(tenantId, runId);
  const run = runOf(row);
  const hasConversation = run.kind === 'answered' && (await store.hasConversation(head, runId));
  const standing = standingOf(holder, run, hasConversation, now);
  if (standing === 'held') return null;
  if (standing === 'given' && run.kind === 'answered')
    return givenBack(head, { usage: run.usage, spent: run.usage.cost }, row?.updatedAt ?? clock.now());
  // A run that was ended from outside has a row that counts nothing.
  const isCounted = row !== null && usageIn(row).inputTokens !== undefined;
  const isFree = !withCosts || holder.mode === 'erase';
  const lost = isFree ? ZERO : await costOf({ tenantId, runId }, takenAt);
  return givenBack(head, { usage: null, spent: isCounted ? usedBy(row).cost : lost }, clock.now());
};

/** A session that nobody holds (`null`: one that never was), with a holder. Without a conversation it begins anew. */
export const heldBy = (
  key: SessionKey,
  free: SessionHead | null,
  { agent, ...holder }: Holder & { readonly agent: string },
): Omit<SessionHead, 'version'> => {
  const at = holder.takenAt;
  const fresh = { ...key, agent, createdAt: at, updatedAt: at, conversationOf: null };
  if (free === null) return { ...fresh, usage: NOTHING_USED, spent: ZERO, holder };
  return { ...free, ...(free.conversationOf === null ? fresh : {}), holder };
};
