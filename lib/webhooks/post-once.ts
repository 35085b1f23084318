import { type ClientRequest, request as requestPlain } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import { allowedAddresses, type Lookup, pinnedTo } from '../egress/pinned-addresses.ts';
import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { retryAfterOf } from '../retry/retry-after.ts';
import { nameError } from '../telemetry/describe-error.ts';
import { webhookIssue } from './allowed-url.ts';
import type { Tried } from './next-try.ts';
import type { SignedMessage } from './signed-message.ts';

/** A receiver that needs longer should answer first and work then. */
export const TRY_MS = 15_000;

export interface PostOnceOptions {
  readonly clock: Clock;
  readonly lookup: Lookup;
  /** Those of `WEBHOOK_HOSTS`, looked at anew by each try. */
  readonly hosts: readonly string[];
}

/** What came of one try; `error` where no answer did. */
export interface Posted extends Tried {
  readonly error: Redacted | null;
  readonly durationMs: number;
}

/** Sends once, within `TRY_MS`; never rejects. A redirect is an answer like any other: it is not followed. */
export type PostOnce = (message: SignedMessage) => Promise<Posted>;

type Outcome = Omit<Posted, 'durationMs'>;

const unanswered = (error: Redacted): Outcome => ({ status: null, retryAfterMs: null, error });

export const createPostOnce = ({ clock, lookup, hosts }: PostOnceOptions): PostOnce => {
  const answerTo = (request: ClientRequest, body: string): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      request.once('error', reject);
      request.once('response', ({ statusCode = 0, headers }) => {
        const reader = { get: (name: string) => headers[name]?.toString() ?? null };
        resolve({ status: statusCode, retryAfterMs: retryAfterOf(reader, clock.now()), error: null });
        // Whatever else it says is of no interest, and may have no end.
        request.destroy();
      });
      request.end(body);
    });

  const send = async ({ url: text, headers, body }: SignedMessage, signal: AbortSignal): Promise<Outcome> => {
    if (webhookIssue(text, hosts) !== null) return unanswered(safe`host-not-allowed`);
    const url = new URL(text);
    const addresses = await allowedAddresses(lookup, url.hostname, 'public', signal);
    if (addresses.length === 0) return unanswered(safe`no-public-address`);
    const request = url.protocol === 'https:' ? requestEncrypted : requestPlain;
    const length = { 'content-length': Buffer.byteLength(body) };
    // A connection of its own: one that was kept could lead to an address that nobody has looked at.
    const options = { method: 'POST', agent: false as const, lookup: pinnedTo(addresses), signal };
    return answerTo(request(url, { ...options, headers: { ...headers, ...length } }), body);
  };

  return async (message) => {
    const startedMs = clock.monotonicMs();
    using deadline = createDeadline(clock, TRY_MS);
    const outcome = await send(message, deadline.signal).catch((error: unknown) =>
      unanswered(deadline.stoppedBy === null ? nameError(error) : safe`timeout`),
    );
    return { ...outcome, durationMs: clock.monotonicMs() - startedMs };
  };
};
