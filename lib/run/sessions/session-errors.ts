import { AppError } from '../../kernel/errors.ts';
import { label, safe } from '../../kernel/redacted.ts';

/** Soon enough for a chat, seldom enough for a run that takes minutes. */
const ASK_AGAIN_MS = 2_000;

export const heldByOther = (): AppError =>
  new AppError('run-conflict', safe`Another run of this session is under way.`, { retryAfterMs: ASK_AGAIN_MS });

export const messagesRefused = (): AppError =>
  new AppError('invalid-request', safe`The session is there already; see errors.`, {
    issues: [{ path: 'messages', message: safe`must be left out: the session has its own` }],
  });

export const agentDiffers = (agent: string): AppError =>
  new AppError('invalid-request', safe`The session belongs to another agent; see errors.`, {
    issues: [{ path: 'agent', message: safe`must be ${label(agent)}, whose session it is` }],
  });

/** The lease of a synchronous run is over: another run may have gone on from the conversation that it began with. */
export const leaseOver = (): AppError =>
  new AppError('run-conflict', safe`The run took so long that its session was given to others.`);

export const noSession = (): AppError => new AppError('not-found', safe`There is no session of this id.`);
