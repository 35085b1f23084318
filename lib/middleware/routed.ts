import type { MiddlewareObj } from '@middy/core';
import type { Answer, Routes } from '../http/routes.ts';
import type { HttpEvent } from '../http/types.ts';
import { AppError } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { allowedMethods } from './allowed-methods.ts';

export interface Routed<Request extends HttpEvent> extends HttpEvent {
  readonly answer: Answer<Request>;
}

/**
 * Finds what answers a request by its path and method; throws `not-found` or `method-not-allowed` before anything else
 * is looked at. `whyNot` says more of a path that is none.
 */
export const routed = <Request extends HttpEvent>(
  routes: Routes<Request>,
  whyNot: (event: HttpEvent) => Redacted = () => safe`There is nothing here.`,
): MiddlewareObj<Routed<Request>> => ({
  before: (request) => {
    const { event } = request;
    const methods = new Map(Object.entries(routes[event.resource] ?? {}));
    if (methods.size === 0) throw new AppError('not-found', whyNot(event));
    allowedMethods(...methods.keys()).before?.(request);
    const answer = methods.get(event.httpMethod);
    if (answer) request.event = { ...event, answer };
  },
});

/** The handler behind it: answers by what was found. */
export const answered = <Request extends HttpEvent>(event: Request & Routed<Request>) => event.answer(event);
