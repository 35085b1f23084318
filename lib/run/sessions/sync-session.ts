import type { LoopResult } from '../../agent/loop/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { type PicoUsd, ZERO } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import type { QueuedRun } from '../../runs/queue.ts';
import type { Given } from '../../sessions/decision.ts';
import type { SessionHead, SessionKey } from '../../sessions/types.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import type { Principal } from '../../tenants/types.ts';
import type { RunGuard } from '../redaction/run-guard.ts';
import type { RunRequest } from '../run-request.ts';
import { conversationAfter, type StoredConversation } from './conversation.ts';
import { passOn, type StartNext } from './pass-on.ts';
import { leaseOver } from './session-errors.ts';
import { keyOf, withAgentOf } from './session-request.ts';
import type { Sessions, Taking } from './sessions.ts';

/** By how much the lease of a synchronous run outlives its deadline: what it writes at its end is bounded by less. */
export const LEASE_MARGIN_MS = 30_000;

/** A session in the hands of a synchronous run. */
export interface SyncSession {
  readonly earlier: StoredConversation | null;
  readonly spent: PicoUsd;
  /** The run as it may end: where its lease is over, as an error. */
  checked(result: LoopResult): LoopResult;
  /** Writes what the run leaves; the session does not have it yet. Never rejects. */
  put(result: LoopResult, guard: Pick<RunGuard, 'input' | 'result'>): Promise<void>;
  /** Gives the session back, after all else is written that is kept of the run. Never rejects. */
  give(result: LoopResult, spent: PicoUsd): Promise<void>;
  /** Removes what stands there no more for anybody, and lets the next one go on. Never rejects. */
  tidy(): Promise<void>;
}

export interface SyncSessionParts {
  readonly clock: Clock;
  readonly emit: Emit;
}

/** The session that a request asks for, as it stands; `found` is `null` where it asks for none. */
export interface StandingSession {
  readonly found: { readonly sessions: Sessions; readonly key: SessionKey; readonly read: SessionHead | null } | null;
  /** Without another word the agent is the session's, and no answer is anybody else's. */
  readonly request: RunRequest;
}

export const findSession = async (
  openSessions: () => Promise<Sessions>,
  { request, principal }: { readonly request: RunRequest; readonly principal: { readonly tenantId: string } },
): Promise<StandingSession> => {
  const key = keyOf(principal.tenantId, request);
  if (key === null) return { found: null, request };
  const sessions = await openSessions();
  const read = await sessions.store.find(key);
  return { found: { sessions, key, read }, request: { ...withAgentOf(request, read), cache: 'bypass' } };
};

interface TakingSession {
  readonly request: RunRequest;
  readonly principal: Pick<Principal, 'tenant'>;
  readonly startNext?: StartNext | undefined;
  readonly claim: { readonly key?: string } | null;
}

interface TakingRun extends Pick<Taking, 'runId' | 'agent'> {
  readonly model: string;
  readonly deadline: Pick<Deadline, 'remainingMs'>;
}

/** Takes the session for a synchronous run. Throws as `Sessions.take` does; then nothing is held. */
export const takeSession = async (
  { clock, emit }: SyncSessionParts,
  { request, principal, claim, startNext }: TakingSession,
  { found }: StandingSession,
  { runId, agent, model, deadline }: TakingRun,
): Promise<SyncSession | null> => {
  if (found === null) return null;
  const { sessions, key, read } = found;
  const until = clock.now() + deadline.remainingMs() + LEASE_MARGIN_MS;
  const hasMessages = (request.messages ?? []).length > 0;
  const load = (conversationOf: string | null) => sessions.load(key, { conversationOf });
  const expected = read?.conversationOf ?? null;
  // Read meanwhile: mostly nobody else had the session since it was looked at.
  const loading = load(expected).catch(() => undefined);
  const taking = { runId, agent, mode: 'sync', until, hasMessages, claimKey: claim?.key ?? null } as const;
  const { spent, conversationOf } = await sessions.take(key, taking, read);
  const giveBack = (given: Given): Promise<boolean> =>
    sessions.give(key, runId, given).catch((error: unknown) => {
      emit({ type: 'store.failed', operation: safe`sessions.give`, ...describeFailure(error) });
      return false;
    });
  const loaded = conversationOf === expected ? await loading : undefined;
  const earlier =
    loaded !== undefined
      ? loaded
      : await load(conversationOf).catch(async (error: unknown) => {
          await giveBack({ usage: null, spent: ZERO });
          throw error;
        });
  let isStored = false;
  let isGiven = false;
  return {
    earlier,
    spent,
    checked: (result) => (clock.now() < until ? result : { ...result, ending: { error: leaseOver() } }),
    async put(result, guard) {
      const left = conversationAfter(earlier, request, { runId, model, guard }, result);
      if (left === null) return;
      try {
        await sessions.put(key, { runId, agent }, left);
        isStored = true;
      } catch (error) {
        emit({ type: 'store.failed', operation: safe`sessions.put`, ...describeFailure(error) });
      }
    },
    async give({ totals }, cost) {
      isGiven = await giveBack({ usage: isStored ? { ...totals, cost } : null, spent: cost });
    },
    async tidy() {
      if (!isGiven) return;
      const start = (run: QueuedRun) => startNext?.(run, principal.tenant) ?? Promise.resolve();
      await Promise.all([isStored && sessions.tidy(key, { conversationOf }), passOn(sessions, key, { emit, start })]);
    },
  };
};
