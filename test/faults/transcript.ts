import { describedFetch, NotDescribed } from '../openapi/described-fetch.ts';

/** What a client got, and when: all that a judge knows of an answer. */
export interface Transcript {
  /** `null`: no head came. */
  readonly status: number | null;
  readonly contentType: string;
  /** What the head says of who answered; `null`: nothing. */
  readonly degraded: string | null;
  readonly bytes: string;
  /** How the body ended: properly, by a broken connection, or not before the client lost its patience. */
  readonly ended: 'properly' | 'broken' | 'never';
  /** From the request's first byte to the end. */
  readonly ms: number;
}

/** Asks, and writes down what comes until it ends or `patienceMs` are over. Rejects where an answer is not as it is described. */
export const transcribe = async (
  url: string,
  init: RequestInit,
  patienceMs: number,
  ask: typeof describedFetch = describedFetch,
): Promise<Transcript> => {
  const patience = AbortSignal.timeout(patienceMs);
  const startedAt = performance.now();
  const decoder = new TextDecoder();
  let head: Pick<Transcript, 'status' | 'contentType' | 'degraded'> = { status: null, contentType: '', degraded: null };
  let bytes = '';
  let ended: Transcript['ended'] = 'properly';
  try {
    const response = await ask(url, { ...init, signal: patience });
    const { status, headers } = response;
    head = { status, contentType: headers.get('content-type') ?? '', degraded: headers.get('x-ballast-degraded') };
    for await (const chunk of response.body ?? []) bytes += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch (error) {
    if (error instanceof NotDescribed) throw error;
    ended = patience.aborted ? 'never' : 'broken';
  }
  return { ...head, bytes, ended, ms: performance.now() - startedAt };
};
