import type { MiddlewareObj } from '@middy/core';
import { header, type HttpEvent, type HttpResponse } from '../http/types.ts';
import type { StoredResult } from '../idempotency/answer.ts';
import type { ClaimRequest, Idempotency } from '../idempotency/idempotency.ts';
import type { ClaimEnd, OwnedClaim } from '../idempotency/owned-claim.ts';
import type { WaitUntil } from '../kernel/background.ts';
import { STORAGE_GRACE_MS } from '../kernel/deadline.ts';
import type { Authenticated } from './authenticated.ts';
import { withHeaders } from './errors-as.ts';
import type { Observed } from './observed.ts';

export interface Claimed extends HttpEvent {
  /** The request's own hold on its `Idempotency-Key`; `null` where it sent none. */
  readonly claim: OwnedClaim | null;
}

/** How long a request may wait for its claim, and for how long it may need it. */
export type ClaimLimits = Pick<ClaimRequest, 'lockMs' | 'withinMs'>;

/** How an answer that was kept is given again. */
export type Replay = (result: StoredResult, event: Observed) => HttpResponse;

const bytesOf = ({ body, isBase64Encoded }: HttpEvent): Uint8Array =>
  Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

/**
 * Ends the claim once: whoever comes second finds it done, without asking the store. What is still tried when the
 * answer is out keeps the process.
 */
const endedOnce = (claim: OwnedClaim, waitUntil: WaitUntil | undefined): OwnedClaim => {
  let ending: Promise<ClaimEnd> | undefined;
  const end = (settling: Promise<ClaimEnd>): Promise<ClaimEnd> => {
    waitUntil?.(settling.then(() => claim.ended()));
    return settling;
  };
  return {
    ...claim,
    complete: (...asked) => (ending ??= end(claim.complete(...asked))),
    release: (...asked) => (ending ??= end(claim.release(...asked))),
  };
};

/** Longest wait for a claim of which nothing came. */
const RELEASE_LIMIT_MS = STORAGE_GRACE_MS;

/**
 * Lets one request of a key through and gives its answer to the others, in the form each asks for.
 * What is thrown before the work has ended its claim frees the key; the claim of another is never touched.
 */
export const idempotent = (
  idempotency: Idempotency,
  replay: Replay,
  limitsOf: (event: HttpEvent) => ClaimLimits = () => ({}),
): MiddlewareObj<Observed & Authenticated & Claimed, HttpResponse> => ({
  before: async (request) => {
    const { event } = request;
    const key = header(event, 'idempotency-key');
    if (key === undefined) {
      request.event = { ...event, claim: null };
      return undefined;
    }
    const { httpMethod: method, path, principal, waitUntil } = event;
    const { tenantId, bearer } = principal;
    const subject = bearer?.subject ?? null;
    const asked = { tenantId, key, method, path, subject, body: bytesOf(event), waitUntil };
    const claim = await idempotency.claim({ ...asked, ...limitsOf(event) });
    if (claim.kind === 'replay') {
      const { runId } = claim.result;
      // The line of this request leads to the work that it did not do.
      if (runId !== undefined && event.workContext) event.workContext.runId = runId;
      return withHeaders(replay(claim.result, event), event);
    }
    request.event = { ...event, claim: endedOnce(claim, waitUntil) };
    return undefined;
  },
  // `claim` is there only where this very request acquired it: an error of anyone's runs every `onError`.
  onError: async ({ event }) => {
    await (event as Partial<Claimed>).claim?.release(RELEASE_LIMIT_MS);
  },
});
