import type { AppError, ErrorCode } from '../../kernel/errors.ts';
import type { HttpResponse } from '../types.ts';
import { PROBLEMS } from './problem.ts';

/** The provider's own names for kinds of errors, as far as Ballast uses them. */
export type AnthropicErrorType =
  | 'api_error'
  | 'authentication_error'
  | 'billing_error'
  | 'invalid_request_error'
  | 'not_found_error'
  | 'overloaded_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'request_too_large'
  | 'timeout_error';

/** What each code is called under `/v1`; a new code does not compile until it stands here. */
export const ANTHROPIC_TYPES: Record<ErrorCode, AnthropicErrorType> = {
  'invalid-request': 'invalid_request_error',
  unauthenticated: 'authentication_error',
  'budget-exceeded': 'billing_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  'method-not-allowed': 'invalid_request_error',
  'idempotency-in-progress': 'invalid_request_error',
  'run-conflict': 'invalid_request_error',
  'precondition-failed': 'invalid_request_error',
  'payload-too-large': 'request_too_large',
  'unsupported-media-type': 'invalid_request_error',
  'idempotency-key-reused': 'invalid_request_error',
  'unpriced-model': 'invalid_request_error',
  'unpriced-feature': 'invalid_request_error',
  'rate-limited': 'rate_limit_error',
  'headers-too-large': 'invalid_request_error',
  internal: 'api_error',
  'worker-lost': 'api_error',
  'upstream-error': 'api_error',
  'tool-failed': 'api_error',
  'circuit-open': 'overloaded_error',
  'upstream-overloaded': 'overloaded_error',
  'store-unavailable': 'overloaded_error',
  'upstream-timeout': 'timeout_error',
};

/** The body of an error as clients of the Anthropic API know it. */
export interface AnthropicError {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

/**
 * What clients repeat by themselves, by its status, although it cannot help: Ballast has tried again already, or never
 * would. Coding agents repeat even a 401.
 */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'unauthenticated',
  'forbidden',
  'run-conflict',
  'internal',
  'worker-lost',
  'upstream-error',
  'tool-failed',
  'circuit-open',
  'upstream-overloaded',
  'upstream-timeout',
] satisfies ErrorCode[]);

/** Waiting helps here always, also where nobody knows for how long; a limit of the provider's has its own word. */
const PASSES_BY_ITSELF: ReadonlySet<ErrorCode> = new Set([
  'rate-limited',
  'idempotency-in-progress',
] satisfies ErrorCode[]);
const RETRY_MS = 1_000;

/** The envelope has one text, so that what a problem tells in members of its own stands in it as sentences. */
const messageOf = ({ code, message, upstreamMessage, issues, figures }: AppError): string => {
  if (upstreamMessage !== undefined) return upstreamMessage.message;
  const fields = issues.map(({ path, message: bound }) => (path === '' ? bound : `${path}: ${bound}`)).join('; ');
  if (code === 'invalid-request' && issues.some(({ path }) => path !== '')) return fields;
  const unit = code === 'budget-exceeded' ? ' in US dollars' : '';
  return [
    message,
    ...(fields === '' ? [] : [`(${fields})`]),
    ...(figures === undefined
      ? []
      : [
          `Limit${unit}: ${figures.limit}; used ${figures.used}, reserved ${figures.reserved}, asked ${figures.asked}.`,
        ]),
  ].join(' ');
};

/** The error as the client of the gateway reads it, also as the data of an `error` event. */
export const anthropicErrorOf = (error: AppError, requestId: string): AnthropicError => ({
  type: 'error',
  error: { type: error.upstreamMessage?.type ?? ANTHROPIC_TYPES[error.code], message: messageOf(error) },
  request_id: requestId,
});

const retryHeaders = ({ code, retryAfterMs, figures }: AppError): Record<string, string> => {
  // The provider's limit, unlike one of ours, has been waited for as long as it was worth it.
  const isProviders = code === 'rate-limited' && figures === undefined;
  const waitMs = retryAfterMs ?? (PASSES_BY_ITSELF.has(code) && !isProviders ? RETRY_MS : null);
  // By its status no client would repeat a 402, also where only calls that are still open stand in the way.
  const isReserved = code === 'budget-exceeded' && waitMs !== null;
  const isSpent = code === 'budget-exceeded' && waitMs === null;
  return {
    ...(waitMs === null ? {} : { 'retry-after': String(Math.ceil(waitMs / 1_000)) }),
    ...(FINAL.has(code) || isSpent || isProviders ? { 'x-should-retry': 'false' } : {}),
    ...(isReserved ? { 'x-should-retry': 'true' } : {}),
  };
};

/**
 * The error as an answer: `retry-after` in whole seconds, rounded up, and `x-should-retry` where it helps, or cannot,
 * although the status says otherwise.
 */
export const anthropicErrorResponse = (error: AppError, requestId: string): HttpResponse => ({
  statusCode: error.upstreamMessage?.status ?? PROBLEMS[error.code].status,
  headers: {
    'content-type': 'application/json',
    'request-id': requestId,
    ...retryHeaders(error),
    ...(error.allow.length === 0 ? {} : { allow: error.allow.join(', ') }),
    ...error.headers,
    ...(error.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="ballast"' } : {}),
  },
  body: JSON.stringify(anthropicErrorOf(error, requestId)),
});
