import { jsonResponse } from '../../http/response/json-response.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { StoredResult } from '../../idempotency/answer.ts';

/** The answer to a submission: where the run can be seen. */
export const submittedResponse = (runId: string, headers: Readonly<Record<string, string>> = {}): HttpResponse => {
  const response = jsonResponse({ runId, status: 'queued' }, 202);
  return { ...response, headers: { ...response.headers, location: `/agent/runs/${runId}`, ...headers } };
};

/** The stored answer of a submission again, for a repeated `Idempotency-Key`. */
export const replaySubmission = ({ body }: StoredResult): HttpResponse =>
  submittedResponse(String((body as { readonly runId?: unknown }).runId), { 'idempotency-replayed': 'true' });
