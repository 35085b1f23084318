import { describe, expect, it } from 'vitest';
import { ANTHROPIC_TYPES, anthropicErrorOf, anthropicErrorResponse } from '../../lib/http/response/anthropic-error.ts';
import { PROBLEMS } from '../../lib/http/response/problem.ts';
import { AppError, type AppErrorOptions, type ErrorCode } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { crowdedError } from '../../lib/model-call/booking/budget-errors.ts';

const made = (code: ErrorCode, options: AppErrorOptions = {}) => new AppError(code, safe`It is so.`, options);
const headersOf = (code: ErrorCode, options?: AppErrorOptions) =>
  anthropicErrorResponse(made(code, options), 'req_1').headers;
const messageOf = (code: ErrorCode, options?: AppErrorOptions) =>
  anthropicErrorOf(made(code, options), 'req_1').error.message;

const CODES = Object.keys(PROBLEMS) as ErrorCode[];

/** The types that the provider documents for a status; a client that goes by one and a client that goes by the other agree. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  409: 'invalid_request_error',
  412: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  431: 'invalid_request_error',
  500: 'api_error',
  502: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

describe('an error under /v1', () => {
  it.each(CODES)('%s has the envelope, its status and the type of that status', (code) => {
    const { statusCode, headers, body } = anthropicErrorResponse(made(code), 'req_1');
    expect(statusCode).toBe(PROBLEMS[code].status);
    expect(ANTHROPIC_TYPES[code]).toBe(BY_STATUS[statusCode]);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'request-id': 'req_1' });
    expect(JSON.parse(body as string)).toEqual({
      type: 'error',
      error: { type: BY_STATUS[statusCode], message: 'It is so.' },
      request_id: 'req_1',
    });
  });

  it('is worded as the provider worded it, where that is about the request of this client', () => {
    const upstreamMessage = { type: 'not_found_error', message: 'model: claude-nobody' };
    const { error } = anthropicErrorOf(made('invalid-request', { upstreamMessage }), 'req_1');
    expect(error).toEqual(upstreamMessage);
    const { statusCode } = anthropicErrorResponse(
      made('invalid-request', { upstreamMessage: { ...upstreamMessage, status: 422 } }),
      'req_1',
    );
    expect(statusCode).toBe(422);
    const untyped = anthropicErrorOf(made('payload-too-large', { upstreamMessage: { message: 'too big' } }), 'req_1');
    expect(untyped.error).toEqual({ type: 'request_too_large', message: 'too big' });
  });

  it('names each wrong field, since the envelope has no other place for them', () => {
    const issues = [
      { path: 'model', message: safe`must be a string` },
      { path: 'max_tokens', message: safe`must be at least 1` },
    ];
    expect(messageOf('invalid-request', { issues })).toBe('model: must be a string; max_tokens: must be at least 1');
    expect(messageOf('forbidden', { issues: issues.slice(0, 1) })).toBe('It is so. (model: must be a string)');
    const whole = [{ path: '', message: safe`is not JSON` }];
    expect(messageOf('invalid-request', { issues: whole })).toBe('It is so. (is not JSON)');
  });

  it.each<[ErrorCode, string]>([
    ['budget-exceeded', 'It is so. Limit in US dollars: 5; used 4.9, reserved 0.08, asked 0.03.'],
    ['rate-limited', 'It is so. Limit: 5; used 4.9, reserved 0.08, asked 0.03.'],
  ])('tells the figures of a limit in its message (%s)', (code, message) => {
    const figures = { limit: '5', used: '4.9', reserved: '0.08', asked: '0.03' };
    expect(messageOf(code, { figures })).toBe(message);
    const { body } = anthropicErrorResponse(made(code, { figures }), 'req_1');
    expect(Object.keys(JSON.parse(body as string) as object)).toEqual(['type', 'error', 'request_id']);
  });
});

describe('what an error under /v1 says of trying again', () => {
  it('is retry-after in whole seconds, rounded up, wherever the wait is known', () => {
    expect(headersOf('store-unavailable', { retryAfterMs: 1_001 })).toMatchObject({ 'retry-after': '2' });
    expect(headersOf('circuit-open', { retryAfterMs: 60_000 })).toMatchObject({ 'retry-after': '60' });
    expect(headersOf('store-unavailable')).not.toHaveProperty('retry-after');
  });

  const figures = { limit: '5', used: '5', reserved: '0', asked: '1' };

  it.each<ErrorCode>(['rate-limited', 'idempotency-in-progress'])('%s of ours always has one', (code) => {
    expect(headersOf(code, { figures })).toMatchObject({ 'retry-after': '1' });
    expect(headersOf(code, { figures, retryAfterMs: 7_000 })).toMatchObject({ 'retry-after': '7' });
  });

  it('is not made up for a limit of the provider’s, which named no wait', () => {
    expect(headersOf('rate-limited')).not.toHaveProperty('retry-after');
  });

  // Official clients repeat 408, 409, 429 and every status from 500 on.
  const FINAL = CODES.filter((code) => headersOf(code, { figures })['x-should-retry'] === 'false');

  it('is no, after what Ballast has tried again itself, and where the money is spent or the key is none', () => {
    expect(FINAL.toSorted()).toEqual([
      ...['budget-exceeded', 'circuit-open', 'forbidden', 'internal', 'run-conflict', 'tool-failed', 'unauthenticated'],
      ...['upstream-error', 'upstream-overloaded', 'upstream-timeout', 'worker-lost'],
    ]);
  });

  it('is no for a limit of the provider’s, which was waited for as long as it was worth it, and not for one of ours', () => {
    expect(headersOf('rate-limited', { retryAfterMs: 90_000 })).toMatchObject({
      'x-should-retry': 'false',
      'retry-after': '90',
    });
    expect(headersOf('rate-limited', { figures })).not.toHaveProperty('x-should-retry');
  });

  it('is not no where too many calls are under way at once: waiting as long as is said lets one in', () => {
    const { statusCode, headers } = anthropicErrorResponse(crowdedError('tenant'), 'req_1');
    expect([statusCode, headers['retry-after'], headers['x-should-retry']]).toEqual([429, '2', undefined]);
  });

  it('is yes where open reservations alone keep the call out, which nobody would repeat by its status', () => {
    const headers = headersOf('budget-exceeded', { retryAfterMs: 2_000 });
    expect(headers).toMatchObject({ 'retry-after': '2', 'x-should-retry': 'true' });
  });

  it('goes with what the limits tell of themselves, the methods of a 405 and the challenge of a 401', () => {
    const limits = { 'anthropic-ratelimit-requests-limit': '5' };
    expect(headersOf('rate-limited', { headers: limits })).toMatchObject(limits);
    expect(headersOf('method-not-allowed', { allow: ['GET', 'POST'] })).toMatchObject({ allow: 'GET, POST' });
    expect(headersOf('unauthenticated')).toMatchObject({ 'www-authenticate': 'Bearer realm="ballast"' });
  });
});
