import type * as z from 'zod/mini';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { readBody } from './read-body.ts';
import type { HttpEvent } from './types.ts';

/** 1 MiB: settings, messages to a run and inputs of tools are far below it. */
export const MAX_SMALL_BODY_BYTES = 1_048_576;

/** The body as the schema understands it, at a route that needs no large one. Throws `payload-too-large` before it parses one. */
export const readSmallBody = <Schema extends z.core.$ZodType>(
  event: HttpEvent,
  schema: Schema,
): z.core.output<Schema> => {
  if (Buffer.byteLength(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8') > MAX_SMALL_BODY_BYTES)
    throw new AppError('payload-too-large', safe`The body takes more than ${MAX_SMALL_BODY_BYTES} bytes.`);
  return readBody(event, schema);
};
