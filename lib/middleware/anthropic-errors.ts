import type { MiddlewareObj } from '@middy/core';
import { anthropicErrorResponse } from '../http/anthropic-error.ts';
import type { HttpResponse } from '../http/types.ts';
import { asAppError } from '../kernel/errors.ts';
import type { Observed } from './observed.ts';

/** As `problemJson`, for clients of the Anthropic API: whatever was thrown in their envelope. Outermost: it answers last. */
export const anthropicErrors = (): MiddlewareObj<Observed, HttpResponse> => ({
  after: (request) => {
    const { response, event } = request;
    if (response) request.response = { ...response, headers: { ...response.headers, 'request-id': event.requestId } };
  },
  onError: (request) => {
    const { error, event } = request;
    request.response = anthropicErrorResponse(asAppError(error), event.requestId);
  },
});
