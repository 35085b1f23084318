import type { MiddlewareObj } from '@middy/core';
import type { HttpEvent } from '../http/types.ts';

/** A middleware without `after`, for some requests of a function alone; the others pass it by. */
export const onlyFor = <Event extends HttpEvent, Response>(
  isFor: (event: HttpEvent) => boolean,
  middleware: MiddlewareObj<Event, Response>,
): MiddlewareObj<Event, Response> => ({
  before: async (request) => {
    if (isFor(request.event)) return (await middleware.before?.(request)) as unknown;
    return undefined;
  },
  onError: async (request) => {
    if (isFor(request.event)) return (await middleware.onError?.(request)) as unknown;
    return undefined;
  },
});
