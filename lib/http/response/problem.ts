import type { AppError, ErrorCode } from '../../kernel/errors.ts';
import type { HttpResponse } from '../types.ts';

interface Outside {
  readonly status: number;
  readonly title: string;
}

/** Every code has a status and a title; a new code does not compile until it stands here. */
export const PROBLEMS: Record<ErrorCode, Outside> = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  'budget-exceeded': { status: 402, title: 'The budget does not allow this' },
  forbidden: { status: 403, title: 'The credential does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'idempotency-in-progress': { status: 409, title: 'The first request with this key is still running' },
  'run-conflict': { status: 409, title: 'The run does not allow this now' },
  'precondition-failed': { status: 412, title: 'It was changed since it was read' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'idempotency-key-reused': { status: 422, title: 'The key was used for another request' },
  'unpriced-model': { status: 422, title: 'The model has no known price' },
  'unpriced-feature': { status: 422, title: 'The feature cannot be priced beforehand' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something broke on our side' },
  'worker-lost': { status: 500, title: 'The worker was lost' },
  'upstream-error': { status: 502, title: 'The model provider failed' },
  'tool-failed': { status: 502, title: 'A tool failed' },
  'circuit-open': { status: 503, title: 'The dependency is failing and is left alone' },
  'upstream-overloaded': { status: 503, title: 'The model provider is overloaded' },
  'store-unavailable': { status: 503, title: 'The store does not answer' },
  'upstream-timeout': { status: 504, title: 'The answer took too long' },
};

/** RFC 9457, with Ballast's own members. */
export type Problem = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly requestId: string;
};

export const problemOf = (error: AppError, requestId: string): Problem => ({
  type: `urn:ballast:problem:${error.code}`,
  title: PROBLEMS[error.code].title,
  status: PROBLEMS[error.code].status,
  detail: error.message,
  code: error.code,
  requestId,
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(error.retryAfterMs) }),
  ...(error.issues.length === 0 ? {} : { errors: error.issues }),
  ...error.figures,
  ...error.members,
});

/** The problem as an answer, with `Retry-After` (whole seconds, rounded up) and `Allow` where they help. */
export const problemResponse = (error: AppError, requestId: string): HttpResponse => ({
  statusCode: PROBLEMS[error.code].status,
  headers: {
    'content-type': 'application/problem+json',
    'request-id': requestId,
    ...(error.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) }),
    ...(error.allow.length === 0 ? {} : { allow: error.allow.join(', ') }),
    ...error.headers,
    ...(error.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="ballast"' } : {}),
  },
  body: JSON.stringify(problemOf(error, requestId)),
});
