import { anthropicErrorOf, anthropicErrorResponse } from '../../http/response/anthropic-error.ts';
import type { HttpResponse } from '../../http/types.ts';
import type { StoredResult } from '../../idempotency/answer.ts';
import type { AppError } from '../../kernel/errors.ts';

/** An answer as it went out, or is going to: the same bytes are given to whoever repeats the request. */
export interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** As it is kept under an idempotency key. */
export const storedAnswer = ({ status, headers, text }: SentAnswer): StoredResult => ({
  status,
  body: { headers, text },
});

/** An error that was answered, as it is kept. */
export const storedFailure = (error: AppError, requestId: string): StoredResult => {
  const { statusCode, headers } = anthropicErrorResponse(error, requestId);
  // Who asks again gets this very answer: waiting would not change it.
  const { 'retry-after': _, ...lasting } = headers;
  return storedAnswer({
    status: statusCode,
    headers: { ...lasting, 'x-should-retry': 'false' },
    text: JSON.stringify(anthropicErrorOf(error, requestId)),
  });
};

/** The kept answer again, for a request of its own. */
export const replayAnswer = ({ status, body }: StoredResult): HttpResponse => {
  const { headers, text } = body as Pick<SentAnswer, 'headers' | 'text'>;
  return { statusCode: status, headers: { ...headers, 'idempotency-replayed': 'true' }, body: text };
};
