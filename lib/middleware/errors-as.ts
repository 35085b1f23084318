import type { MiddlewareObj } from '@middy/core';
import type { HttpResponse } from '../http/types.ts';
import { asAppError, type AppError } from '../kernel/errors.ts';
import type { Observed } from './observed.ts';

/** Answers whatever was thrown as `render` has it, and gives every answer its `request-id`. Outermost: answers last. */
export const errorsAs = (
  render: (error: AppError, requestId: string) => HttpResponse,
): MiddlewareObj<Observed, HttpResponse> => ({
  after: (request) => {
    const { response, event } = request;
    if (response) request.response = { ...response, headers: { ...response.headers, 'request-id': event.requestId } };
  },
  onError: (request) => {
    const { error, event } = request;
    request.response = render(asAppError(error), event.requestId);
  },
});
