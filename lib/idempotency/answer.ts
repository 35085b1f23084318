import type { Ending } from './claim.ts';

/** The largest body that is kept: 4 MiB of JSON in UTF-8, before compression. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** An answer as the first request got it, whatever form it was sent in. */
export interface StoredResult {
  readonly status: number;
  /** Plain JSON. */
  readonly body: object;
  /** Where the work can be read, also when the answer is too large to be kept. */
  readonly runId?: string;
}

/** How an answer ends its claim. */
export const endingOf = ({ status, body, runId }: StoredResult): Ending => {
  const text = JSON.stringify(body);
  const known = runId ?? null;
  return Buffer.byteLength(text) > MAX_ANSWER_BYTES
    ? { state: 'too-large', runId: known }
    : { state: 'completed', status, runId: known, text };
};

/** The answer of a completed claim. */
export const readResult = async (claim: {
  readonly status: number;
  readonly runId: string | null;
  readonly readText: () => Promise<string>;
}): Promise<StoredResult> => ({
  status: claim.status,
  body: JSON.parse(await claim.readText()) as object,
  ...(claim.runId === null ? {} : { runId: claim.runId }),
});
