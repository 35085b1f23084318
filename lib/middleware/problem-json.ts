import type { MiddlewareObj } from '@middy/core';
import { problemResponse } from '../http/problem.ts';
import { asAppError } from '../kernel/errors.ts';
import type { HttpResponse } from '../http/types.ts';
import type { Observed } from './observed.ts';

/** Renders whatever was thrown as the contract's problem, and gives every answer its `request-id`. Outermost: it answers last. */
export const problemJson = (): MiddlewareObj<Observed, HttpResponse> => ({
  after: (request) => {
    const { response, event } = request;
    if (response) request.response = { ...response, headers: { ...response.headers, 'request-id': event.requestId } };
  },
  onError: (request) => {
    const { error, event } = request;
    request.response = problemResponse(asAppError(error), event.requestId);
  },
});
