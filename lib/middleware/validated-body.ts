import type { MiddlewareObj } from '@middy/core';
import type * as z from 'zod/mini';
import { readBody } from '../http/read-body.ts';
import type { HttpEvent } from '../http/types.ts';

export interface Validated<Body> extends HttpEvent {
  readonly input: Body;
}

/** Hands on the body as the schema understands it, or refuses it naming each wrong field and its bound. */
export const validatedBody = <Schema extends z.core.$ZodType>(
  schema: Schema,
): MiddlewareObj<Validated<z.core.output<Schema>>> => ({
  before: (request) => {
    request.event = { ...request.event, input: readBody(request.event, schema) };
  },
});
