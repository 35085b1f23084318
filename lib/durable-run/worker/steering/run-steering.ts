import type { AskedCall, Decision, Refusal, RunMessage, Steering, Waited } from '../../../agent/loop/steering.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { parseUsd } from '../../../kernel/money.ts';
import type { RunAccount } from '../../../model-call/booking/run-account.ts';
import type { InboxStore } from '../../../runs/inbox/inbox.ts';
import type { Decision as Decided, Inbox } from '../../../runs/inbox/inbox-item.ts';
import type { RunKey } from '../../../runs/run-key.ts';
import type { Executions } from '../../executions.ts';
import type { Announce } from '../../webhooks/announce.ts';
import type { EventWriter } from '../events/event-writer.ts';
import type { DurableJournal } from '../journal/durable-journal.ts';
import { nextTryAfter } from '../store-away/store-pauses.ts';
import type { InboxWatch } from './watch-inbox.ts';

/** What a run waits for. */
export type WaitReason = 'approval' | 'budget' | 'slot';

/** What a run waits for, and where it can be woken. */
export interface Waiting {
  readonly reason: WaitReason;
  readonly callbackId: string;
  /** What a budget has to have room for: decimal US dollars. Default: nothing that others can see. */
  readonly needsUsd?: string;
  /** Of a run that waits for room: how often it had been told to go on before. */
  readonly raises?: number;
  /** How often it has waited for this before, and 1. */
  readonly round: number;
}

export interface RunSteeringParts {
  readonly run: RunKey;
  readonly clock: Clock;
  readonly inbox: Pick<InboxStore, 'ask' | 'close' | 'expire'>;
  readonly watch: InboxWatch;
  readonly journal: DurableJournal;
  readonly events: EventWriter;
  /** The input of a tool, as people read it who decide on it. */
  readonly shownInput: (input: unknown) => unknown;
  readonly executions: Pick<Executions, 'wake'>;
  readonly announce: Pick<Announce, 'asked'>;
  readonly account: Pick<RunAccount, 'limitTo'>;
  /** Whether a limit is waited for until there is room again. */
  readonly pausesOnLimit: boolean;
  /** Longest wait for a decision, for room in a budget, or for the store before a model call. */
  readonly waitMs: number;
  /** Puts down that the run waits, for what and where it can be woken; `null`: it goes on. */
  readonly setWaiting: (waiting: Waiting | null) => Promise<void>;
}

/** Each wait takes operations of the execution: the longer it goes on, the longer each is. */
const pauseBefore = (round: number): number => Math.min(60_000, 2_000 * 2 ** Math.min(10, round - 1));

/** What a run that waits tells of the limit that has no room. */
const limitIn = ({ detail, figures }: Refusal) => ({
  ...(detail === undefined ? {} : { detail }),
  ...(figures === undefined
    ? {}
    : {
        limitUsd: figures.limit,
        usedUsd: figures.used,
        reservedUsd: figures.reserved,
        askedUsd: figures.asked,
      }),
});

const decisionOf = ({ decision, input, reason, by, at }: Decided, askedAt: number): Decision => {
  const why = { askedAt, decidedAt: at, decidedBy: by, ...(reason === undefined ? {} : { reason }) };
  if (decision === 'edit') return { decision, input, ...why };
  if (decision === 'approve') return { decision, ...why };
  return { decision: 'deny', ...why, expired: decision === 'expire' };
};

