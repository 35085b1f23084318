import type { MiddlewareObj } from '@middy/core';
import { checkHead } from '../http/request-head.ts';
import { COMMON_HEADERS } from '../http/response/common-headers.ts';
import { answerPreflight } from '../http/response/cors.ts';
import type { HttpResponse } from '../http/types.ts';
import { AppError, asAppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Observed } from './observed.ts';

/** The answer with what every answer to this request has. */
export const withHeaders = (response: HttpResponse, { ownHeaders }: Observed): HttpResponse => ({
  ...response,
  headers: { ...COMMON_HEADERS, ...response.headers, ...ownHeaders },
});

const noRequest = () =>
  new AppError('invalid-request', safe`The event is no HTTP request: this function answers those of API Gateway.`);

/**
 * Answers whatever was thrown as `render` has it, what a browser asks before a page may call, and gives every answer
 * the headers that its request has at birth. Outermost: answers last, and refuses a head that is too large before anything
 * else reads it.
 */
export const errorsAs = (
  render: (error: AppError, requestId: string) => HttpResponse,
): MiddlewareObj<Observed, HttpResponse> => ({
  before: ({ event }) => {
    if (event.httpMethod === '') throw noRequest();
    checkHead(event);
    const answer = answerPreflight(event.corsOrigins, event);
    return answer && withHeaders(answer, event);
  },
  after: (request) => {
    const { response, event } = request;
    if (response) request.response = withHeaders(response, event);
  },
  onError: (request) => {
    const { error, event } = request;
    request.response = withHeaders(render(asAppError(error), event.requestId), event);
  },
});
