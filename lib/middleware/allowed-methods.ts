import type { MiddlewareObj } from '@middy/core';
import type { HttpEvent } from '../http/types.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

/**
 * Refuses every method but these, and says which they are. Routes take `any` method and refuse here,
 * because API Gateway itself would call a wrong method a missing credential.
 */
export const allowedMethods = (...methods: readonly string[]): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => {
    if (!methods.includes(event.httpMethod))
      throw new AppError('method-not-allowed', safe`This path does not take this method.`, { allow: methods });
  },
});
