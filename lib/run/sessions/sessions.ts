import { AppError } from '../../kernel/errors.ts';
import type { PicoUsd } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import { type Given, givenBack } from '../../sessions/decision.ts';
import type { Holder, SessionHead, SessionKey, SessionStore } from '../../sessions/types.ts';
import type { StoredConversation } from './conversation.ts';
import { agentDiffers, heldByOther, messagesRefused } from './session-errors.ts';
import { freed, heldBy, type StandingParts } from './standing.ts';
import { createSuccession, type Succession } from './succession.ts';

/** A run that wants to go on with a session. */
export interface Taking extends Pick<Holder, 'runId' | 'mode' | 'until'> {
  readonly agent: string;
  /** Whether it brings earlier turns of its own. */
  readonly hasMessages: boolean;
  readonly claimKey: string | null;
}

/** What the run goes on from, from when it has taken the session: nobody else changes it until it is given back. */
export interface Taken {
  readonly conversationOf: string | null;
  /** What the session's budget had counted by then. */
  readonly spent: PicoUsd;
  readonly holder: Pick<Holder, 'takenAt'> | null;
}

/** One writer at a time: a run takes a session on condition, and gives it back with its own conversation or not at all. */
export interface Sessions extends Succession {
  readonly store: SessionStore;
  /** As it stands, what an ended holder has left included; `null`: there is none. */
  find(key: SessionKey): Promise<SessionHead | null>;
  /**
   * Throws `run-conflict` with `retryAfterMs` while another run has it, `invalid-request` for another agent, or for turns
   * beside its own. Where the run has it already, it is taken. `read`: the head where it was just read.
   */
  take(key: SessionKey, taking: Taking, read?: SessionHead | null): Promise<Taken>;
  /** `null` where the session had none. Throws `internal` where it is lost. */
  load(key: SessionKey, taken: Pick<Taken, 'conversationOf'>): Promise<StoredConversation | null>;
  put(key: SessionKey, run: Pick<Taking, 'runId' | 'agent'>, conversation: StoredConversation): Promise<void>;
  /** `false`: the session is not this run's any more, and is as others left it. */
  give(key: SessionKey, runId: string, given: Given): Promise<boolean>;
  /** Removes what the run went on from, once its own conversation is in its place. Never rejects. */
  tidy(key: SessionKey, taken: Pick<Taken, 'conversationOf'>): Promise<void>;
}

/** Each try is lost to another run only. */
const MAX_TRIES = 5;

export const createSessions = (parts: StandingParts): Sessions => {
  const { store, clock } = parts;
  return {
    ...createSuccession(parts),
    store,

    async find(key) {
      const head = await store.find(key);
      return head === null ? null : ((await freed(parts, head, false)) ?? head);
    },

    async take(key, taking, read) {
      const { runId, mode, until, agent, hasMessages, claimKey } = taking;
      for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
        const before = tries === 1 && read !== undefined ? read : await store.find(key);
        const isMine = before?.holder?.runId === runId;
        const free = before === null || isMine ? before : await freed(parts, before, true);
        const known = free ?? before;
        if (known !== null && known.conversationOf !== null) {
          if (hasMessages) throw messagesRefused();
          if (known.agent !== agent) throw agentDiffers(known.agent);
        }
        if (isMine) return before;
        if (before !== null && free === null) throw heldByOther();
        const taken = heldBy(key, free, { runId, agent, mode, until, takenAt: clock.now() });
        const head = { ...taken, version: (before?.version ?? 0) + 1 };
        const noting = mode === 'erase' ? undefined : store.addRun(key, { runId, claimKey });
        const [isTaken] = await Promise.all([store.replace(head, before), noting]);
        if (!isTaken) continue;
        // What a holder began with expires by itself: one that is worked on again may want to read it once more.
        return head;
      }
      throw heldByOther();
    },

    async load(key, { conversationOf }) {
      if (conversationOf === null) return null;
      const text = await store.readConversation(key, conversationOf);
      if (text === null) throw new AppError('internal', safe`The conversation of the session is not there.`);
      return JSON.parse(text) as StoredConversation;
    },

    async tidy(key, { conversationOf }) {
      // What is not removed expires.
      if (conversationOf !== null) await store.removeConversation(key, conversationOf).catch(() => undefined);
    },

    put: (key, run, conversation) => store.putConversation(key, run, JSON.stringify(conversation)),

    async give(key, runId, given) {
      for (;;) {
        const head = await store.find(key);
        if (head?.holder?.runId !== runId) return false;
        const next = givenBack(head, given, clock.now());
        if (await store.replace(next, head)) return true;
      }
    },
  };
};
