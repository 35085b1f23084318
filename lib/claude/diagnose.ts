import { retryAfterOf, type HeaderReader } from '../retry/retry-after.ts';
import type { Estimate } from '../usage/record.ts';
import { MalformedStream } from './assemble-message.ts';
import { fault, kindOfErrorType, kindOfStatus } from './faults.ts';
import type { Fault } from './types.ts';
import type { WatchdogVerdict } from './watchdog.ts';

/** The upstream said `error` inside its stream. */
export class ErrorEvent extends Error {
  override readonly name = 'ErrorEvent';
  readonly type: unknown;
  constructor(type: unknown) {
    super('error event');
    this.type = type;
  }
}

/** What went wrong with an attempt: the watchdog's verdict, or what the SDK, the stream or the upstream threw. */
export const diagnose = (error: unknown, verdict: WatchdogVerdict | null, contentSeen: boolean, now: number): Fault => {
  if (verdict !== null) return fault(verdict, { contentSeen, cause: error });
  if (error instanceof MalformedStream) return fault('malformed', { contentSeen, cause: error });
  if (error instanceof ErrorEvent) return fault(kindOfErrorType(error.type), { contentSeen, cause: error });
  const { status, headers } = error as { status?: unknown; headers?: HeaderReader };
  if (typeof status === 'number') {
    const retryAfterMs = headers ? retryAfterOf(headers, now) : null;
    return fault(kindOfStatus(status), { status, retryAfterMs, cause: error });
  }
  if (error instanceof SyntaxError) return fault('malformed', { contentSeen, cause: error });
  return fault(contentSeen ? 'cut' : 'connection', { contentSeen, cause: error });
};

/** Codes of errors that happen before a request is on its way: nothing can have been billed. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const neverSent = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause)
    if (NEVER_SENT.has((at as { code?: string }).code ?? '')) return true;
  return false;
};

/** Refused with a status, nothing is billed; broken off, what was seen; without a word, the input may have been. */
export const estimateOf = (failed: Fault, begun: boolean, error: unknown): Estimate => {
  if (begun) return 'cut';
  return failed.status !== null || neverSent(error) || error instanceof ErrorEvent ? null : 'unanswered';
};
