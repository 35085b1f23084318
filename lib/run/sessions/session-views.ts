import type { UserNames } from '../../end-users/names.ts';
import { type Pseudonym, shownUser, usersOf } from '../../kernel/ids/pseudonym.ts';
import { formatUsd } from '../../kernel/money.ts';
import type { SessionHead, SessionKey, SessionPage } from '../../sessions/types.ts';
import type { RunUsage } from '../answer.ts';
import type { VisibleTurn } from './conversation.ts';
import { noSession } from './session-errors.ts';
import type { Sessions } from './sessions.ts';

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

type Summary = Pick<SessionHead, 'sessionId' | 'userId' | 'agent' | 'createdAt' | 'updatedAt'>;

type Names = ReadonlyMap<Pseudonym, string>;

/** One of the sessions of `GET /sessions`; `names`: of end users, where they are known. */
export const sessionSummary = ({ sessionId, userId, agent, createdAt, updatedAt }: Summary, names: Names) => ({
  sessionId,
  userId: shownUser(userId, names),
  agent,
  createdAt: instant(createdAt),
  updatedAt: instant(updatedAt),
});

/** The body of `GET /sessions`. */
export const listView = ({ sessions, nextCursor }: SessionPage, names: Names) => ({
  sessions: sessions.map((session) => sessionSummary(session, names)),
  nextCursor,
});

export interface SessionView extends ReturnType<typeof sessionSummary> {
  readonly turns: readonly VisibleTurn[];
  readonly usage: RunUsage;
}

const MOST_TRIES = 3;

/** The body of `GET /sessions/{sessionId}`. Throws `not-found` where no run has left a conversation under this id. */
export const sessionView = async (
  sessions: Sessions,
  key: SessionKey,
  findNames: UserNames['find'],
  tries = 1,
): Promise<SessionView> => {
  const head = await sessions.find(key);
  if (head === null || head.conversationOf === null) throw noSession();
  const conversation = await sessions.load(key, head).catch((error: unknown) => {
    // Another run has just put its own in this one's place, and removed it.
    if (tries < MOST_TRIES) return null;
    throw error;
  });
  if (conversation === null) return sessionView(sessions, key, findNames, tries + 1);
  const { cost, ...counts } = head.usage;
  const names = await findNames(key.tenantId, usersOf([head]));
  return { ...sessionSummary(head, names), turns: conversation.turns, usage: { ...counts, costUsd: formatUsd(cost) } };
};