/** Steers a run by what stands in its inbox. Whatever is waited for, the rows say whether it has come; being woken says nothing. */
export const createRunSteering = (parts: RunSteeringParts): Steering => {
  const { run, clock, inbox, watch, journal, events, shownInput, executions, announce, account } = parts;
  const { pausesOnLimit, waitMs, setWaiting } = parts;
  const waitedSince = new Map<number, number>();

  /** What is true of the inbox while there is nothing to wait for any more. */
  type IsOver = (now: Inbox) => boolean;

  /** A call as it is shown to whoever decides on it. */
  const shownCall = ({ id: toolUseId, name: tool, input, rule }: AskedCall) => {
    return { toolUseId, tool, input: shownInput(input), ...(rule === null ? {} : { rule }) };
  };

  type WaitingFor = Omit<Waiting, 'callbackId'>;
  const wait = async (name: string, what: WaitingFor, timeoutMs: number, data: object, isOver: IsOver) => {
    await journal.wait(name, timeoutMs, async (callbackId) => {
      await setWaiting({ ...what, callbackId });
      events.once(`wait-${name}`, 'run.waiting', { reason: what.reason, ...data });
      await events.flush();
      // Whoever decided before the run could be woken has woken nobody.
      const now = await watch.read();
      if (now.cancelled !== null || isOver(now)) await executions.wake(callbackId);
    });
  };

  const askAll = async (asked: readonly AskedCall[]): Promise<number> => {
    const requestedAt = clock.now();
    const expiresAt = requestedAt + waitMs;
    const requests = asked.map((call) => ({ ...shownCall(call), requestedAt, expiresAt }));
    for (const request of requests) await inbox.ask(run, request);
    await announce.asked(run, requests);
    return requestedAt;
  };

  /** The decisions so far; those that came too late are expired, for whoever asks. */
  const decisionsOn = async (ids: readonly string[], askedAt: number) => {
    let now = await watch.read();
    const due = now.approvals.filter(({ toolUseId, expiresAt }) => ids.includes(toolUseId) && expiresAt <= clock.now());
    for (const { toolUseId } of due) await inbox.expire(run, toolUseId, clock.now());
    if (due.length > 0) now = await watch.read();
    const decided = now.decisions
      .filter(({ toolUseId }) => ids.includes(toolUseId))
      .map((decision) => [decision.toolUseId, decisionOf(decision, askedAt)] as const);
    return { decided, isCancelled: now.cancelled !== null };
  };

  return {
    isAttended: true,

    async unread(read) {
      const { messages, maxCostUsd } = await watch.take();
      account.limitTo(maxCostUsd === null ? null : parseUsd(maxCostUsd));
      return messages.slice(read) satisfies readonly RunMessage[];
    },

    close: (read) => inbox.close(run, read),

    interrupted: () => watch.isInterrupted,

    async waitForRoom(call, round, refusal: Refusal) {
      const { reason, needsUsd, retryAfterMs } = refusal;
      if (reason === 'budget' && !pausesOnLimit) return null;
      const name = `room-${call}-${round}`;
      const { since, raises } = await journal.step(`${name}-since`, async () => ({
        since: clock.now(),
        raises: (await watch.read()).raises,
      }));
      const first = waitedSince.get(call) ?? since;
      waitedSince.set(call, first);
      const leftMs = first + waitMs - since;
      if (leftMs <= 0) return null;
      const what = { reason, round, raises, ...(needsUsd === undefined ? {} : { needsUsd }) };
      // Beside the caller, the sweeper looks whether there is room.
      await wait(
        name,
        what,
        Math.min(leftMs, Math.max(retryAfterMs ?? leftMs, pauseBefore(round))),
        limitIn(refusal),
        (now) => now.raises > raises,
      );
      const over = await journal.step<Pick<Waited, 'until' | 'isResumed'> | true>(`${name}-over`, async () => {
        await setWaiting(null);
        return { until: clock.now(), isResumed: (await watch.read()).raises > raises };
      });
      // Of a run that was cancelled, too: the call that is tried again finds that out. Earlier journals say `true` here.
      return { reason, since, ...(over === true ? { until: since, isResumed: false } : over) };
    },

    nextTry(outage) {
      return nextTryAfter(outage, { leftMs: journal.isFull ? 0 : journal.leftMs, waitMs });
    },

    async decide(call, asked) {
      const ids = asked.map(({ id }) => id);
      const askedAt = await journal.step(`ask-${call}`, () => askAll(asked));
      for (const each of asked) events.once(`ask-${each.id}`, 'approval.requested', shownCall(each));
      for (let round = 1; ; round += 1) {
        const name = `decide-${call}-${round}`;
        const isDecided: IsOver = ({ decisions }) =>
          ids.every((id) => decisions.some(({ toolUseId }) => toolUseId === id));
        await wait(name, { reason: 'approval', round }, waitMs + 1_000, { toolUseIds: ids }, isDecided);
        const { decided, isCancelled } = await journal.step(`${name}-over`, async () => {
          const found = await decisionsOn(ids, askedAt);
          if (found.isCancelled || found.decided.length === ids.length) await setWaiting(null);
          return found;
        });
        for (const [toolUseId, { decision }] of decided)
          events.once(`decided-${toolUseId}`, 'approval.decided', { toolUseId, decision });
        if (isCancelled || decided.length === ids.length) return new Map(decided);
      }
    },
  };
};
