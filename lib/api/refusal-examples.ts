import { anthropicErrorResponse } from '../http/response/anthropic-error.ts';
import { problemOf } from '../http/response/problem.ts';
import { AppError, type AppErrorOptions, type ErrorCode } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';

type Sample = readonly [message: Redacted, options?: AppErrorOptions];

const SOON = { retryAfterMs: 2_000 };

/** What a refusal may say, by its code: in the words of the code that refuses. */
const SAMPLES: Readonly<Record<ErrorCode, Sample>> = {
  'invalid-request': [
    safe`The body has 1 invalid field; see errors.`,
    { issues: [{ path: 'timeoutMs', message: safe`must be at least 1000` }] },
  ],
  unauthenticated: [safe`A valid API key is needed.`],
  'budget-exceeded': [
    safe`What is left of the day's budget of the tenant does not cover this call.`,
    { figures: { limit: '0.001', used: '0', reserved: '0', asked: '0.02' } },
  ],
  forbidden: [safe`The key lacks the scope runs:write.`],
  'not-found': [safe`There is no run of this id.`],
  'method-not-allowed': [safe`This path takes GET alone.`, { allow: ['GET'] }],
  'idempotency-in-progress': [safe`The first request with this key is still running.`, SOON],
  'precondition-failed': [safe`The tenant has changed since the ETag in If-Match.`],
  'run-conflict': [safe`The run has ended.`],
  'payload-too-large': [safe`The body takes more than 1048576 bytes.`],
  'unsupported-media-type': [safe`Send the body as application/json in UTF-8.`],
  'idempotency-key-reused': [safe`The key was used for another request.`],
  'unpriced-model': [safe`The model has no known price.`],
  'unpriced-feature': [safe`The feature cannot be priced beforehand.`],
  'rate-limited': [safe`The tenant has no request left in this minute.`, SOON],
  'headers-too-large': [safe`The path, the query and the values of the headers take more than 10240 bytes.`],
  internal: [safe`Something broke on our side.`],
  'worker-lost': [safe`The worker was lost three times at the same model call.`],
  'upstream-error': [safe`The model provider failed.`],
  'tool-failed': [safe`A tool failed.`],
  'circuit-open': [safe`The model is failing and is left alone.`, SOON],
  'upstream-overloaded': [safe`The model provider is overloaded.`, SOON],
  'store-unavailable': [safe`The store does not answer.`, SOON],
  'upstream-timeout': [safe`The answer took too long.`],
};

const REQUEST_ID = 'req_01m7y1e5s22m6c4j5cwvc3pnvq';

const valueOf = (form: 'problem' | 'anthropic', code: ErrorCode): unknown => {
  const [message, options] = SAMPLES[code];
  const error = new AppError(code, message, options);
  return form === 'problem'
    ? problemOf(error, REQUEST_ID)
    : (JSON.parse(anthropicErrorResponse(error, REQUEST_ID).body as string) as unknown);
};

/** An example for each code, made by what makes the answers themselves, as OpenAPI names them. */
export const refusalExamples = (form: 'problem' | 'anthropic', codes: readonly ErrorCode[]) =>
  Object.fromEntries(codes.map((code) => [code, { value: valueOf(form, code) }]));
