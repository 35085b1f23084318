import type { UpstreamMessage } from '../../kernel/errors.ts';
import { type HeaderReader, retryAfterOf } from '../../retry/retry-after.ts';
import type { Estimate } from '../../usage/record.ts';
import { fault, kindOfErrorType, kindOfStatus } from '../faults.ts';
import { keyFaultOf } from '../keys/key-faults.ts';
import type { Fault } from '../outcome.ts';
import { KeyUnavailable, MalformedStream } from '../provider.ts';
import { ErrorEvent } from './read-event.ts';
import { isVerdict, type TimeoutVerdict } from './stream-timeouts.ts';
import { messageOf } from './upstream-message.ts';

const isTooLong = (words: UpstreamMessage | undefined): boolean =>
  words?.status === 400 && TOO_LONG.test(words.message);

/** What went wrong with an attempt: the watchdog's verdict, or what the SDK, the stream or the upstream threw. */
export const diagnose = (error: unknown, verdict: TimeoutVerdict | null, contentSeen: boolean, now: number): Fault => {
  if (verdict !== null) return fault(verdict, { contentSeen, cause: error });
  if (error instanceof KeyUnavailable) return fault('credential', { cause: error });
  if (error instanceof MalformedStream) return fault('malformed', { contentSeen, cause: error });
  if (error instanceof ErrorEvent) {
    const { type, words, keyFault } = error;
    if (keyFault !== undefined) return fault('credential', { contentSeen, cause: error, keyFault });
    const kind = isTooLong(words) ? 'context-too-long' : kindOfErrorType(type);
    return fault(kind, { contentSeen, cause: error, ...(words && { upstreamMessage: words }) });
  }
  const { status, headers } = error as { status?: unknown; headers?: HeaderReader };
  if (typeof status === 'number') {
    const keyFault = keyFaultOf(status, (error as { error?: { error?: unknown } }).error?.error);
    // Its words are for the operator alone, and when it may be asked again is nothing that a client could wait for.
    if (keyFault !== undefined) return fault('credential', { status, cause: error, keyFault });
    const retryAfterMs = headers ? retryAfterOf(headers, now) : null;
    const final = headers?.get('x-should-retry') === 'false';
    const words = messageOf(error, final);
    const kind = isTooLong(words) ? 'context-too-long' : kindOfStatus(status);
    return fault(kind, { status, retryAfterMs, final, cause: error, ...(words && { upstreamMessage: words }) });
  }
  if (error instanceof SyntaxError) return fault('malformed', { contentSeen, cause: error });
  return fault(contentSeen ? 'cut' : 'connection', { contentSeen, cause: error });
};

/**
 * How the provider words it: `prompt is too long: 201000 tokens > 200000 maximum`, or that input and `max_tokens`
 * exceed the window.
 */
const TOO_LONG = /prompt is too long|exceed(?:s|ed)?\b.{0,40}\bcontext\b/i;

/** Codes of a connection that never came about, TLS included: nothing can have been billed. */
const NEVER_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|UND_ERR_CONNECT_TIMEOUT|ERR_(?:TLS|SSL)\w*|CERT_\w+|DEPTH_ZERO\w+|SELF_SIGNED\w+|UNABLE_TO\w+)$/;

/** Deeper than the SDK and fetch nest; a chain may also be a ring. */
const MAX_CAUSES = 8;

const codesOf = (error: unknown): string[] => {
  const codes: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_CAUSES; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') codes.push(code);
  }
  return codes;
};

/**
 * Whether a request may have reached the upstream. Whoever was on the wire says so by a code (`ECONNRESET`,
 * `UND_ERR_SOCKET`); an error without any comes from before it: a URL or a port that fetch refuses, a client that is
 * set up wrongly.
 */
const maybeSent = (error: unknown, failed: Fault): boolean => {
  if (error === null || error instanceof MalformedStream || isVerdict(failed.kind)) return true;
  const codes = codesOf(error);
  return codes.length > 0 && !codes.some((code) => NEVER_CONNECTED.test(code));
};

/** Refused with a status, nothing is billed; broken off, what was seen; without a word, the input may have been. */
export const estimateOf = (failed: Fault, begun: boolean, error: unknown): Estimate => {
  if (begun) return 'cut';
  if (failed.status !== null || error instanceof ErrorEvent) return null;
  return maybeSent(error, failed) ? 'unanswered' : null;
};
