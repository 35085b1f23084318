import type { Journal } from '../../agent/loop/journal.ts';
import { createTranscript } from '../../agent/loop/transcript.ts';
import type { LoopResult } from '../../agent/loop/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { formatUsd, parseUsd, type PicoUsd } from '../../kernel/money.ts';
import { fault } from '../../model-call/faults.ts';
import type { RunUsage } from '../../run/answer.ts';
import type { RunGuard } from '../../run/redaction/run-guard.ts';
import { conversationAfter, type StoredConversation } from '../../run/sessions/conversation.ts';
import { agentDiffers, messagesRefused } from '../../run/sessions/session-errors.ts';
import { keyOf } from '../../run/sessions/session-request.ts';
import type { Sessions } from '../../run/sessions/sessions.ts';
import type { RunKey } from '../../runs/run-key.ts';
import type { RunRow } from '../../runs/types.ts';
import { NOTHING_USED } from '../../sessions/session-item.ts';
import type { Submission } from '../submission.ts';
import type { EventWriter } from './events/event-writer.ts';
import type { DurableJournal } from './journal/durable-journal.ts';
import { orInvocationLost } from './journal/invocation-lost.ts';
import type { InboxWatch } from './steering/watch-inbox.ts';
import { NotNow } from './store-away/not-now.ts';

/** What the journal has of a session that was taken: where the conversation stands, never itself. */
type TakenStep =
  | {
      readonly kind: 'taken';
      readonly conversationOf: string | null;
      readonly spentUsd: string;
      /** Epoch milliseconds. Default: written before it was kept. */
      readonly takenAt?: number;
    }
  | { readonly kind: 'messages' | 'cancelled' }
  | { readonly kind: 'agent'; readonly agent: string };

/** A session in the hands of an asynchronous run, from its first step to its end. */
export interface RunSession {
  readonly conversationOf: string | null;
  readonly earlier: StoredConversation | null;
  readonly spent: PicoUsd;
  readonly takenAt?: number | undefined;
}

export interface RunSessionParts {
  readonly clock: Clock;
  readonly openSessions: () => Promise<Sessions>;
}

export interface SessionRunParts {
  readonly run: RunKey;
  readonly submission: Submission;
  readonly journal: DurableJournal;
  readonly events: EventWriter;
  readonly watch: InboxWatch;
}

const refusedBy = (taken: Exclude<TakenStep, { kind: 'taken' }>): LoopResult => {
  if (taken.kind === 'cancelled') return createTranscript().failed(fault('cancelled').error);
  return createTranscript().failed(taken.kind === 'agent' ? agentDiffers(taken.agent) : messagesRefused());
};

/**
 * Takes the session that a run asks for, as a step of its own before the first that is paid: while another run has it, the
 * run waits as one without a slot does. `null`: it asks for none. A result: it cannot go on with it.
 */
export const takeRunSession = async (
  { openSessions, clock }: RunSessionParts,
  { run, submission, journal, events, watch }: SessionRunParts,
): Promise<RunSession | { readonly refused: LoopResult } | null> => {
  const { request } = submission;
  const key = keyOf(run.tenantId, request);
  if (key === null) return null;
  const sessions = await openSessions();
  const hasMessages = (request.messages ?? []).length > 0;
  const { agent = '' } = request;

  let loaded: StoredConversation | null | undefined;
  const take = async (): Promise<TakenStep> => {
    if (watch.signal.aborted) return { kind: 'cancelled' };
    const taking = { runId: run.runId, mode: 'async', until: null, agent, hasMessages, claimKey: null } as const;
    try {
      const { conversationOf, spent, holder } = await sessions.take(key, taking);
      // Within the step, which is tried again; beside it is only what a replay reads.
      loaded = await sessions.load(key, { conversationOf });
      return { kind: 'taken', conversationOf, spentUsd: formatUsd(spent), takenAt: holder?.takenAt ?? clock.now() };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'run-conflict') {
        events.once('wait-session', 'run.waiting', { reason: 'slot' });
        await events.flush();
        throw new NotNow(1, true);
      }
      if (error.code !== 'invalid-request') throw error;
      const isAgent = error.issues?.some(({ path }) => path === 'agent') === true;
      const head = await sessions.find(key);
      return isAgent ? { kind: 'agent', agent: head?.agent ?? '' } : { kind: 'messages' };
    }
  };

  const taken = await journal.step('session', take);
  if (taken.kind !== 'taken') return { refused: refusedBy(taken) };
  const { conversationOf, spentUsd, takenAt } = taken;
  const earlier = loaded === undefined ? await orInvocationLost(sessions.load(key, taken)) : loaded;
  return { conversationOf, earlier, spent: parseUsd(spentUsd), takenAt };
};

export interface LeavingRun extends Pick<SessionRunParts, 'run' | 'submission'> {
  readonly journal: Journal;
  readonly session: RunSession | null;
  readonly model: string;
  readonly result: LoopResult;
  readonly guard: Pick<RunGuard, 'input' | 'result'>;
  readonly row: RunRow;
}

/** Writes what a run leaves, before its row says that it has an answer: from then on it is the session's. */
export const putRunSession = async ({ openSessions }: RunSessionParts, leaving: LeavingRun): Promise<void> => {
  const { run, submission, journal, session, model, result, guard, row } = leaving;
  const key = keyOf(run.tenantId, submission.request);
  if (key === null || session === null) return;
  if (row.status !== 'succeeded' && row.status !== 'incomplete') return;
  const left = conversationAfter(session.earlier, submission.request, { runId: run.runId, model, guard }, result);
  if (left === null) return;
  await journal.step(
    'session-put',
    async () => {
      await (await openSessions()).put(key, { runId: run.runId, agent: row.agent }, left);
      return null;
    },
    { insist: true },
  );
};

/**
 * Gives the session back as the row says that is kept, before anybody is told of the run's end. Where a worker dies before
 * that, whoever wants the session does it in its place.
 */
export const giveRunSession = async (
  { openSessions }: RunSessionParts,
  { run, submission, spent }: Pick<LeavingRun, 'run' | 'submission'> & { readonly spent: PicoUsd },
  row: RunRow,
): Promise<void> => {
  const key = keyOf(run.tenantId, submission.request);
  if (key === null) return;
  const sessions = await openSessions();
  const { costUsd = '0', ...counts } = row.body['usage'] as RunUsage;
  const cost = parseUsd(costUsd);
  const isAnswered = row.status === 'succeeded' || row.status === 'incomplete';
  const isLeft = isAnswered && (await sessions.store.hasConversation(key, run.runId));
  await sessions.give(key, run.runId, { usage: isLeft ? { ...NOTHING_USED, ...counts, cost } : null, spent });
};

/** Removes what the run went on from; last of all, since a run that is worked on again reads it once more. */
export const tidyRunSession = async ({ openSessions }: RunSessionParts, leaving: LeavingRun): Promise<void> => {
  const { run, submission, journal, session } = leaving;
  const key = keyOf(run.tenantId, submission.request);
  if (key === null || session?.conversationOf === undefined) return;
  await journal.step(
    'session-tidy',
    async () => {
      const sessions = await openSessions();
      const head = await sessions.store.find(key);
      if (head?.conversationOf !== session.conversationOf) await sessions.tidy(key, session);
      return null;
    },
    { insist: true },
  );
};
