import { pseudonymOrNull } from '../../kernel/ids/pseudonym.ts';
import type { RunSummary } from '../../runs/types.ts';
import type { SessionHead, SessionKey } from '../../sessions/types.ts';
import type { RunRequest } from '../run-request.ts';
import { agentDiffers, messagesRefused } from './session-errors.ts';
import type { Sessions } from './sessions.ts';

/** The session that a request names; `null`: none. */
export const keyOf = (tenantId: string, { sessionId, userId }: RunRequest): SessionKey | null =>
  sessionId === undefined ? null : { tenantId, userId: pseudonymOrNull(userId), sessionId };

/** The session of a run; `null`: it has none. */
export const sessionOf = ({ tenantId, sessionId, userId }: Pick<RunSummary, 'tenantId' | 'sessionId' | 'userId'>) =>
  sessionId === null ? null : { tenantId, userId, sessionId };

/** The request as its session has it: with the session's agent, where it names none. */
export const withAgentOf = <T extends RunRequest>(request: T, head: SessionHead | null): T =>
  head === null || request.agent !== undefined || (head.conversationOf === null && head.holder === null)
    ? request
    : { ...request, agent: head.agent };

/**
 * The request of a run that will take its session later. Throws `invalid-request` where it cannot, as far as can be seen now.
 */
export const joinSession = async <T extends RunRequest>(
  openSessions: () => Promise<Pick<Sessions, 'find'>>,
  tenantId: string,
  request: T,
): Promise<T> => {
  const key = keyOf(tenantId, request);
  if (key === null) return request;
  const head = await (await openSessions()).find(key);
  if (head !== null && head.conversationOf !== null) {
    if ((request.messages ?? []).length > 0) throw messagesRefused();
    if (request.agent !== undefined && request.agent !== head.agent) throw agentDiffers(head.agent);
  }
  return withAgentOf(request, head);
};
