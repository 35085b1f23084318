import * as z from 'zod/mini';
import type { ModelRequest, Wire } from '../claude/types.ts';
import { checkedBy, readJson } from '../http/read-body.ts';
import type { HttpEvent } from '../http/types.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { hasDuplicateKeys } from './duplicate-keys.ts';
import { modelName } from './model-name.ts';
import { passedOn } from './passed-on.ts';
import { spliceMembers } from './splice-json.ts';

/** What Ballast has to understand of a body; all else is for the upstream to judge, and passes as it came. */
const schema = z.looseObject({
  model: modelName,
  max_tokens: z.int().check(z.minimum(1)),
  messages: z.array(z.looseObject({})).check(z.minLength(1)),
  stream: z.optional(z.nullable(z.boolean())),
  metadata: z.optional(z.nullable(z.looseObject({ user_id: z.optional(z.nullable(z.string())) }))),
});

/** What a client sent to `/v1/messages`. */
export interface ClientRequest {
  /** As the provider's types have it; members that they do not know are there as well. */
  readonly request: ModelRequest;
  readonly streams: boolean;
  /** The end user as the client names them (`metadata.user_id`). */
  readonly userId: string | null;
  readonly wire: Wire;
}

/** An end user's name longer than this is no name. */
const MAX_USER_CHARS = 256;

const endUser = (userId: string | null | undefined): string | null =>
  userId && userId.length <= MAX_USER_CHARS ? userId : null;

/** Reads a body. Throws `invalid-request` or `unsupported-media-type`; neither quotes what was sent. */
export const readClientRequest = (event: HttpEvent): ClientRequest => {
  const { text, value } = readJson(event);
  const { stream, metadata } = checkedBy(schema, value);
  if (hasDuplicateKeys(text)) {
    const issues = [{ path: '', message: safe`has an object with the same key twice` }];
    throw new AppError('invalid-request', safe`The body is ambiguous.`, { issues });
  }
  // Not what the schema made of it: a changed member is told from the others by being another object.
  const parsed = value as Readonly<Record<string, unknown>>;
  const { stream: _, ...request } = parsed;
  return {
    request: request as unknown as ModelRequest,
    streams: stream === true,
    userId: endUser(metadata?.user_id),
    wire: {
      ...passedOn(event),
      bytes: Buffer.byteLength(text),
      bodyFor: (changed) => spliceMembers(text, parsed, changed),
    },
  };
};
