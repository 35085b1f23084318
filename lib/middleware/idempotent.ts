import type { MiddlewareObj } from '@middy/core';
import { header, type HttpEvent, type HttpResponse } from '../http/types.ts';
import type { StoredResult } from '../idempotency/answer.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { OwnedClaim } from '../idempotency/owned-claim.ts';
import { withHeaders } from './errors-as.ts';
import type { Authenticated } from './authenticated.ts';
import type { Observed } from './observed.ts';

export interface Claimed extends HttpEvent {
  /** The request's own hold on its `Idempotency-Key`; `null` where it sent none. */
  readonly claim: OwnedClaim | null;
}

/** How an answer that was kept is given again. */
export type Replay = (result: StoredResult, event: HttpEvent) => HttpResponse;

const bytesOf = ({ body, isBase64Encoded }: HttpEvent): Uint8Array =>
  Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');

/** Ends the claim once: whoever comes second finds it done, without asking the store. */
const endedOnce = (claim: OwnedClaim): OwnedClaim => {
  let ending: ReturnType<OwnedClaim['release']> | undefined;
  return {
    ...claim,
    complete: (result) => (ending ??= claim.complete(result)),
    release: () => (ending ??= claim.release()),
  };
};

/**
 * Lets one request of a key through and gives its answer to the others, in the form each asks for.
 * What is thrown before the work has ended its claim frees the key; the claim of another is never touched.
 */
export const idempotent = (
  idempotency: Idempotency,
  replay: Replay,
  lockMsOf: (event: HttpEvent) => number | undefined = () => undefined,
): MiddlewareObj<Observed & Authenticated & Claimed, HttpResponse> => ({
  before: async (request) => {
    const { event } = request;
    const key = header(event, 'idempotency-key');
    if (key === undefined) {
      request.event = { ...event, claim: null };
      return undefined;
    }
    const { httpMethod: method, path, principal } = event;
    const { tenantId } = principal;
    const lockMs = lockMsOf(event);
    const asked = { tenantId, key, method, path, body: bytesOf(event) };
    const claim = await idempotency.claim({ ...asked, ...(lockMs === undefined ? {} : { lockMs }) });
    if (claim.kind === 'replay') {
      return withHeaders(replay(claim.result, event), event);
    }
    request.event = { ...event, claim: endedOnce(claim) };
    return undefined;
  },
  // `claim` is there only where this very request acquired it: an error of anyone's runs every `onError`.
  onError: async ({ event }) => {
    await (event as Partial<Claimed>).claim?.release();
  },
});
